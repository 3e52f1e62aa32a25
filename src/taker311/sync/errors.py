"""Why a knowledge base was not taken: a kind for programs and a sentence for people."""

from __future__ import annotations

from typing import Literal

Kind = Literal["offline", "missing", "portal", "slow", "refused", "older", "expired", "disk"]


class SyncError(Exception):
    """Nothing was changed. `str()` is one sentence, clean for a terminal.

    offline: the line or the server; missing: no such file there; portal: something else answers; slow: hardly any bytes
    come; refused: not what the city signed; older: signed, and older than what is here; expired: a signature's time is
    over; disk: this machine's.
    """

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind: Kind = kind

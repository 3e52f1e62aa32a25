"""What a search can find, as the index keeps it."""

from __future__ import annotations

from typing import Literal

from taker311.base.codec import Value


class Phrase(Value, frozen=True, array_like=True, gc=False):
    """A title (`kind` 't') or a wording of callers ('s') in its language; `terms` without fillers."""

    text: str
    lang: str
    kind: Literal["t", "s"]
    terms: tuple[int, ...]


class Entry(Value, frozen=True, array_like=True, gc=False):
    kind: Literal["topic", "bulletin", "rumour"]
    id: str
    titles: dict[str, str]
    phrases: tuple[Phrase, ...]

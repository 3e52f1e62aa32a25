"""What a desk and its hub tell each other besides cases: how the desk stands, what was not found, which code it has."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from taker311.base.codec import Value


class DeskStatus(Value, frozen=True):
    """A desk at a glance, without personal data. `refs` are references that wait for a person; `head` is the audit's."""

    at: datetime
    waiting: int = 0
    attention: int = 0
    oldest_s: float = 0.0
    kb_version: str = ""
    kb_age_s: float = 0.0
    version: str = ""
    refs: tuple[str, ...] = ()
    head: str = ""


class FloorRow(Value, frozen=True):
    """One desk on the floor: its key's name, its status, and when the hub got it."""

    desk: str
    received_at: datetime
    status: DeskStatus


class Suggestion(Value, frozen=True):
    """What somebody at a desk noticed. `text` holds only words that the knowledge base has, the rest are `…`."""

    id: str
    kind: Literal["no-answer", "wrong", "idea"] = "no-answer"
    topic: str = ""
    text: str = ""


class InboxRow(Value, frozen=True):
    desk: str
    received_at: datetime
    suggestion: Suggestion

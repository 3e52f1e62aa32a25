"""What a station tells of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from taker311.base.codec import Value


class OpenCall(Value, frozen=True):
    """A call that was put aside or cut off, ready to be taken up."""

    call_id: str
    began: datetime
    about: str


class Notice(Value, frozen=True):
    """A line for the ready screen. `kind` says in a word what it is."""

    kind: Literal["bulletin", "task", "call", "trouble", "note"]
    text: str
    ref: str = ""


class Status(Value, frozen=True):
    """The desk at a glance. `kb_age_s` seconds since the knowledge base was written here; `waiting` cases that are on their
    way, `attention` those that wait for a person; `oldest_s` the age of the oldest unsent one. `online` None: not known."""

    city: str
    agent: str
    desk_code: str
    now: datetime  # in the city's zone
    kb_age_s: float
    searching: bool  # the search index is ready
    signed_in: bool
    crm: str
    online: bool | None
    waiting: int = 0
    attention: int = 0
    oldest_s: float = 0.0
    calls: int = 0
    handled_s: float = 0.0
    notices: tuple[Notice, ...] = ()
    changed: tuple[str, ...] = ()  # what is new in the knowledge base since this agent last looked, a sentence each
    open_calls: tuple[OpenCall, ...] = ()

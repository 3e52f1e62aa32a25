"""An interview as plain values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from taker311.base.codec import Value
from taker311.knowledge.model import Texts
from taker311.places.model import Place

AnswerValue = str | int | float | bool | tuple[str, ...]
How = Literal["asked", "inferred", "unknown"]


class Answer(Value, frozen=True):
    """`unknown` is "caller doesn't know": an answer without a value. `inferred` was taken from the caller's words."""

    value: AnswerValue | None = None
    how: How = "asked"


class Caller(Value, frozen=True):
    """Who called. Everything here is personal. `anonymous` is a choice of its own; None: not asked yet.

    `phone` is E.164; `notify` says how the caller wants to hear of the case; `consent` that details may go to the CRM.
    """

    anonymous: bool | None = None
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    notify: Literal["", "text", "email", "none"] = ""
    consent: bool = False


class Interview(Value, frozen=True):
    """A script being answered. `answers` holds every answer ever given, hidden ones too: a question that comes back finds
    its answer again. `at` is where the interview stands: a question's id, "place", or one of the three ends of
    `intake.steps`. `place` was read back and agreed to. `skipped` are steps that need not be asked again."""

    script_id: str
    script_version: int
    answers: dict[str, Answer] = {}
    at: str = ""
    place: Place | None = None
    skipped: tuple[str, ...] = ()


class Refusal(Value, frozen=True):
    """Why an input is not taken, as a sentence for the agent."""

    sentence: str


class Promise(Value, frozen=True):
    """What the call-taker may say about when. Never made where nothing promises a date."""

    due: datetime  # aware, in the city's zone
    day: date
    texts: Texts  # "by Monday, November 30"


class Routed(Value, frozen=True):
    """Where a finished interview goes. `to` is an agency's id, or 'nobody' when no case is made."""

    to: str
    row: int
    service: str = ""
    promise: Promise | None = None
    say: Texts = {}


class OutlineLine(Value, frozen=True):
    """A line of the interview's outline. `id` is where a jump goes."""

    id: str
    label: str
    value: str
    state: Literal["done", "here", "open", "unknown", "inferred", "note"]

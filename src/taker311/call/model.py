"""A call as plain values: its state, and what it asks of the station that it runs in (effects)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from taker311.base.codec import Value
from taker311.cases.model import Case
from taker311.intake.model import Answer, Interview, Promise
from taker311.knowledge.model import Transfer
from taker311.places.model import Place, PlaceHit

Phase = Literal["ready", "talking", "bulletin", "topic", "transfer", "interview", "readback", "done", "wrapup"]
LanguageMode = Literal["agent", "interpreter", "relay"]


class Permissions(Value, frozen=True):
    """What this agent may do; the call refuses the rest. `topics` None: all of them."""

    topics: frozenset[str] | None = None
    see_nearby_cases: bool = True
    must_acknowledge: bool = False  # bulletins marked must-read stand before the first call
    until: datetime | None = None  # from then on no new call begins; an open one goes on
    look_up: bool = True  # how a case stands, by a reference, the city's number or a caller's phone
    decide: bool = True  # what becomes of a case in the queue
    review_every: int = 0  # every so many calls one is marked for review; 0: none
    elsewhere: Transfer | None = None  # where a caller goes whom nothing here answers


class Duplicate(Value, frozen=True):
    """An open case of the same service nearby. `ref` is our reference or the city's number."""

    ref: str
    service: str
    metres: int
    created: datetime
    place: str = ""
    ours: bool = True


class Finished(Value, frozen=True):
    """A topic of this call that is dealt with."""

    topic_id: str
    disposition: str
    case_id: str = ""
    ref: str = ""
    saved_at: datetime | None = None
    in_memory: bool = False
    promise: Promise | None = None
    agency: str = ""
    request_id: str = ""
    linked_to: str = ""


class CallBack(Value, frozen=True):
    """A promise to ring the caller: `when` as it was agreed, `number` in E.164."""

    when: str
    number: str


class CallState(Value, frozen=True):
    """Where a call stands. Two calls with the same events have the same state."""

    phase: Phase = "ready"
    call_id: str = ""
    agent: str = ""
    kb_version: str = ""
    started_at: datetime | None = None
    lang: str = ""
    mode: LanguageMode = "agent"
    interpreter: str = ""
    typed: str = ""  # the search box
    said: tuple[str, ...] = ()  # the caller's words, as they stood when something was opened
    topic_id: str = ""
    bulletin_id: str = ""
    transfer_from: Phase = "topic"
    interview: Interview | None = None
    others: dict[str, Interview] = {}  # interviews of topics that were left for another one
    drafts: dict[str, str] = {}  # step -> its half-typed answer
    places: tuple[PlaceHit, ...] = ()  # what was found for the place's draft
    picked: Place | None = None  # being read back, not agreed to yet
    duplicates: tuple[Duplicate, ...] = ()
    duplicate_choice: str = ""  # "" not decided, "new", or the reference that this case adds to
    left: tuple[str, ...] = ()  # questions whose heard answer was left
    caller_answers: dict[str, Answer] = {}
    finished: tuple[Finished, ...] = ()
    saving: str = ""  # the id of the case that is being saved
    confirmed_at: datetime | None = None  # when the caller agreed to what is being saved
    not_saved: str = ""  # why saving failed, for the agent
    card_open: bool = False
    card_why: str = ""
    card_left: tuple[str, ...] = ()  # emergency phrases after which the card was put away
    emergencies: tuple[datetime, ...] = ()
    distress_open: bool = False  # the card for callers in distress
    for_review: bool = False  # chosen when it began, by its number
    held_since: datetime | None = None
    held_s: float = 0.0
    help_called: bool = False
    marked: bool = False  # for review
    call_back: CallBack | None = None
    acknowledged: tuple[str, ...] = ()
    no_answers: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()  # answers that were flagged for their owner
    again: bool = False  # the same caller's next topic: they were greeted already
    wrapup_from: Phase = "talking"
    wrapup_after: int = 0  # how many topics were dealt with before this wrap-up began
    disposition: str = ""
    ended_at: datetime | None = None


# ---------------------------------------------------------------- effects
class FindPlaces(Value, frozen=True, tag="find-places"):
    text: str


class FindDuplicates(Value, frozen=True, tag="find-duplicates"):
    services: tuple[str, ...]
    place: Place
    metres: int


class SaveCase(Value, frozen=True, tag="save-case"):
    """`case.ref` is empty: the store gives the reference in the transaction that saves the case."""

    case: Case


class KeepNoAnswer(Value, frozen=True, tag="keep-no-answer"):
    words: str


class AskForHelp(Value, frozen=True, tag="ask-for-help"):
    pass


class EndCall(Value, frozen=True, tag="end-call"):
    """Nothing more happens in this call."""


class ParkCall(Value, frozen=True, tag="park-call"):
    pass


Effect = FindPlaces | FindDuplicates | SaveCase | KeepNoAnswer | AskForHelp | EndCall | ParkCall


class Step(Value, frozen=True):
    """What an event did. With a `refusal`, a sentence for the agent, the state is as it was and there are no effects."""

    state: CallState
    effects: tuple[Effect, ...] = ()
    refusal: str = ""

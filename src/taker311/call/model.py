"""A call as plain values: its state, what can happen in it (events, which are its journal), and what it asks of the
station that it runs in (effects)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from taker311.base.codec import Value
from taker311.cases.model import Case
from taker311.intake.model import Answer, Interview, Promise
from taker311.places.model import Place, PlaceHit

Phase = Literal["ready", "talking", "bulletin", "topic", "transfer", "interview", "readback", "done", "wrapup"]
LanguageMode = Literal["agent", "interpreter", "relay"]


class Permissions(Value, frozen=True):
    """What this agent may do; the call refuses the rest. `topics` None: all of them."""

    topics: frozenset[str] | None = None
    see_nearby_cases: bool = True
    must_acknowledge: bool = False  # bulletins marked must-read stand before the first call


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
    held_since: datetime | None = None
    held_s: float = 0.0
    help_called: bool = False
    call_back: CallBack | None = None
    acknowledged: tuple[str, ...] = ()
    no_answers: tuple[str, ...] = ()
    again: bool = False  # the same caller's next topic: they were greeted already
    wrapup_from: Phase = "talking"
    wrapup_after: int = 0  # how many topics were dealt with before this wrap-up began
    disposition: str = ""
    ended_at: datetime | None = None


# ---------------------------------------------------------------- events: past tense; `plain` fields hold no caller's words
class Event(Value, frozen=True):
    """Base of what can happen. The fields named in `plain` may stand unsealed in the journal; all others are sealed."""

    plain: ClassVar[tuple[str, ...]] = ()


class Started(Event, frozen=True, tag="started"):
    """`acknowledged`: the bulletins that this agent has read before this call."""

    plain = ("call_id", "agent", "lang", "kb_version")
    call_id: str
    agent: str
    lang: str
    kb_version: str = ""
    acknowledged: tuple[str, ...] = ()


class Typed(Event, frozen=True, tag="typed"):
    """The search box holds `text` now."""

    text: str


class Opened(Event, frozen=True, tag="opened"):
    plain = ("topic_id", "rank")
    topic_id: str
    rank: int = 0  # 1 is the first hit; 0: not out of a list


class BulletinOpened(Event, frozen=True, tag="bulletin-opened"):
    plain = ("id",)
    id: str


class BulletinAcknowledged(Event, frozen=True, tag="bulletin-acknowledged"):
    plain = ("id",)
    id: str


class NoAnswerFound(Event, frozen=True, tag="no-answer-found"):
    """Nothing in the knowledge base answers the caller; their words are kept for its owner."""


class IntakeStarted(Event, frozen=True, tag="intake-started"):
    pass


class FieldTyped(Event, frozen=True, tag="field-typed"):
    """The field of the current step holds `text` now, not yet given as an answer."""

    plain = ("step",)
    step: str
    text: str


class Answered(Event, frozen=True, tag="answered"):
    """`text` as typed: a choice's key or digit, "unknown", a number, words."""

    plain = ("question",)
    question: str
    text: str


class Skipped(Event, frozen=True, tag="skipped"):
    plain = ("question",)
    question: str


class HeardTaken(Event, frozen=True, tag="heard-taken"):
    plain = ("question",)
    question: str


class HeardLeft(Event, frozen=True, tag="heard-left"):
    plain = ("question",)
    question: str


class WentBack(Event, frozen=True, tag="went-back"):
    pass


class Jumped(Event, frozen=True, tag="jumped"):
    plain = ("step",)
    step: str


class PlaceTyped(Event, frozen=True, tag="place-typed"):
    text: str


class PlacesFound(Event, frozen=True, tag="places-found"):
    """The station's answer to FindPlaces."""

    hits: tuple[PlaceHit, ...]


class PlacePicked(Event, frozen=True, tag="place-picked"):
    """The `number`th candidate, from 1; still to be read back."""

    plain = ("number",)
    number: int


class PlaceConfirmed(Event, frozen=True, tag="place-confirmed"):
    pass


class PlaceUnverified(Event, frozen=True, tag="place-unverified"):
    """What was typed is taken as it stands, for `reason`."""

    reason: str
    text: str = ""


class DuplicatesFound(Event, frozen=True, tag="duplicates-found"):
    """The station's answer to FindDuplicates."""

    found: tuple[Duplicate, ...]


class DuplicateJoined(Event, frozen=True, tag="duplicate-joined"):
    plain = ("ref",)
    ref: str


class DuplicateNew(Event, frozen=True, tag="duplicate-new"):
    pass


class ReadBackConfirmed(Event, frozen=True, tag="readback-confirmed"):
    """The caller agreed to what was read back. The case's id stands here, before anything is saved, so that a call taken up
    after a crash can't save the case a second time."""

    plain = ("case_id",)
    case_id: str


class CaseSaved(Event, frozen=True, tag="case-saved"):
    plain = ("case_id", "ref", "in_memory")
    case_id: str
    ref: str
    in_memory: bool = False


class SaveFailed(Event, frozen=True, tag="save-failed"):
    sentence: str


class ReceiptCame(Event, frozen=True, tag="receipt-came"):
    """The CRM confirmed a case of this call and gave its own number."""

    plain = ("case_id", "request_id")
    case_id: str
    request_id: str


class AnswerGiven(Event, frozen=True, tag="answer-given"):
    """The topic's answer was all the caller needed."""


class TransferShown(Event, frozen=True, tag="transfer-shown"):
    pass


class Transferred(Event, frozen=True, tag="transferred"):
    pass


class SecondTopicBegun(Event, frozen=True, tag="second-topic-begun"):
    pass


class WrapUpBegun(Event, frozen=True, tag="wrapup-begun"):
    pass


class Disposed(Event, frozen=True, tag="disposed"):
    """How the call ended. It is over with this."""

    plain = ("code",)
    code: str


class EmergencyHeard(Event, frozen=True, tag="emergency-heard"):
    """Emergency words stand in what was typed."""

    phrase: str


class CardOpened(Event, frozen=True, tag="card-opened"):
    plain = ("why",)
    why: str = "key"


class CardClosed(Event, frozen=True, tag="card-closed"):
    """`connected`: the caller was handed to 911."""

    plain = ("connected",)
    connected: bool = False


class Held(Event, frozen=True, tag="held"):
    pass


class Resumed(Event, frozen=True, tag="resumed"):
    pass


class HelpCalled(Event, frozen=True, tag="help-called"):
    pass


class LanguageSet(Event, frozen=True, tag="language-set"):
    plain = ("lang", "mode")
    lang: str
    mode: LanguageMode = "agent"
    interpreter: str = ""


class CallBackAgreed(Event, frozen=True, tag="call-back-agreed"):
    when: str
    number: str


class Parked(Event, frozen=True, tag="parked"):
    """Put aside; it waits on the ready screen to be taken up again."""


class TakenUp(Event, frozen=True, tag="taken-up"):
    """Taken up again after it was parked or the desk died."""


AnyEvent = (
    Started | Typed | Opened | BulletinOpened | BulletinAcknowledged | NoAnswerFound | IntakeStarted | FieldTyped | Answered
    | Skipped | HeardTaken | HeardLeft | WentBack | Jumped | PlaceTyped | PlacesFound | PlacePicked | PlaceConfirmed
    | PlaceUnverified | DuplicatesFound | DuplicateJoined | DuplicateNew | ReadBackConfirmed | CaseSaved | SaveFailed
    | ReceiptCame | AnswerGiven | TransferShown | Transferred | SecondTopicBegun | WrapUpBegun | Disposed | EmergencyHeard
    | CardOpened | CardClosed | Held | Resumed | HelpCalled | LanguageSet | CallBackAgreed | Parked | TakenUp
)  # fmt: skip


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

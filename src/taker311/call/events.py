"""What can happen in a call, in the past tense; these events are its journal. The fields named in `plain` hold no caller's words."""

from __future__ import annotations

from typing import ClassVar

from taker311.base.codec import Value
from taker311.call.model import Duplicate, LanguageMode
from taker311.places.model import PlaceHit


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
    number: int = 0  # of this agent's calls at this seat, from 1; 0: nobody counts


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


class DistressOpened(Event, frozen=True, tag="distress-opened"):
    """The caller is in distress: the words for that are on the screen."""


class DistressClosed(Event, frozen=True, tag="distress-closed"):
    """`connected`: the caller was handed to somebody who helps."""

    plain = ("connected",)
    connected: bool = False


class Held(Event, frozen=True, tag="held"):
    pass


class Resumed(Event, frozen=True, tag="resumed"):
    pass


class HelpCalled(Event, frozen=True, tag="help-called"):
    pass


class MarkedForReview(Event, frozen=True, tag="marked-for-review"):
    """The agent wants a reviewer to see this call."""


class LanguageSet(Event, frozen=True, tag="language-set"):
    plain = ("lang", "mode")
    lang: str
    mode: LanguageMode = "agent"
    interpreter: str = ""


class CallBackAgreed(Event, frozen=True, tag="call-back-agreed"):
    when: str
    number: str


class AnswerFlagged(Event, frozen=True, tag="answer-flagged"):
    """The open answer (a topic, a bulletin or a rumour) is wrong, or may be: `comment` is the agent's own, `words` are those
    that led to it."""

    plain = ("topic_id",)
    topic_id: str
    comment: str = ""
    words: str = ""


class Parked(Event, frozen=True, tag="parked"):
    """Put aside; it waits on the ready screen to be taken up again."""


class TakenUp(Event, frozen=True, tag="taken-up"):
    """Taken up again after it was parked or the desk died."""


AnyEvent = (
    Started | Typed | Opened | BulletinOpened | BulletinAcknowledged | NoAnswerFound | IntakeStarted | FieldTyped | Answered
    | Skipped | HeardTaken | HeardLeft | WentBack | Jumped | PlaceTyped | PlacesFound | PlacePicked | PlaceConfirmed
    | PlaceUnverified | DuplicatesFound | DuplicateJoined | DuplicateNew | ReadBackConfirmed | CaseSaved | SaveFailed
    | ReceiptCame | AnswerGiven | TransferShown | Transferred | SecondTopicBegun | WrapUpBegun | Disposed | EmergencyHeard
    | CardOpened | CardClosed | DistressOpened | DistressClosed | Held | Resumed | HelpCalled | MarkedForReview | LanguageSet | CallBackAgreed | AnswerFlagged
    | Parked | TakenUp
)  # fmt: skip

"""The call's table: which event may happen in which phase, and the rule that says what it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from taker311.call import aside, asking, ending, opening, saving
from taker311.call import model as m

Handler = Callable[..., m.Step]

_CALL: frozenset[str] = frozenset(
    {"talking", "bulletin", "topic", "transfer", "interview", "readback", "done", "wrapup"}
)
_ANY = _CALL | {"ready"}


class Rule(NamedTuple):
    """`phases` in which the event is legal; `card` and `held` whether it is with the 911 card open and on hold."""

    handler: Handler
    phases: frozenset[str]
    card: bool = False
    held: bool = False


def _in(*phases: str) -> frozenset[str]:
    return frozenset(phases)


TABLE: dict[type[m.Event], Rule] = {
    m.Started: Rule(opening.started, _in("ready")),
    m.Typed: Rule(opening.typed, _in("talking"), card=True),
    m.Opened: Rule(opening.opened, _in("talking", "topic", "bulletin")),
    m.BulletinOpened: Rule(opening.bulletin_opened, _in("talking", "topic", "bulletin")),
    m.BulletinAcknowledged: Rule(opening.bulletin_acknowledged, _ANY),
    m.NoAnswerFound: Rule(opening.no_answer_found, _in("talking")),
    m.IntakeStarted: Rule(opening.intake_started, _in("topic")),
    m.AnswerGiven: Rule(opening.answer_given, _in("topic", "bulletin")),
    m.TransferShown: Rule(opening.transfer_shown, _in("topic", "interview", "done")),
    m.Transferred: Rule(opening.transferred, _in("transfer")),
    m.FieldTyped: Rule(asking.field_typed, _in("interview")),
    m.Answered: Rule(asking.answered, _in("interview", "readback")),
    m.Skipped: Rule(asking.skipped, _in("interview")),
    m.HeardTaken: Rule(asking.heard_taken, _in("interview")),
    m.HeardLeft: Rule(asking.heard_left, _in("interview")),
    m.Jumped: Rule(asking.jumped, _in("interview", "readback")),
    m.PlaceTyped: Rule(asking.place_typed, _in("interview")),
    m.PlacesFound: Rule(asking.places_found, _in("interview")),
    m.PlacePicked: Rule(asking.place_picked, _in("interview")),
    m.PlaceConfirmed: Rule(asking.place_confirmed, _in("interview")),
    m.PlaceUnverified: Rule(asking.place_unverified, _in("interview")),
    m.DuplicatesFound: Rule(asking.duplicates_found, _in("interview", "readback"), card=True, held=True),
    m.DuplicateJoined: Rule(asking.duplicate_joined, _in("interview", "readback")),
    m.DuplicateNew: Rule(asking.duplicate_new, _in("interview", "readback")),
    m.ReadBackConfirmed: Rule(saving.readback_confirmed, _in("readback")),
    m.CaseSaved: Rule(saving.case_saved, _in("readback"), card=True, held=True),
    m.SaveFailed: Rule(saving.save_failed, _in("readback"), card=True, held=True),
    m.ReceiptCame: Rule(saving.receipt_came, _CALL, card=True, held=True),
    m.WentBack: Rule(ending.went_back, _CALL),
    m.SecondTopicBegun: Rule(ending.second_topic_begun, _in("topic", "bulletin", "interview", "done", "wrapup")),
    m.WrapUpBegun: Rule(ending.wrapup_begun, _CALL - {"wrapup"}),
    m.Disposed: Rule(ending.disposed, _in("wrapup")),
    m.Parked: Rule(ending.parked, _CALL, held=True),
    m.TakenUp: Rule(ending.taken_up, _CALL, card=True, held=True),
    m.EmergencyHeard: Rule(aside.emergency_heard, _CALL, card=True),
    m.CardOpened: Rule(aside.card_opened, _ANY, held=True),
    m.CardClosed: Rule(aside.card_closed, _ANY, card=True, held=True),
    m.Held: Rule(aside.held, _CALL),
    m.Resumed: Rule(aside.resumed, _CALL, held=True),
    m.HelpCalled: Rule(aside.help_called, _CALL, card=True, held=True),
    m.LanguageSet: Rule(aside.language_set, _CALL),
    m.CallBackAgreed: Rule(aside.call_back_agreed, _CALL),
}

# What moves an interview on waits until the agent has said whether the case is one of those nearby.
_AFTER_DUPLICATES = frozenset(
    {
        *(m.FieldTyped, m.Answered, m.Skipped, m.HeardTaken, m.HeardLeft, m.Jumped, m.ReadBackConfirmed),
        *(m.PlaceTyped, m.PlacePicked, m.PlaceConfirmed, m.PlaceUnverified),
    }
)

_PHASE_WORDS = {
    "ready": "no call is being taken",
    "talking": "the caller's words are being searched",
    "bulletin": "a bulletin is open",
    "topic": "a topic is open",
    "transfer": "the call is about to be transferred",
    "interview": "questions are being asked",
    "readback": "the answers are being read back",
    "done": "the case is saved",
    "wrapup": "the call is being wrapped up",
}


def refusal(state: m.CallState, kind: type[m.Event]) -> str:
    """Why an event of this kind can't happen now; empty when it can."""
    rule = TABLE.get(kind)
    if rule is None:
        return "This desk knows nothing of that."
    if state.phase not in rule.phases:
        return f"That can't be done while {_PHASE_WORDS[state.phase]}."
    if state.card_open and not rule.card and kind is not m.CardOpened:
        return "The 911 card is open; put it away first."
    if state.held_since is not None and not rule.held:
        return "The call is on hold; take it up first."
    if kind in _AFTER_DUPLICATES and asking.needs_duplicate_choice(state):
        return "Decide first whether this is one of the reports nearby."
    return ""


def step(world: Any, state: m.CallState, event: m.Event, at: datetime) -> m.Step:
    """What `event`, at the aware moment `at`, does to `state`. Never raises for an event that is out of place."""
    sentence = refusal(state, type(event))
    if sentence:
        return m.Step(state=state, refusal=sentence)
    return TABLE[type(event)].handler(world, state, event, at)

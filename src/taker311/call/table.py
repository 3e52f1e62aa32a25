"""The call's table: which event may happen in which phase, and the rule that says what it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from taker311.base.words import noted, say
from taker311.call import aside, asking, distress, ending, flagging, opening, saving
from taker311.call import events as ev
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


TABLE: dict[type[ev.Event], Rule] = {
    ev.Started: Rule(opening.started, _in("ready")),
    ev.Typed: Rule(opening.typed, _in("talking"), card=True),
    ev.Opened: Rule(opening.opened, _in("talking", "topic", "bulletin")),
    ev.BulletinOpened: Rule(opening.bulletin_opened, _in("talking", "topic", "bulletin")),
    ev.BulletinAcknowledged: Rule(opening.bulletin_acknowledged, _ANY),
    ev.NoAnswerFound: Rule(opening.no_answer_found, _in("talking")),
    ev.IntakeStarted: Rule(opening.intake_started, _in("topic")),
    ev.AnswerGiven: Rule(opening.answer_given, _in("topic", "bulletin")),
    ev.TransferShown: Rule(opening.transfer_shown, _in("topic", "interview", "done")),
    ev.Transferred: Rule(opening.transferred, _in("transfer")),
    ev.FieldTyped: Rule(asking.field_typed, _in("interview")),
    ev.Answered: Rule(asking.answered, _in("interview", "readback")),
    ev.Skipped: Rule(asking.skipped, _in("interview")),
    ev.HeardTaken: Rule(asking.heard_taken, _in("interview")),
    ev.HeardLeft: Rule(asking.heard_left, _in("interview")),
    ev.Jumped: Rule(asking.jumped, _in("interview", "readback")),
    ev.PlaceTyped: Rule(asking.place_typed, _in("interview")),
    ev.PlacesFound: Rule(asking.places_found, _in("interview")),
    ev.PlacePicked: Rule(asking.place_picked, _in("interview")),
    ev.PlaceConfirmed: Rule(asking.place_confirmed, _in("interview")),
    ev.PlaceUnverified: Rule(asking.place_unverified, _in("interview")),
    ev.DuplicatesFound: Rule(asking.duplicates_found, _in("interview", "readback"), card=True, held=True),
    ev.DuplicateJoined: Rule(asking.duplicate_joined, _in("interview", "readback")),
    ev.DuplicateNew: Rule(asking.duplicate_new, _in("interview", "readback")),
    ev.ReadBackConfirmed: Rule(saving.readback_confirmed, _in("readback")),
    ev.CaseSaved: Rule(saving.case_saved, _in("readback"), card=True, held=True),
    ev.SaveFailed: Rule(saving.save_failed, _in("readback"), card=True, held=True),
    ev.ReceiptCame: Rule(saving.receipt_came, _CALL, card=True, held=True),
    ev.WentBack: Rule(ending.went_back, _CALL),
    ev.SecondTopicBegun: Rule(ending.second_topic_begun, _in("topic", "bulletin", "interview", "done", "wrapup")),
    ev.WrapUpBegun: Rule(ending.wrapup_begun, _CALL - {"wrapup"}),
    ev.Disposed: Rule(ending.disposed, _in("wrapup")),
    ev.Parked: Rule(ending.parked, _CALL, held=True),
    ev.TakenUp: Rule(ending.taken_up, _CALL, card=True, held=True),
    ev.EmergencyHeard: Rule(aside.emergency_heard, _CALL, card=True),
    ev.CardOpened: Rule(aside.card_opened, _ANY, held=True),
    ev.CardClosed: Rule(aside.card_closed, _ANY, card=True, held=True),
    ev.DistressOpened: Rule(distress.opened, _CALL, held=True),
    ev.DistressClosed: Rule(distress.closed, _CALL, held=True),
    ev.Held: Rule(aside.held, _CALL),
    ev.Resumed: Rule(aside.resumed, _CALL, held=True),
    ev.HelpCalled: Rule(aside.help_called, _CALL, card=True, held=True),
    ev.MarkedForReview: Rule(aside.marked_for_review, _CALL, held=True),
    ev.LanguageSet: Rule(aside.language_set, _CALL),
    ev.CallBackAgreed: Rule(aside.call_back_agreed, _CALL),
    ev.AnswerFlagged: Rule(
        flagging.answer_flagged, _in("topic", "bulletin", "transfer", "interview", "readback", "done")
    ),
}

# What moves an interview on waits until the agent has said whether the case is one of those nearby.
_AFTER_DUPLICATES = frozenset(
    {
        *(ev.FieldTyped, ev.Answered, ev.Skipped, ev.HeardTaken, ev.HeardLeft, ev.Jumped, ev.ReadBackConfirmed),
        *(ev.PlaceTyped, ev.PlacePicked, ev.PlaceConfirmed, ev.PlaceUnverified),
    }
)

_BESIDE_DISTRESS = (ev.CardOpened, ev.DistressOpened, ev.DistressClosed)

_NOT_NOW = {
    "ready": noted("That can't be done while no call is being taken."),
    "talking": noted("That can't be done while the caller's words are being searched."),
    "bulletin": noted("That can't be done while a bulletin is open."),
    "topic": noted("That can't be done while a topic is open."),
    "transfer": noted("That can't be done while the call is about to be transferred."),
    "interview": noted("That can't be done while questions are being asked."),
    "readback": noted("That can't be done while the answers are being read back."),
    "done": noted("That can't be done while the case is saved."),
    "wrapup": noted("That can't be done while the call is being wrapped up."),
}


def refusal(state: m.CallState, kind: type[ev.Event]) -> str:
    """Why an event of this kind can't happen now; empty when it can."""
    rule = TABLE.get(kind)
    if rule is None:
        return say("This desk knows nothing of that.")
    if state.phase not in rule.phases:
        return say(_NOT_NOW[state.phase])
    if state.card_open and not rule.card and kind is not ev.CardOpened:
        return say("The 911 card is open; put it away first.")
    if state.distress_open and not rule.card and kind not in _BESIDE_DISTRESS:
        return say("The card for callers in distress is open; put it away first.")
    if state.held_since is not None and not rule.held:
        return say("The call is on hold; take it up first.")
    if kind in _AFTER_DUPLICATES and asking.needs_duplicate_choice(state):
        return say("Decide first whether this is one of the reports nearby.")
    return ""


def step(world: Any, state: m.CallState, event: ev.Event, at: datetime) -> m.Step:
    """What `event`, at the aware moment `at`, does to `state`. Never raises for an event that is out of place."""
    sentence = refusal(state, type(event))
    if sentence:
        return m.Step(state=state, refusal=sentence)
    return TABLE[type(event)].handler(world, state, event, at)

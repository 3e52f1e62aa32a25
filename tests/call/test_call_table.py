"""The table of the call: an event that is out of place is refused with a sentence, and changes nothing; whatever the order."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from helpers.stations import NOW, play, station
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.allowed import VERBS
from taker311.call.table import TABLE, refusal, step
from taker311.places.model import Place, PlaceHit
from taker311.station.recorder import Recorder, events_of

HERE = Place(kind="address", label="100 Main Street", lat=42.7, lon=-73.2)
EVENTS: list[ev.Event] = [
    ev.Started("c", "Sam", "en"),
    ev.Typed("tree"),
    ev.Opened("tree-problem", 1),
    ev.Opened("no-such-topic\x1b[2J"),
    ev.BulletinOpened("boil-water-harbor"),
    ev.BulletinOpened("none"),
    ev.BulletinAcknowledged("boil-water-harbor"),
    ev.BulletinAcknowledged("none"),
    ev.NoAnswerFound(),
    ev.IntakeStarted(),
    ev.FieldTyped("where", "str"),
    ev.FieldTyped("", "x"),
    ev.Answered("where", "street"),
    ev.Answered("where", "nonsense"),
    ev.Answered("", ""),
    ev.Answered("readback", "ok"),
    ev.Skipped("width"),
    ev.Skipped("where"),
    ev.Skipped("nonsense"),
    ev.HeardTaken("where"),
    ev.HeardLeft("where"),
    ev.WentBack(),
    ev.Jumped("width"),
    ev.Jumped("readback"),
    ev.Jumped("nonsense"),
    ev.PlaceTyped("100 elm"),
    ev.PlacesFound((PlaceHit(HERE, 1.0, True),)),
    ev.PlacePicked(1),
    ev.PlacePicked(-1),
    ev.PlaceConfirmed(),
    ev.PlaceUnverified("not sure", "the mill"),
    ev.PlaceUnverified("", ""),
    ev.DuplicatesFound((m.Duplicate("7QX6M24K", "TREE", 3, NOW),)),
    ev.DuplicateJoined("7QX6M24K"),
    ev.DuplicateNew(),
    ev.ReadBackConfirmed("11111111-2222-4333-8444-555555555555"),
    ev.CaseSaved("11111111-2222-4333-8444-555555555555", "7QX6M24K"),
    ev.SaveFailed("NOT SAVED"),
    ev.ReceiptCame("11111111-2222-4333-8444-555555555555", "26-1"),
    ev.AnswerGiven(),
    ev.TransferShown(),
    ev.Transferred(),
    ev.SecondTopicBegun(),
    ev.WrapUpBegun(),
    ev.Disposed("answered"),
    ev.Disposed("nonsense"),
    ev.EmergencyHeard("gas smell"),
    ev.CardOpened(),
    ev.CardClosed(),
    ev.CardClosed(connected=True),
    ev.Held(),
    ev.Resumed(),
    ev.HelpCalled(),
    ev.MarkedForReview(),
    ev.LanguageSet("es"),
    ev.LanguageSet("", "agent"),
    ev.LanguageSet("vi", "interpreter", "4711"),
    ev.CallBackAgreed("soon", "413 555 0142"),
    ev.CallBackAgreed("", ""),
    ev.AnswerFlagged("tree-problem", "the hours are wrong", "tree"),
    ev.AnswerFlagged("none"),
    ev.DistressOpened(),
    ev.DistressClosed(),
    ev.DistressClosed(connected=True),
    ev.Parked(),
    ev.TakenUp(),
]
TREE = (("type", "tree on the power line"), ("open", "tree-problem"), "intake")
DONE = (
    *TREE,
    *(
        ("answer", "street"),
        ("answer", "100 elm"),
        ("pick", "1"),
        "confirm",
        "skip",
        ("answer", "anonymous"),
        "confirm",
    ),
)
STATES = {
    "ready": (),
    "talking": (("type", "hello"),),
    "bulletin": (("type", "boil"), ("open", "boil-water-harbor")),
    "topic": (("type", "tree"), ("open", "tree-problem")),
    "a topic without questions": (("type", "library"), ("open", "library-hours")),
    "transfer": (("type", "tree"), ("open", "tree-problem"), "transfer"),
    "interview": TREE,
    "place": DONE[:4],
    "places": DONE[:5],
    "place read back": DONE[:6],
    "referred": (*TREE, ("answer", "private")),
    "stopped": (*TREE, ("answer", "wires"), ("answer", "the mill"), ("unverified", "new"), ("answer", "yes"), "close"),
    "readback": DONE[:-1],
    "done": DONE,
    "wrapup": (*DONE, "wrapup"),
    "second": (*DONE, "second"),
    "held": (*TREE, "hold"),
    "card": (*TREE, "emergency"),
    "card on ready": ("emergency",),
}


def test_every_event_is_tried_and_has_its_rule():
    assert {type(event) for event in EVENTS} == set(TABLE) == set(get_args(ev.AnyEvent))


@pytest.mark.parametrize("name", list(STATES))
def test_an_event_out_of_place_is_refused_with_a_sentence_and_changes_nothing(name):
    made = play(station(), *STATES[name])
    world, state = made.world, made.state
    before = msgspec.structs.replace(state)
    for event in EVENTS:
        done = step(world, state, event, NOW)
        assert state == before, "a state is a value"
        if done.refusal:
            assert done.state is state
            assert done.effects == ()
            assert done.refusal[0].isupper() or done.refusal[0] == "'"
            assert "\x1b" not in done.refusal
        elif refusal(state, type(event)):
            pytest.fail(f"{event} was taken in {name}")
        assert step(world, state, event, NOW) == done, "the same event does the same"


@pytest.mark.parametrize("name", list(STATES))
def test_two_events_in_any_order_never_raise(name):
    made = play(station(), *STATES[name])
    for first in EVENTS:
        after = step(made.world, made.state, first, NOW).state
        for second in EVENTS:
            step(made.world, after, second, NOW)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_out_of_the_journal_as_it_was(event):
    kept = _Kept()
    recorder = Recorder(kept)
    recorder.begin("call")
    recorder.note(event, NOW)
    recorder.flush()
    assert events_of(kept.entries) == [(NOW, event)]
    assert set(event.plain) <= set(event.__struct_fields__)


class _Kept:
    """A journal in memory."""

    def __init__(self) -> None:
        self.entries: list = []

    def append_all(self, entries) -> None:
        self.entries += entries


def test_no_word_of_a_caller_stands_unsealed_in_the_journal():
    personal = {"text", "when", "number", "words", "phrase", "interpreter", "sentence", "hits", "found", "reason"}
    for kind in TABLE:
        loose = set(kind.plain) & personal
        assert loose <= ({"number"} if kind is ev.PlacePicked else set()), kind


def test_every_verb_becomes_the_events_it_names():
    for name, verb in VERBS.items():
        assert verb.kinds, name
        assert set(verb.kinds) <= set(TABLE)


def test_a_phrase_after_which_the_card_was_put_away_raises_it_no_more():
    made = play(station(), ("type", "hello"))
    raised = step(made.world, made.state, ev.EmergencyHeard("gas smell"), NOW).state
    assert raised.card_open
    put_away = step(made.world, raised, ev.CardClosed(), NOW).state
    assert step(made.world, put_away, ev.EmergencyHeard("gas smell"), NOW).state == put_away
    assert step(made.world, put_away, ev.EmergencyHeard("not breathing"), NOW).state.card_open

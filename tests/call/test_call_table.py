"""The table of the call: an event that is out of place is refused with a sentence, and changes nothing; whatever the order."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from helpers.stations import NOW, play, station
from taker311.call import model as m
from taker311.call.allowed import VERBS
from taker311.call.table import TABLE, refusal, step
from taker311.places.model import Place, PlaceHit
from taker311.station.recorder import Recorder, events_of

HERE = Place(kind="address", label="100 Main Street", lat=42.7, lon=-73.2)
EVENTS: list[m.Event] = [
    m.Started("c", "Sam", "en"),
    m.Typed("tree"),
    m.Opened("tree-problem", 1),
    m.Opened("no-such-topic\x1b[2J"),
    m.BulletinOpened("boil-water-harbor"),
    m.BulletinOpened("none"),
    m.BulletinAcknowledged("boil-water-harbor"),
    m.BulletinAcknowledged("none"),
    m.NoAnswerFound(),
    m.IntakeStarted(),
    m.FieldTyped("where", "str"),
    m.FieldTyped("", "x"),
    m.Answered("where", "street"),
    m.Answered("where", "nonsense"),
    m.Answered("", ""),
    m.Answered("readback", "ok"),
    m.Skipped("width"),
    m.Skipped("where"),
    m.Skipped("nonsense"),
    m.HeardTaken("where"),
    m.HeardLeft("where"),
    m.WentBack(),
    m.Jumped("width"),
    m.Jumped("readback"),
    m.Jumped("nonsense"),
    m.PlaceTyped("100 elm"),
    m.PlacesFound((PlaceHit(HERE, 1.0, True),)),
    m.PlacePicked(1),
    m.PlacePicked(-1),
    m.PlaceConfirmed(),
    m.PlaceUnverified("not sure", "the mill"),
    m.PlaceUnverified("", ""),
    m.DuplicatesFound((m.Duplicate("7QX6M24K", "TREE", 3, NOW),)),
    m.DuplicateJoined("7QX6M24K"),
    m.DuplicateNew(),
    m.ReadBackConfirmed("11111111-2222-4333-8444-555555555555"),
    m.CaseSaved("11111111-2222-4333-8444-555555555555", "7QX6M24K"),
    m.SaveFailed("NOT SAVED"),
    m.ReceiptCame("11111111-2222-4333-8444-555555555555", "26-1"),
    m.AnswerGiven(),
    m.TransferShown(),
    m.Transferred(),
    m.SecondTopicBegun(),
    m.WrapUpBegun(),
    m.Disposed("answered"),
    m.Disposed("nonsense"),
    m.EmergencyHeard("gas smell"),
    m.CardOpened(),
    m.CardClosed(),
    m.CardClosed(connected=True),
    m.Held(),
    m.Resumed(),
    m.HelpCalled(),
    m.LanguageSet("es"),
    m.LanguageSet("", "agent"),
    m.LanguageSet("vi", "interpreter", "4711"),
    m.CallBackAgreed("soon", "413 555 0142"),
    m.CallBackAgreed("", ""),
    m.Parked(),
    m.TakenUp(),
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
    assert {type(event) for event in EVENTS} == set(TABLE) == set(get_args(m.AnyEvent))


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
        assert loose <= ({"number"} if kind is m.PlacePicked else set()), kind


def test_every_verb_becomes_the_events_it_names():
    for name, verb in VERBS.items():
        assert verb.kinds, name
        assert set(verb.kinds) <= set(TABLE)


def test_a_phrase_after_which_the_card_was_put_away_raises_it_no_more():
    made = play(station(), ("type", "hello"))
    raised = step(made.world, made.state, m.EmergencyHeard("gas smell"), NOW).state
    assert raised.card_open
    put_away = step(made.world, raised, m.CardClosed(), NOW).state
    assert step(made.world, put_away, m.EmergencyHeard("gas smell"), NOW).state == put_away
    assert step(made.world, put_away, m.EmergencyHeard("not breathing"), NOW).state.card_open

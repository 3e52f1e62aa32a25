"""The 911 card: one key from anywhere, and nothing else until it is put away."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from helpers.stations import play, station
from taker311.call import events as ev

TREE = (("type", "tree"), ("open", "tree-problem"), "intake")
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
    "transfer": (("type", "tree"), ("open", "tree-problem"), "transfer"),
    "interview": TREE,
    "readback": DONE[:-1],
    "done": DONE,
    "wrapup": (*DONE, "wrapup"),
    "held": (*TREE, "hold"),
}


@pytest.mark.parametrize("name", list(STATES))
def test_the_card_opens_from_every_state_and_leaves_it_as_it_was(name):
    made = play(station(), *STATES[name])
    assert "emergency" in made.view().allowed
    before = made.view()
    shown = play(made, "emergency").view()
    assert shown.state == "emergency"
    assert shown.say == "Stay on the line. I am connecting you with 911 now."
    assert shown.title == "911"
    assert [step.label for step in shown.choices] == ["Ask where they are.", "Stay until 911 answers."]
    assert len(made.state.emergencies) == 1
    play(made, "close")
    assert made.view() == before


@pytest.mark.parametrize("name", [name for name in STATES if name != "ready"])
def test_whoever_was_handed_over_is_coded_so(name):
    made = play(station(), *STATES[name], "emergency", "connected")
    assert made.state.phase == "wrapup"
    assert made.state.disposition == "emergency"
    assert made.state.finished[-1].disposition == "emergency"
    if name == "held":
        play(made, "resume")
    play(made, "end")
    assert made.state.phase == "ready"


@pytest.mark.parametrize("name", [name for name in STATES if name not in ("ready", "held", "wrapup")])
def test_going_back_from_a_hand_over_leads_where_the_call_was(name):
    made = play(station(), *STATES[name])
    before = made.state
    play(made, "emergency", "connected", "back")
    assert made.state.phase == before.phase
    assert made.state.finished == before.finished


def test_nothing_else_can_be_done_while_the_card_is_open():
    made = play(station(), *TREE, "emergency")
    before = made.state
    for verb in (
        "answer",
        "skip",
        "back",
        "jump",
        "wrapup",
        "second",
        "transfer",
        "hold",
        "language",
        "park",
        "call-back",
    ):
        assert made.do(verb, "1").problem == "The 911 card is open; put it away first."
    assert made.state == before
    assert set(made.view().allowed) == {"emergency", "close", "connected", "help-me"}


def test_911_typed_where_the_words_go_opens_the_card():
    made = play(station(), ("type", "9"), ("type", "91"), ("type", " 911 "))
    assert made.view().state == "emergency"
    play(made, "close")
    assert made.view().draft == "", "the digits are no caller's words"
    assert play(station(), ("type", "911")).state.card_why == "911", "from the ready screen too"


def test_911_inside_a_sentence_is_only_words():
    assert not play(station(), ("type", "911 told me to call you")).state.card_open


def test_emergency_words_raise_the_card_once_for_a_phrase():
    made = play(station(), ("type", "i smell ga"))
    assert not made.state.card_open
    play(made, ("type", "i smell gas"))
    assert made.state.card_open
    play(made, "close", ("type", "i smell gas i"), ("type", "i smell gas in the street"))
    assert not made.state.card_open, "put away, it does not come back at the next letter"
    play(made, ("type", "someone is not breathing"))
    assert made.state.card_open, "another phrase is another emergency"
    assert len(made.state.emergencies) == 2


def test_what_only_looks_like_an_emergency_raises_nothing():
    assert not play(station(), ("type", "question on my gas bill")).state.card_open


def test_spanish_words_raise_it_too():
    assert play(station(), ("language", "es"), ("type", "huele a gas")).state.card_open


def test_a_topic_that_is_an_emergency_raises_it_once():
    made = play(station(), ("type", "odd odor"), ("open", "gas-smell"))
    assert made.state.card_why == "gas-smell"
    play(made, "close", "back", ("open", "gas-smell"))
    assert not made.state.card_open


def test_an_answer_that_is_an_emergency_raises_it():
    made = play(
        station(), *TREE, ("answer", "wires"), ("answer", "100 elm"), ("pick", "1"), "confirm", ("answer", "yes")
    )
    assert made.view().state == "emergency"
    play(made, "close")
    assert made.view().notice == "This answer ends the questions."
    assert "confirm" not in made.view().allowed
    made.do("jump", "readback")
    assert made.state.phase == "interview", "what was stopped is never saved"
    play(made, "back", ("answer", "no"))
    assert made.state.interview.at == "width"


def test_a_card_that_was_put_away_presets_no_code():
    assert play(station(), ("type", "hello"), "emergency", "close", "wrapup").state.disposition == ""


def test_the_card_speaks_the_callers_language():
    assert play(station(), ("language", "es"), "emergency").view().say.startswith("No cuelgue.")


def test_a_card_that_is_not_open_cannot_be_put_away():
    made = play(station(), ("type", "x"))
    for verb in ("close", "connected"):
        assert made.do(verb).problem == "The 911 card is not open."


def test_typing_goes_on_under_the_card():
    made = station()
    made.apply(ev.Started("c", "Sam", "en"))
    play(made, "emergency")
    assert made.apply(ev.Typed("still typing"))
    assert made.state.typed == "still typing"


def test_heard_words_that_are_an_emergency_raise_it_as_an_answer_does():
    made = play(station(), *TREE)
    script = made.world.script(made.state)
    heard = {"en": {"yes": ("sparks",)}}
    with_words = tuple(replace(q, heard=heard) if q.id == "sparks" else q for q in script.questions)
    made.world.bundle = _Bundle(made.world.bundle, replace(script, questions=with_words))
    made.state = replace(made.state, said=("tree makes sparks on the power line",))
    play(made, "take", ("answer", "100 elm"), ("pick", "1"), "take")
    assert made.view().state == "emergency"
    assert made.state.picked is None, "the place that was being read back is asked for again"
    play(made, "close", "back")
    assert made.state.interview.at == "sparks"


class _Bundle:
    """The city's knowledge with one script of another wording."""

    def __init__(self, bundle, script) -> None:
        self._bundle, self._script = bundle, script

    def __getattr__(self, name):
        return getattr(self._bundle, name)

    def script(self, _id):
        return self._script

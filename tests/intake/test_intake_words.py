"""What is shown and read out of an interview, in both languages; and what the caller's own words gave away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from helpers.intake_scripts import mini, said, script, yesno
from taker311.intake import interview as interviews
from taker311.intake.display import outline, place_in_words, readback, value_in_words
from taker311.intake.heard import heard
from taker311.intake.model import Answer, Interview
from taker311.intake.steps import PLACE, layout
from taker311.knowledge.model import Question
from taker311.places.model import Place

TREE, POTHOLE = mini("tree-problem"), mini("pothole")


def rows(made, interview, lang="en"):
    return {line.id: (line.value, line.state) for line in outline(made, interview, lang, "en")}


def test_the_outline_shows_each_step_as_its_answer_makes_it():
    interview = said(POTHOLE, interviews.start(POTHOLE), (PLACE, ""), ("where", "2"), ("deep", "unknown"))
    assert rows(POTHOLE, interview) == {
        PLACE: ("100 Main Street", "done"),
        "where": ("At the curb", "done"),
        "deep": ("doesn't know", "unknown"),
        "damage": ("", "here"),
        "caller.contact": ("", "open"),
    }


def test_the_outline_speaks_the_callers_language():
    interview = said(POTHOLE, interviews.start(POTHOLE), (PLACE, ""), ("where", "2"), ("deep", "yes"))
    shown = rows(POTHOLE, interview, "es")
    assert shown["where"] == ("Junto al bordillo", "done")
    assert shown["deep"] == ("sí", "done")
    assert shown["lights"] == ("", "note")


def test_a_skipped_step_is_shown_as_not_asked():
    made = script(yesno("one"), yesno("two"))
    interview = interviews.skip(made, interviews.start(made), "one")
    assert isinstance(interview, Interview)
    assert rows(made, interview)["one"] == ("not asked", "open")


def test_the_read_back_holds_what_counts_in_the_order_of_the_script():
    interview = said(
        POTHOLE,
        interviews.start(POTHOLE),
        *((PLACE, ""), ("where", "1"), ("deep", "no"), ("damage", "1,2")),
        *(("caller.contact", "text"), ("caller.phone", "413 555 0142"), ("caller.name", "Ann Lee")),
    )
    lines = [(line.label, line.value) for line in readback(POTHOLE, interview, "en", "en")]
    assert lines == [
        ("Where", "100 Main Street"),
        ("Is it in the traffic lane, at the curb, or in an alley?", "Traffic lane"),
        ("Is it deeper than a hand?", "no"),
        ("What was damaged?", "Tire, Rim"),
        ("Updates", "Yes, by text message"),
        ("Phone", "(413) 555-0142"),
        ("Name", "Ann Lee"),
    ]
    spanish = [line.value for line in readback(POTHOLE, interview, "es", "en")]
    assert spanish == [
        "100 Main Street",
        "Carril",
        "no",
        "Llanta, Rin",
        "Sí, por mensaje de texto",
        "(413) 555-0142",
        "Ann Lee",
    ]


def test_every_line_of_the_read_back_is_a_step_that_mends_it():
    interview = said(POTHOLE, interviews.start(POTHOLE), (PLACE, ""), ("where", "1"), ("deep", "yes"))
    for line in readback(POTHOLE, interview, "en", "en"):
        assert isinstance(interviews.jump(POTHOLE, interview, line.id), Interview)


def test_a_note_and_a_hidden_answer_are_not_read_back():
    interview = said(TREE, interviews.start(TREE), ("where", "4"), (PLACE, ""), ("sparks", "no"), ("where", "1"))
    assert [line.id for line in readback(TREE, interview, "en", "en")] == ["where", PLACE, "caller.contact"]
    noted = said(POTHOLE, interviews.start(POTHOLE), (PLACE, ""), ("where", "1"), ("deep", "yes"), ("lights", "ok"))
    assert "lights" not in [line.id for line in readback(POTHOLE, noted, "en", "en")]


def test_values_are_told_as_people_say_them():
    width = layout(TREE).questions["width"]
    assert value_in_words(width, Answer(12), "en", "en") == "12 inches"
    assert value_in_words(width, Answer(2.5), "es", "en") == "2.5 pulgadas"
    assert value_in_words(width, Answer(12_345_678), "en", "en") == "12345678 inches"
    assert value_in_words(width, Answer(None, "unknown"), "es", "en") == "no sabe"
    day = Question(id="day", type="date", ask={})
    assert value_in_words(day, Answer("2026-11-30"), "en", "en") == "Monday, November 30"
    assert value_in_words(day, Answer("2026-11-30"), "es", "en") == "lunes 30 de noviembre"
    where = layout(TREE).questions["where"]
    assert value_in_words(where, Answer("gone"), "en", "en") == "gone", "a choice that a newer script dropped"


def test_a_place_is_read_with_its_detail_and_its_doubt_once():
    mill = Place(kind="unverified", label="the old mill", reason="New or unnamed street")
    assert place_in_words(mill, "en") == "the old mill (not verified)"
    assert (
        place_in_words(replace(mill, detail="behind the dam"), "es") == "the old mill, behind the dam (sin verificar)"
    )
    assert (
        place_in_words(Place(kind="landmark", label="City Hall", detail="at the back"), "en")
        == "City Hall, at the back"
    )


# ---------------------------------------------------------------- heard
def offered(words: str, lang: str = "en") -> list[tuple[str, str]]:
    return [(offer.question, offer.value) for offer in heard(TREE, interviews.start(TREE), (words,), lang)]


@pytest.mark.parametrize(
    "words",
    [
        "there is a tree on the power line",
        "A TREE ON THE POWER LINE!",
        "it is touching the wires",
        "I don't know why, but it is on the power line",
        "is it in a park? no, on the power line",
    ],
)
def test_words_that_give_an_answer_away_are_offered(words):
    assert offered(words) == [("where", "wires")]


@pytest.mark.parametrize(
    "words",
    [
        "the tree is not on the power line",
        "it isn't on the power line",
        "it isn’t really on the power line",
        "it never was on the power line",
        "no está sobre el cable",
        "on the power",
        "on the old power line",
        "wires",
        "",
    ],
)
def test_words_that_deny_it_or_say_something_else_are_not(words):
    assert offered(words) == []
    assert offered(words, "es") == []


def test_words_in_either_language_are_heard():
    assert offered("un árbol SOBRE EL CABLE de luz", "es") == [("where", "wires")]
    assert offered("un arbol sobre el cable", "en") == [("where", "wires")]


def test_what_is_answered_already_is_not_offered():
    interview = said(TREE, interviews.start(TREE), ("where", "1"))
    assert heard(TREE, interview, ("on the power line",), "en") == ()


def test_an_offer_is_an_inferred_answer_with_the_callers_words():
    (offer,) = heard(TREE, interviews.start(TREE), ("tree on the power line",), "en")
    assert (offer.words, offer.answer) == ("on the power line", Answer("wires", "inferred"))
    taken = interviews.give(TREE, interviews.start(TREE), offer.question, offer.answer)
    assert isinstance(taken, Interview)
    assert rows(TREE, taken)["where"] == ("Touching a wire", "inferred")


@given(st.lists(st.text(max_size=80), max_size=3), st.sampled_from(["en", "es", "xx"]))
def test_nothing_a_caller_says_breaks_the_hearing(words, lang):
    assert isinstance(heard(TREE, interviews.start(TREE), tuple(words), lang), tuple)

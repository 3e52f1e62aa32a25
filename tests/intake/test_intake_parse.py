"""From typed text to an answer's value: every type, both languages, and strangers' text that means nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.intake_scripts import choice, mini
from taker311.intake.model import Answer, Refusal
from taker311.intake.parse import CHOICE_KEYS, in_digits, parse_answer
from taker311.intake.steps import layout
from taker311.knowledge.model import Choice, Question

TODAY = date(2026, 11, 24)
WHERE = layout(mini("tree-problem")).questions["where"]
DAMAGE = layout(mini("pothole")).questions["damage"]


def parsed(question: Question | str, text: str, lang: str = "en") -> object:
    made = question if isinstance(question, Question) else Question(id="q", type=question, ask={})  # type: ignore[arg-type]
    answer = parse_answer(made, text, lang=lang, today=TODAY)
    return answer.sentence if isinstance(answer, Refusal) else answer.value


TYPES = ["choice", "choices", "yesno", "number", "text", "date", "phone", "email", "place", "asset", "photo-url"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("text", ["unknown", "Doesn't know", "no sabe", "?", " UNKNOWN "])
def test_doesnt_know_is_understood_everywhere(kind, text):
    made = choice("q", "a", "b") if kind in ("choice", "choices") else Question(id="q", type=kind, ask={})
    assert parse_answer(made, text, lang="en") == Answer(None, "unknown")


@pytest.mark.parametrize("kind", TYPES)
def test_nothing_typed_is_no_answer(kind):
    made = choice("q", "a", "b") if kind in ("choice", "choices") else Question(id="q", type=kind, ask={})
    for text in ("", "   ", "\n\t"):
        assert isinstance(parse_answer(made, text, lang="en"), Refusal)


def test_0_is_doesnt_know_for_what_is_picked_and_a_number_for_what_is_counted():
    assert parsed(WHERE, "0") is None
    assert parsed("yesno", "0") is None
    assert parsed("number", "0") == 0
    assert parsed("text", "0") == "0"


@pytest.mark.parametrize("text", ["4", "wires", "WIRES", "Touching a wire", "touching a WIRE", "Toca un cable"])
def test_a_choice_is_picked_by_its_key_on_the_screen_its_name_and_its_label(text):
    assert parsed(WHERE, text) == "wires"


@pytest.mark.parametrize("text", ["5", "9", "a", "wire s", "n", "44"])
def test_what_is_no_choice_is_refused(text):
    assert "none of the answers" in parsed(WHERE, text)


def test_a_slip_in_a_choice_is_told_what_it_may_have_been():
    assert "did you mean 'wires'" in parsed(WHERE, "wirs")


def test_what_stands_before_a_choice_on_the_screen_wins_over_its_own_name():
    many = Question(id="q", type="choice", ask={}, choices=tuple(Choice(k, {"en": k * 3}) for k in "zyxwvutsrqbap"))
    assert parsed(many, "a") == "q", "'a' is what stands before the tenth"
    assert parsed(many, "b") == "b" == many.choices[10].key
    assert parsed(many, "x") == "x", "nothing stands there, so it is the choice of that name"


def test_n_and_y_are_no_keys_of_choices():
    assert not set("nyNY0") & set(CHOICE_KEYS)
    assert len(set(CHOICE_KEYS)) == len(CHOICE_KEYS)


@pytest.mark.parametrize("text", ["1,3", "1 3", "3, 1", "tire, bike", "Bicycle, tire", "1,3,1"])
def test_several_choices_come_in_the_order_of_the_script(text):
    assert parsed(DAMAGE, text) == ("tire", "bike")


@pytest.mark.parametrize("text", [",", ", ,", "1,x", "nothing at all"])
def test_several_choices_with_a_wrong_one_are_refused(text):
    assert "none of the answers" in parsed(DAMAGE, text)


def test_a_label_with_blanks_is_one_choice():
    assert parsed(Question(id="q", type="choices", ask={}, choices=WHERE.choices), "In a park") == ("park",)


@pytest.mark.parametrize("text", ["yes", "Y", "1", "sí", "SI", "s", "true"])
def test_yes_in_both_languages(text):
    assert parsed("yesno", text) is True


@pytest.mark.parametrize("text", ["no", "N", "2", "NO", "false"])
def test_no_in_both_languages(text):
    assert parsed("yesno", text) is False


@pytest.mark.parametrize("text", ["3", "maybe", "yes no", "nope"])
def test_neither_yes_nor_no_is_refused(text):
    assert parsed("yesno", text) == "This wants yes or no."


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("12", "en", 12),
        ("-3", "en", -3),
        ("2.5", "en", 2.5),
        ("1,204", "en", 1204),
        ("1,204", "es", 1204),
        ("12,345,678.5", "en", 12345678.5),
        ("2,5", "es", 2.5),
        ("1 204", "es", 1204),
        ("٣", "en", 3),
    ],
)
def test_numbers_as_people_write_them(text, lang, value):
    assert parsed("number", text, lang) == value


@pytest.mark.parametrize("text", ["2,5", "twelve", "1e9", "nan", "inf", "²", "1,20,4", "--1", "9" * 40, "1.2.3"])
def test_what_is_no_number_is_refused(text):
    assert parsed("number", text) == "This wants a number, in digits."


def test_a_number_beyond_its_bounds_is_told_them_in_digits():
    made = Question(id="q", type="number", ask={}, minimum=1, maximum=2_000_000.0)
    assert parsed(made, "0.5") == "The least this takes is 1."
    assert parsed(made, "2000001") == "The most this takes is 2000000."


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (2.5, "2.5"), (12_345_678, "12345678"), (1e9, "1000000000"), (0.1, "0.1")]
)
def test_digits_never_get_an_exponent(value, text):
    assert in_digits(value) == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-25", "2026-11-25"),
        ("2026-1-5", "2026-01-05"),
        ("11/23", "2026-11-23"),
        ("11/23/2025", "2025-11-23"),
        ("today", "2026-11-24"),
        ("Yesterday", "2026-11-23"),
        ("hoy", "2026-11-24"),
        ("ayer", "2026-11-23"),
    ],
)
def test_days_as_people_say_them(text, day):
    assert parsed("date", text) == day


def test_a_day_without_a_year_is_the_nearest_one():
    made = Question(id="q", type="date", ask={})
    january = date(2027, 1, 2)
    assert parse_answer(made, "12/31", lang="en", today=january) == Answer("2026-12-31")
    assert parse_answer(made, "1/5", lang="en", today=date(2026, 12, 30)) == Answer("2027-01-05")
    assert parse_answer(made, "2/29", lang="en", today=date(2027, 6, 1)) == Answer("2028-02-29")


@pytest.mark.parametrize("text", ["2026-02-30", "13/45", "0000-01-01", "99999-01-01", "soon", "2/29/2027", "11/23/26"])
def test_what_is_no_day_is_refused(text):
    assert "This wants a day" in parsed("date", text)


@pytest.mark.parametrize("text", ["413 555 0142", "(413) 555-0142", "+1 413-555-0142", "413.555.0142", "14135550142"])
def test_a_phone_number_is_kept_as_the_world_dials_it(text):
    assert parsed("phone", text) == "+14135550142"


@pytest.mark.parametrize("text", ["555-0142", "911", "4135550", "call me", "413 555 01425 9", "+", "9" * 300])
def test_a_number_that_nobody_could_ring_is_refused(text):
    assert "phone number" in parsed("phone", text)


def test_an_email_is_whole_or_refused():
    assert parsed("email", "Ann.Lee@Example.COM") == "Ann.Lee@example.com"
    for text in ("ann", "ann@", "@example.com", "ann at example dot com", "a@b", "ann@example..com", "a b@example.com"):
        assert "e-mail" in parsed("email", text)


def test_a_photo_is_given_by_its_address():
    assert parsed("photo-url", "https://example.com/a.jpg") == "https://example.com/a.jpg"
    for text in ("file:///etc/passwd", "javascript:alert(1)", "https://", "https://a b", "a.jpg"):
        assert "https://" in parsed("photo-url", text)


def test_text_is_kept_as_it_was_said_and_cleaned():
    assert parsed("text", "  behind the church  ") == "behind the church"
    assert parsed("text", "a\x1b[2Jb") == "a\ufffd[2Jb"
    assert len(parsed("text", "x" * 5_000)) == 1_000


def test_a_note_is_done_by_whatever_is_typed():
    assert parsed("note", "ok") is True
    assert parsed("note", "") is True


@given(st.sampled_from([*TYPES, "note"]), st.text(max_size=60), st.sampled_from(["en", "es", "vi", ""]))
def test_anything_typed_is_an_answer_or_a_sentence(kind, text, lang):
    made = DAMAGE if kind == "choices" else WHERE if kind == "choice" else Question(id="q", type=kind, ask={})
    answer = parse_answer(made, text, lang=lang, today=TODAY)
    assert isinstance(answer, Answer | Refusal)
    if isinstance(answer, Refusal):
        assert answer.sentence.rstrip().endswith((".", "//"))
        assert len(answer.sentence) < 200

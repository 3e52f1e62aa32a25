"""What walking over every screen brought to light: words that were lost, sentences that were cut, keys that did nothing."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from helpers.keys import Hands
from helpers.screens import STATUS
from helpers.stations import station
from taker311.base.errors import UserError
from taker311.call.shown import ViewChoice
from taker311.cli._full_screen import need_a_screen
from taker311.desk.draw import plain
from taker311.desk.keyboard import EscGate
from taker311.desk.screen import draw
from taker311.station.model import Notice


def hands() -> Hands:
    return Hands(station())


def shown(made: Hands, width: int = 80, height: int = 24, status=STATUS) -> str:
    return plain(draw(made.control, status, width, height, 5).lines)


def hints(made: Hands, width: int = 80, height: int = 24) -> str:
    return shown(made, width, height).splitlines()[-1]


# ---------------------------------------------------------------- Esc in the search
def test_esc_in_the_search_empties_the_box_and_once_more_brings_the_words_back():
    made = hands().says("hole in the road").press("escape")
    assert made.control.entry.text == ""
    assert made.view.hits == ()
    assert "Nothing matches" not in shown(made)
    made.press("escape")
    assert made.control.entry.text == "hole in the road"
    assert made.view.hits[0].title == "Pothole"


def test_esc_in_an_empty_search_says_how_a_call_ends():
    made = hands().says("x").press("backspace", "escape")
    assert made.view.state == "talking"
    assert "F4 wraps it up, F10 puts it aside" in made.control.note


def test_the_words_of_one_caller_do_not_come_back_in_the_box_of_the_next():
    made = hands().says("hole in the road").press("escape", "f4", "9")
    assert made.view.state == "ready"
    made.says("l").press("backspace", "escape")
    assert made.control.entry.text == ""


# ---------------------------------------------------------------- the card that opens while somebody types
def test_what_is_typed_after_an_emergency_word_is_kept_and_goes_on_in_the_box():
    made = hands().says("smell gas, 12 Elm")
    assert made.view.state == "emergency"
    made.press("backspace").press("escape")
    assert made.view.state == "talking"
    assert made.control.entry.text == "smell gas, 12 El"


def test_an_enter_by_reflex_does_not_say_that_911_has_the_caller():
    made = hands().says("smell gas").press("enter")
    assert made.view.state == "emergency"
    assert "Enter once more" in made.control.note
    made.press("enter")
    assert made.view.state == "wrapup"


def test_an_enter_after_the_card_was_looked_at_counts_at_once():
    made = hands().says("smell gas")
    made.control.station.desk.clock.advance(2)
    made.press("enter")
    assert made.view.state == "wrapup"


def test_the_card_that_was_opened_by_its_key_takes_enter_at_once():
    made = hands().says("hole").press("f9", "enter")
    assert made.view.state == "wrapup"


def test_every_line_of_the_911_card_can_be_reached_in_a_small_window():
    made = hands().says("hole").press("f9")
    steps = tuple(ViewChoice("", f"Step {number}: {'slowly ' * 12} end {number}.") for number in range(1, 8))
    made.control.view = replace(made.view, choices=steps)
    first = shown(made, 60, 20)
    assert "more: arrow keys" in first
    assert "end 7." not in first
    made.press(*["down"] * 30)
    assert "end 7." in shown(made, 60, 20)


# ---------------------------------------------------------------- hints and help
def test_scrolling_is_offered_only_where_there_is_more():
    made = hands().press("f5")
    assert "scroll" not in hints(made)
    made.press("escape", "f1")
    shown(made)
    assert "scroll" in hints(made)


def test_deciding_is_offered_only_where_a_digit_does_something():
    assert "decide" not in hints(hands().press("f5"))


def test_enter_ends_a_call_only_where_an_ending_is_preset():
    made = hands().says("hole").press("f4")
    assert "end the call" not in hints(made)
    made.press("enter")
    assert made.control.note == "Pick how the call ended by its digit."
    assert made.view.problem == ""


def test_the_letters_before_lines_name_themselves_in_the_hint_line():
    made = hands().says("hole in the road").press("ctrl+g", "ctrl+g")
    assert "a-" in hints(made)
    assert "Esc never mind" in hints(made)


def test_help_names_a_key_only_for_what_it_does_here():
    rows = shown(hands().says("hole in the road").press("enter", "f1"), 80, 60).split("All keys")[0].splitlines()
    keys = [row[3:16].strip() for row in rows if row.startswith("   ")]
    named = [key for row in keys for key in row.split(", ") if not row.startswith("in ")]
    assert len(named) == len(set(named))


def test_no_label_in_help_runs_into_the_id_behind_it():
    text = shown(hands().press("f1"), 80, 120)
    assert "mark this call for review" in text
    assert all(row[50:51] in ("", " ") or "…" not in row for row in text.splitlines())
    assert "…" not in text


def test_a_filter_that_leaves_nothing_says_so():
    made = hands().says("hole").press("ctrl+g").press("/").says("zzz")
    assert "Nothing here has these letters" in shown(made)
    assert "pick" not in hints(made)


# ---------------------------------------------------------------- the ready screen
def test_a_notice_is_not_cut_where_there_is_room_for_it():
    long = Notice("trouble", "The city's services have changed: " + "and so on " * 9 + "to the end.")
    assert "to the end." in shown(hands(), status=replace(STATUS, notices=(long,)))


def test_the_ready_screen_always_says_how_a_call_begins():
    many = tuple(Notice("bulletin", f"Number {n}: {'words ' * 20}") for n in range(12))
    text = shown(hands(), 60, 20, replace(STATUS, notices=many, changed=("new", "newer", "newest")))
    assert "Type what the caller says to start a call." in text
    assert "more; a larger window shows" in text


# ---------------------------------------------------------------- held, done
def test_a_held_call_says_what_it_is_about_and_how_it_goes_on():
    made = hands().says("hole in the road").press("enter", "f8")
    text = shown(made)
    assert "On hold: Pothole." in text
    assert "F8 takes the caller up" in text


def test_the_time_of_saving_is_the_citys_and_not_utc():
    made = hands().says("hole in the road").press("enter", "enter").says("100 wash").press("enter", "enter")
    made.press("1", "2", "1", "enter", "1").says("413 555 0142").press("enter").says("Ann").press("enter", "enter")
    assert made.view.state == "done"
    assert "UTC" not in shown(made)


# ---------------------------------------------------------------- a terminal that is none
@pytest.mark.parametrize(
    ("kind", "a_terminal", "words"),
    [
        ("dumb", True, "TERM says 'dumb': take calls with  taker311 line"),
        (None, True, "TERM is not set"),
        ("xterm", False, "taker311 line --json"),
    ],
)
def test_without_a_terminal_that_places_a_cursor_the_desk_says_what_takes_calls_there(
    monkeypatch, kind, a_terminal, words
):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: a_terminal))
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: a_terminal))
    monkeypatch.delenv("TERM", raising=False)
    if kind:
        monkeypatch.setenv("TERM", kind)
    with pytest.raises(UserError, match=re.escape(words)):
        need_a_screen("taker311 line")


# ---------------------------------------------------------------- Esc and the key after it
@pytest.mark.parametrize(
    ("came", "pieces"),
    [
        (["\x1b1"], ["\x1b", "1"]),
        (["\x1bpothole"], ["\x1b", "pothole"]),
        (["a\x1b\r"], ["a", "\x1b", "\r"]),
        (["\x1b\x1b[A"], ["\x1b", "\x1b[A"]),
        (["\x1b[A\x1bOP"], ["\x1b[A", "\x1bOP"]),
        (["\x1b", "[A"], ["\x1b[A"]),
        (["\x1b", "1"], ["\x1b", "1"]),
        (["\x1b\x03"], ["\x1b", "\x03"]),
    ],
)
def test_esc_is_a_key_of_its_own_whatever_comes_after_it(came, pieces):
    gate = EscGate()
    assert [piece for data in came for piece in gate.pieces(data)] == pieces


def test_an_esc_that_nothing_follows_is_the_key():
    gate = EscGate()
    assert list(gate.pieces("\x1b")) == []
    assert list(gate.paused()) == ["\x1b"]
    assert list(gate.paused()) == []

"""Keys at the desk: how few a call takes, and that no letter of a caller's word is ever taken for a command."""

from __future__ import annotations

import pytest

from helpers.keys import Hands
from helpers.stations import station
from taker311.desk.actions import ACTIONS
from taker311.desk.pages import Page


def hands() -> Hands:
    return Hands(station())


def asking(topic: str = "hole in the road") -> Hands:
    return hands().says(topic).press("enter", "enter")


# ---------------------------------------------------------------- how few keys
def test_an_information_call_takes_at_most_14_control_keys():
    made = hands().says("when is the library open").press("enter", "enter", "enter")
    assert made.view.state == "ready"
    assert made.control.station.calls == 1
    assert made.pressed <= 14
    assert made.pressed == 3


def a_request(made: Hands) -> Hands:
    made.says("hole in the road").press("enter", "enter")
    made.says("100 wash").press("enter", "enter")
    made.press("1", "2", "1", "enter")
    made.press("1").says("413 555 0142").press("enter").says("Ann Lee").press("enter")
    return made.press("enter")


def test_a_request_takes_at_most_45_control_keys():
    made = a_request(hands())
    assert made.view.state == "done"
    before = made.pressed
    made.press("enter", "enter")
    assert made.pressed - before <= 4, "the wrap-up"
    assert made.view.state == "ready"
    assert made.pressed <= 45
    assert made.pressed == 14
    (row,) = made.control.station.desk.store.rows()
    assert made.control.station.desk.store.case(row.case_id).caller.first_name == "Ann"


def test_a_second_topic_takes_at_most_6_control_keys_to_its_card():
    made = a_request(hands())
    before = made.pressed
    made.press("n").says("library").press("enter")
    assert (made.view.state, made.view.title) == ("topic", "Library hours")
    assert made.pressed - before <= 6


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("x",),
        ("t", "r", "e", "e", "enter"),
        ("t", "r", "e", "e", "enter", "enter"),
        ("t", "r", "e", "e", "enter", "t"),
        ("h", "o", "l", "e", "enter", "enter"),
        ("h", "o", "l", "e", "enter", "enter", "f8"),
        ("x", "f4"),
        ("x", "f1"),
        ("x", "f6"),
        ("f5",),
    ],
)
def test_the_911_card_is_one_key_from_anywhere(keys):
    made = hands().press(*keys)
    before = made.pressed
    made.press("f9")
    assert made.view.state == "emergency"
    assert made.pressed - before == 1


def test_the_911_card_opens_over_a_menu_and_a_prompt():
    for key in ("ctrl+g", "f2", "ctrl+r"):
        made = hands().press("x", key, "f9")
        assert made.view.state == "emergency", key
        assert made.control.menu is None
        assert made.control.prompt is None


# ---------------------------------------------------------------- digits
def test_a_digit_picks_in_an_empty_box_and_after_a_blank():
    made = hands().says("tree ")
    made.press("1")
    assert made.view.state == "topic"


def test_a_digit_in_a_word_is_a_digit():
    made = hands().says("route 66")
    assert made.control.entry.text == "route 66" or made.view.state == "topic"
    made = hands().says("a1b2")
    assert made.control.entry.text == "a1b2"
    assert made.view.state == "talking"


def test_backspace_right_after_a_pick_takes_it_back_and_types_the_digit():
    made = hands().says("tree ").press("1", "backspace")
    assert made.view.state == "talking"
    assert made.control.entry.text == "tree 1"
    assert made.control.station.state.typed == "tree 1"
    made.press("backspace")
    assert made.control.entry.text == "tree "


def test_backspace_later_is_only_backspace():
    made = hands().says("tree ").press("1", "down", "backspace")
    assert made.view.state == "topic"


def test_a_digit_without_a_line_of_that_number_is_typed():
    made = hands().says("9")
    assert made.control.entry.text == "9"
    assert made.view.state == "talking"


def test_911_is_typed_digit_by_digit_and_opens_the_card():
    made = hands().says("911")
    assert made.view.state == "emergency"
    made.press("escape")
    assert made.view.state == "talking"
    assert made.control.entry.text == ""


# ---------------------------------------------------------------- text is text
LETTERS = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789 .,;:!?'\"-/()@#ñáü"


def typed_everywhere() -> dict[str, Hands]:
    made = {
        "search": hands(),
        "place": asking(),
        "number": asking("tree").press("1").says("100 elm").press("enter", "enter"),
        "phone": asking().says("100 wash").press("enter", "enter", "1", "2", "1", "enter", "1"),
    }
    made["text"] = asking().says("100 wash").press("enter", "enter", "1", "2", "1", "enter", "1").says("413 555 0142")
    made["text"].press("enter")
    return made


@pytest.mark.parametrize("kind", ["place", "number", "phone", "text"])
def test_no_letter_and_no_digit_is_a_command_where_text_is_typed(kind):
    made = typed_everywhere()[kind]
    assert made.view.kind == kind
    step = made.view.step
    made.says(LETTERS)
    assert made.control.entry.text == LETTERS
    assert made.view.step == step
    assert made.view.state == "interview"


def test_no_letter_is_a_command_where_the_callers_words_are_typed():
    letters = "".join(c for c in LETTERS if not c.isdigit())
    made = hands().says(letters)
    assert made.control.entry.text == letters
    assert made.view.state == "talking"


def test_pasted_text_is_typed_and_means_nothing_where_nothing_is_typed():
    made = hands().press("x")
    made.control.paste("hole in\nthe road\x1b[2J")
    assert made.view.state == "talking"
    assert made.control.station.state.typed.startswith("xhole in the road")
    made = asking("tree")
    made.control.paste("1")
    assert made.view.step == "where"


# ---------------------------------------------------------------- doesn't know, Esc
def test_one_key_says_that_the_caller_doesnt_know():
    made = asking("tree").press("f2")
    assert made.control.station.state.interview.answers["where"].how == "unknown"
    made.says("100 elm").press("enter", "enter", "f2", "f2")
    assert made.view.state == "readback"
    for kind, made in typed_everywhere().items():
        if kind in ("number", "phone", "text"):
            step = made.view.step
            made.press("f2")
            assert made.control.station.state.interview.answers[step].how == "unknown"


def test_enter_on_an_empty_optional_field_passes_it_by():
    made = asking("tree").press("1").says("100 elm").press("enter", "enter", "enter")
    assert made.view.step == "caller.contact"


def test_enter_keeps_a_place_that_stands():
    made = asking().says("100 wash").press("enter", "enter")
    made.press("escape")
    assert made.view.step == "place"
    made.press("enter")
    assert made.view.step == "where"
    assert made.control.menu is None


def test_a_place_that_nobody_finds_asks_for_a_reason():
    made = asking().says("zzzz qqqq").press("enter")
    assert made.control.menu is not None
    made.press("1")
    assert made.control.station.state.interview.place.reason == "New or unnamed street"


def test_escape_never_ends_a_call():
    for made in (a_request(hands()), asking(), hands().says("tree"), hands().press("x", "f4"), asking().press("f8")):
        for _ in range(40):
            made.press("escape")
            assert made.view.state != "ready"
        assert made.control.station.calls == 0
        assert made.control.station.state.call_id


def test_escape_loses_no_answer():
    made = asking().says("100 wash").press("enter", "enter", "1", "2", "1", "enter")
    answers = made.control.station.state.interview.answers
    for _ in range(10):
        made.press("escape")
    made.says("hole in the road").press("enter", "enter")
    assert made.control.station.state.interview.answers == answers


def test_several_choices_are_marked_by_their_keys_and_given_with_enter():
    made = asking().says("100 wash").press("enter", "enter", "1", "2", "1", "3", "1", "enter")
    assert made.control.station.state.interview.answers["damage"].value == ("bike",)


def test_the_reports_nearby_are_picked_by_digits():
    made = a_request(hands()).press("enter", "enter")
    made.says("hole in the road").press("enter", "enter").says("100 wash").press("enter", "enter")
    assert made.view.kind == "duplicates"
    made.press("a", "x", "enter")
    assert made.control.station.state.duplicate_choice, "Enter takes the one that is pointed at"
    made.press("f7")
    assert made.control.menu is not None


def test_the_read_back_is_mended_by_the_number_of_a_line():
    made = asking().says("100 wash").press("enter", "enter", "1", "2", "1", "enter", "4")
    assert made.view.state == "readback"
    made.press("2", "3")
    assert made.view.state == "readback"
    assert made.control.station.state.interview.answers["where"].value == "alley"
    made.press("²", "0", "9")
    assert made.view.state == "readback"


def test_heard_words_are_taken_with_one_key():
    made = hands().says("tree on the power line").press("enter", "enter", "y")
    assert made.control.station.state.interview.answers["where"].value == "wires"


@pytest.mark.parametrize(
    "action", [a for a in ACTIONS if any(k.startswith("f") and len(k) > 1 for k in a.keys)], ids=lambda a: a.id
)
def test_every_function_key_has_a_second_way_in_the_menu(action):
    states = {
        "ready": hands(),
        "talking": hands().says("tree"),
        "topic": hands().says("tree").press("enter"),
        "interview": asking("tree"),
        "place": asking().says("qqqq zzzz"),
        "number": asking("tree").press("1").says("100 elm").press("enter", "enter"),
        "held": asking("tree").press("f8"),
        "done": a_request(hands()),
    }
    found = False
    for made in states.values():
        for page in ("desk.day", "desk.rumours"):  # which the commands bring
            made.control.pages[page] = Page(page, lambda _width: [])
        made.control.commands["desk.break"] = lambda: None
        if made.control.possible(action):
            made.press("ctrl+g")
            assert made.control.menu is not None
            found = found or any(item.label == action.label for item in made.control.menu.items)
    assert found, f"{action.id} is nowhere in a menu"

"""What stands on the screen in each state of a call, at the sizes people have: text, without Textual."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from helpers.keys import Hands
from helpers.stations import station
from taker311.desk import draw as drawing
from taker311.desk.screen import draw
from taker311.station.model import Notice, OpenCall, Status

SIZES = [(60, 20), (80, 24), (120, 40)]
BEGAN = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
STATUS = Status(
    city="Alder Falls",
    agent="Sam",
    desk_code="1K3",
    now=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    kb_age_s=720.0,
    searching=True,
    signed_in=True,
    crm="https://crm.example.org/",
    online=True,
    waiting=2,
    oldest_s=400.0,
    calls=23,
    handled_s=23 * 245.0,
    notices=(Notice("bulletin", "Boil-water notice, Harbor district — must be read: F6"),),
    open_calls=(OpenCall("c", BEGAN, "Pothole, begun 09:02"),),
)


def hands() -> Hands:
    return Hands(station())


def asking() -> Hands:
    return hands().says("hole in the road").press("enter", "enter")


def placed() -> Hands:
    return asking().says("100 washington").press("enter", "enter")


def answered() -> Hands:
    return placed().press("1", "2", "1", "enter", "4")


def saved() -> Hands:
    return answered().press("enter")


def on_a_second_report_nearby() -> Hands:
    made = saved().press("n").says("hole in the road").press("enter", "enter")
    return made.says("100 washington").press("enter", "enter")


def with_a_prompt() -> Hands:
    made = hands().says("x").press("ctrl+r")
    assert made.control.prompt is not None
    return made


# state -> how one gets there, and words that stand on its screen at every size
STATES = {
    "ready": (hands, "Alder Falls 311", "desk 1K3", "Knowledge 12 min old", "Type what the caller says", "F10 leave"),
    "nothing found": (lambda: hands().says("zzz"), "Nothing matches", "F3 no answer"),
    "hits": (lambda: hands().says("hole in the road"), "›1 Pothole", "SAY", "Enter open", "Space 1-"),
    "topic": (lambda: hands().says("library").press("enter"), "Library hours", "SAY", "answered"),
    "topic with questions": (lambda: hands().says("hole").press("enter"), "Enter questions", "a answered"),
    "transfer": (lambda: hands().says("tree").press("enter", "t"), "SAY", "Enter the caller is through"),
    "place": (asking, "ASK", "› Where"),
    "places found": (lambda: asking().says("100 wash"), "› 100 wash", "100 Washington Street", "that one"),
    "place read back": (lambda: asking().says("100 washington").press("enter"), "SAY", "Is that right?", "Enter yes"),
    "choice": (placed, "✓ Where", "ASK", "1 Traffic lane", "1-3 answer", "F2 doesn't know"),
    "several choices": (lambda: placed().press("1", "2", "1"), "✓ 1 Tire", "1-4 mark", "Enter go on"),
    "note": (lambda: placed().press("1", "1", "enter"), "Remind the caller", "Enter told the caller"),
    "updates": (lambda: placed().press("1", "2", "1", "enter"), "Without a name"),
    "phone": (lambda: placed().press("1", "2", "1", "enter", "1"), "ASK", "Enter take it"),
    "read-back": (answered, "Let me read back", "1 Where", "Enter yes, that is right", "change a line"),
    "done": (saved, "REF", "SAY", "Your reference is", "Is there anything else?", "n second topic", "Enter wrap up"),
    "reports nearby": (on_a_second_report_nearby, "1-9 the same", "0 a new one"),
    "wrap-up": (
        lambda: saved().press("enter"),
        "How did the call end?",
        "› 2",
        "✓ Request taken · Pothole ·",
        "Enter end",
    ),
    "911 card": (lambda: hands().says("x").press("f9"), "911", "SAY", "Enter handed to 911", "Esc put away"),
    "on hold": (lambda: asking().press("f8"), "On hold", "take up"),
    "help": (lambda: hands().press("f1"), "Keys now", "F9 911"),
    "queue": (lambda: saved().press("f5"), "reference", "waiting"),
    "bulletins": (lambda: hands().says("x").press("f6"), "Boil-water"),
    "menu": (lambda: hands().says("x").press("ctrl+g"), "Possible now", "Esc never mind"),
    "prompt": (with_a_prompt, "Call back", "Esc never mind"),
}
SMALL_SIZE_HAS_NO_ROOM = {"Space 1-", "F3 no answer", "a answered", "F2 doesn't know", "change a line", "desk 1K3"}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", STATES)
def test_each_state_shows_what_it_must_and_fills_the_screen_exactly(state: str, size: tuple[int, int]) -> None:
    arrive, *words = STATES[state]
    width, height = size
    drawn = draw(arrive().control, STATUS, width, height, 75)
    assert [drawing.width_of(row) for row in drawn.lines] == [width] * height
    text = " ".join(drawing.plain(drawn.lines).split())
    for word in words:
        assert word in text or (width < 80 and word in SMALL_SIZE_HAS_NO_ROOM), f"{word!r} is missing:\n{text}"
    if drawn.cursor is not None:
        assert 0 <= drawn.cursor[0] < width
        assert 0 <= drawn.cursor[1] < height


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", STATES)
def test_the_hint_line_always_names_911_and_the_way_out(state: str, size: tuple[int, int]) -> None:
    drawn = draw(STATES[state][0]().control, STATUS, *size, 75)
    hints = drawing.plain(drawn.lines[-1:])
    assert "911" in hints, hints
    way_out = "Enter wrap up" if state == "done" else "F8 take up" if state == "on hold" else "Esc"
    assert way_out in hints or (state == "ready" and "F10 leave" in hints), hints


def test_a_long_sentence_about_trouble_is_shown_whole() -> None:
    made = hands().says("hole")
    sentence = "NOT SAVED: " + "/a/very/long/path/" * 6 + "queue.db: the disk is full; make room and save again."
    made.control.note = sentence
    text = " ".join(drawing.plain(draw(made.control, STATUS, 80, 24, 5).lines).split())
    assert "make room and save again." in text


def test_a_window_that_is_too_small_says_how_large_it_must_be() -> None:
    drawn = draw(hands().control, STATUS, 50, 15, None)
    assert "50 by 15; the desk needs 60 by 20" in " ".join(drawing.plain(drawn.lines).split())


def test_state_is_in_words_and_never_in_colour_alone() -> None:
    made = saved()
    made.press("f5")
    assert "waiting" in drawing.plain(draw(made.control, STATUS, 80, 24, 5).lines)
    off = replace(STATUS, online=False)

    assert "CRM not answering" in drawing.plain(draw(hands().control, off, 80, 24, None).lines)

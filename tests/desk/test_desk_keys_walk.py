"""Random keys at the desk, with the screen drawn after each: nothing raises, every line fits, and the way out stays."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.keys import Hands
from helpers.stations import station
from taker311.desk import draw
from taker311.desk.screen import draw as draw_screen
from taker311.station.model import Status

STATUS = Status(
    city="Alder Falls",
    agent="Sam",
    desk_code="7QX",
    now=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    kb_age_s=90,
    searching=True,
    signed_in=True,
    crm="",
    online=None,
)
KEYS = st.sampled_from(
    [
        *("enter", "enter", "enter", "escape", "backspace", "delete", "up", "down", "left", "right", "home", "end"),
        *(
            *(f"f{n}" for n in range(1, 11)),
            "pageup",
            "pagedown",
            "tab",
            "space",
            "ctrl+g",
            "ctrl+y",
            "ctrl+r",
            "ctrl+f",
        ),
        *("ctrl+d", "ctrl+l", "ctrl+x", "ctrl+u", "ctrl+k", *"0123456789", *"abcinrty", "日", "²", "\u0301"),
    ]
)
SAID = st.sampled_from(
    ["hole in the road", "tree on the power line", "library", "i smell gas", "100 wash", "4135550142"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(KEYS, KEYS, KEYS, SAID.map(lambda words: f"'{words}")), max_size=40),
    st.sampled_from([(80, 24), (120, 40), (60, 20), (20, 5)]),
)
def test_whatever_keys_are_pressed_the_screen_can_be_drawn(keys, size):
    made = Hands(station())
    width, height = size
    for key in keys:
        if key.startswith("'"):
            made.says(key[1:])
        else:
            made.press(key)
        drawn = draw_screen(made.control, STATUS, width, height, 75)
        assert len(drawn.lines) <= height
        assert all(draw.width_of(line) <= width for line in drawn.lines)
        if drawn.cursor is not None:
            assert 0 <= drawn.cursor[0] < width
            assert 0 <= drawn.cursor[1] < height


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(KEYS, SAID.map(lambda words: f"'{words}")), max_size=25))
def test_escape_alone_never_ends_a_call(keys):
    made = Hands(station())
    for key in keys:
        made.says(key[1:]) if key.startswith("'") else made.press(key)
    calls, call_id = made.control.station.calls, made.control.station.state.call_id
    made.press(*["escape"] * 12)
    assert made.control.station.calls == calls
    assert made.control.station.state.call_id == call_id

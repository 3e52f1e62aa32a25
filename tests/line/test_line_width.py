"""The line's promise to braille displays and thin terminals: no line is wider than 72 columns, and no control is in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from helpers.stations import station
from taker311.call.shown import View, ViewChoice
from taker311.line.plain import WIDTH, told
from taker311.line.session import run_plain

CALL = [
    "hole in the road",
    "?",
    "1",
    "",
    "204 elm",
    "1",
    "",
    "2",
    "2",
    "",
    "4",
    "?",
    "",
    "n",
    "library",
    "1",
    "a",
    "?",
    "",
    ".emergency",
]
words = st.text(alphabet="ab ä漢字éñ-·0\u0301👩", max_size=200)


def test_a_whole_call_is_told_in_lines_of_72_columns():
    written: list[str] = []
    run_plain(station(), CALL, written.append)
    lines = [line for text in written for line in text.splitlines()]
    assert len(lines) > 60
    assert max(map(cell_len, lines)) <= WIDTH
    assert "\x1b" not in "".join(lines)


@settings(max_examples=60)
@given(words, words, words)
def test_no_text_makes_a_line_wider_whatever_letters_it_has(say: str, ask: str, label: str):
    shown = View("interview", title=label, say=say, ask=ask, kind="choice", choices=(ViewChoice("1", label, "exact"),))
    assert max(map(cell_len, told(shown))) <= WIDTH

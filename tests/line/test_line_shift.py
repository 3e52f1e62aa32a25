"""An agent's shift by prompts: the own day in numbers, breaks, and what people have heard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from test_line_commands import Line

from helpers.stations import NOW
from taker311.base.clock import ManualClock
from taker311.station.volunteer import BreakTimer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def line(tmp_path: Path, clock: ManualClock) -> Iterator[Line]:
    made = Line(tmp_path / "seat", clock)
    yield made
    made.stop()


def test_the_own_day_is_told_in_sentences_as_narrow_as_the_line(line: Line) -> None:
    assert "No call has ended here today." in line.plain(".day")
    line.plain("library", "1", ".answered", "1")
    shown = line.plain(".day")
    assert "Calls: 1, of which 1 handled" in shown
    assert "Library hours: 1 call" in shown
    assert max(cell_len(row) for row in shown.splitlines()) <= 72


def test_the_own_day_is_for_between_calls(line: Line) -> None:
    assert "can't be done now" in line.plain("library", ".day")


def test_only_a_line_whose_breaks_are_counted_has_breaks(line: Line) -> None:
    assert ".break" not in line.plain("?")
    assert "can't be done now" in line.plain(".break")


def test_a_break_that_is_due_is_said_between_calls_and_taken_by_a_verb(line: Line, clock: ManualClock) -> None:
    line.commands.breaks = BreakTimer(clock, after_min=60)
    clock.advance(61 * 60)
    shown = line.plain(".desk", ".break", ".break")
    assert "61 minutes without a break: take one now. .break begins it." in " ".join(shown.split())
    assert "You are on a break (0 min). .break ends it" in " ".join(shown.split())
    assert "The break is over." in shown
    assert "without a break" not in line.plain(".desk")


def test_the_topic_is_said_once_and_not_with_each_of_its_questions(line: Line) -> None:
    shown = line.plain("hole in the road", "1", "", "100 wash", "1", "", "1", ".again")
    assert shown.count("[questions]") == 2, "when they begin, and when all is asked for again"

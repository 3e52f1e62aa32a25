"""What the station keeps of a call, and how it brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.stations import NOW, play, station
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.throwaway_key import open_throwaway
from taker311.call.model import CallState
from taker311.cases.journal import Journal
from taker311.station.seat import Seat
from taker311.station.station import Station

CALL: tuple[tuple[str, str], ...] = (
    ("type", "big hole in the road"),
    ("open", "pothole"),
    ("intake", ""),
    ("answer", "100 Washington Street"),
    ("pick", "1"),
    ("confirm", ""),
    ("answer", "lane"),
    ("answer", "yes"),
    ("answer", "tire"),
    ("confirm", ""),
    ("answer", "anonymous"),
)


class Desk:
    """A seat on a disk that can be left without a word, as a killed program leaves it, and opened anew."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, ManualClock(NOW)
        self.seat = self._open()

    def _open(self) -> Seat:
        return Seat(self.folder, self.clock, open_throwaway(self.folder))

    def station(self, seed: int = 1) -> Station:
        return station(clock=self.clock, store=self.seat.disk, journal=self.seat.journal, seed=seed)

    def die(self) -> None:
        """The handles are closed so that the next start may open the files; nothing is flushed or said."""
        self.seat.close()
        self.seat = self._open()

    @property
    def journal(self) -> Journal:
        return self.seat.journal


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "seat")
    yield made
    made.seat.close()


@pytest.mark.parametrize("steps", range(1, len(CALL) + 1))
def test_a_call_cut_off_after_any_step_is_taken_up_exactly_as_it_was(desk: Desk, steps: int) -> None:
    before = play(desk.station(), *CALL[:steps])
    before.flush()
    left = before.state
    desk.die()

    after = desk.station(seed=2)
    assert after.take_up(desk.journal.open_calls()[0])
    assert after.state == left


def test_typing_waits_at_most_a_fifth_of_a_second_for_the_disk(desk: Desk) -> None:
    first = desk.station()
    first.do("type", "b")
    desk.clock.advance(0.1)
    first.do("type", "bi")
    desk.clock.advance(0.21)
    first.tick()
    desk.die()

    second = desk.station(seed=2)
    assert second.take_up(desk.journal.open_calls()[0])
    assert second.state.typed == "bi"


def test_a_half_typed_answer_comes_back(desk: Desk) -> None:
    first = play(desk.station(), *CALL[:3], ("answer", "100 Wash"))
    first.flush()
    desk.die()
    second = desk.station(seed=2)
    second.take_up(desk.journal.open_calls()[0])
    assert second.view().draft == "100 Wash"
    assert second.view().choices


def test_an_ended_call_is_not_offered_again(desk: Desk) -> None:
    play(desk.station(), ("type", "hole"), ("open", "pothole"), "answered", "end")
    desk.die()
    assert desk.journal.open_calls() == []


def test_a_parked_call_waits_while_another_is_taken(desk: Desk) -> None:
    one = play(desk.station(), *CALL[:5], "park")
    assert one.state == CallState()
    play(one, ("type", "misdial"), "wrapup", ("end", "misdial"))
    assert one.take_up(desk.journal.open_calls()[0])
    assert "100 Washington Street" in one.view().say


def test_a_case_saved_right_before_the_desk_died_is_not_saved_again(desk: Desk) -> None:
    first = play(desk.station(), *CALL)
    save = desk.seat.disk.enqueue
    saved = []

    def save_and_die(*given: object) -> None:
        saved.append(save(*given))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    desk.seat.disk.enqueue = save_and_die  # type: ignore[assignment, method-assign]
    with pytest.raises(KeyboardInterrupt):
        first.do("confirm")
    desk.die()

    second = desk.station(seed=2)
    assert second.take_up(desk.journal.open_calls()[0])
    assert second.view().state == "done"
    assert second.state.finished[-1].ref == saved[0].ref
    assert len(desk.seat.disk.rows()) == 1


def test_a_case_that_was_not_saved_when_the_desk_died_is_confirmed_once_more(desk: Desk) -> None:
    first = play(desk.station(), *CALL)

    def die(*_given: object) -> None:
        raise KeyboardInterrupt

    desk.seat.disk.enqueue = die  # type: ignore[assignment, method-assign]
    with pytest.raises(KeyboardInterrupt):
        first.do("confirm")
    desk.die()

    second = desk.station(seed=2)
    assert second.take_up(desk.journal.open_calls()[0])
    assert second.view().state == "readback"
    assert "confirm it once more" in second.view().problem
    play(second, "confirm")
    assert len(desk.seat.disk.rows()) == 1


def test_a_full_disk_keeps_the_form_and_saving_works_when_there_is_room(desk: Desk) -> None:
    made = play(desk.station(), *CALL)
    real = desk.seat.disk.enqueue

    def full(*_given: object) -> None:
        raise UserError("the disk is full; make room.")

    desk.seat.disk.enqueue = full  # type: ignore[assignment, method-assign]
    shown = made.do("confirm")
    assert shown.state == "readback"
    assert shown.problem.startswith("NOT SAVED")
    assert shown.lines
    desk.seat.disk.enqueue = real  # type: ignore[method-assign]
    assert made.do("confirm").state == "done"


def test_nothing_a_caller_said_stands_in_the_clear_on_the_disk(desk: Desk) -> None:
    marker = "zanzibarquokka"
    made = play(desk.station(), ("type", f"hole {marker}"), *CALL[1:3], ("answer", f"{marker} lane"))
    play(made, ("unverified", "New or unnamed street"), ("answer", "lane"), ("answer", "no"), ("answer", "tire"))
    play(made, ("answer", "text"), ("answer", "617 555 0142"), ("answer", f"Ana {marker}"), "confirm")
    desk.die()
    for path in desk.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert marker.encode() not in data, path
            assert b"6175550142" not in data, path


def test_a_call_begun_before_signing_in_is_written_from_its_beginning(desk: Desk) -> None:
    made = station(clock=desk.clock)
    play(made, *CALL[:6])
    made.signed_in(desk.seat.disk, desk.journal, "Ana")
    left = made.state
    made.flush()
    desk.die()
    other = desk.station(seed=2)
    assert other.take_up(desk.journal.open_calls()[0])
    assert other.state == left

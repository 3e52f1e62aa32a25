"""What is typed before the indexes are there is looked up when they come: the agent need not type it again."""

from __future__ import annotations

from pathlib import Path

from helpers.mini_city import FOLDER
from helpers.stations import mini_index, mini_places, play, station
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cli._city import compiled
from taker311.search.cache import cached_index
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace


def test_words_typed_before_the_search_is_ready_are_searched_when_it_is() -> None:
    made = station()
    made.desk.index = None
    assert made.do("type", "hole in the road").hits == ()
    made.ready_index(mini_index())
    assert made.view().hits[0].id == "pothole"


def test_a_place_typed_before_the_places_are_ready_is_found_when_they_are() -> None:
    made = station()
    made.desk.places = None
    play(made, ("type", "hole in the road"), ("open", "1"), "intake", ("answer", "100 washington"))
    assert made.view().choices == ()
    made.ready_places(mini_places())
    assert "100 Washington Street" in made.view().choices[0].label


def test_a_place_that_was_picked_stays_picked_when_the_places_come_anew() -> None:
    made = station()
    play(made, ("type", "hole"), ("open", "1"), "intake", ("answer", "100 washington"), ("pick", "1"))
    picked = made.state.picked
    made.ready_places(mini_places())
    assert made.state.picked == picked


def test_search_works_before_it_has_learned_and_what_was_learned_is_kept_for_the_next_start(tmp_path: Path) -> None:
    clock = ManualClock()
    known = compiled(FOLDER, tmp_path / "cache")

    def steps() -> int:
        seat = Seat(tmp_path / "seat", clock, open_throwaway(tmp_path / "seat"))
        work = Workplace(known.bundle, known.file, seat, Settings(), clock, SeededIds(1), agent="Sam")
        count = 0
        for take in work.make_ready_in_steps(tmp_path / "cache"):
            take()
            count += 1
            assert work.station.do("type", "hole in the road").hits[0].id == "pothole"
        assert work.station.desk.places is not None
        work.stop()
        return count

    assert steps() == 4, "search, places, the search that has learned, the day's figures"
    assert cached_index(known.bundle, tmp_path / "cache") is not None
    assert steps() == 3

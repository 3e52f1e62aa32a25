"""What calls left to be done: callers to ring back and calls for help stand on a list until a person settles them, over restarts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from helpers.stations import NOW, mini_bundle, mini_index, mini_places, play
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cases.chores import purge
from taker311.station.promises import in_words, notices
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

AGREED = (("type", "library"), ("open", "library-hours"), ("call-back", "413 555 0142; after five"))
ENDING = ("wrapup", "end")


class Place:
    """A place of work whose desk can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, ManualClock(NOW)
        self.start()

    def start(self) -> None:
        seat = Seat(self.folder, self.clock, open_throwaway(self.folder))
        self.work = Workplace(
            mini_bundle(), self.folder / "none.kb", seat, Settings(), self.clock, SeededIds(1), agent="Sam"
        )
        self.work.station.desk.index, self.work.station.desk.places = mini_index(), mini_places()

    def stop(self) -> None:
        self.work.station.desk.places = None  # shared with other tests
        self.work.stop()

    def started_again(self) -> Workplace:
        self.stop()
        self.start()
        return self.work


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "seat")
    yield made
    made.stop()


def test_a_promise_to_ring_back_stands_on_the_ready_screen_without_its_number(place: Place) -> None:
    play(place.work.station, *AGREED)
    assert place.work.promises.due() == (), "the call is still being taken"
    play(place.work.station, *ENDING)
    (one,) = place.work.promises.due()
    assert (one.kind, one.about, one.when, one.number) == ("call-back", "library-hours", "after five", "413 555 0142")
    (notice,) = notices(place.work)
    assert "Ring back after five" in notice.text
    assert "0142" not in notice.text
    assert notice in place.work.status().notices


def test_it_survives_a_restart_and_a_call_that_was_cut_off(place: Place) -> None:
    play(place.work.station, *AGREED)
    work = place.started_again()
    (one,) = work.promises.due()
    assert one.number == "413 555 0142"
    assert len(work.open_calls()) == 1, "the call itself waits too"


def test_a_try_is_counted_and_done_takes_it_off_the_list_for_good(place: Place) -> None:
    play(place.work.station, *AGREED, *ENDING)
    (one,) = place.work.promises.due()
    place.work.promises.settle(one.id, "tried")
    place.clock.advance(60)
    place.work.promises.settle(one.id, "tried")
    (tried,) = place.work.promises.due()
    assert (tried.tries, tried.tried_at) == (2, NOW + timedelta(seconds=60))
    assert "(agreed 09:30; tried 2 times)" in in_words(tried, place.work)
    place.clock.advance(timedelta(days=1).total_seconds())
    assert "(agreed Tue, Nov 24 09:30; tried" in in_words(tried, place.work), "of another day it says which"
    place.work.promises.settle(one.id, "done")
    assert place.work.promises.due() == ()
    assert place.started_again().promises.due() == ()
    audit = [(entry.event, entry.actor) for entry in place.work.store.audit_entries()]
    assert audit.count(("call-back-tried", "Sam")) == 2
    assert ("call-back-done", "Sam") in audit


def test_what_is_settled_is_settled_once(place: Place) -> None:
    play(place.work.station, *AGREED, *ENDING)
    (one,) = place.work.promises.due()
    place.work.promises.settle(one.id, "given-up")
    with pytest.raises(UserError, match="settled meanwhile"):
        place.work.promises.settle(one.id, "done")


def test_the_last_word_of_a_call_counts_and_a_call_for_help_is_a_task_of_its_own(place: Place) -> None:
    play(place.work.station, *AGREED, ("call-back", "413 555 0199; tomorrow"), "help-me", *ENDING)
    back, help_ = sorted(place.work.promises.due(), key=lambda one: one.kind)
    assert (back.when, back.number) == ("tomorrow", "413 555 0199")
    assert help_.acts == ("done",)
    with pytest.raises(UserError):
        place.work.promises.settle(help_.id, "tried")
    place.work.promises.settle(help_.id, "done")
    assert [one.kind for one in place.work.promises.due()] == ["call-back"]


def test_numbers_are_shredded_with_their_call_when_its_time_is_over(place: Place) -> None:
    play(place.work.station, *AGREED, *ENDING)
    raw = (place.folder / "calls.db").read_bytes() + (place.folder / "calls.db-wal").read_bytes()
    assert b"5550142" not in raw
    place.clock.advance(timedelta(days=8).total_seconds())
    assert purge(place.work.store, place.work.seat.journal, place.clock)
    assert place.started_again().promises.due() == ()

"""What stands beside calls at a desk, wired to a real place of work and a real hub: the city's cases that may be one in doubt
come into the deciding menu behind the screen, and calls that wait are each taken up by their letter."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from helpers.hub_server import RunningHub, running_hub
from helpers.keys import Hands
from helpers.stations import mini_bundle, mini_index, mini_places, play
from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds
from taker311.base.keyslots import KeySlots
from taker311.base.settings import CrmSettings, Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cli._desk_more import add_more
from taker311.crm.client import Open311
from taker311.station.queueing import QueueDesk
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

REQUEST = (
    *(("type", "hole"), ("open", "pothole"), "intake", ("answer", "100 Washington Street"), ("pick", "1"), "confirm"),
    *(("answer", "lane"), ("answer", "no"), ("answer", "tire"), ("answer", "anonymous"), "confirm", "wrapup", "end"),
)


class Behind:
    """The desk's worker as far as it is needed here: an endpoint, and a way into the thread that draws."""

    def __init__(self, crm: Open311 | None) -> None:
        self.crm = crm
        self.told: queue.Queue[Callable[[], None]] = queue.Queue()

    def tell(self, take: Callable[[], None]) -> None:
        self.told.put(take)


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with running_hub(knowledge=mini_bundle().knowledge) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    seat = Seat(tmp_path / "seat", SystemClock(), open_throwaway(tmp_path / "seat"))
    settings = Settings(crm=CrmSettings(endpoint="set by the test", dialect="hub"))
    made = Workplace(mini_bundle(), tmp_path / "none.kb", seat, settings, SystemClock(), SeededIds(1), agent="Sam")
    made.station.desk.index, made.station.desk.places = mini_index(), mini_places()
    yield made
    made.station.desk.places = None  # shared with other tests
    made.stop()


def desk(place: Workplace, crm: Open311 | None, slots: KeySlots | None = None) -> tuple[Hands, Behind]:
    made, behind = Hands(place.station), Behind(crm)
    made.control.queue = QueueDesk(lambda: place.store, place.clock, lambda: "Sam", lambda: False, lambda: None)
    add_more(made.control, place, behind, slots)  # type: ignore[arg-type]
    return made, behind


def test_the_citys_case_comes_into_the_deciding_menu_and_settles_the_doubt(place: Workplace, hub: RunningHub) -> None:
    play(place.station, *REQUEST)
    store, crm = place.store, place.connect(hub.url, hub.key)
    assert crm is not None
    row = store.rows()[0]
    assert crm.submit(store.submission(row.case_id)).__class__.__name__ == "Accepted"
    number, now = hub.cases()[0].request_id, place.clock.now()
    in_doubt = {"state": "held", "ambiguous": True, "first_sent_at": now, "ended_at": now, "last_reason": "In doubt."}
    store.change(row.case_id, lambda r: structs.replace(r, **in_doubt), now, event="doubt")
    made, behind = desk(place, crm)
    made.press("f5", "1")
    assert "Looking in the city's system" in made.control.note
    before = len(made.control.menu.items)
    behind.told.get(timeout=60)()
    assert made.control.note == "1 case of the city may be this one."
    assert [item.label for item in made.control.menu.items[before:]] == [f"It is {number}"]
    made.press("/").says(number).press("enter")
    assert (store.rows()[0].state, store.rows()[0].request_id) == ("sent", number)


def test_without_a_city_to_ask_the_menu_stands_as_it_is(place: Workplace) -> None:
    play(place.station, *REQUEST)
    row = place.store.rows()[0]
    place.store.change(row.case_id, lambda r: structs.replace(r, state="held"), place.clock.now(), event="held")
    made, behind = desk(place, None)
    made.press("f5", "1")
    assert made.control.menu is not None
    assert made.control.note == ""
    assert behind.told.empty()


def test_of_several_calls_that_wait_each_has_its_letter(place: Workplace) -> None:
    play(place.station, ("type", "library"), ("open", "library-hours"), "park")
    play(place.station, ("type", "hole"), ("open", "pothole"), "park")
    made, _ = desk(place, None)
    made.press("f7", "b")
    assert made.control.station.state.topic_id == "pothole"


def test_leaving_counts_the_cases_that_wait_and_signing_out_is_for_seats_with_keys(
    place: Workplace, tmp_path: Path
) -> None:
    play(place.station, *REQUEST)
    made, _ = desk(place, None)
    made.press("f10")
    assert "1 case waits at this desk" in made.control.note
    assert "F10 once more leaves" in made.control.note
    made.press("f10")
    assert made.control.leaving
    assert "desk.sign-out" not in made.control.commands, "a demo's key lies beside its data"
    made, _ = desk(place, None, KeySlots(tmp_path / "seat", SystemClock()))
    made.press("ctrl+l")
    assert "Ctrl+L once more signs out" in made.control.note
    made.press("ctrl+l")
    assert made.control.leaving

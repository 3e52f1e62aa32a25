"""What the agent sees of the shift: F8 on the ready screen, the notice of a surge, and that real calls alone are counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from helpers.stations import NOW, mini_bundle, play
from taker311.base import words
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.settings import DeskSettings, Settings
from taker311.desk.control import Control
from taker311.desk.day_page import my_day
from taker311.desk.draw import plain, width_of
from taker311.desk.pages import Page
from taker311.desk.screen import draw
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.shift.days import DayFiles
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

ANSWERED = (("type", "trash day"), ("open", "1"), "answered", ("end", "answered"))


class Place(NamedTuple):
    made: Workplace
    clock: ManualClock
    folder: Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Nobody is signed in: the day's figures hold no caller's data and are kept all the same."""
    clock, bundle, file = ManualClock(NOW), mini_bundle(), tmp_path / "city.kb"
    write_bundle(file, encode_bundle(bundle.knowledge, bundle.gazetteer()))
    seat = Seat(tmp_path / "main", clock, None, desk_code="7QX")
    shared = DeskSettings(status_folder=str(tmp_path / "shared"))
    made = Workplace(bundle, file, seat, Settings(desk=shared), clock, SeededIds(1), agent="Sam")
    made.make_ready(tmp_path / "cache")()
    yield Place(made, clock, tmp_path)
    made.stop()


def call(place: Place, seconds: float = 90) -> None:
    play(place.made.station, *ANSWERED[:2])
    place.clock.advance(seconds)
    play(place.made.station, *ANSWERED[2:])


def past(place: Place) -> None:
    """Ten worked days on which nobody asked about trash after the first hour of the first day."""
    call(place)
    (row,) = place.made.shift.rows_today()
    files = DayFiles(place.folder / "main")
    for day in range(1, 11):
        start = row.start - timedelta(days=day)
        for half in range(8):
            files.append(replace(row, day=start.date(), start=start + timedelta(minutes=30 * half), topics=("noise",)))
    place.made.shift.load()()


def shown(place: Place, width: int = 80) -> str:
    rows = my_day(place.made, width)
    assert all(width_of(row) <= width for row in rows)
    return plain(rows)


def test_my_day_tells_the_agents_own_calls_and_what_a_desk_cannot_know(place: Place) -> None:
    assert "No call has ended here today." in shown(place)
    call(place, 100)
    call(place, 200)
    page = shown(place)
    assert "2, of which 2 handled" in page
    assert "2:30 = talk 2:30 + hold 0:00 + after the call 0:00" in page
    assert "Not available at the desk: average speed of answer" in page
    assert "sealed to the trainer" in page
    assert "empty" in page
    place.made.station.desk.agent = "Kim"
    assert "No call has ended here today." in shown(place), "each agent sees their own"
    assert shown(place, 60)


def test_a_surge_stands_on_the_ready_screen_and_on_the_page(place: Place) -> None:
    past(place)
    for _ in range(2):
        call(place)
    assert not any("in 30 minutes" in notice.text for notice in place.made.status().notices), "three are no surge"
    call(place)
    (told,) = [notice.text for notice in place.made.status().notices if "in 30 minutes" in notice.text]
    assert told.endswith("in 30 minutes, usually hardly any")
    assert told in " ".join(shown(place).split())
    rates = place.made.topic_rates()
    assert rates.windows == 80
    assert max(rates.seen.values()) == 4
    place.clock.advance(3600)
    assert not any("in 30 minutes" in notice.text for notice in place.made.status().notices)


def test_f8_opens_my_day_on_the_ready_screen_and_holds_in_a_call(place: Place) -> None:
    control = Control(place.made.station)
    control.pages["desk.day"] = Page("My day", lambda width: my_day(place.made, width))
    control.key("f8")
    drawn = plain(draw(control, place.made.status(), 80, 24, None).lines)
    assert drawn.startswith(" My day")
    assert "Handle time" not in drawn
    control.key("f8")
    assert control.overlay == ""
    for letter in "trash":
        control.key(letter, letter)
    control.key("f8")
    assert place.made.station.state.held_since is not None
    assert control.overlay == ""
    control.key("f8")
    control.open_menu()
    assert control.menu is not None
    (item,) = [item for item in control.menu.items if item.verb == "action:desk.day"]
    assert item.aside == "", "in a call its key is another one's"


def test_the_page_speaks_the_desks_language(place: Place) -> None:
    call(place)
    words.use("es")
    try:
        page = shown(place)
    finally:
        words.use("en")
    assert "Llamadas" in page
    assert "No disponible en el puesto" in page
    for english in ("Calls", "Handle", "usually", "Drill"):
        assert english not in page


def test_the_senders_chores_leave_the_day_in_the_shared_folder_without_the_agent(place: Place) -> None:
    from taker311.station.at_shift import with_shift

    call(place)
    assert with_shift(None, place.made)() is False
    (file,) = (place.folder / "shared" / "days").glob("*.csv")
    assert file.name == "7QX-main-2026-11-24.csv"
    assert "Sam" not in file.read_text()
    assert file.read_text().count("\n") == 2


def test_a_drill_leaves_no_row_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.drills import TREE, good
    from taker311.drills.station import DrillStation

    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    made = DrillStation(good(TREE), mini_bundle(), clock=ManualClock(NOW))
    for verb, value in (("type", "tree"), ("wrapup", ""), ("end", "dropped")):
        made.do(verb, value)
    assert made.calls == 1
    assert made.call_ended == [], "only a place of work counts calls, and a drill has none"
    assert not list(tmp_path.rglob("*.csv"))

"""Chicago's flood: a script is edited while desks work and cases wait. The next call asks the new question; what waited is
delivered as it was taken."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_station_workplace import REQUEST, SETTINGS

from helpers.hub_server import running_hub
from helpers.mini_city import FOLDER, TODAY
from helpers.publishing import City
from helpers.static_origin import static_origin
from helpers.stations import play
from helpers.waiting import until
from taker311.authoring.build import build
from taker311.authoring.source import read_source
from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds
from taker311.base.throwaway_key import open_throwaway
from taker311.cli._news import News
from taker311.knowledge.bundle import Bundle
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace


def request(street: str) -> tuple[tuple[str, str], ...]:
    """The request of the other tests, elsewhere: reports near each other would be compared first."""
    return tuple((verb, value.replace("Washington", street)) for verb, value in REQUEST)


WATER = """  - id: water
    ask: Is there water in the basement?
    type: yesno
    required: {required}
    open311: water
  - id: damage
"""


def built(source: Path) -> bytes:
    found = read_source(source, today=TODAY)
    assert found.knowledge is not None, found.findings
    return build(found)


@pytest.mark.parametrize("required", ["no", "yes"])
def test_a_question_added_in_a_flood_is_asked_from_the_next_call_on_and_what_waited_goes_as_it_was_taken(
    tmp_path: Path, required: str
) -> None:
    city = City(tmp_path / "signing", datetime.now(UTC).replace(microsecond=0))
    source = tmp_path / "source"
    shutil.copytree(FOLDER, source)
    city.publish(built(source))
    with static_origin(city.repo.folder) as origin:
        syncer = city.desk(tmp_path / "city", origin.url)
        assert syncer.step().kind == "updated"
        file = syncer.current()
        assert file is not None
        seat = Seat(tmp_path / "seat", SystemClock(), open_throwaway(tmp_path / "seat"))
        made = Workplace(Bundle.open(file), file, seat, SETTINGS, SystemClock(), SeededIds(1), agent="Sam")
        made.make_ready(tmp_path / "cache")()
        news = News(syncer, made, tmp_path / "cache", city.clock, lambda take: take(), lambda _told: None)
        try:
            play(made.station, *request("Main"), "wrapup", "end")  # nobody answers yet: it waits
            (waiting,) = made.store.rows()
            before = made.store.case(waiting.case_id)
            play(made.station, *request("Elm")[:7])  # and a call is open

            script = source / "scripts" / "pothole.yaml"
            text = script.read_text().replace("  - id: damage\n", WATER.format(required=required), 1)
            script.write_text(text)
            city.publish(built(source))
            news._came(syncer.step())

            play(made.station, *REQUEST[7:9])  # on, with the questions it began with
            play(made.station, *REQUEST[9:], "wrapup", "end")
            play(made.station, *request("Dock")[:8])
            assert made.station.view().ask == "Is there water in the basement?"
            play(made.station, ("answer", "yes"), *REQUEST[8:], "wrapup", "end")

            with running_hub(knowledge=made.bundle.knowledge) as hub:
                made.start_sending(made.connect(hub.url, hub.key), lambda _row: None)
                until(lambda: [row.state for row in made.store.rows()] == ["sent"] * 3)
                asked = sorted("attribute[water]" in dict(case.fields) for case in hub.cases())
                assert asked == [False, False, True]
            assert made.store.case(waiting.case_id) == before
        finally:
            made.stop()

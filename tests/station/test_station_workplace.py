"""A place of work against a real hub on loopback: outage, sign-in, nearby cases, the city's number."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.hub_server import RunningHub, running_hub
from helpers.stations import mini_bundle, play
from helpers.waiting import until
from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds
from taker311.base.settings import CrmSettings, DeliverySettings, Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cases.model import OutboxRow
from taker311.knowledge.bundle import write_bundle
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

REQUEST: tuple[tuple[str, str], ...] = (
    ("type", "big hole in the road"),
    ("open", "pothole"),
    ("intake", ""),
    ("answer", "100 Washington Street"),
    ("pick", "1"),
    ("confirm", ""),
    ("answer", "lane"),
    ("answer", "no"),
    ("answer", "tire"),
    ("answer", "anonymous"),
    ("confirm", ""),
)
SETTINGS = Settings(
    crm=CrmSettings(endpoint="set by the test", dialect="hub"),
    delivery=DeliverySettings(first_wait_s=0.05, longest_wait_s=0.1, reconnect_spread_s=0.0),
)


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with running_hub(knowledge=mini_bundle().knowledge) as running:
        yield running


@contextlib.contextmanager
def workplace(folder: Path, *, signed_in: bool = True, seed: int = 1) -> Iterator[Workplace]:
    file = folder / "city.kb"
    folder.mkdir(exist_ok=True)
    from taker311.knowledge.bundle import encode_bundle

    bundle = mini_bundle()
    write_bundle(file, encode_bundle(bundle.knowledge, bundle.gazetteer()))
    seat = Seat(folder / "seat", SystemClock(), open_throwaway(folder / "seat") if signed_in else None)
    made = Workplace(bundle, file, seat, SETTINGS, SystemClock(), SeededIds(seed), agent="Sam")
    made.make_ready(folder / "cache")()
    try:
        yield made
    finally:
        made.stop()


def test_a_case_taken_in_an_outage_is_delivered_once_when_the_crm_is_back(tmp_path: Path, hub: RunningHub) -> None:
    hub.switch("off")
    before = len(hub.cases())
    with workplace(tmp_path) as made:
        changed: list[OutboxRow] = []
        made.start_sending(made.connect(hub.url, hub.key), changed.append)
        shown = play(made.station, *REQUEST).view()
        assert shown.state == "done"
        assert shown.ref
        until(lambda: any(row.last_class == "not-sent" for row in changed))
        for row in changed:
            made.station.case_changed(row)
        assert made.station.online is False
        assert made.status().waiting == 1
        assert "not answering" in made.station.view().notice

        hub.switch("on")
        until(lambda: any(row.state == "sent" for row in changed))
        made.station.case_changed(changed[-1])
        number = hub.cases()[0].request_id
        assert "The city's number is" in made.station.view().say
        assert number in made.station.view().say
        assert len(hub.cases()) == before + 1


def test_cases_taken_before_signing_in_go_to_the_disk_and_to_the_crm(tmp_path: Path, hub: RunningHub) -> None:
    before = len(hub.cases())
    with workplace(tmp_path, signed_in=False, seed=2) as made:
        play(made.station, *REQUEST)
        assert "memory only" in made.station.view().notice
        assert not made.status().signed_in
        assert made.seat.disk.rows() == []
        changed: list[OutboxRow] = []
        crm = made.connect(hub.url, hub.key)
        assert made.sign_in(open_throwaway(tmp_path / "seat"), crm, changed.append) == 1
        assert made.status().signed_in
        until(lambda: any(row.state == "sent" for row in changed))
        assert len(hub.cases()) == before + 1


def test_an_open_case_of_the_same_service_nearby_is_offered(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        play(made.station, *REQUEST, "wrapup", "end")
        play(made.station, *REQUEST[:6])
        shown = made.station.view()
        assert shown.kind == "duplicates"
        assert "0 m away" in shown.choices[0].label
        play(made.station, ("join", "1"))
        assert made.station.state.duplicate_choice == made.store.rows()[0].ref


def test_the_status_says_how_old_the_knowledge_is_and_which_calls_wait(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        play(made.station, *REQUEST[:4], "park")
        status = made.status()
        assert status.city == "Alder Falls"
        assert 0 <= status.kb_age_s < 600
        assert len(status.open_calls) == 1
        assert "Pothole" in status.open_calls[0].about


def test_a_second_desk_on_the_same_seat_is_told_who_has_it(tmp_path: Path) -> None:
    from taker311.base.errors import UserError

    with workplace(tmp_path), pytest.raises(UserError, match="seat"):
        Seat(tmp_path / "seat", SystemClock(), None)

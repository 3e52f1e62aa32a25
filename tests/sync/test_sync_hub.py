"""The hub as origin: conditional requests, ranges, and a request that waits for news."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.hub_server import SERVICES
from helpers.publishing import City, bundle
from taker311.base.clock import SystemClock
from taker311.hub.app import Hub, make_app
from taker311.hub.catalogue import Catalogue
from taker311.hub.faults import Faults
from taker311.hub.server import HubServer
from taker311.hub.store import HubStore
from taker311.knowledge.bundle import Bundle
from taker311.net.http import Http
from taker311.sync.desk import Result
from taker311.sync.worker import SyncWorker


@pytest.fixture
def address(city: City, tmp_path: Path) -> Iterator[str]:
    store = HubStore(f"sqlite:///{tmp_path / 'hub.db'}")
    hub = Hub(store=store, catalogue=Catalogue(SERVICES), clock=SystemClock(), published=city.repo.folder)
    with HubServer(make_app(hub), Faults()) as server:
        yield server.endpoint.removesuffix("open311/v2/") + "kb/"
    store.close()


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = Http("tests").request("GET", url, headers=names)
    return reply.status, dict(reply.headers), reply.body


def test_a_desk_follows_a_hub(city: City, address: str, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", address)
    assert desk.step().kind == "updated"
    assert desk.step().kind == "unchanged"
    city.publish(bundle("news"))
    assert desk.step().kind == "updated"


def test_files_come_with_ranges_and_are_kept_by_caches_unless_they_change(city: City, address: str) -> None:
    city.publish(bundle())
    part = next((city.repo.folder / "targets").glob("*.text.zst"))
    status, headers, body = get(f"{address}targets/{part.name}", range="bytes=100-")
    assert (status, body) == (206, part.read_bytes()[100:])
    assert "immutable" in headers["cache-control"]
    status, headers, _ = get(f"{address}latest.t311")
    assert headers["cache-control"] == "no-cache"
    assert get(f"{address}latest.t311", if_none_match=headers["etag"])[0] == 304


@pytest.mark.parametrize("name", ["", "../keys/targets.key", "%2e%2e/keys/targets.key", "keys", "metadata/1.root.json.bak", ".latest.t311.x"])  # fmt: skip
def test_nothing_else_is_served(city: City, address: str, name: str) -> None:
    city.publish(bundle())
    assert get(address + name)[0] == 404


def test_a_waiting_desk_has_a_change_without_the_next_poll(city: City, address: str, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", address)
    desk.step()
    results: list[Result] = []
    came = threading.Event()

    def note(result: Result) -> None:
        results.append(result)
        if result.kind == "updated":
            came.set()

    worker = SyncWorker(desk, note, wait_s=30)
    worker.start()
    worker.wake()
    city.publish(bundle("news"))
    assert came.wait(20)
    worker.stop()
    assert desk.state().version == Bundle.from_bytes(bundle("news")).version


def test_a_request_that_waited_in_vain_is_answered_as_unchanged(city: City, address: str, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", address)
    desk.step()
    result = desk.step(wait_s=1)
    assert (result.kind, result.waited) == ("unchanged", True)
    assert desk.next_wait(result) <= 3


def test_the_first_look_at_a_hub_already_knows_that_it_holds_requests(city: City, address: str, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", address)
    result = desk.step(wait_s=50)  # it has nothing yet, so nothing is waited for
    assert (result.kind, result.waited) == ("updated", True)
    assert desk.next_wait(result) <= 3


def test_a_hub_serves_emergency_packs_too(city: City, address: str) -> None:
    (city.repo.folder / "packs").mkdir(parents=True)
    (city.repo.folder / "packs" / "flood.pack").write_bytes(b"a pack")
    status, headers, body = get(f"{address}packs/flood.pack")
    assert (status, body, headers["cache-control"]) == (200, b"a pack", "no-cache")
    assert get(f"{address}packs/flood.pack", if_none_match=headers["etag"])[0] == 304
    assert get(f"{address}packs/../keys/flood.pack")[0] == 404


def test_a_worker_outlives_a_fault_in_the_program_and_says_so(
    city: City, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", address)
    told: list[str] = []
    came = threading.Event()

    def broken(**_: object) -> Result:
        raise KeyError("a bug")

    monkeypatch.setattr(desk, "step", broken)
    worker = SyncWorker(desk, lambda result: (told.append(result.sentence), came.set()))
    worker.start()
    assert came.wait(20)
    worker.stop()
    assert told[0] == "Looking for news failed inside the program (KeyError); please report it."

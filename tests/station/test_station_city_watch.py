"""Duplicates from the city's system and from this desk together, and the watch that keeps them fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import structs
from test_station_workplace import until, workplace

from helpers.case_values import make_case, make_submission
from helpers.families import T0, Standard, family
from helpers.hub_server import running_hub
from helpers.mini_city import knowledge
from helpers.stations import mini_bundle
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.call.model import FindDuplicates
from taker311.cases.city_cases import CityCases
from taker311.cases.memory import MemoryStore
from taker311.cases.model import OutboxRow
from taker311.cases.reference import References
from taker311.crm.client import Open311
from taker311.crm.compare import codes_of
from taker311.crm.dialects import BUILT_IN
from taker311.crm.model import RequestRecord
from taker311.knowledge.model import Knowledge
from taker311.net.http import Http
from taker311.places.model import Place
from taker311.station.city_watch import CityWatch
from taker311.station.nearby import Nearby

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
HERE = Place(kind="address", label="1204 Washington Street", lat=42.5, lon=-71.25)
WANTED = FindDuplicates(services=("TREE",), place=HERE, metres=100)
REF = References("7QX", b"sixteen bytes...").at(1)
CITYS = RequestRecord("77", "TREE", "Tree", lat=42.5002, lon=-71.25, address="1210 Washington Street", requested=NOW)


def store_with_a_case(number: str = "") -> MemoryStore:
    store, ids = MemoryStore(ManualClock(NOW), lambda: REF), SeededIds(1)
    case = make_case(REF, ids, created_at=NOW - timedelta(hours=2))
    saved = store.enqueue(case, make_submission(case, ids))
    if number:
        store.change(saved.case_id, lambda r: structs.replace(r, request_id=number, state="sent"), NOW, event="x")
    return store


def test_the_citys_cases_stand_beside_this_desks_own() -> None:
    cases = CityCases()
    cases.note(CITYS, NOW)
    found = Nearby(store_with_a_case(), cases).find(WANTED, NOW)
    assert [(d.ref, d.ours) for d in found] == [(REF, True), ("77", False)]
    assert found[1].metres == 22


def test_a_case_that_stands_in_both_is_shown_once_as_ours() -> None:
    cases = CityCases()
    cases.note(CITYS, NOW)
    assert [d.ref for d in Nearby(store_with_a_case("77"), cases).find(WANTED, NOW)] == [REF]


def test_a_case_that_the_city_closed_is_no_duplicate_and_swallows_no_caller() -> None:
    cases = CityCases()
    cases.note(structs.replace(CITYS, status="closed"), NOW)
    nearby = Nearby(store_with_a_case("77"), cases)
    assert nearby.find(WANTED, NOW) == ()
    assert nearby.open_number(REF) == nearby.open_number("77") == ""


def test_the_number_of_an_open_case_is_known_by_either_name() -> None:
    cases = CityCases()
    cases.note(CITYS, NOW)
    nearby = Nearby(store_with_a_case("77"), cases)
    assert nearby.open_number(REF) == nearby.open_number("77") == "77"
    assert nearby.open_number("78") == ""


def _knowledge() -> Knowledge:
    """The mini city, all of whose scripts look for duplicates."""
    known = knowledge()
    return structs.replace(known, scripts=tuple(structs.replace(s, duplicates_m=50) for s in known.scripts))


def test_the_watch_lists_open_cases_asks_for_our_own_and_compares_the_knowledge() -> None:
    known = _knowledge()
    manners = Standard()
    manners.codes = [codes_of(script)[0] for script in known.scripts][:1]
    for case in manners.cases:
        case.code = manners.codes[0]
    old = manners.cases[0]
    old.at = T0 - timedelta(days=70)
    row = OutboxRow("c", REF, "sent", "X", "t", "a", T0 - timedelta(days=3), request_id=old.id)
    clock, cases = ManualClock(T0), CityCases()
    with family("x", manners) as server:
        client = Open311(Http("tests"), server.url, BUILT_IN["standard"], total_s=5)
        watch = CityWatch(client, cases, known, lambda: [row], clock, SeededIds(2))
        watch.step()
        asked = len(manners.asked)
        watch.step()
        assert len(manners.asked) - asked == 1, "our own case and the services were asked for just before"
        clock.advance(7 * 3600)
        watch.step()
        assert manners.asked[-1][1].startswith("/open311/v2/services")
    assert watch.service_types() == {manners.codes[0]: "realtime"}
    assert cases.refreshed_at == clock.now()
    assert cases.get(old.id) is not None
    assert watch.differences
    assert "crm check" in watch.notice()


def test_a_watch_without_a_network_changes_nothing_and_says_nothing() -> None:
    client = Open311(Http("tests"), "http://127.0.0.1:1/", BUILT_IN["standard"], total_s=2)
    watch = CityWatch(client, CityCases(), _knowledge(), list, ManualClock(T0), SeededIds(2))
    watch.step()
    assert (watch.differences, watch.notice()) == ((), "")


def test_the_watch_ends_when_it_is_told() -> None:
    client = Open311(Http("tests"), "http://127.0.0.1:1/", BUILT_IN["standard"], total_s=2)
    watch = CityWatch(client, CityCases(), _knowledge(), list, ManualClock(T0), SeededIds(2))
    watch.start()
    watch.stop(5)
    assert watch._thread is not None
    assert not watch._thread.is_alive()


def test_a_desk_at_a_hub_shows_on_the_floor_and_adds_callers_to_open_cases(tmp_path: Path) -> None:
    """The whole way: the workplace's own watch, the cache, the update in the outbox, the hub's ledger."""
    known = mini_bundle().knowledge
    service = codes_of(known.scripts[0])[0]
    with running_hub(knowledge=known) as hub, workplace(tmp_path) as made:
        moved: list[OutboxRow] = []
        made.start_sending(made.connect(hub.url, hub.key), moved.append)
        watch = made.outside.watch
        assert watch is not None
        first = structs.replace(
            make_case(made.store.next_reference(), SeededIds(4), service=service), created_at=made.clock.now()
        )
        made.store.enqueue(first, made._submission(first))
        made.station.case_saved()
        until(lambda: bool(made.store.row(first.id).request_id))
        number = made.store.row(first.id).request_id
        watch.step()
        joined = structs.replace(first, id=SeededIds(5).uuid(), ref=made.store.next_reference(), linked_to=first.ref)
        submission = made._submission(joined)
        assert submission.path.startswith("servicerequestupdates")
        made.store.enqueue(joined, submission)
        made.station.case_saved()
        until(lambda: made.store.row(joined.id).state == "sent")
        assert made.store.row(joined.id).request_id == ""
        assert len(hub.cases()) == 1
        client = made.connect(hub.url, hub.key)
        assert client is not None
        (update,) = client.updates(made.clock.now() - timedelta(days=1), made.clock.now() + timedelta(days=1))
        assert update.request_id == number
        watch.step()
        assert made.status_desk(client).look(first.ref).standing == "open"
        assert made.status_desk(None).look(first.ref).words.startswith("As of")
        link = client.desk_link()
        assert link is not None
        (row,) = link.floor()
        assert row.status.kb_version == made.bundle.version
        assert watch.service_types()[service] == "realtime"
        hub.store.change_case(number, now=made.clock.now(), status="closed")
        made.station._city_cases.note(client.request(number), made.clock.now())  # type: ignore[union-attr, arg-type]
        late = structs.replace(joined, id=SeededIds(6).uuid(), ref=made.store.next_reference())
        assert made._submission(late).path == "requests.json", "a closed parent never swallows a caller"


def test_definitions_are_read_again_only_when_the_crm_says_that_something_changed(tmp_path: Path) -> None:
    known = mini_bundle().knowledge
    with running_hub(knowledge=known) as hub:
        client = Open311(Http("tests"), hub.url, BUILT_IN["hub"], hub.key)
        clock = ManualClock(NOW)

        def watch() -> CityWatch:
            made = CityWatch(client, CityCases(), known, list, clock, SeededIds(2))
            made.kept = tmp_path / "kept.json"
            made.step()
            assert made.catalogue is not None
            return made

        first = watch()
        assert first.notice() == ""
        hub.hub.catalogue.offers = {}
        again = watch()
        assert again.differences == first.differences == (), "the changeset is the same, so nothing was read"
        hub.hub.changeset = "2"
        clock.advance(7 * 3600)
        again.step()
        assert again.catalogue is not None
        assert again.catalogue.changeset == "1", "an empty list of services is none"

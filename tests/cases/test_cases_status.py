"""How a case stands: asked just now, or as of then; in words for the caller; and nothing else of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs
from test_cases_submission import CITY

from helpers.case_values import MARKER, make_case, make_submission
from helpers.families import T0, CitySDK, MarkASpot, Standard, Toronto, family
from helpers.hub_server import running_hub
from helpers.mini_city import FOLDER, gazetteer
from taker311.base.clock import ManualClock, SystemClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases.adding import submission_for
from taker311.cases.city_cases import CityCases
from taker311.cases.memory import MemoryStore
from taker311.cases.model import Case, OutboxRow, State
from taker311.cases.opening import open_store
from taker311.cases.reference import References
from taker311.cases.status import CaseStatus, StatusDesk, rows_by_phone, same_phone
from taker311.cli import main
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.crm.model import Accepted, RequestRecord
from taker311.crm.replies import judge
from taker311.crm.tree import CrmError
from taker311.net.http import Http

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 25, 19, 5, tzinfo=UTC)  # five past two in the afternoon in the city
REF = References("7QX", b"sixteen bytes...").at(7)
OPEN = RequestRecord("26-000001", "TREE", "Tree", requested=NOW - timedelta(days=1), description=MARKER)


class Crm:
    def __init__(self, *records: RequestRecord, down: bool = False) -> None:
        self.records, self.down = {record.request_id: record for record in records}, down

    def request(self, request_id: str) -> RequestRecord | None:
        if self.down:
            raise CrmError("down")
        return self.records.get(request_id)


def row(state: State = "sent", **more: object) -> OutboxRow:
    given = {"request_id": "26-000001"} if state == "sent" else {}
    return OutboxRow("c1", REF, state, "TREE", "tree", "forestry", NOW - timedelta(days=1), **{**given, **more})  # type: ignore[arg-type]


def desk(*rows: OutboxRow, crm: Crm | None = None, cases: CityCases | None = None, now: datetime = NOW) -> StatusDesk:
    return StatusDesk(lambda: list(rows), crm, cases or CityCases(), lambda: now, ZONE)


# ---------------------------------------------------------------- words
def test_a_case_is_found_by_the_reference_and_by_the_citys_number() -> None:
    for typed in (REF, f"{REF[:3]}-{REF[3:7]}-{REF[7:]}".lower(), "26-000001"):
        found = desk(row(), crm=Crm(OPEN)).look(typed)
        assert (found.standing, found.live, found.ref, found.number) == ("open", True, REF, "26-000001")


def test_a_number_that_is_not_this_desks_is_asked_for_too() -> None:
    found = desk(crm=Crm(OPEN)).look("26-000001")
    assert (found.standing, found.ref) == ("open", "")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "It is open."),
        ({"raw_status": "IN_PROGRESS"}, "It is in progress."),
        ({"raw_status": "open", "status_notes": "In progress - the crew is on its way"}, "It is in progress."),
        ({"raw_status": "action-scheduled"}, "The work is planned."),
        ({"raw_status": "quux"}, "It is open."),
        ({"expected": datetime(2026, 11, 30, 22, tzinfo=UTC)}, "It is open. It is expected by Monday, November 30."),
        ({"expected": datetime(2026, 11, 20, 22, tzinfo=UTC)}, "It is open. It was expected by Friday, November 20; that day has passed."),
        ({"status": "closed", "updated": datetime(2026, 11, 23, 15, tzinfo=UTC)},
         "It was closed on Monday, November 23. If the problem is still there, I can make a new case that names this one."),
        ({"status": "closed", "raw_status": "DUPLICATE"},
         "It was joined with another case of the same problem. If the problem is still there, I can make a new case that names this one."),
    ],
)  # fmt: skip
def test_the_words_say_the_state_and_the_day(more: dict[str, object], words: str) -> None:
    found = desk(row(), crm=Crm(structs.replace(OPEN, **more))).look(REF)
    assert found.words == words


def test_the_words_come_in_the_callers_language() -> None:
    record = structs.replace(OPEN, expected=datetime(2026, 11, 30, 22, tzinfo=UTC))
    assert (
        desk(row(), crm=Crm(record)).look(REF, "es").words
        == "Está abierto. Se espera a más tardar el lunes 30 de noviembre."
    )


def test_a_status_says_nothing_of_what_the_caller_told() -> None:
    record = structs.replace(OPEN, status_notes=MARKER, address=MARKER)
    found = desk(row(), crm=Crm(record)).look(REF)
    assert MARKER not in str([getattr(found, name) for name in found.__struct_fields__])


@pytest.mark.parametrize(
    ("state", "standing"),
    [("queued", "waiting"), ("sending", "waiting"), ("unknown", "waiting"), ("held", "person"), ("blocked", "person"), ("exported", "elsewhere")],
)  # fmt: skip
def test_a_case_on_its_way_stands_at_this_desk(state: State, standing: str) -> None:
    found = desk(row(state, promise_day="2026-11-30"), crm=Crm()).look(REF)
    assert (found.standing, found.live) == (standing, False)
    assert "expected by Monday, November 30" in found.words


def test_a_case_whose_number_is_still_to_come_is_with_the_city() -> None:
    assert "number is still to come" in desk(row("sent", request_id="", token="t"), crm=Crm()).look(REF).words


# ---------------------------------------------------------------- offline
def test_without_the_city_the_last_that_was_seen_is_said_with_its_time() -> None:
    cases = CityCases()
    for crm in (None, Crm(down=True)):
        at = NOW - timedelta(minutes=60)
        assert desk(row(), crm=Crm(OPEN), cases=cases, now=at).look(REF).live
        found = desk(row(), crm=crm, cases=cases).look(REF)
        assert (found.live, found.as_of) == (False, at)
        assert found.words == "As of 1:05 PM: It is open."
    later = desk(row(), cases=cases, now=NOW + timedelta(days=2)).look(REF)
    assert later.words.startswith("As of 1:05 PM, Wednesday, November 25:")


def test_a_number_that_nobody_knows_is_said_to_be_unknown() -> None:
    assert "knows no case 99" in desk(crm=Crm()).look("99").words
    assert "can't be reached" in desk().look("99").words
    assert desk().look("99").standing == "not-known"


def test_a_case_that_the_city_forgot_is_still_ours() -> None:
    found = desk(row(), crm=Crm()).look(REF)
    assert (found.standing, found.words) == ("with-city", "The city has it.")


def test_nothing_typed_is_told() -> None:
    with pytest.raises(UserError, match="reference"):
        desk().look("  ")


def test_callers_are_found_by_phone_among_this_desks_own_cases() -> None:
    ids = SeededIds(3)
    store = MemoryStore(ManualClock(NOW), lambda: REF)
    case = make_case(REF, ids)
    store.enqueue(case, make_submission(case, ids))
    assert [found.ref for found in rows_by_phone(store, "(202) 555-0142")] == [REF]
    assert rows_by_phone(store, "202-555-0143") == []
    assert rows_by_phone(store, "42") == []
    assert not same_phone("", "")


# ---------------------------------------------------------------- what is near
def client_of(url: str, name: str = "standard", **changed: object) -> Open311:
    return Open311(Http("tests"), url, structs.replace(BUILT_IN[name], **changed), total_s=5)


def test_open_cases_nearby_are_kept_without_their_descriptions(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "cases.bin"
    with family("standard", Standard()) as server:
        server.manners.cases[-1].description = MARKER
        cases = CityCases(path)
        count = cases.refresh(client_of(server.url), ["001", "TREE"], T0)
    assert count == 12
    assert MARKER.encode() not in path.read_bytes()
    again = CityCases(path)
    assert again.refreshed_at == T0
    near = again.near(["001"], 42.65, -70.61, 50)
    assert len(near) == 6
    assert {seen.record.service_code for _, seen in near} == {"001"}
    assert again.near(["001"], 42.66, -70.61, 50) == []
    assert len(again.near((), 42.6504, -70.61, 50)) == 12


def test_a_case_that_is_no_longer_listed_is_no_longer_shown() -> None:
    with family("standard", Standard()) as server:
        cases, client = CityCases(), client_of(server.url)
        cases.refresh(client, ["001", "TREE"], T0)
        server.manners.cases.pop()
        assert cases.refresh(client, ["001", "TREE"], T0) == 11
    assert len(cases.near((), 42.65, -70.61, 50)) == 11


def test_what_a_cut_listing_did_not_reach_stays() -> None:
    with family("markaspot", MarkASpot()) as server:
        cases = CityCases()
        cases.refresh(client_of(server.url, "markaspot", nearby_pages=2), ["001"], T0)
        whole = len(cases.near((), 42.65, -70.61, 50))
        cases.refresh(client_of(server.url, "markaspot"), ["001"], T0)
        assert len(cases.near((), 42.65, -70.61, 50)) == whole == 36


@pytest.mark.parametrize("name", ["ureport", "eindhoven"])
def test_services_are_asked_for_one_by_one_where_lists_are_not_understood(name: str) -> None:
    with family(name) as server:
        cases = CityCases()
        assert cases.refresh(client_of(server.url, name), server.manners.codes, T0) == 12
    near = cases.near(server.manners.codes[:1], server.manners.shown(server.manners.cases[0])["lat"], -70.61, 50)
    assert len(near) == 6


def test_a_refresh_that_fails_takes_nothing_away() -> None:
    with family("standard", Standard()) as server:
        cases = CityCases()
        cases.refresh(client_of(server.url), ["001"], T0)
    with pytest.raises(CrmError):
        cases.refresh(client_of("http://127.0.0.1:1/"), ["001"], T0)
    assert cases.near((), 42.65, -70.61, 50)


def test_a_damaged_cache_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "cases.bin"
    path.write_bytes(b"\xff\x00nothing")
    assert CityCases(path).near((), 0, 0, 1e6) == []


@pytest.mark.parametrize("manners", [Toronto(), CitySDK()])
def test_what_families_write_of_a_state_is_understood(manners: Standard) -> None:
    with family("x", manners) as server:
        found = desk(crm=client_of(server.url)).look(manners.cases[-1].id)  # type: ignore[arg-type]
    assert isinstance(found, CaseStatus)
    assert found.words.startswith("It is in progress." if isinstance(manners, Toronto) else "It is open.")


# ---------------------------------------------------------------- adding a caller
def joined(linked_to: str, ids: SeededIds) -> Case:
    return structs.replace(make_case(REF, ids), linked_to=linked_to)


def test_a_caller_who_joins_an_open_case_becomes_an_update_where_there_is_such_a_thing() -> None:
    ids = SeededIds(5)
    case = joined("26-000001", ids)
    update = submission_for(case, BUILT_IN["hub"], CITY, "key-1", lambda ref: ref)
    assert update.path == "servicerequestupdates.json"
    assert b"service_request_id=26-000001&update_id=key-1" in update.body
    assert case.tag.encode() in update.body.replace(b"%2F", b"/")
    assert f"first_name={MARKER}".encode() in update.body


@pytest.mark.parametrize(("dialect", "number"), [("standard", "26-000001"), ("hub", "")])
def test_else_it_is_a_case_of_its_own_that_names_the_other(dialect: str, number: str) -> None:
    made = submission_for(joined("26-000001", SeededIds(5)), BUILT_IN[dialect], CITY, "key-1", lambda _ref: number)
    assert made.path == "requests.json"
    assert b"Adds+to+26-000001" in made.body


def test_an_update_reaches_the_hub_once_and_is_no_receipt_of_another_case() -> None:
    with running_hub() as hub:
        client = Open311(Http("tests"), hub.url, BUILT_IN["hub"], hub.key)
        ids = SeededIds(6)
        parent = submission_for(make_case(REF, ids), BUILT_IN["hub"], CITY, ids.uuid())
        accepted = client.submit(parent)
        assert isinstance(accepted, Accepted)
        update = submission_for(
            joined(accepted.receipt.request_id, ids), BUILT_IN["hub"], CITY, ids.uuid(), lambda ref: ref
        )
        for _ in range(2):
            outcome = client.submit(update)
            assert isinstance(outcome, Accepted)
            assert outcome.receipt.request_id == ""
        now = SystemClock().now()
        (kept,) = client.updates(now - timedelta(days=1), now + timedelta(days=1))
        assert len(hub.cases()) == 1
    assert (kept.request_id, kept.update_id) == (accepted.receipt.request_id, update.idem_key)


def test_a_reply_without_an_update_id_is_a_doubt() -> None:
    update = submission_for(joined("1", SeededIds(5)), BUILT_IN["hub"], CITY, "k", lambda ref: ref)
    outcome = judge(200, {}, b'[{"service_request_id":"1"}]', submission=update, dialect=BUILT_IN["hub"])
    assert not isinstance(outcome, Accepted)


# ---------------------------------------------------------------- the command
def test_the_command_says_how_a_case_stands_online_and_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    folder = tmp_path / "data" / "seats" / "main"
    store = open_store(folder, SystemClock(), Sealer(new_secrets()))
    ref, ids = store.next_reference(), SeededIds(9)
    case = make_case(ref, ids, created_at=SystemClock().now())
    store.enqueue(case, make_submission(case, ids))
    store.close()
    posted = submission_for(case, BUILT_IN["hub"], CITY, ids.uuid())
    with running_hub() as hub:
        (tmp_path / "config").mkdir()
        settings = tmp_path / "config" / "settings.toml"
        settings.write_text(f'[crm]\nendpoint = "{hub.url}"\ndialect = "hub"\n', encoding="utf-8")
        number = Open311(Http("t"), hub.url, BUILT_IN["hub"], hub.key).submit(posted).receipt.request_id  # type: ignore[union-attr]
        assert main(["status", ref]) == 0
        assert "saved at this desk" in capsys.readouterr().out
        assert main(["status", number]) == 0
        assert "It is open." in capsys.readouterr().out
        assert main(["status", "--at", "42.5,-71.25"]) == 0
        assert number in capsys.readouterr().out
        with settings.open("a", encoding="utf-8") as more:
            more.write(f'[city]\nkb = "{FOLDER}"\n')
        label = gazetteer().addresses[0]
        assert main(["status", "--place", f"{label.number} {label.street}", "--json"]) == 1
        assert "Around" in capsys.readouterr().err
        assert main(["status", "--place", "Xyzzy 99999 Qqq"]) == 1
        assert "no place" in capsys.readouterr().err
    assert main(["status", number]) == 0
    out = capsys.readouterr().out
    assert "As of" in out
    assert MARKER not in out
    assert main(["status", "none-such", "--json"]) == 1
    assert '"not-known"' in capsys.readouterr().out
    assert main(["status"]) == 2

"""A volunteer's token: it hands cases in and reads back its own, ends with the incident, and opens nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from helpers.hub_server import RunningHub, running_hub
from helpers.mini_city import knowledge
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.cli import main
from taker311.cli._floor_source import HubSource
from taker311.crm.client import Open311
from taker311.crm.desk_link import DeskLink
from taker311.crm.desk_model import Activity, DeskStatus, Suggestion
from taker311.crm.dialects import BUILT_IN
from taker311.crm.form import encode_form
from taker311.crm.model import Accepted, Refused, RequestUpdate, Submission, Unknown
from taker311.crm.tree import CrmError
from taker311.hub.store import HubStore
from taker311.net.http import Http

web = Http("tests")
NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
TAG = "K3F7QX2D/0a1b2c3d"


@pytest.fixture
def hub() -> Iterator[RunningHub]:
    with running_hub() as running:
        yield running


def token_of(hub: RunningHub, name: str = "ana", **given: object) -> str:
    until = given.get("until", date.max)
    return hub.store.add_key(name, now=NOW, post_only=True, until=until, incident="flood")  # type: ignore[arg-type]


def desk_with(hub: RunningHub, key: str) -> Open311:
    return Open311(web, hub.url, BUILT_IN["hub"], key)


def a_case(code: str = "TREE", idem: str = "a") -> Submission:
    text = f"Fallen tree\nWhere exactly: behind Mrs. Brown's house\nRef {TAG}"
    body = encode_form([("service_code", code), ("address_string", "1 Elm Street"), ("description", text)])
    return Submission("requests.json", body, idem, service_code=code, reference=TAG)


def ask(hub: RunningHub, method: str, path: str, key: str) -> tuple[int, str]:
    root = hub.url.removesuffix("/open311/v2/")
    body = b"" if method == "POST" else None
    reply = web.request(method, root + path, headers={"x-api-key": key}, body=body)
    said = json.loads(reply.body)[0]["description"] if reply.status >= 400 else ""
    return reply.status, said


def test_a_token_hands_a_case_in_once_however_often_the_reply_is_lost(hub: RunningHub) -> None:
    desk = desk_with(hub, token_of(hub))
    hub.switch("error-after-commit")
    assert isinstance(desk.submit(a_case()), Unknown)
    hub.switch("on")
    done = desk.submit(a_case(), after_unknown=True)
    assert isinstance(done, Accepted)
    assert [case.owner for case in hub.cases()] == ["ana"]
    assert done.receipt.request_id == hub.cases()[0].request_id


def test_what_a_token_reads_back_tells_that_its_case_is_there_and_nothing_of_the_caller(hub: RunningHub) -> None:
    desk = desk_with(hub, token_of(hub))
    done = desk.submit(a_case())
    assert isinstance(done, Accepted)
    record = desk.request(done.receipt.request_id)
    assert record is not None
    assert (record.service_code, record.description, record.address) == ("TREE", f"Ref {TAG}", "")
    assert record.requested is not None
    batch = desk.submit(a_case("NOISE", "b"), service_type="batch")
    assert isinstance(batch, Accepted)
    number = desk.token(batch.receipt.token)
    assert number
    assert desk.request(number) is not None


def test_other_peoples_cases_are_not_there_for_a_token(hub: RunningHub) -> None:
    other = desk_with(hub, hub.key)
    first, second = other.submit(a_case()), other.submit(a_case("NOISE", "b"), service_type="batch")
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    desk = desk_with(hub, token_of(hub))
    assert desk.request(first.receipt.request_id) is None
    assert desk.token(second.receipt.token) is None
    assert other.token(second.receipt.token)
    added = desk.post_update(RequestUpdate("u1", first.receipt.request_id, "OPEN", "more of it"))
    assert isinstance(added, Refused)
    assert added.reply_class == "held"  # a refusal of this one: the sender goes on with the rest
    mine = desk.submit(a_case(idem="c"))
    assert isinstance(mine, Accepted)
    assert isinstance(desk.post_update(RequestUpdate("u2", mine.receipt.request_id, "OPEN", "more")), Accepted)


def test_all_else_is_refused_to_a_token_in_a_sentence(hub: RunningHub) -> None:
    token = token_of(hub)
    for path in (
        "/open311/v2/requests.json",
        "/open311/v2/requests.json?service_request_id=26-000001",
        "/open311/v2/servicerequestupdates.json",
        "/desks/status.json",
        "/desks/suggestions.json",
    ):
        status, said = ask(hub, "GET", path, token)
        assert status == 403, path
        assert "hands cases in" in said
        assert ask(hub, "GET", path, hub.key)[0] == 200
    assert ask(hub, "POST", "/desks/answer.json", token)[0] == 403


def test_a_call_that_the_list_does_not_know_is_refused_to_a_token() -> None:
    from taker311.hub.post_only import may

    assert may("POST", "/open311/v2/requests.json")
    for method, path in (
        ("POST", "/desks/orders.json"),
        ("GET", "/desks/code.json"),
        ("DELETE", "/open311/v2/requests/1.json"),
        ("PUT", "/open311/v2/requests.json"),
        ("POST", "/x/open311/v2/requests.json"),
        ("GET", "/open311/v2/requests.jsonx"),
    ):
        assert not may(method, path), (method, path)


def test_a_volunteers_desk_tells_how_it_stands_and_hands_in_what_it_did_not_find(hub: RunningHub) -> None:
    desk = desk_with(hub, token_of(hub))
    link = desk.desk_link()
    assert link is not None
    link.tell(DeskStatus(NOW, waiting=2))
    link.suggest([Suggestion("s1", "no-answer", "", "sandbags")])
    assert link.code()
    assert {service.code for service in desk.services()} >= {"TREE", "NOISE"}
    assert [row.desk for row in DeskLink(web, hub.url, hub.key).floor()] == ["ana"]


def test_a_token_ends_at_the_citys_midnight_after_its_last_day() -> None:
    clock = ManualClock(datetime(2026, 11, 26, 4, tzinfo=UTC))  # 23:00 of the 25th in New York
    with running_hub(clock=clock, city=knowledge().city) as hub:
        assert knowledge().city.time_zone == "America/New_York"
        desk = desk_with(hub, token_of(hub, until=date(2026, 11, 25)))
        assert isinstance(desk.submit(a_case()), Accepted)
        clock.advance(2 * 3600)
        ended = desk.submit(a_case(idem="b"))
        assert isinstance(ended, Refused)
        assert ended.reply_class == "blocked"  # the sender waits, and the case stays where it is
        assert "ended with 2026-11-25" in ended.sentence
        assert ask(hub, "GET", "/desks/status.json", token_of(hub, until=date(2026, 11, 25)))[0] == 403


def test_a_token_that_was_taken_back_opens_nothing_and_the_rest_of_the_incident_goes_on(hub: RunningHub) -> None:
    lost, kept = token_of(hub), token_of(hub, "ben")
    assert hub.store.revoke_keys("ana", now=NOW) == 1
    refused = desk_with(hub, lost).submit(a_case())
    assert isinstance(refused, Refused)
    assert "was taken back on 2026-11-25" in refused.sentence
    assert isinstance(desk_with(hub, kept).submit(a_case()), Accepted)
    assert hub.store.revoke_keys(incident="flood", now=NOW) == 1
    assert isinstance(desk_with(hub, kept).submit(a_case(idem="b")), Refused)
    assert isinstance(desk_with(hub, hub.key).submit(a_case(idem="c")), Accepted)
    assert hub.store.revoke_keys(now=NOW) == 0


def test_two_seats_of_one_machine_stand_on_the_floor_beside_each_other(hub: RunningHub) -> None:
    supervisor, machine = HubSource(DeskLink(web, hub.url, hub.key)), DeskLink(web, hub.url, token_of(hub))
    for seat in ("main", "east"):
        doing = Activity(state="call", help_since=NOW, since=NOW)
        assert machine.tell(DeskStatus(NOW, seat=seat, doing=doing)) is None
    desks, _ = supervisor.read()
    assert [(desk.desk, desk.seat) for desk in desks] == [("ana", "main"), ("ana", "east")]
    supervisor.answer(desks[1], "Pat")
    assert [desk.help_open for desk in supervisor.read()[0]] == [True, False]
    answered = machine.tell(DeskStatus(NOW, seat="east", doing=doing))
    assert answered is not None
    assert (answered.by, answered.help_since) == ("Pat", NOW)
    assert machine.tell(DeskStatus(NOW, seat="east", doing=replace(doing, help_since=NOW + timedelta(1)))) is None
    with pytest.raises(CrmError, match="hands cases in"):
        HubSource(machine).answer(desks[0], "a volunteer")


def test_the_command_gives_lists_and_takes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'hub.db'}"
    where = ["--database", database]
    expires = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    words = ["hub", "desks", "add", "ana", "--post-only", "--incident", "flood", "--expires", expires, "--json"]
    assert main([*words, *where]) == 0
    given = json.loads(capsys.readouterr().out)
    assert (given["desk"], given["incident"], given["expires"]) == ("ana", "flood", expires)
    assert given["key"].encode() not in (tmp_path / "hub.db").read_bytes()
    assert main(["hub", "desks", "list", *where]) == 0
    listed = capsys.readouterr().out
    assert f"may only post, for flood, until {expires}" in listed
    assert given["key"] not in listed
    assert main(["hub", "desks", "revoke", "--incident", "flood", *where]) == 0
    assert main(["hub", "desks", "list", *where]) == 0
    assert "REVOKED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add"], "whose it is"),
        (["add", "ana", "--post-only"], "--incident"),
        (["add", "ana", "--post-only", "--incident", "flood"], "--expires"),
        (["add", "ana", "--expires", "2020-01-31"], "is over"),
        (["add", "front", "--post-only", "--incident", "flood", "--expires", "2999-01-31"], "another name"),
        (["revoke"], "whose key"),
        (["revoke", "ana"], "no valid key ana"),
    ],
)
def test_a_token_without_a_name_an_incident_or_an_end_is_not_given(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--database", f"sqlite:///{tmp_path / 'hub.db'}"]
    assert main(["hub", "desks", "add", "front", *where]) == 0
    assert main(["hub", "desks", *words, *where]) == 2
    assert said in capsys.readouterr().err


def test_the_database_of_an_older_hub_is_brought_up_and_its_keys_go_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    first = HubStore(url)
    key = first.add_key("front", now=NOW)
    first.close()
    with sqlite3.connect(tmp_path / "hub.db") as old:
        old.execute("ALTER TABLE hub_api_key DROP COLUMN incident")
        old.execute("ALTER TABLE hub_desk_status DROP COLUMN answer")
        old.execute("INSERT INTO hub_desk_status VALUES ('front', '2026-11-25T14:00:00.000000Z', ?)", (OLD_STATUS,))
    old.close()
    for _ in range(2):
        store = HubStore(url)
        holder = store.holder(key, now=NOW)
        assert holder is not None
        assert holder.name == "front"
        assert store.list_keys()[0]["incident"] == ""
        from taker311.hub.desk_store import DeskStore

        assert DeskStore(store).floor()[0].status.waiting == 3
        store.close()


OLD_STATUS = '{"at":"2026-11-25T14:00:00Z","waiting":3,"refs":["K3F7QX2D"]}'


def test_a_database_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"no database at all, just words" * 100)
    with pytest.raises(UserError, match="can't be opened"):
        HubStore(f"sqlite:///{tmp_path / 'hub.db'}")

"""Faults that the demo switches on, keys under concurrency, restarts, and databases that can't be used."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from helpers.hub_server import RunningHub, running_hub
from helpers.postgres import fresh_postgres
from taker311.base.errors import UserError
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.crm.form import encode_form
from taker311.crm.model import Accepted, NotSent, Outcome, Submission, Unknown
from taker311.hub.store import CaseQuery, HubStore, HubUpdate, KeyHolder, NewCase, OtherBody
from taker311.net.http import Http

web = Http("tests")
NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Each kind of database that the hub's store runs on."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
    else:
        with fresh_postgres() as url:
            yield url


def case(idem_key: str = "k") -> Submission:
    body = encode_form([("service_code", "TREE"), ("address_string", "1 Elm"), ("description", "Ref R/1")])
    return Submission(path="requests.json", body=body, idem_key=idem_key, service_code="TREE", reference="R/1")


def submit(hub: RunningHub, idem_key: str = "k") -> Outcome:
    return Open311(web, hub.url, BUILT_IN["hub"], hub.key, total_s=10).submit(case(idem_key))


def _submit_into(found: list[Outcome], hub: RunningHub, idem_key: str) -> None:
    found.append(submit(hub, idem_key))


def test_a_hub_that_is_off_refuses_connections_and_comes_back_on_its_port() -> None:
    with running_hub() as hub:
        for _ in range(2):
            hub.switch("off")
            assert isinstance(submit(hub), NotSent)
            hub.switch("on")
            assert isinstance(submit(hub), Accepted)
        assert len(hub.cases()) == 1


def test_an_error_after_the_commit_makes_no_second_case_when_the_same_key_comes_again() -> None:
    with running_hub() as hub:
        hub.switch("error-after-commit")
        assert isinstance(submit(hub), Unknown)
        hub.switch("on")
        assert isinstance(submit(hub), Accepted)
        assert len(hub.cases()) == 1


@pytest.mark.parametrize("mode", ["html-portal", "busy"])
def test_a_portal_and_maintenance_take_nothing_in(mode: str) -> None:
    with running_hub() as hub:
        hub.switch(mode)
        assert isinstance(submit(hub), NotSent)
        assert hub.cases() == []


def test_a_key_whose_request_is_still_being_worked_on_is_answered_409() -> None:
    with running_hub(slow_s=1.0) as hub:
        hub.switch("slow")
        first: list[Outcome] = []
        thread = threading.Thread(target=lambda: first.append(submit(hub)))
        thread.start()
        while not hub.hub.in_progress and thread.is_alive():
            thread.join(0.01)
        second = submit(hub)
        thread.join(20)
        assert isinstance(second, Unknown)
        assert second.status == 409
        assert isinstance(first[0], Accepted)
        assert len(hub.cases()) == 1


def test_equal_posts_at_the_same_time_make_one_case() -> None:
    with running_hub() as hub:
        found: list[Outcome] = []
        threads = [threading.Thread(target=lambda: found.append(submit(hub))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(hub.cases()) == 1
        numbers = {outcome.receipt.request_id for outcome in found if isinstance(outcome, Accepted)}
        assert numbers == {hub.cases()[0].request_id}
        assert all(
            isinstance(outcome, Accepted) or (isinstance(outcome, Unknown) and outcome.status == 409)
            for outcome in found
        )


def test_two_hubs_on_one_database_give_one_answer_to_one_key(database: str) -> None:
    with running_hub(database=database) as one, running_hub(database=database) as other:
        for number in range(5):
            found: list[Outcome] = []
            threads = [
                threading.Thread(target=_submit_into, args=(found, hub, str(number)))
                for hub in (one, other, one, other)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
            receipts = {outcome.receipt for outcome in found if isinstance(outcome, Accepted)}
            assert len(receipts) == 1, found
            assert len(one.cases()) == number + 1
            assert all(isinstance(o, Accepted) or (isinstance(o, Unknown) and o.status == 409) for o in found), found


def test_a_store_does_everything_on_either_database(database: str) -> None:
    store = HubStore(database)
    key = store.add_key("desk", now=NOW, post_only=True)
    assert store.holder(key, now=NOW) == KeyHolder(name="desk", post_only=True)
    assert [row["name"] for row in store.list_keys()] == ["desk"]
    assert store.revoke_keys("desk", now=NOW) == 1
    assert store.holder(key, now=NOW) is None
    new = NewCase(
        owner="desk", service_code="T", type="batch", fields=(("a", "é"),), at=NOW, expected=NOW, lat=1.25, lon=-2.5
    )
    case, is_new = store.add_case(new, "k")
    assert (is_new, case.request_id, case.fields, case.lat, case.expected) == (
        True,
        "26-000001",
        (("a", "é"),),
        1.25,
        NOW,
    )
    assert store.add_case(new, "k") == (case, False)
    with pytest.raises(OtherBody):
        store.add_case(structs.replace(new, fields=(("a", "b"),)), "k")
    assert store.by_token(case.token) == case
    assert store.change_case(case.request_id, now=NOW, status="closed", notes="Done", released=True)
    assert not store.change_case("26-9", now=NOW, status="closed")
    (found,) = store.find(CaseQuery(service_codes=("T",), statuses=("closed",), start=NOW, end=NOW))
    assert (found.status_notes, found.released) == ("Done", True)
    update = HubUpdate(update_id="desk:1", request_id=case.request_id, status="open", description="x", updated=NOW)
    assert (
        store.add_update(update, "desk") == store.add_update(structs.replace(update, description="y"), "desk") == update
    )
    assert store.updates_between(NOW, NOW, "desk") == [update]
    assert store.updates_between(None, None, "other") == []
    assert store.forget_replies(NOW + timedelta(days=1)) == 1
    store.close()


def test_a_restarted_hub_still_knows_keys_cases_and_answers(database: str) -> None:
    with running_hub(database=database) as hub:
        before, key = submit(hub), hub.key
    with running_hub(database=database) as again:
        assert Open311(web, again.url, BUILT_IN["hub"], key).submit(case()) == before
        assert len(again.cases()) == 1


def test_the_switch_obeys_its_token_alone_and_works_while_the_hub_is_off() -> None:
    with running_hub(control_token="right") as hub:
        address = hub.control_url

        def switch(mode: str, token: str) -> int:
            return web.request("POST", address + mode, headers={"x-demo-token": token}, body=b"").status

        assert switch("off", "wrong") == 403
        assert isinstance(submit(hub), Accepted)
        assert switch("off", "right") == 200
        assert isinstance(submit(hub, "other"), NotSent)
        assert switch("sideways", "right") == 404
        assert switch("on", "right") == 200
        assert isinstance(submit(hub, "other"), Accepted)
        assert (
            web.request("POST", hub.url.replace("open311/v2/", "_demo/off"), headers={"x-demo-token": "right"}).status
            == 404
        )


def test_a_port_in_use_is_one_sentence() -> None:
    with running_hub() as hub:
        port = int(hub.url.split(":")[2].split("/")[0])
        with pytest.raises(UserError, match="--port"), running_hub(port=port):
            pass


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite:////no/such/folder/hub.db", "postgresql+nothing://u:secret@127.0.0.1:1/x"]
)
def test_a_database_that_cannot_be_used_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(UserError) as failure:
        HubStore(url)
    assert "secret" not in str(failure.value)


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_bytes(b"this is no database at all, only text" * 50)
    with pytest.raises(UserError, match=r"hub\.db"):
        HubStore(f"sqlite:///{path}")

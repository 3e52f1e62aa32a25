"""What desks and the hub tell each other: status and floor, suggestions, desk codes; and many hub processes on one database."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from helpers.hub_server import RunningHub, running_hub
from helpers.mini_city import FOLDER
from helpers.postgres import fresh_postgres
from taker311.base.ids import SystemIds
from taker311.cases.reference import is_desk_code
from taker311.cli import main
from taker311.crm.client import Open311
from taker311.crm.desk_link import DeskLink
from taker311.crm.desk_model import Beat, DeskStatus, Suggestion
from taker311.crm.dialects import BUILT_IN
from taker311.crm.form import encode_form
from taker311.crm.model import Accepted, NotSent, Outcome, Refused, Submission, Unknown
from taker311.crm.tree import CrmError
from taker311.hub.desk_store import DeskStore
from taker311.hub.store import HubStore
from taker311.net.http import Http

web = Http("tests")
NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
STATUS = DeskStatus(NOW, waiting=3, attention=1, oldest_s=90.0, kb_version="v7", refs=("K3F7QX2D",))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
    else:
        with fresh_postgres() as url:
            yield url


@pytest.fixture
def hub(database: str) -> Iterator[RunningHub]:
    with running_hub(database=database) as running:
        yield running


def link(hub: RunningHub, key: str | None = None) -> DeskLink:
    return DeskLink(web, hub.url, hub.key if key is None else key)


def other_key(hub: RunningHub, name: str = "other", **given: bool) -> str:
    return hub.store.add_key(name, now=NOW, **given)


def test_the_floor_shows_the_last_that_each_desk_told(hub: RunningHub) -> None:
    other = link(hub, other_key(hub))
    assert link(hub).floor() == ()
    link(hub).tell(DeskStatus(NOW, waiting=9))
    link(hub).tell(STATUS)
    other.tell(DeskStatus(NOW))
    assert [(row.desk, row.status.waiting) for row in other.floor()] == [("desk", 3), ("other", 0)]
    assert link(hub).floor()[0].status == STATUS


def test_a_beat_carries_a_desks_last_status_on_and_means_nothing_without_one(hub: RunningHub) -> None:
    desk = link(hub)
    assert not desk.beat(Beat())
    assert desk.floor() == ()
    desk.tell(STATUS)
    assert desk.takes_beats
    before = desk.floor()[0]
    assert desk.beat(Beat(waiting=8, oldest_s=70.0))
    (after,) = desk.floor()
    assert after.received_at > before.received_at
    assert after.status == replace(STATUS, waiting=8, oldest_s=70.0)
    assert not desk.beat(Beat(seat="other"))
    assert link(hub, other_key(hub, post_only=True)).beat(Beat()) is False  # a volunteer's may tell


def test_a_suggestion_is_kept_once_however_often_it_comes(hub: RunningHub) -> None:
    given = [Suggestion("s1", "no-answer", "", "dog … bins"), Suggestion("s2", "wrong", "pothole", "the hours")]
    link(hub).suggest(given)
    link(hub).suggest(given)
    link(hub, other_key(hub)).suggest(given[:1])
    found = link(hub).inbox()
    assert [(row.desk, row.suggestion.id) for row in found] == [("other", "s1"), ("desk", "s2"), ("desk", "s1")]
    assert found[1].suggestion == given[1]


def test_desks_get_codes_of_their_own_and_a_fresh_one_for_a_fresh_store(hub: RunningHub) -> None:
    first, second = link(hub).code(), link(hub, other_key(hub)).code()
    assert is_desk_code(first)
    assert first[0].isdigit()
    assert first != second
    assert link(hub).code() == first
    fresh = link(hub).code([first])
    assert fresh not in (first, second)
    assert link(hub).code([first]) == fresh


def test_a_key_that_may_only_post_tells_and_reads_nothing(hub: RunningHub) -> None:
    desk = link(hub, other_key(hub, post_only=True))
    desk.tell(STATUS)
    assert desk.code()
    for ask in (desk.floor, desk.inbox):
        with pytest.raises(CrmError, match="hands cases in"):
            ask()


@pytest.mark.parametrize("key", ["", "wrong"])
def test_nobody_without_a_key_learns_anything(hub: RunningHub, key: str) -> None:
    desk = link(hub, key)
    for ask in (desk.floor, desk.inbox, desk.code, lambda: desk.tell(STATUS), lambda: desk.suggest([])):
        with pytest.raises(CrmError, match="403"):
            ask()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"at":"yesterday"}', b"[" * 50_000, b'"' + b"x" * 70_000 + b'"']
)
def test_a_body_that_is_none_is_refused_with_a_sentence(hub: RunningHub, body: bytes) -> None:
    root = hub.url.removesuffix("open311/v2/")
    reply = web.request("POST", f"{root}desks/status.json", headers={"x-api-key": hub.key}, body=body)
    assert reply.status in (400, 413)
    assert json.loads(reply.body)[0]["description"]


def test_control_characters_of_a_desk_go_no_further(hub: RunningHub) -> None:
    link(hub).suggest([Suggestion("s", text="a\x1b]0;x\x07b")])
    assert "\x1b" not in link(hub).inbox()[0].suggestion.text


def test_a_crm_that_is_no_hub_is_said_to_be_none() -> None:
    from helpers.families import family

    with family("ureport") as server, pytest.raises(CrmError, match="404"):
        DeskLink(web, server.url, "k").floor()


def test_many_desks_at_once_get_different_codes(database: str) -> None:
    store = HubStore(database)
    desks = DeskStore(store)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(desks.allot_code(f"desk {n}", now=NOW))) for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    store.close()
    assert len(set(found)) == 12


def test_the_operator_sees_the_floor_and_the_inbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    with running_hub(database=url) as hub:
        link(hub).tell(STATUS)
        link(hub).suggest([Suggestion("s1", text="dog bins")])
    assert main(["hub", "floor", "--database", url]) == 0
    out = capsys.readouterr().out
    assert "desk" in out
    assert "3 waiting" in out
    assert "K3F-7QX2-D" in out
    assert main(["hub", "inbox", "--database", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["suggestion"]["text"] == "dog bins"


# ---------------------------------------------------------------- many processes
def _hub_process(database: str) -> tuple[subprocess.Popen[str], str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "taker311", "hub", "--kb", str(FOLDER), "--port", str(port), "--database", database]
    process = subprocess.Popen(
        [*words, "--rate", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


def test_several_hub_processes_give_one_answer_to_one_key_under_concurrent_posts() -> None:
    with fresh_postgres() as database:
        store = HubStore(database)
        key = store.add_key("desk", now=NOW)
        processes = [_hub_process(database) for _ in range(2)]
        try:
            numbers = _race([url for _, url in processes], key)
            from taker311.hub.store import CaseQuery

            cases = store.find(CaseQuery(limit=1_000))
        finally:
            for process, _ in processes:
                process.terminate()
                process.wait(60)
                assert process.stdout is not None
                process.stdout.close()
            store.close()
    assert len(cases) == len(numbers)
    assert all(len(found) == 1 for found in numbers.values()), numbers


def _race(urls: list[str], key: str) -> dict[str, set[str]]:
    """Every key is posted three times to each process at the same moment; what is not answered with a receipt is asked again."""
    service = Open311(web, urls[0], BUILT_IN["hub"], key).services()[0].code
    numbers: dict[str, set[str]] = {}
    gate = threading.Barrier(len(urls) * 3)
    keys = [SystemIds().uuid() for _ in range(6)]

    def post(url: str) -> None:
        client = Open311(web, url, BUILT_IN["hub"], key, total_s=20)
        gate.wait(60)
        for idem_key in keys:
            body = encode_form(
                [("service_code", service), ("address_string", "1 Elm"), ("description", f"Ref {idem_key[:8]}/1")]
            )
            numbers.setdefault(idem_key, set()).add(
                _until_accepted(client, Submission("requests.json", body, idem_key, service, f"{idem_key[:8]}/1"))
            )

    threads = [threading.Thread(target=post, args=(url,)) for url in urls for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return numbers


def _until_accepted(client: Open311, submission: Submission) -> str:
    for _ in range(50):
        outcome: Outcome = client.submit(submission)
        if isinstance(outcome, Accepted):
            return outcome.receipt.request_id
        assert isinstance(outcome, Unknown | NotSent), outcome
        assert not isinstance(outcome, Refused)
    raise AssertionError("no receipt after fifty tries")

"""A drill is sealed: no internet socket, no HTTP library, no CRM client; its cases can't enter a real queue by any door."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from helpers.case_values import make_case, make_submission
from helpers.drill_plays import END, ROSA, START
from helpers.drills import HOLE, TREE, Run, good
from helpers.mini_city import gazetteer, knowledge
from helpers.terminal import Terminal
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.sealing import Sealer, new_pair, new_secrets
from taker311.call.events import CaseSaved
from taker311.cases.delivery import Delivery
from taker311.cases.handover import export, exportable
from taker311.cases.memory import MemoryStore
from taker311.cases.opening import open_store
from taker311.cases.reference import is_ref, parse_ref
from taker311.crm.dialects import load_dialect
from taker311.knowledge.bundle import encode_bundle, write_bundle

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)

# The audit hook sees every socket that is made, whatever library makes it.
GUARD = """
import socket, sys
made = []
def hook(event, arguments):
    if event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6):
        made.append(arguments[1])
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind"):
        made.append(event)
sys.addaudithook(hook)
from taker311.cli import main
code = main(sys.argv[1:])
loaded = sorted(n for n in sys.modules if n.split(".")[0] in ("httpx", "httpcore", "tuf", "starlette") or n.startswith(("taker311.crm", "taker311.net", "taker311.sync", "taker311.hub", "taker311.cases.delivery")))
import json
print(json.dumps({"code": code, "sockets": [str(m) for m in made], "loaded": loaded}), file=sys.stderr)
"""
# Modules without a line that acts: what a submission and a desk's status are made of. Nothing else of the CRM's room is there.
PLAIN_VALUES = {"taker311.crm", "taker311.crm.model", "taker311.crm.desk_model"}
INPUTS = [
    ("type", "tree on the wires"), ("open", "tree-problem"), ("intake", ""), ("answer", "wires"), ("say", "please hurry?"),
    ("answer", "1204 elm street"), ("pick", "1"), ("confirm", ""),
]  # fmt: skip


def run_guarded(home: Path, *words: str, text: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    done = subprocess.run(
        [sys.executable, "-c", GUARD, "drill", "run", "tree-on-wires", "--kb", str(home / "city.kb"), *words],
        check=False, input=text, capture_output=True, text=True, env={**os.environ, "TAKER311_HOME": str(home)}, timeout=60,
    )  # fmt: skip
    report = json.loads(done.stderr.strip().splitlines()[-1])
    return report, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a knowledge base that holds one drill."""
    folder = tmp_path_factory.mktemp("home")
    write_bundle(folder / "city.kb", encode_bundle(replace(knowledge(), drills=(good(TREE),)), gazetteer()))
    return folder


def test_a_drill_opens_no_internet_socket_and_loads_neither_http_nor_a_crm_client(home):
    text = "".join(json.dumps({"do": verb, "value": value}) + "\n" for verb, value in INPUTS)
    report, told = run_guarded(home, "--json", text=text)
    assert report["sockets"] == []
    assert set(report["loaded"]) <= PLAIN_VALUES
    assert [one["problem"] for one in told[:-1]] == [""] * (len(INPUTS) + 1)
    assert told[-1]["score"]["result"] == "left"
    assert report["code"] == 1


def test_a_drill_on_the_full_screen_is_sealed_too(home, tmp_path):
    report = tmp_path / "report"
    code = GUARD.replace("file=sys.stderr", f"file=open({str(report)!r}, 'w')")
    command = [
        sys.executable,
        "-c",
        code,
        "drill",
        "run",
        "tree-on-wires",
        "--kb",
        str(home / "city.kb"),
        "--trainee",
        "Kim",
    ]
    wanted = {**os.environ, "TAKER311_HOME": str(home), "TERM": "xterm-256color"}
    with Terminal(command, wanted) as terminal:
        terminal.see("DRILL", "Caller: There is a tree on the power line")
        terminal.press("tree on the power line")
        terminal.see("Problem with a tree")
        terminal.press("enter")
        terminal.see("DRILL", "questions")
        terminal.press("f10", "yes", "enter")
        terminal.see("DRILL", "LEFT BEFORE THE END")
        terminal.press("enter")
        assert terminal.ended() == 0
    found = json.loads(report.read_text())
    assert found["sockets"] == []
    assert set(found["loaded"]) <= PLAIN_VALUES
    assert found["code"] == 1


def test_the_guard_itself_notices_an_internet_socket():
    code = GUARD.replace(
        "from taker311.cli import main\ncode = main(sys.argv[1:])", "socket.socket().close(); import httpx; code = 0"
    )
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    report = json.loads(done.stderr.strip().splitlines()[-1])
    assert report["sockets"]
    assert "httpx" in report["loaded"]


def test_a_drill_never_names_a_crm_of_the_settings(home):
    config = home / "config"
    config.mkdir(exist_ok=True)
    (config / "settings.toml").write_text('[crm]\nendpoint = "http://127.0.0.1:9/open311"\ndialect = "hub"\n')
    report, told = run_guarded(home, "--json", text='{"do":"type","value":"tree"}\n')
    assert report["sockets"] == []
    assert told[1]["state"] == "talking"
    (config / "settings.toml").unlink()


# ---------------------------------------------------------------- the reference
def test_every_reference_of_a_drill_begins_with_the_word():
    run = Run(TREE).do(*START, *ROSA, *END[:1])
    assert run.station.view().ref.startswith("DRILL-")
    assert "Your reference is DRILL-" in run.station.view().say
    saved = [one.event for one in run.station.log_so_far.events if isinstance(one.event, CaseSaved)]
    assert saved[0].ref.startswith("DRILL-")
    assert not is_ref(saved[0].ref)
    assert parse_ref(saved[0].ref) is None


def test_open_cases_nearby_are_drills_too():
    run = Run(HOLE).do(
        ("type", "hole"), ("open", "pothole"), "intake", ("answer", "riverside park"), ("pick", "1"), "confirm"
    )
    assert [choice.label[:6] for choice in run.station.view().choices if choice.key == "1"] == ["DRILL-"]


# ---------------------------------------------------------------- the doors of the real queue
def drill_case(ref: str = "DRILL-K3F-7QX2-D"):
    ids = SeededIds(4)
    case = make_case(ref, ids, created_at=NOW)
    return case, make_submission(case, ids)


@pytest.mark.parametrize("ref", ["DRILL-K3F-7QX2-D", "drill-1", " DRILL"])
def test_the_store_takes_no_drills_case(tmp_path, ref):
    store = open_store(tmp_path, ManualClock(NOW), Sealer(new_secrets()))
    try:
        with pytest.raises(UserError, match="drill's case"):
            store.enqueue(*drill_case(ref))
        assert store.rows() == []
    finally:
        store.close()


def test_a_case_of_a_drills_own_store_does_not_move_to_a_desk(tmp_path):
    run = Run(TREE).do(*START, *ROSA, "confirm")
    row = run.station.sealed.rows()[0]
    store = open_store(tmp_path, ManualClock(NOW), Sealer(new_secrets()))
    try:
        with pytest.raises(UserError, match="drill's case"):
            store.enqueue(run.station.sealed.case(row.case_id), run.station.sealed.submission(row.case_id))
    finally:
        store.close()


class Refusing:
    """A CRM that must never be asked."""

    def __getattr__(self, name: str):
        raise AssertionError(f"the CRM was asked: {name}")


def test_delivery_sends_no_drills_case_even_where_one_got_into_a_store():
    clock = ManualClock(NOW)
    store = MemoryStore(clock)
    case, submission = drill_case()
    store.enqueue(case, submission)
    Delivery(store, Refusing(), load_dialect("hub"), clock, SeededIds(1)).step()
    row = store.row(case.id)
    assert (row.state, row.attempts) == ("held", 0)
    assert "drill" in row.last_reason


def test_a_drills_store_has_nothing_to_send_and_begins_no_attempt():
    run = Run(TREE).do(*START, *ROSA, "confirm")
    store = run.station.sealed
    row = store.rows()[0]
    assert store.submission(row.case_id).body == b""
    run.clock.advance(86_400)
    assert store.due(run.station.desk.clock.now()) is None
    assert store.next_due(run.station.desk.clock.now()) is None
    with pytest.raises(UserError, match="sent nowhere"):
        store.begin_attempt(row.case_id, NOW)


def test_an_export_leaves_drills_cases_out(tmp_path):
    store = MemoryStore(ManualClock(NOW))
    store.enqueue(*drill_case())
    assert exportable(store) == []
    with pytest.raises(UserError, match="Nothing waits"):
        export(store, tmp_path / "stick", new_pair()[0], NOW, actor="ana", number="1")
    run = Run(TREE).do(*START, *ROSA, "confirm")
    assert exportable(run.station.sealed) == []

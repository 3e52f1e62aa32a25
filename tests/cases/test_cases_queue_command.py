"""`taker311 queue` and `taker311 audit`, as a person and as a program use them."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading

import pytest
from case_values import AT, MARKER, make_case, make_submission
from msgspec.structs import replace
from scripted_crm import ScriptedCrm
from virtual_time import drive

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.cases.delivery import Delivery
from taker311.cases.inbox import Answer, Inbox, Request, leave
from taker311.cases.opening import open_store
from taker311.cli import audit, queue
from taker311.crm.model import Accepted, Dialect, Receipt


class Desk:
    def __init__(self, folder):
        self.folder = folder
        self.clock = ManualClock(AT)
        self.unlocked = KeySlots(folder, self.clock, Cost(64, 1, 1)).create("ana", "right words")
        self.ids = SeededIds(9)
        self.store = open_store(folder, self.clock, self.unlocked.sealer, who="desk")

    def put(self):
        case = make_case(self.store.next_reference(), self.ids)
        self.store.enqueue(case, make_submission(case, self.ids))
        return case


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "seat")
    yield made
    made.store.close()


@pytest.fixture
def run(capsys, desk):
    def running(command, *words, phrase="right words"):
        parser = argparse.ArgumentParser()
        command.configure(parser)
        read, write = os.pipe()
        os.write(write, f"{phrase}\n".encode())
        os.close(write)
        more = [] if words[0] == "list" else ["--passphrase-fd", str(read)]
        try:
            code = command.run(parser.parse_args([*words, "--folder", str(desk.folder), *more]))
        finally:
            os.close(read)
        return code, capsys.readouterr().out

    return running


def test_the_list_needs_no_key_and_shows_nothing_a_caller_said(desk, run):
    case = desk.put()
    code, out = run(queue, "list", "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["ref"], found["state"], found["attempts"]) == (case.ref, "queued", 0)
    assert MARKER not in out
    _, plain = run(queue, "list")
    assert f"{case.ref[:3]}-{case.ref[3:7]}-{case.ref[7]}" in plain


def test_an_empty_queue_prints_nothing(desk, run, tmp_path):
    assert run(queue, "list", "--json") == (0, "")
    parser = argparse.ArgumentParser()
    queue.configure(parser)
    assert queue.run(parser.parse_args(["list", "--json", "--folder", str(tmp_path / "nowhere")])) == 0


def test_the_list_works_after_the_desk_ended_and_leaves_no_file_behind(desk, run):
    case = desk.put()
    desk.store.close()
    before = sorted(p.name for p in desk.folder.iterdir())
    assert case.ref in run(queue, "list", "--json")[1]
    assert sorted(p.name for p in desk.folder.iterdir() if p.name not in ("queue.db-wal", "queue.db-shm")) == before


def test_showing_a_case_needs_the_passphrase(desk, run):
    case = desk.put()
    _, out = run(queue, "show", case.ref)
    assert MARKER in out
    _, out = run(queue, "show", case.ref.lower(), "--json")
    assert json.loads(out)["case"]["id"] == case.id
    with pytest.raises(UserError, match="not the passphrase"):
        run(queue, "show", case.ref, phrase="wrong")


def test_a_case_whose_script_no_longer_exists_anywhere_is_shown_and_sent_all_the_same(desk, run):
    case = replace(
        make_case(desk.store.next_reference(), desk.ids), script_id="gone", script_version=99, topic_id="gone"
    )
    desk.store.enqueue(case, make_submission(case, desk.ids))
    assert MARKER in run(queue, "show", case.ref)[1]
    crm = ScriptedCrm([Accepted(Receipt(request_id="17"), 200)])
    drive(Delivery(desk.store, crm, Dialect(), desk.clock, desk.ids), desk.clock, 60)
    assert desk.store.row(case.id).request_id == "17"


def test_a_mistyped_reference_is_noticed(desk, run):
    case = desk.put()
    with pytest.raises(UserError, match="not a reference"):
        run(queue, "hold", case.ref[:-1] + ("0" if case.ref[-1] != "0" else "1"))
    with pytest.raises(UserError, match="not in this seat's queue"):
        run(queue, "hold", desk.store.next_reference())


def test_without_a_desk_the_command_does_it_itself_under_the_name_of_who_signed_in(desk, run):
    case = desk.put()
    desk.store.close()
    for words, state in (
        (["hold", case.ref, "--reason", "ask first"], "held"),
        (["release", case.ref], "queued"),
        (["send", case.ref], "queued"),
        (["resolve", case.ref, "landed", "--number", "44"], "sent"),
    ):
        code, out = run(queue, *words, "--json")
        assert (code, json.loads(out)["state"]) == (0, state)
    desk.store = open_store(desk.folder, desk.clock, desk.unlocked.sealer)
    acts = [(e.event, e.actor, e.said) for e in desk.store.audit_entries(case.id)]
    assert ("hold", "ana", "ask first") in acts
    assert ("resolved-landed", "ana", "") in acts


def test_beside_a_running_desk_the_desk_does_it_and_answers(desk, run):
    case = desk.put()
    inbox = Inbox(desk.folder, desk.store, desk.unlocked.sealer, desk.clock)
    stop = threading.Event()

    def serving():
        while not stop.wait(0.02):
            inbox.serve()

    thread = threading.Thread(target=serving)
    thread.start()
    try:
        _, out = run(queue, "hold", case.ref, "--json")
        assert json.loads(out)["state"] == "held"
        with pytest.raises(UserError, match="can't be held back"):
            run(queue, "hold", case.ref)
    finally:
        stop.set()
        thread.join()
    assert desk.store.row(case.id).state == "held"
    assert list((desk.folder / "inbox").iterdir()) == []


def test_a_request_that_somebody_else_wrote_is_not_carried_out(desk):
    case = desk.put()
    inbox = Inbox(desk.folder, desk.store, desk.unlocked.sealer, desk.clock)
    folder = desk.folder / "inbox"
    (folder / "x.request").write_text(
        json.dumps({"id": "x", "request": {"act": "hold", "actor": "mallory", "case_id": case.id}, "mac": "00"})
    )
    (folder / "y.request").write_text("not json")
    assert inbox.serve()
    assert desk.store.row(case.id).state == "queued"
    answers = [json.loads(p.read_bytes())["problem"] for p in sorted(folder.glob("*.answer"))]
    assert "not signed" in answers[0]
    assert "can't be read" in answers[1]


def test_a_desk_that_does_not_answer_leaves_everything_as_it_was(desk):
    request = Request("hold", "ana", desk.put().id)
    with pytest.raises(UserError, match="nothing was changed"):
        leave(desk.folder, request, desk.unlocked.sealer, wait_s=0.1)
    assert list((desk.folder / "inbox").iterdir()) == []
    assert Answer().problem == ""


def test_the_audit_is_checked_with_and_without_a_key(desk, run, capsys):
    desk.put()
    parser = argparse.ArgumentParser()
    audit.configure(parser)
    locked = parser.parse_args(["verify", "--folder", str(desk.folder)])
    assert audit.run(locked) == 0
    out = capsys.readouterr().out
    assert "not checked" in out
    head = out.split("Its end: ")[1].split()[0]
    code, out = run(audit, "verify", "--head", head)
    assert code == 0
    assert "not checked" not in out
    desk.store._database.write(lambda c: c.execute("UPDATE audit SET actor='mallory'"))
    assert audit.run(locked) == 1
    with pytest.raises(UserError, match="--head"):
        audit.run(parser.parse_args(["verify", "--folder", str(desk.folder), "--head", "x"]))


@pytest.mark.parametrize("words", [["list"], ["list", "--json", "--all"]])
def test_the_queue_command_loads_neither_screen_nor_network_nor_cryptography(desk, words):
    desk.put()
    code = (
        "import argparse, sys; from taker311.cli import queue; p = argparse.ArgumentParser(); queue.configure(p);"
        "queue.run(p.parse_args(sys.argv[1:]));"
        "sys.exit(any(m in sys.modules for m in ('textual', 'httpx', 'cryptography', 'yaml', 'rich')))"
    )
    command = [sys.executable, "-c", code, *words, "--folder", str(desk.folder)]
    assert subprocess.run(command, check=False, stdout=subprocess.DEVNULL, timeout=60).returncode == 0

"""What is kept how long, and that nothing a key could open is left of it afterwards (P11)."""

from __future__ import annotations

import argparse
import os
import random
from datetime import timedelta
from functools import partial

import pytest
from case_values import AT, MARKER, make_case, make_submission

from taker311.base import sealing
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.base.sealing import SealBrokenError
from taker311.cases import acts, damaged, outbox
from taker311.cases.audit_file import read_audit
from taker311.cases.chain import verify
from taker311.cases.chores import chores
from taker311.cases.inbox import Request, hand_over
from taker311.cases.journal import open_journal
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.cases.receive_keys import ReceiveKeys
from taker311.cases.rekey import rekey
from taker311.cli import audit as audit_command
from taker311.crm.model import Accepted, Receipt

CITY_PUBLIC, CITY_PRIVATE = sealing.new_pair()
COST = Cost(8, 1, 1)


class Seat:
    def __init__(self, folder):
        self.folder, self.clock, self.ids = folder, ManualClock(AT), SeededIds(4)
        self.slots = KeySlots(folder, self.clock, COST)
        self.by = self.slots.create("ana", "right words", recovery=CITY_PUBLIC)
        self.calls = 0
        self.open()

    def open(self):
        self.store = open_store(self.folder, self.clock, self.by.sealer)
        self.journal = open_journal(self.folder, self.clock, self.by.sealer)
        self.chores = chores(self.folder, self.store, self.journal, self.by.sealer, self.clock)

    def close(self):
        self.journal.close()
        self.store.close()

    def take_call(self):
        """A call with its journal, whose case is sent at once."""
        self.calls += 1
        call, now = f"call-{self.calls}", self.clock.now()
        for number in range(4):
            self.journal.append(call, number, now, "typed", {}, {"text": f"{MARKER} {number} " * 30})
        case = make_case(self.store.next_reference(), self.ids, created_at=now)
        self.store.enqueue(case, make_submission(case, self.ids))
        self.store.begin_attempt(case.id, now)
        outcome = Accepted(Receipt(request_id=str(self.calls)), 200)
        rule = partial(outbox.after_attempt, outcome=outcome, at=now, ids=self.ids, waits=Waits())
        self.store.change(case.id, rule, now, event="accepted")
        self.journal.end(call, now, purge_at=now + timedelta(days=7))
        return case.id, call

    def break_file(self, name):
        """Damage at rest that takes some rows and leaves others."""
        self.close()
        path = self.folder / name
        data = bytearray(path.read_bytes())
        chance = random.Random(1)
        for _ in range(3):
            at = chance.randrange(len(data) // 2, len(data) - 700)
            data[at : at + 600] = bytes(chance.randrange(256) for _ in range(600))
        data[20:24] = b"\xff\xff\xff\xff"
        path.write_bytes(data)
        self.open()

    def files(self):
        return [p for p in self.folder.rglob("*") if p.is_file()]


@pytest.fixture
def seat(tmp_path):
    made = Seat(tmp_path / "seat")
    yield made
    made.close()


def openable(seat, names):
    """Every record in any byte of the state folder that the desk's key or the city's still opens, of those names."""
    held = seat.by.sealer.secrets
    found = []
    for file in seat.files():
        data = file.read_bytes()
        for key in (held.key, *held.previous):
            found += [(file.name, n) for n in _wrapped_by(data, key, names)]
        found += [(file.name, n) for n in _boxed_for_city(data, names)]
    return found


def _everywhere(data, mark):
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)


def _wrapped_by(data, key, names):
    for at in _everywhere(data, sealing.key_id(key)):
        wrapped = data[at + 8 : at + 68]
        for name in names:
            try:
                sealing.decrypt(key, wrapped, b"wrap\0" + name.encode())
            except SealBrokenError:
                continue
            yield name


def _boxed_for_city(data, names):
    for at in _everywhere(data, sealing.key_id(CITY_PUBLIC)):
        for name in names:
            try:
                sealing.open_from(CITY_PRIVATE, data[at + 8 : at + 88], b"wrap\0" + name.encode())
            except SealBrokenError:
                continue
            yield name


@pytest.mark.parametrize("life", ["plain", "damaged queue", "damaged journal", "rekey", "reopened", "between desks"])
def test_after_its_time_nothing_that_a_key_could_open_is_left_in_the_whole_folder(seat, tmp_path, life):
    taken = [seat.take_call() for _ in range(12)]
    names = [f"case {case} script 3" for case, _ in taken] + [f"call {call}" for _, call in taken]
    assert {n for _, n in openable(seat, names)} == set(names)
    seat.clock.advance(3600)
    match life:
        case "damaged queue":
            seat.break_file("queue.db")
        case "damaged journal":
            seat.break_file("calls.db")
        case "rekey":
            seat.break_file("queue.db")
            seat.by = rekey(seat.slots, seat.by, seat.store, seat.journal)
        case "reopened":
            seat.close()
            seat.open()
        case "between desks":
            case = make_case(seat.store.next_reference(), seat.ids)
            seat.store.enqueue(case, make_submission(case, seat.ids))
            own = {"file": str(seat.folder / "x.cases"), "to": ReceiveKeys(seat.folder).public(seat.by.sealer)}
            request = Request("export", "ana", **own)
            hand_over(seat.folder, seat.store, request, seat.by.sealer, seat.clock)
            request = Request("import", "ana", file=own["file"])
            hand_over(seat.folder, seat.store, request, seat.by.sealer, seat.clock)
            seat.store.change(case.id, partial(acts.decided, decision="close", at=AT), AT, event="close")
            names.append(f"case {case.id} script 3")
            assert not (seat.folder / "x.cases").exists()
    if "damaged" in life:
        assert any(p.name.startswith("damaged-") for p in seat.folder.iterdir())
    # Salvage asks for settled cases again, which then have a time of their own; what a damaged file lost has gone with it.
    kept = {r.case_id for r in seat.store.rows()}
    names = [n for n in names if n.startswith("call") or n.split()[1] in kept]
    seat.clock.advance(7.5 * 86400)
    for row in seat.store.rows(("unknown",)):
        rule = partial(acts.decided, decision="landed", at=AT, request_id="1")
        seat.store.change(row.case_id, rule, AT, event="landed")
    seat.chores = chores(seat.folder, seat.store, seat.journal, seat.by.sealer, seat.clock)
    seat.chores()
    assert {r.state for r in seat.store.rows()} == {"purged"}
    assert openable(seat, names) == []
    for file in seat.files():
        assert MARKER.encode() not in file.read_bytes()


def test_the_scan_finds_what_was_left(seat):
    case, call = seat.take_call()
    copy = seat.folder / "forgotten-copy"
    seat.store._database.checkpoint()
    copy.write_bytes((seat.folder / "queue.db").read_bytes())
    seat.clock.advance(8 * 86400)
    seat.chores()
    assert {n for n, _ in openable(seat, [f"case {case} script 3", f"call {call}"])} == {"forgotten-copy"}


def test_damaged_files_are_kept_for_a_while_and_then_go(seat):
    seat.take_call()
    seat.break_file("queue.db")
    assert [at for _, at, _ in damaged.folders(seat.folder)] == [AT]
    assert damaged.forget(seat.folder, AT + timedelta(days=29)) == 0
    assert damaged.forget(seat.folder, AT + timedelta(days=31)) == 1
    assert list(damaged.folders(seat.folder)) == []
    stranger = seat.folder / "damaged-by-me"
    stranger.mkdir()
    damaged.forget(seat.folder, AT + timedelta(days=999), all_of_them=True)
    assert stranger.exists()


def test_a_damaged_file_that_cannot_be_shredded_keeps_the_case_for_the_next_time(seat, monkeypatch):
    case, _ = seat.take_call()

    def refusing(*_):
        raise OSError(5, "no")

    monkeypatch.setattr(damaged, "shred", refusing)
    seat.clock.advance(8 * 86400)
    with pytest.raises(UserError, match="can't be shredded"):
        seat.store.purge(seat.clock.now())
    assert seat.store.row(case).state == "sent"
    monkeypatch.undo()
    assert seat.store.purge(seat.clock.now()) == 1


# ---------------------------------------------------------------- the audit
def test_the_audit_is_forgotten_after_ninety_days_and_only_once_it_was_exported(seat, tmp_path):
    seat.take_call()
    first = seat.store.audit_head()
    seat.clock.advance(60 * 86400)
    seat.take_call()
    before = len(seat.store.audit_entries())
    seat.clock.advance(40 * 86400)
    seat.chores()
    assert len(seat.store.audit_entries()) == before
    file = tmp_path / "audit.jsonl"
    assert seat.store.export_audit(file, seat.clock.now(), actor="ana") == before
    seat.clock.advance(7200)
    seat.chores()
    left = seat.store.audit_entries()
    assert [e.event for e in left][-1] == "audit-exported"
    assert len(left) < before
    assert all(seat.clock.now() - e.at <= timedelta(days=90) for e in left)
    assert seat.store.verify_audit().problem == ""
    assert seat.store.verify_audit(first).problem == ""
    seat.take_call()
    assert seat.store.verify_audit(seat.store.audit_head()).problem == ""
    links, head = read_audit(file)
    assert (len(links), verify(links, head, seat.by.sealer).problem) == (before, "")
    assert MARKER not in file.read_text()
    with pytest.raises(UserError, match="is there already"):
        seat.store.export_audit(file, seat.clock.now(), actor="ana")


def test_cutting_the_beginning_off_by_hand_is_noticed(seat, tmp_path):
    for _ in range(3):
        seat.take_call()
    seat.store._database.write(lambda c: c.execute("DELETE FROM audit WHERE seq <= 2"))
    assert "missing" in seat.store.verify_audit().problem


def test_the_audit_command_exports_and_checks_the_file(seat, tmp_path, capsys):
    seat.take_call()
    seat.close()
    file = tmp_path / "audit.jsonl"
    parser = argparse.ArgumentParser()
    audit_command.configure(parser)

    def run(*words):
        read, write = os.pipe()
        os.write(write, b"right words\n")
        os.close(write)
        more = ["--folder", str(seat.folder), "--as", "ana", "--passphrase-fd", str(read)]
        code = audit_command.run(parser.parse_args([*words, *more]))
        os.close(read)
        return code, capsys.readouterr().out

    assert "records are in" in run("export", str(file))[1]
    assert run("verify", "--file", str(file))[0] == 0
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], *lines[2:]]) + "\n")
    code, out = run("verify", "--file", str(file))
    assert (code, "missing" in out) == (1, True)
    seat.open()

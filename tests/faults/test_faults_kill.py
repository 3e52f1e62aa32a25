"""The program ends at any instant: what was said to be saved is saved, and nothing is sent twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from case_values import make_case, make_submission
from ledger_crm import LedgerCrm
from virtual_time import drive

from taker311.base.clock import ManualClock, SystemClock
from taker311.base.ids import SeededIds
from taker311.base.sealing import DeskSecrets, Sealer
from taker311.cases.crash_points import POINTS
from taker311.cases.delivery import Delivery
from taker311.cases.journal import open_journal
from taker311.cases.opening import open_store
from taker311.crm.model import Dialect

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and forks are POSIX")

SECRETS = DeskSecrets(key=b"k" * 32, mac=b"m" * 32)
CHILD = Path(__file__).parent / "fault_child.py"


class Program:
    """The forking child, spoken to in lines."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.lines = []

    def start(self, **ask):
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()
        while "child" not in (line := self.read()):
            self.lines.append(line)
        return line["child"]

    def read(self):
        line = self.process.stdout.readline()
        assert line, "the program under test went away"
        return json.loads(line)

    def until_end(self):
        """What the child said, and its exit code (minus the signal)."""
        said, self.lines = self.lines, []
        while "ended" not in (line := self.read()):
            said.append(line)
        return said, line["ended"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture
def program():
    made = Program()
    yield made
    made.close()


def kill_again_and_again(program, folder, kills, seed, *, keys):
    """Returns the campaign's line: what the ledger, which is not ours, says of what was acknowledged."""
    chance = random.Random(seed)
    ledger = folder.parent / "ledger"
    acknowledged = {}
    for _ in range(kills):
        child = program.start(do="work", folder=str(folder), ledger=str(ledger), keys=keys)
        time.sleep(chance.uniform(0, 0.08))
        os.kill(child, signal.SIGKILL)
        said, code = program.until_end()
        assert code == -signal.SIGKILL, said
        acknowledged.update({line["saved"]: line["ref"] for line in said if "saved" in line})
    clock = ManualClock(SystemClock().now())
    store = open_store(folder, clock, Sealer(SECRETS))
    lost = set(acknowledged) - {r.case_id for r in store.rows()}
    dialect = Dialect(honours_idempotency_key=keys, consistent_reads=True, listing_cap=1_000_000)
    crm = LedgerCrm(ledger, honours_keys=keys)
    drive(Delivery(store, crm, dialect, clock, SeededIds(seed)), clock, 7200 + 60 * len(acknowledged))
    rows = store.rows()
    counts = crm.counts()
    for row in rows:
        store.case(row.case_id)
    audit = store.verify_audit()
    store.close()
    return {
        "campaign": "kill",
        "seed": seed,
        "kills": kills,
        "keys": keys,
        "acknowledged": len(acknowledged),
        "saved": len(rows),
        "lost": len(lost) + sum(counts[f"{ref}/{case[:8]}"] == 0 for case, ref in acknowledged.items()),
        "delivered": sum(counts[f"{ref}/{case[:8]}"] > 0 for case, ref in acknowledged.items()),
        "doubled": sum(n > 1 for n in counts.values()),
        "silent_doubles": sum(n > 1 for n in counts.values()) - sum("more than once" in r.last_reason for r in rows),
        "unknown_left_for_a_person": sum(r.state in ("unknown", "held") for r in rows),
        "references": len({r.ref for r in rows}),
        "settled": sum(r.state == "sent" for r in rows),
        "audit": audit.problem,
    }


def check(result):
    print(json.dumps(result))  # noqa: T201 - a campaign prints its line
    assert result["lost"] == 0
    assert result["doubled"] == 0
    assert result["settled"] == result["saved"] == result["references"] >= result["acknowledged"] > 0
    assert result["audit"] == ""


@pytest.mark.parametrize("keys", [True, False])
def test_twenty_kills_lose_nothing_and_double_nothing(program, tmp_path, keys):
    check(kill_again_and_again(program, tmp_path / "seat", 20, 20261125 + keys, keys=keys))


@pytest.mark.soak
@pytest.mark.parametrize("keys", [True, False])
def test_five_hundred_kills_lose_nothing_and_double_nothing(program, tmp_path, keys):
    check(kill_again_and_again(program, tmp_path / "seat", 500, 7 + keys, keys=keys))


HANDOVER = tuple(p for p in POINTS if p.startswith(("change-many", "export", "import")))


@pytest.mark.parametrize("point", [p for p in POINTS if p not in HANDOVER])
def test_at_every_named_point_the_program_may_end(program, tmp_path, point):
    folder, ledger = tmp_path / "seat", tmp_path / "ledger"
    program.start(do="pass_every_point", folder=str(folder), ledger=str(ledger), crash_at=point)
    said, code = program.until_end()
    assert code == 137, said
    saved = [line for line in said if "saved" in line]
    clock = ManualClock(SystemClock().now())
    new_key = DeskSecrets(key=b"n" * 32, mac=SECRETS.mac, previous=(SECRETS.key,))
    store = open_store(folder, clock, Sealer(new_key if point.startswith("rekey") else SECRETS))
    assert store.notices == ()
    rows = store.rows()
    assert len(rows) == 1 or (not saved and not rows)
    assert not saved or rows[0].case_id == saved[0]["saved"]
    fresh = store.next_reference()
    assert all(fresh != r.ref for r in rows)
    for row in rows:
        if row.state != "purged":
            store.case(row.case_id)
    crm = LedgerCrm(ledger, honours_keys=True)
    drive(Delivery(store, crm, Dialect(honours_idempotency_key=True), clock, SeededIds(1)), clock, 3600)
    assert all(r.state in ("sent", "purged") for r in store.rows())
    assert set(crm.counts().values()) <= {1}
    assert store.verify_audit().problem == ""
    store.close()
    journal = open_journal(folder, clock, Sealer(SECRETS))
    values = [e.sealed for e in journal.events("call")]
    assert values == [{"text": "words"}] or (values == [] and point == "journal.before-commit")
    journal.close()


@pytest.mark.parametrize("keys", [True, False])
@pytest.mark.parametrize("point", HANDOVER)
def test_at_every_named_point_of_a_handover_the_program_may_end_and_do_it_again(program, tmp_path, point, keys):
    folder, there, stick = tmp_path / "seat", tmp_path / "there", tmp_path / "stick.cases"
    ask = {"do": "hand_over", "folder": str(folder), "there": str(there), "stick": str(stick)}
    program.start(**ask, crash_at=point)
    said, code = program.until_end()
    assert code == 137, said
    program.start(**ask)
    more, code = program.until_end()
    assert code == 0, more
    saved = {line["saved"] for line in (*said, *more) if "saved" in line}
    clock = ManualClock(SystemClock().now())
    crm = LedgerCrm(tmp_path / "ledger", honours_keys=keys)
    dialect = Dialect(honours_idempotency_key=keys, consistent_reads=True, listing_cap=1_000_000)
    for place, state in ((folder, "exported"), (there, "unknown"), (there, "sent"), (folder, "exported")):
        store = open_store(place, clock, Sealer(SECRETS))
        assert {r.case_id: r.state for r in store.rows()} == dict.fromkeys(saved, state)
        drive(Delivery(store, crm, dialect, clock, SeededIds(1)), clock, 7200)
        store.close()
    assert sorted(crm.counts().values()) == [1, 1]


@pytest.mark.parametrize("room", [0, 5_000, 20_000, 60_000, 200_000])
def test_a_full_disk_says_not_saved_writes_nothing_and_works_again_when_there_is_room(program, tmp_path, room):
    folder = tmp_path / "seat"
    program.start(do="fill_the_disk", folder=str(folder), seed=room + 1, room=room)
    said, code = program.until_end()
    assert code == 0, said
    refused = next(line for line in said if "refused" in line)
    assert refused["sentence"].startswith("NOT SAVED")
    assert "room" in refused["sentence"]
    assert refused["refused"] not in refused["rows"]
    saved = [line["saved"] for line in said if "saved" in line]
    assert refused["refused"] in saved
    store = open_store(folder, SystemClock(), Sealer(SECRETS))
    assert [r.case_id for r in store.rows()] == saved
    assert store.verify_audit().problem == ""
    store.close()


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bits_never_become_a_wrong_case_or_a_crash(tmp_path, seed):
    folder, chance, ids = tmp_path / "seat", random.Random(seed), SeededIds(seed)
    clock = ManualClock()
    store = open_store(folder, clock, Sealer(SECRETS))
    cases = {}
    for _ in range(15):
        case = make_case(store.next_reference(), ids)
        store.enqueue(case, make_submission(case, ids))
        cases[case.id] = case
    store.close()
    path = folder / "queue.db"
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 5, 50))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    from taker311.base.errors import UserError

    try:
        store = open_store(folder, clock, Sealer(SECRETS))
    except UserError:
        return
    intact = 0
    try:
        for row in store.rows():
            try:
                assert store.case(row.case_id) == cases[row.case_id]
                intact += 1
            except (UserError, KeyError):
                continue
        assert intact >= 1
    except UserError:
        pass
    finally:
        store.close()

"""The power goes at any instant, cleanly or in the middle of a sector: what was said to be saved is saved."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import power
import pytest
from case_values import AT, make_case, make_submission
from scripted_crm import LyingCrm
from virtual_time import drive

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.sealing import DeskSecrets, Sealer
from taker311.cases import database
from taker311.cases.delivery import Delivery
from taker311.cases.interface import NotSavedError
from taker311.cases.opening import open_store
from taker311.crm.model import Dialect

SEALER = Sealer(DeskSecrets(key=b"k" * 32, mac=b"m" * 32))
DAY = 86400.0


class Life:
    """A desk on a disk whose power is cut again and again; what it acknowledged, and the CRM's own ledger."""

    def __init__(self, folder, seed, *, torn, keys, patch, lies=False):
        self.folder, self.torn, self.patch = folder, torn, patch
        self.chance = random.Random(seed)
        self.clock, self.ids = ManualClock(AT), SeededIds(seed)
        self.crm = LyingCrm(self.clock, seed, faulty=0.3, honours_keys=keys)
        self.dialect = Dialect(honours_idempotency_key=keys, consistent_reads=True, listing_cap=1_000_000)
        self.disk = power.Disk(lies=lies)
        self.acknowledged, self.given = {}, set()
        self.lost, self.damaged, self.cuts = set(), 0, 0

    def opened(self):
        self.patch.setattr(database, "sqlite3", power.sqlite3_on(power.PowerVfs(self.disk)))
        store = open_store(self.folder, self.clock, SEALER)
        self.damaged += any("damaged" in notice for notice in store.notices)
        return store

    def until_cut(self, operations):
        """Works until the power goes after so many operations of the disk, then finds what is left on it."""
        self.disk.cut_at = self.disk.operations + operations
        store = None
        try:
            store = self.opened()
            self.lost |= self.acknowledged.keys() - {r.case_id for r in store.rows()}
            sender = Delivery(store, self.crm, self.dialect, self.clock, self.ids)
            while True:
                self.work(store, sender)
        except UserError:
            assert self.disk.dead
        finally:
            if store is not None:
                store.close()
        self.disk = self.disk.after_cut(self.chance, torn=self.torn)
        self.cuts += 1

    def work(self, store, sender):
        ref = store.next_reference()
        assert ref not in self.given
        self.given.add(ref)
        case = make_case(ref, self.ids, created_at=self.clock.now())
        store.enqueue(case, make_submission(case, self.ids))
        self.acknowledged[case.id] = case.tag
        for _ in range(self.chance.randrange(4)):
            sender.step()
            self.clock.advance(self.chance.uniform(0, 60))
        if self.chance.random() < 0.1:
            self.clock.advance(8 * DAY)
            store.purge(self.clock.now())

    def end(self):
        """Power for good: everything is sent, and the figures come from the ledger."""
        store = self.opened()
        rows = {r.case_id: r for r in store.rows()}
        self.lost |= self.acknowledged.keys() - rows.keys()
        assert store._database.read(lambda c: c.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
        assert store.verify_audit().problem == ""
        for row in rows.values():
            # A purged case whose number proved to be another's is a person's task; its body is gone rightly.
            if row.state != "purged" and row.last_class != "receipt-gone":
                assert store.case(row.case_id).tag == f"{row.ref}/{row.case_id[:8]}"
        self.crm.healthy = True
        drive(Delivery(store, self.crm, self.dialect, self.clock, self.ids), self.clock, 3 * DAY)
        rows = store.rows()
        stored = Counter(tag for _, tag, _ in self.crm.ledger)
        self.lost |= {
            r.case_id for r in rows if r.state in ("sent", "purged") and not stored[f"{r.ref}/{r.case_id[:8]}"]
        }
        told = sum("more than once" in r.last_reason for r in rows)
        doubled = sum(n > 1 for n in stored.values())
        store.close()
        return {
            "cuts": self.cuts,
            "acknowledged": len(self.acknowledged),
            "delivered": sum(stored[tag] > 0 for tag in self.acknowledged.values()),
            "lost": len(self.lost),
            "doubled": doubled,
            "silent_doubles": max(0, doubled - told),
            "unknown_left_for_a_person": sum(r.state in ("unknown", "held") for r in rows),
            "damaged": self.damaged,
        }


def campaign(runs, seed, monkeypatch, *, torn, pragma="synchronous=FULL", lies=False):
    pragmas = tuple(pragma if p.startswith("synchronous") else p for p in database._PRAGMAS)
    monkeypatch.setattr(database, "_PRAGMAS", pragmas)
    total = Counter()
    losing = 0
    fast = "/dev/shm" if Path("/dev/shm").is_dir() else None
    for run in range(runs):
        chance = random.Random(f"{seed}-{run}")
        root = Path(tempfile.mkdtemp(dir=fast))
        try:
            life = Life(root / "seat", seed * 10_000 + run, torn=torn, keys=run % 2 == 0, patch=monkeypatch, lies=lies)
            life.until_cut(chance.randrange(1, 1_500))
            for _ in range(chance.randrange(3)):
                # Often while it still recovers from the cut before.
                life.until_cut(chance.choice((chance.randrange(1, 30), chance.randrange(1, 500))))
            result = life.end()
        finally:
            shutil.rmtree(root)
        total.update(result)
        losing += result["lost"] > 0
    line = {
        "campaign": "power cut",
        "seed": seed,
        "runs": runs,
        "torn": torn,
        "pragma": pragma,
        "runs_that_lost": losing,
    }
    line |= {"lying_disk": lies, **total}
    print(json.dumps(line))  # noqa: T201 - a campaign prints its line
    return line


def check(line):
    assert line["acknowledged"] > line["runs"]
    assert (line["lost"], line["doubled"], line["silent_doubles"], line["damaged"]) == (0, 0, 0, 0)
    assert line["delivered"] + line["unknown_left_for_a_person"] >= line["acknowledged"]


@pytest.mark.parametrize("torn", [False, True])
def test_thirty_lives_with_power_cuts_lose_nothing(monkeypatch, torn):
    check(campaign(30, 311, monkeypatch, torn=torn))


@pytest.mark.soak
@pytest.mark.parametrize("torn", [False, True])
def test_five_hundred_lives_with_power_cuts_lose_nothing(monkeypatch, torn):
    line = campaign(500, 8, monkeypatch, torn=torn)
    check(line)
    assert line["cuts"] >= 500


def test_the_campaign_catches_a_store_that_does_not_wait_for_the_disk(monkeypatch):
    assert campaign(12, 3, monkeypatch, torn=False, pragma="synchronous=NORMAL")["runs_that_lost"] > 0


def test_the_campaign_catches_a_disk_that_lies_about_its_syncs(monkeypatch):
    assert campaign(6, 3, monkeypatch, torn=False, lies=True)["runs_that_lost"] > 0


@pytest.mark.parametrize("kind", ["FullError", "IOError", "ReadOnlyError"])
@pytest.mark.parametrize("seed", range(4))
def test_a_full_or_sick_disk_says_not_saved_and_the_same_call_saves_when_it_is_well(monkeypatch, tmp_path, kind, seed):
    life = Life(tmp_path / "seat", seed, torn=False, keys=True, patch=monkeypatch)
    store = life.opened()
    sick = [False]

    def trouble():
        return getattr(power.apsw, kind)(kind) if sick[0] and life.chance.random() < 0.3 else None

    life.disk.trouble = trouble
    refused, waiting = [], []
    for _ in range(40):
        sick[0] = False
        ref = store.next_reference()
        case = make_case(ref, life.ids)
        waiting.append((case, make_submission(case, life.ids)))
        sick[0] = life.chance.random() < 0.7
        try:
            while waiting:
                store.enqueue(*waiting[0])
                life.acknowledged[waiting.pop(0)[0].id] = ref
        except NotSavedError as error:
            refused.append(str(error))
            sick[0] = False
            assert waiting[0][0].id not in {r.case_id for r in store.rows()}
    sick[0] = False
    for case, submission in waiting:
        store.enqueue(case, submission)
        life.acknowledged[case.id] = case.ref
    assert len(refused) > 3
    assert all(sentence.startswith("NOT SAVED") for sentence in refused)
    assert sorted(r.case_id for r in store.rows()) == sorted(life.acknowledged)
    assert store.verify_audit().problem == ""
    store.close()
    life.disk = life.disk.after_cut(life.chance, torn=True)
    store = life.opened()
    assert sorted(r.case_id for r in store.rows()) == sorted(life.acknowledged)
    store.close()

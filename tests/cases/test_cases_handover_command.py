"""`taker311 queue export|import|receive-key|reclaim` as a person types them."""

from __future__ import annotations

import json
import os

import pytest
from case_values import AT, make_case, make_submission

from taker311 import cli
from taker311.base import keyslots
from taker311.base.city_key import make_city_key
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.cases.opening import open_store

COST = Cost(8, 1, 1)


class Seat:
    def __init__(self, folder, number):
        self.folder, self.clock, self.ids = folder, ManualClock(AT), SeededIds(number)
        self.slots = KeySlots(folder, self.clock, COST)
        self.by = self.slots.create("ana", "right words")

    def put(self):
        store = open_store(self.folder, self.clock, self.by.sealer)
        case = make_case(store.next_reference(), self.ids)
        store.enqueue(case, make_submission(case, self.ids))
        store.close()
        return case

    def states(self):
        store = open_store(self.folder, self.clock, self.by.sealer)
        found = [r.state for r in store.rows()]
        store.close()
        return found


@pytest.fixture
def seats(tmp_path):
    return Seat(tmp_path / "a", 1), Seat(tmp_path / "b", 2)


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setattr(keyslots.KeySlots.__init__, "__defaults__", (COST,))

    def running(seat, *words):
        read, write = os.pipe()
        os.write(write, b"right words\n")
        os.close(write)
        code = cli.main(["queue", *map(str, words), "--folder", str(seat.folder), "--passphrase-fd", str(read)])
        os.close(read)
        out = capsys.readouterr()
        return code, out.out + out.err

    return running


def test_a_stick_takes_cases_from_one_desk_to_another(seats, run, tmp_path):
    here, there = seats
    here.put()
    key, file = tmp_path / "b.key", tmp_path / "stick.cases"
    assert run(there, "receive-key", key)[0] == 0
    code, out = run(here, "export", file, "--to", key)
    assert (code, here.states()) == (0, ["exported"]), out
    code, out = run(there, "import", file, "--json")
    assert (code, there.states()) == (0, ["unknown"])
    assert json.loads(out)["done"].startswith("1 case taken in")
    assert run(here, "reclaim", "--unread")[0] == 0
    assert here.states() == ["unknown"]


def test_without_a_key_nothing_leaves(seats, run, tmp_path):
    here, _ = seats
    here.put()
    code, out = run(here, "export", tmp_path / "stick")
    assert (code, here.states()) == (2, ["queued"])
    assert "receive-key" in out


def test_the_citys_key_opens_what_was_sealed_to_it(seats, run, tmp_path):
    here, there = seats
    city = tmp_path / "city"
    public = make_city_key(city, "long enough words", COST)
    here.by = here.slots.add_recovery(here.by, "city", bytes.fromhex(public.read_text().strip()))
    here.put()
    file = tmp_path / "stick"
    assert run(here, "export", file)[0] == 0
    code, out = run(there, "import", file)
    assert (code, "another desk's key" in out) == (2, True)
    read, write = os.pipe()
    os.write(write, b"long enough words\n")
    os.close(write)
    code, out = run(there, "import", file, "--key", city, "--key-passphrase-fd", read)
    os.close(read)
    assert (code, there.states()) == (0, ["unknown"]), out
    assert not list(there.folder.glob("import-*"))


def test_one_case_is_taken_back_by_its_reference(seats, run, tmp_path):
    here, there = seats
    first, _ = here.put(), here.put()
    key = tmp_path / "b.key"
    run(there, "receive-key", key)
    run(here, "export", tmp_path / "stick", "--to", key)
    assert run(here, "reclaim", first.ref)[0] == 0
    assert sorted(here.states()) == ["exported", "unknown"]

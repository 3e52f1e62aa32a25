"""`taker311 recover`, `slots` and `rekey`: who can open what, when somebody left, and when a desk is dead."""

from __future__ import annotations

import json
import os
import random
import shutil
from datetime import timedelta

import pytest
from case_values import AT, MARKER, make_case, make_submission

from taker311 import cli
from taker311.base import city_key, keyslots
from taker311.base.clock import ManualClock, SystemClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.base.sealing import Sealer
from taker311.cases import acts
from taker311.cases.opening import open_store
from taker311.cases.recovery import read_dead_desk

COST = Cost(8, 1, 1)
GOOD = "horses eat apples"


@pytest.fixture(autouse=True)
def cheap(monkeypatch, tmp_path):
    monkeypatch.setattr(keyslots.KeySlots.__init__, "__defaults__", (COST,))
    real = city_key.make_city_key
    monkeypatch.setattr(city_key, "make_city_key", lambda file, phrase: real(file, phrase, COST))
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))


@pytest.fixture
def run(capsys):
    def running(*words, lines="", key_lines=None):
        ends = []
        more = []
        for name, text in (("--passphrase-fd", lines), ("--key-passphrase-fd", key_lines)):
            if text is not None:
                read, write = os.pipe()
                os.write(write, text.encode())
                os.close(write)
                more += [name, str(read)]
                ends.append(read)
        code = cli.main([*map(str, words), *more])
        for end in ends:
            try:
                os.close(end)
            except OSError:
                continue
        out = capsys.readouterr()
        return code, out.out + out.err

    return running


class Dead:
    """A desk whose machine is gone, with three cases in its queue."""

    def __init__(self, folder, recovery, *, late_key=False):
        self.folder, clock, ids = folder, ManualClock(AT), SeededIds(5)
        slots = KeySlots(folder, clock, COST)
        by = slots.create("ana", "nobody remembers", recovery=b"" if late_key else recovery)
        store = open_store(folder, clock, by.sealer)
        self.cases = []
        for _ in range(3):
            case = make_case(store.next_reference(), ids)
            store.enqueue(case, make_submission(case, ids))
            self.cases.append(case)
        store.begin_attempt(self.cases[1].id, AT)
        store.change(self.cases[2].id, lambda r: acts.held(r, "x"), AT, event="hold")
        if late_key:
            slots.add_recovery(by, "city", recovery)
        store.close()
        self.sealer = by.sealer

    def states(self):
        store = open_store(self.folder, ManualClock(AT), self.sealer)
        found = [r.state for r in store.rows()]
        store.close()
        return found


@pytest.fixture
def city(tmp_path, run):
    file = tmp_path / "city.key"
    code, out = run("recover", "init", file, lines=f"{GOOD}\n")
    assert code == 0, out
    assert file.stat().st_mode & 0o777 == 0o600
    return file


@pytest.fixture
def public(city):
    return bytes.fromhex(city.with_name("city.key.pub").read_text().strip())


def recover(run, dead, city, *words, **more):
    return run("recover", dead, "--key", city, *words, key_lines=f"{GOOD}\n", **more)


@pytest.mark.parametrize("late_key", [False, True])
def test_a_dead_desks_cases_are_listed_and_nothing_there_changes(tmp_path, city, public, run, late_key):
    dead = Dead(tmp_path / "dead", public, late_key=late_key)
    before = {p.name: p.read_bytes() for p in dead.folder.iterdir() if p.is_file()}
    code, out = recover(run, dead.folder, city, "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["waiting"], {c["ref"] for c in found["cases"]}) == (3, {c.ref for c in dead.cases})
    assert MARKER not in out
    assert {p.name: p.read_bytes() for p in dead.folder.iterdir() if p.is_file()} == before


def test_into_another_seat_they_come_in_doubt_and_the_dead_desk_no_longer_sends_them(tmp_path, city, public, run):
    dead = Dead(tmp_path / "dead", public)
    seat = tmp_path / "seat"
    KeySlots(seat, SystemClock(), COST).create("bob", GOOD)
    code, out = recover(run, dead.folder, city, "--here", "--folder", seat, lines=f"{GOOD}\n")
    assert code == 0, out
    by = KeySlots(seat, SystemClock(), COST).unlock("bob", GOOD)
    store = open_store(seat, SystemClock(), by.sealer)
    assert {r.case_id: r.state for r in store.rows()} == dict(
        zip((c.id for c in dead.cases), ("unknown", "unknown", "held"), strict=True)
    )
    assert store.case(dead.cases[0].id) == dead.cases[0]
    store.close()
    assert dead.states() == ["exported"] * 3
    assert not list(seat.glob("recovered-*"))


def test_in_a_file_for_the_city_they_wait_for_any_desk(tmp_path, city, public, run):
    dead = Dead(tmp_path / "dead", public)
    out = tmp_path / "recovered.cases"
    code, said = recover(run, dead.folder, city, "--out", out, "--read-only")
    assert code == 0
    assert "must not be started again" in said
    assert dead.states() == ["queued", "unknown", "held"]
    seat = tmp_path / "seat"
    KeySlots(seat, SystemClock(), COST).create("bob", GOOD)
    words = ("queue", "import", out, "--key", city, "--folder", seat)
    code, said = run(*words, lines=f"{GOOD}\n", key_lines=f"{GOOD}\n")
    assert (code, "3 cases taken in" in said) == (0, True)


@pytest.mark.parametrize("harm", ["no keys", "first page", "no wal", "flips"])
def test_what_a_broken_disk_still_gives_is_recovered(tmp_path, city, public, harm):
    dead = Dead(tmp_path / "dead", public)
    private = city_key.open_city_key(city, lambda: GOOD)
    path = dead.folder / "queue.db"
    data = bytearray(path.read_bytes())
    if harm == "no keys":
        (dead.folder / "keys.json").unlink()
    elif harm == "first page":
        data[:512] = bytes(512)
    elif harm == "flips":
        chance = random.Random(3)
        for _ in range(40):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    found = read_dead_desk(dead.folder, private)
    assert len(found.parcels) == 3 or harm == "flips"
    by_id = {c.id: c for c in dead.cases}
    assert all(p.case == by_id[p.case.id] for p in found.parcels)


def test_another_citys_key_or_no_queue_is_one_sentence(tmp_path, city, public, run):
    dead = Dead(tmp_path / "dead", public)
    other = tmp_path / "other"
    run("recover", "init", other, lines=f"{GOOD}\n")
    assert "none opens with this key" in recover(run, dead.folder, other)[1]
    assert "no queue" in recover(run, tmp_path, city)[1]
    assert "not its passphrase" in run("recover", dead.folder, "--key", city, key_lines="wrong words\n")[1]
    assert "is no recovery key" in recover(run, dead.folder, city.with_name("city.key.pub"))[1]
    assert "is there already" in run("recover", "init", city, lines=f"{GOOD}\n")[1]
    shutil.rmtree(dead.folder)
    assert recover(run, dead.folder, city)[0] == 2


def test_a_running_desk_is_not_dead(tmp_path, city, public, run):
    dead = Dead(tmp_path / "dead", public)
    store = open_store(dead.folder, ManualClock(AT), dead.sealer)
    try:
        code, out = recover(run, dead.folder, city, "--out", tmp_path / "x")
    finally:
        store.close()
    assert (code, "is running" in out) == (2, True)
    assert not (tmp_path / "x").exists()


# ---------------------------------------------------------------- slots and rekey
def test_slots_are_listed_added_and_removed(tmp_path, run, public, city):
    seat = tmp_path / "seat"
    KeySlots(seat, SystemClock(), COST).create("ana", GOOD)
    where = ("--folder", seat)
    assert run("slots", "add", "lee", "--supervisor", *where, lines=f"{GOOD}\nfrogs drink tea\n")[0] == 0
    pub = city.with_name("city.key.pub")
    assert run("slots", "add", "--recovery-key", pub, "--as", "ana", *where, lines=f"{GOOD}\n")[0] == 0
    assert run("slots", "add", "bob", "--as", "ana", *where, lines=f"{GOOD}\nbirds like rain\n")[0] == 0
    code, out = run("slots", "list", "--json", *where, lines=None)
    assert code == 0
    kinds = [(s["name"], s["kind"]) for s in map(json.loads, out.splitlines())]
    assert kinds == [("ana", "agent"), ("lee", "supervisor"), ("city", "recovery"), ("bob", "agent")]
    code, out = run("slots", "remove", "lee", "--as", "ana", *where, lines=f"{GOOD}\n")
    assert (code, "takes a supervisor" in out) == (2, True)
    assert "takes a supervisor" in run("slots", "remove", "city", "--as", "bob", *where, lines="birds like rain\n")[1]
    assert run("slots", "remove", "ana", "--as", "lee", *where, lines="frogs drink tea\n")[0] == 0
    assert "nobody called 'ana'" in run("rekey", "--as", "ana", *where, lines=f"{GOOD}\n")[1]


def test_after_a_rekey_the_old_key_opens_nothing_of_the_queue(tmp_path, run):
    seat, ids = tmp_path / "seat", SeededIds(1)
    by = KeySlots(seat, SystemClock(), COST).create("ana", GOOD)
    store = open_store(seat, SystemClock(), by.sealer)
    case = make_case(store.next_reference(), ids)
    store.enqueue(case, make_submission(case, ids))
    code, out = run("rekey", "--folder", seat, lines=f"{GOOD}\n")
    assert (code, "in use" in out) == (2, True)
    store.close()
    assert run("queue", "receive-key", tmp_path / "k", "--folder", seat, lines=f"{GOOD}\n")[0] == 0
    assert run("rekey", "--folder", seat, lines=f"{GOOD}\n")[0] == 0
    after = KeySlots(seat, SystemClock(), COST).unlock("ana", GOOD)
    store = open_store(seat, SystemClock(), by.sealer)
    with pytest.raises(UserError):
        store.case(case.id)
    store.unlock(after.sealer)
    assert store.case(case.id) == case
    store.close()
    assert after.sealer.secrets.previous == ()
    assert isinstance(after.sealer, Sealer)
    run("queue", "export", tmp_path / "x", "--to", tmp_path / "k", "--folder", seat, lines=f"{GOOD}\n")
    assert "here already" in run("queue", "import", tmp_path / "x", "--folder", seat, lines=f"{GOOD}\n")[1]


def test_an_earlier_shifts_doubt_takes_the_supervisor_where_there_is_one(tmp_path, run):
    seat, ids = tmp_path / "seat", SeededIds(1)
    slots = KeySlots(seat, SystemClock(), COST)
    by = slots.create("ana", GOOD)
    slots.add(by, "supervisor", "lee", "frogs drink tea")
    clock = SystemClock()
    store = open_store(seat, clock, by.sealer)
    cases = [make_case(store.next_reference(), ids, created_at=clock.now() - timedelta(hours=h)) for h in (1, 13)]
    for case in cases:
        store.enqueue(case, make_submission(case, ids))
        store.change(case.id, lambda r: acts.held(r, "x"), clock.now(), event="hold")
    store.close()
    fresh, old = cases
    where = ("--folder", seat)
    assert run("queue", "resolve", fresh.ref, "close", "--as", "ana", *where, lines=f"{GOOD}\n")[0] == 0
    code, out = run("queue", "resolve", old.ref, "close", "--as", "ana", *where, lines=f"{GOOD}\n")
    assert (code, "supervisor" in out) == (2, True)
    assert run("queue", "resolve", old.ref, "close", "--as", "lee", *where, lines="frogs drink tea\n")[0] == 0

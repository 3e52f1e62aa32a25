"""What only a store on disk can get wrong."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from datetime import timedelta
from functools import partial

import pytest
from case_values import AT, MARKER, make_case, make_submission

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases import outbox
from taker311.cases.interface import LockedError
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.cases.seat import network_file_system, open_folder
from taker311.crm.model import Accepted, Receipt

SEALER = Sealer(new_secrets())


@pytest.fixture
def ids():
    return SeededIds(3)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "seat"


def opened(folder, sealer=SEALER, **more):
    return open_store(folder, ManualClock(AT), sealer, **more)


def put(store, ids):
    case = make_case(store.next_reference(), ids)
    store.enqueue(case, make_submission(case, ids))
    return case


def send(store, case, ids, number="17"):
    store.begin_attempt(case.id, AT)
    outcome = Accepted(Receipt(request_id=number), 200)
    rule = partial(outbox.after_attempt, outcome=outcome, at=AT, ids=ids, waits=Waits())
    store.change(case.id, rule, AT, event="sent")


def files(folder):
    return b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_a_case_outlives_the_program(folder, ids):
    store = opened(folder)
    case = put(store, ids)
    store.close()
    store = opened(folder)
    assert store.case(case.id) == case
    assert store.notices == ()
    store.close()


def test_nothing_a_caller_said_lies_open_on_the_disk(folder, ids):
    store = opened(folder)
    case = put(store, ids)
    assert MARKER.encode() not in files(folder)
    assert b"Washington" not in files(folder)
    send(store, case, ids)
    store.purge(AT + timedelta(days=30))
    store.close()
    assert MARKER.encode() not in files(folder)


def test_after_the_purge_no_key_can_open_what_is_left(folder, ids):
    store = opened(folder)
    case = put(store, ids)
    sealed = sqlite3.connect(folder / "queue.db").execute("SELECT sealed FROM outbox").fetchone()[0]
    assert sealed in files(folder)
    send(store, case, ids)
    store.purge(AT + timedelta(days=30))
    left = files(folder)
    assert not any(sealed[at : at + 32] in left for at in range(0, len(sealed) - 32, 32))
    store.close()


def test_only_the_owner_reads_the_folder(folder, ids):
    store = opened(folder)
    put(store, ids)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}
    store.close()


def test_the_file_is_written_as_power_cuts_demand(folder):
    store = opened(folder)
    with sqlite3.connect(folder / "queue.db") as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    pragma = store._database.read(
        lambda c: [c.execute(f"PRAGMA {p}").fetchone()[0] for p in ("synchronous", "secure_delete", "mmap_size")]
    )
    assert pragma == [2, 1, 0]
    store.close()


def test_without_a_key_references_and_rows_are_there_and_bodies_are_not(folder, ids):
    store = opened(folder)
    case = put(store, ids)
    store.close()
    locked = opened(folder, None)
    assert locked.next_reference() != case.ref
    assert [r.case_id for r in locked.rows()] == [case.id]
    other = make_case(locked.next_reference(), ids)
    for act in (lambda: locked.case(case.id), lambda: locked.enqueue(other, make_submission(other, ids))):
        with pytest.raises(LockedError, match="sign in"):
            act()
    check = locked.verify_audit()
    assert (check.problem, check.signed) == ("", False)
    locked.unlock(SEALER)
    assert locked.case(case.id) == case
    locked.close()


def test_a_second_program_on_the_seat_is_told_who_has_it(folder):
    store = opened(folder, who="desk")
    code = (
        "import sys; from pathlib import Path; from taker311.cases.opening import open_store;"
        "from taker311.base.clock import SystemClock; open_store(Path(sys.argv[1]), SystemClock())"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(folder)], check=False, capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 1
    assert "in use by desk (process" in found.stderr
    store.close()
    opened(folder).close()


def test_a_network_disk_is_refused_by_name(folder):
    mounts = (
        "22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
        f"30 22 0:40 / {folder.parent} rw - nfs4 server:/home rw\n"
        "31 22 0:41 / /tmp/other rw - tmpfs tmpfs rw\n"
    )
    assert network_file_system(folder, mounts) == "nfs4"
    assert network_file_system(folder.parents[2], mounts) == ""
    assert network_file_system(folder, mounts.replace("nfs4", "overlay")) == ""
    assert network_file_system(folder, mounts.replace("nfs4", "fuse.sshfs")) == "fuse.sshfs"
    with pytest.raises(UserError, match=r"network file system \(nfs4\).*TAKER311_HOME"):
        open_folder(folder, mounts)


def test_a_file_of_a_newer_version_is_left_alone(folder):
    opened(folder).close()
    with sqlite3.connect(folder / "queue.db") as other:
        other.execute("PRAGMA user_version=99")
    other.close()
    with pytest.raises(UserError, match="newer"):
        opened(folder)


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="can't be made"):
        opened(tmp_path / "file" / "seat")


# ---------------------------------------------------------------- references over wiped, restored and copied folders
def references(folder, count=5, **more):
    store = opened(folder, **more)
    made = [store.next_reference() for _ in range(count)]
    store.close()
    return made


def test_references_go_on_where_they_stood(folder):
    first, second = references(folder), references(folder)
    assert first[0][:3] == second[0][:3]
    assert not set(first) & set(second)


def test_an_allotted_code_is_used(folder):
    assert references(folder, desk_code="3KF")[0].startswith("3KF")
    assert references(folder, desk_code="3KF")[0].startswith("3KF")
    assert references(folder, desk_code="4KF")[0].startswith("4KF")
    assert not references(folder, desk_code="3KF")[0].startswith("3KF")
    with pytest.raises(UserError, match="not a desk code"):
        opened(folder.parent / "other", desk_code="IO!")


def test_a_copied_folder_takes_a_new_code(folder):
    first = references(folder)
    shutil.copytree(folder, folder.parent / "copy")
    original, copy = references(folder), references(folder.parent / "copy")
    assert original[0][:3] == first[0][:3]
    assert copy[0][:3] != first[0][:3]
    assert not set(copy) & set(first + original)


@pytest.mark.parametrize(
    "way", ["replaced", "written over in place", "store alone", "file beside alone", "file beside lost"]
)
def test_a_restored_folder_takes_a_new_code(folder, way, ids):
    store = opened(folder)
    case = put(store, ids)
    store.close()
    backup = folder.parent / "backup"
    shutil.copytree(folder, backup)
    later = references(folder)
    if way == "replaced":
        shutil.rmtree(folder)
        shutil.copytree(backup, folder)
    elif way == "written over in place":
        for file in backup.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
    elif way == "store alone":
        (folder / "queue.db").write_bytes((backup / "queue.db").read_bytes())
    elif way == "file beside alone":
        (folder / "references.json").write_bytes((backup / "references.json").read_bytes())
    else:
        (folder / "references.json").unlink()
    store = opened(folder)
    assert store.notices
    assert store.row(case.id).state == "unknown"
    again = [store.next_reference() for _ in range(20)]
    assert not set(again) & {case.ref, *later}
    assert again[0][:3] != case.ref[:3]
    store.close()


def test_a_wiped_store_takes_a_new_code(folder):
    first = references(folder, desk_code="3KF")
    for name in ("queue.db", "queue.db-wal", "queue.db-shm"):
        (folder / name).unlink(missing_ok=True)
    again = references(folder, desk_code="3KF")
    assert again[0][:3] != first[0][:3]


# ---------------------------------------------------------------- damage
DAMAGE = {
    "the first page is zeroed": lambda data: bytes(4096) + data[4096:],
    "the header is overwritten": lambda data: b"not a database!!" + data[16:],
    "the end is cut off": lambda data: data[:-4096],
}


@pytest.mark.parametrize("way", list(DAMAGE))
def test_cases_are_salvaged_from_a_damaged_file_with_a_count(folder, way, ids):
    store = opened(folder)
    cases = [put(store, ids) for _ in range(20)]
    send(store, cases[0], ids)
    store.close()
    path = folder / "queue.db"
    path.write_bytes(DAMAGE[way](path.read_bytes()))
    with pytest.raises(UserError, match="sign in"):
        opened(folder, None)
    store = opened(folder)
    saved = store.rows()
    assert len(saved) >= 18
    assert f"{len(saved)} cases were saved" in store.notices[0]
    by_id = {c.id: c for c in cases}
    assert all(store.case(r.case_id) == by_id[r.case_id] for r in saved)
    assert {r.state for r in saved} <= {"unknown", "sent"}
    assert next(r for r in saved if r.case_id == cases[0].id).request_id == "17"
    assert store.next_reference()[:3] != cases[0].ref[:3]
    assert store.audit_entries()[0].event == "salvaged"
    store.close()
    assert len(list(folder.glob("damaged-queue-*"))) == 1


def test_rows_whose_seal_was_altered_are_not_salvaged(folder, ids):
    store = opened(folder)
    cases = [put(store, ids) for _ in range(5)]
    store.close()
    path = folder / "queue.db"
    with sqlite3.connect(path) as other:
        other.execute("UPDATE outbox SET sealed=substr(sealed, 1, 200) || x'00' || substr(sealed, 202) WHERE rowid=3")
    other.close()
    path.write_bytes(b"x" * 100 + path.read_bytes()[100:])
    store = opened(folder)
    assert {r.case_id for r in store.rows()} == {c.id for c in cases} - {cases[2].id}
    store.close()


# ---------------------------------------------------------------- the audit
TAMPERING = {
    "editing": "UPDATE audit SET actor='mallory' WHERE seq=2",
    "deleting": "DELETE FROM audit WHERE seq=2",
    "reordering": "UPDATE audit SET seq=CASE seq WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE seq END",
    "cutting the tail": "DELETE FROM audit WHERE seq=3",
    "cutting the tail and its head": "DELETE FROM audit WHERE seq=3;"
    "UPDATE meta SET value=json_set(value, '$.seq', 2, '$.hash', (SELECT hash FROM audit WHERE seq=2)) WHERE key='audit_head'",
}


@pytest.mark.parametrize("way", list(TAMPERING))
def test_tampering_with_the_audit_is_noticed(folder, way, ids):
    store = opened(folder)
    for _ in range(3):
        put(store, ids)
    head = store.audit_head()
    assert store.verify_audit(head).problem == ""
    store.close()
    with sqlite3.connect(folder / "queue.db") as other:
        other.executescript(TAMPERING[way])
        other.execute("UPDATE audit SET seq=-seq WHERE seq<0")
    other.close()
    store = opened(folder)
    assert store.verify_audit().problem
    store.close()
    locked = opened(folder, None)
    check = locked.verify_audit()
    assert not check.signed
    assert bool(check.problem) == (way != "cutting the tail and its head")
    assert locked.verify_audit(head).problem
    locked.close()


def test_a_new_desk_key_opens_everything_and_the_old_one_nothing(folder, ids):
    old = new_secrets()
    store = opened(folder, Sealer(old))
    case = put(store, ids)
    store.audit("noted", AT, actor="ana", said="a word")
    new = type(old)(key=new_secrets().key, mac=old.mac, previous=(old.key,))
    store.rewrap(Sealer(new))
    store.close()
    store = opened(folder, Sealer(type(old)(key=new.key, mac=old.mac)))
    assert store.case(case.id) == case
    assert store.audit_entries()[-1].said == "a word"
    assert store.verify_audit().problem == ""
    store.close()
    store = opened(folder, Sealer(old))
    with pytest.raises(UserError):
        store.case(case.id)
    store.close()

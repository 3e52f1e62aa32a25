from __future__ import annotations

from datetime import timedelta

import pytest
from case_values import AT, MARKER

from taker311.base.clock import ManualClock
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases.interface import LockedError
from taker311.cases.journal import open_journal
from taker311.cases.model import JournalEntry

SECRETS = new_secrets()


@pytest.fixture
def journal(tmp_path):
    made = open_journal(tmp_path, ManualClock(AT), Sealer(SECRETS))
    yield made
    made.close()


def test_a_call_that_did_not_end_comes_back_event_by_event(journal, tmp_path):
    journal.append("c1", 1, AT, "typed", {"field": "note"}, {"text": MARKER})
    journal.append("c1", 2, AT + timedelta(seconds=1), "picked", {"topic": "tree-problem"})
    journal.append("c2", 1, AT, "typed")
    journal.end("c2", AT)
    journal.close()
    again = open_journal(tmp_path, ManualClock(AT), Sealer(SECRETS))
    assert again.open_calls() == ["c1"]
    assert again.events("c1") == [
        JournalEntry("c1", 1, AT, "typed", {"field": "note"}, {"text": MARKER}),
        JournalEntry("c1", 2, AT + timedelta(seconds=1), "picked", {"topic": "tree-problem"}),
    ]
    again.close()


def test_nothing_a_caller_said_lies_open(journal, tmp_path):
    journal.append("c1", 1, AT, "typed", {}, {"text": MARKER})
    assert MARKER.encode() not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_the_same_event_twice_is_one_event(journal):
    journal.append("c1", 1, AT, "typed", {}, {"text": "a"})
    journal.append("c1", 1, AT, "typed", {}, {"text": "b"})
    assert [e.sealed for e in journal.events("c1")] == [{"text": "a"}]


def test_without_a_key_only_plain_parts_are_written_and_read(journal, tmp_path):
    journal.append("c1", 1, AT, "typed", {"n": "1"}, {"text": "a"})
    journal.close()
    locked = open_journal(tmp_path, ManualClock(AT))
    assert [(e.fields, e.sealed) for e in locked.events("c1")] == [({"n": "1"}, None)]
    with pytest.raises(LockedError):
        locked.append("c1", 2, AT, "typed", {}, {"text": "a"})
    locked.append("c1", 2, AT, "picked")
    locked.unlock(Sealer(SECRETS))
    locked.append("c1", 3, AT, "typed", {}, {"text": "b"})
    assert [e.sealed for e in locked.events("c1")] == [{"text": "a"}, None, {"text": "b"}]
    locked.close()


def test_values_are_shredded_after_their_time_and_kinds_stay_longer(journal):
    journal.append("c1", 1, AT, "typed", {"n": "1"}, {"text": "a"})
    journal.append("c2", 1, AT, "typed", {}, {"text": "open"})
    journal.end("c1", AT, purge_at=AT + timedelta(days=7))
    assert journal.purge(AT + timedelta(days=6)) == 0
    assert journal.purge(AT + timedelta(days=7)) == 1
    assert [(e.kind, e.sealed) for e in journal.events("c1")] == [("typed", None)]
    assert journal.events("c2")[0].sealed == {"text": "open"}
    assert journal.purge(AT + timedelta(days=90), plain_before=AT + timedelta(seconds=1)) == 1
    assert journal.events("c1") == []


def test_a_damaged_event_costs_only_itself(journal):
    journal.append("c1", 1, AT, "typed", {}, {"text": "a"})
    journal.append("c1", 2, AT, "typed", {}, {"text": "b"})
    journal._database.write(lambda c: c.execute("UPDATE event SET sealed=zeroblob(60) WHERE seq=1"))
    assert [e.sealed for e in journal.events("c1")] == [None, {"text": "b"}]


def test_a_damaged_file_is_set_aside_and_the_desk_goes_on(journal, tmp_path):
    journal.append("c1", 1, AT, "typed", {}, {"text": "a"})
    journal.close()
    path = tmp_path / "calls.db"
    path.write_bytes(b"\xff" * 4096 + path.read_bytes()[4096:])
    again = open_journal(tmp_path, ManualClock(AT), Sealer(SECRETS))
    assert "was damaged" in again.notices[0]
    again.append("c9", 1, AT, "typed")
    assert "c9" in again.open_calls()
    again.close()


def test_a_new_desk_key_opens_old_calls(journal):
    journal.append("c1", 1, AT, "typed", {}, {"text": "a"})
    new = type(SECRETS)(key=new_secrets().key, mac=SECRETS.mac, previous=(SECRETS.key,))
    journal.rewrap(Sealer(new))
    fresh = type(journal)(journal._database, Sealer(type(SECRETS)(key=new.key, mac=SECRETS.mac)))
    assert fresh.events("c1")[0].sealed == {"text": "a"}

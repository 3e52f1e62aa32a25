from __future__ import annotations

import pytest
from case_values import AT, make_case, make_submission

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.base.sealing import new_pair
from taker311.cases.journal import open_journal
from taker311.cases.opening import open_store
from taker311.cases.rekey import finish_rekey, rekey

PUBLIC, PRIVATE = new_pair()


class Seat:
    def __init__(self, folder):
        self.clock = ManualClock(AT)
        self.slots = KeySlots(folder, self.clock, Cost(64, 1, 1))
        self.ana = self.slots.create("ana", "one", recovery=PUBLIC)
        self.slots.add(self.ana, "agent", "bob", "two")
        self.store = open_store(folder, self.clock, self.ana.sealer)
        self.journal = open_journal(folder, self.clock, self.ana.sealer)
        ids = SeededIds(1)
        self.case = make_case(self.store.next_reference(), ids)
        self.store.enqueue(self.case, make_submission(self.case, ids))
        self.journal.append("call", 1, AT, "typed", {}, {"text": "words"})

    def opens_for(self, unlocked):
        self.store.unlock(unlocked.sealer)
        self.journal._keys.clear()
        self.journal.unlock(unlocked.sealer)
        assert self.store.case(self.case.id) == self.case
        assert self.store.verify_audit().problem == ""
        assert self.journal.events("call")[0].sealed == {"text": "words"}


@pytest.fixture
def seat(tmp_path):
    made = Seat(tmp_path)
    yield made
    made.journal.close()
    made.store.close()


def test_a_new_key_opens_everything_for_everybody_and_the_old_one_nothing(seat):
    changed = rekey(seat.slots, seat.ana, seat.store, seat.journal)
    assert changed.sealer.key_id != seat.ana.sealer.key_id
    for unlocked in (seat.slots.unlock("bob", "two"), seat.slots.unlock_recovery(PRIVATE)):
        assert unlocked.sealer.secrets.previous == ()
        seat.opens_for(unlocked)
    seat.store.unlock(seat.ana.sealer)
    with pytest.raises(UserError):
        seat.store.case(seat.case.id)


@pytest.mark.parametrize("reached", ["slots", "queue", "journal"])
def test_a_change_of_keys_that_was_interrupted_is_finished_later(seat, reached):
    begun = seat.slots.begin_rekey(seat.ana)
    if reached in ("queue", "journal"):
        seat.store.rewrap(begun.sealer)
    if reached == "journal":
        seat.journal.rewrap(begun.sealer)
    later = seat.slots.unlock("bob", "two")
    seat.opens_for(later)
    assert finish_rekey(seat.slots, later, seat.store, seat.journal).sealer.secrets.previous == ()
    seat.opens_for(seat.slots.unlock("ana", "one"))


def test_where_nothing_was_interrupted_nothing_is_done(seat):
    assert finish_rekey(seat.slots, seat.ana, seat.store, seat.journal) is seat.ana

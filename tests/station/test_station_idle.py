from __future__ import annotations

import pytest

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.station.idle import IdleLock


def verify(passphrase: str) -> None:
    if passphrase != "right":
        raise UserError("wrong")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_after_minutes_without_a_key_the_form_is_hidden_and_no_key_reaches_it(clock: ManualClock) -> None:
    lock = IdleLock(clock, 600, verify)
    clock.advance(599)
    assert not lock.hidden
    assert lock.key_pressed("call.next")
    clock.advance(599)
    assert not lock.hidden
    clock.advance(1)
    assert lock.hidden
    assert not lock.key_pressed("call.next")
    assert not lock.key_pressed()
    assert lock.key_pressed("call.emergency")
    assert lock.hidden


def test_a_key_that_comes_late_does_not_undo_the_lock(clock: ManualClock) -> None:
    lock = IdleLock(clock, 60, verify)
    clock.advance(61)
    assert not lock.key_pressed("call.next")


def test_the_right_passphrase_shows_it_again_and_a_wrong_one_does_not(clock: ManualClock) -> None:
    lock = IdleLock(clock, 60, verify)
    lock.lock()
    with pytest.raises(UserError):
        lock.unlock("wrong")
    assert lock.hidden
    lock.unlock("right")
    assert not lock.hidden


def test_without_a_key_or_without_a_wish_for_it_nothing_is_hidden(clock: ManualClock) -> None:
    for lock in (IdleLock(clock, 60, None), IdleLock(clock, 0, verify)):
        lock.lock()
        clock.advance(10_000)
        assert not lock.hidden
    lock = IdleLock(clock, 60, None)
    clock.advance(500)
    lock.signed_in(verify)
    assert not lock.hidden
    clock.advance(60)
    assert lock.hidden


def test_a_clock_that_is_set_moves_nothing(clock: ManualClock) -> None:
    lock = IdleLock(clock, 60, verify)
    clock.jump(clock.now().replace(year=2030))
    assert not lock.hidden


def test_with_real_slots_the_delay_after_wrong_tries_holds_here_too(clock: ManualClock, tmp_path) -> None:  # type: ignore[no-untyped-def]
    slots = KeySlots(tmp_path, clock, Cost(8, 1, 1))
    slots.create("ana", "right")
    lock = IdleLock(clock, 60, lambda phrase: slots.unlock("ana", phrase))
    lock.lock()
    for _ in range(3):
        with pytest.raises(UserError):
            lock.unlock("wrong")
    with pytest.raises(UserError, match="try again in"):
        lock.unlock("right")
    clock.advance(61)
    lock.unlock("right")
    assert not lock.hidden

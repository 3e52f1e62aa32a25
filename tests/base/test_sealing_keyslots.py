from __future__ import annotations

import json
from datetime import timedelta

import pytest

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.keyslots import FILE, KeySlots
from taker311.base.passphrase import Cost
from taker311.base.sealing import SealBrokenError, new_pair, open_with_recovery
from taker311.base.throwaway_key import THROWAWAY, open_throwaway
from taker311.base.wrong_passphrases import WrongPassphraseError

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PUBLIC, PRIVATE = new_pair()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def slots(tmp_path, clock):
    return KeySlots(tmp_path, clock, CHEAP)


def test_whoever_has_a_slot_opens_the_same_key(slots):
    first = slots.create("ana", "correct horse")
    slots.add(first, "supervisor", "sam", "battery staple")
    blob = first.sealer.seal(b"words", "x")
    for name, phrase, kind in (("ana", "correct horse", "agent"), ("sam", "battery staple", "supervisor")):
        opened = slots.unlock(name, phrase)
        assert (opened.name, opened.kind, opened.intact) == (name, kind, True)
        assert opened.sealer.open(blob, "x") == b"words"


def test_a_passphrase_typed_on_another_keyboard_fits(slots):
    slots.create("ana", "se\u00f1al")
    assert slots.unlock("ana", "sen\u0303al").name == "ana"


def test_neither_passphrase_nor_key_stands_in_the_file(slots, tmp_path):
    opened = slots.create("ana", "correct horse", recovery=PUBLIC)
    data = (tmp_path / FILE).read_bytes()
    assert b"correct" not in data
    assert opened.sealer.secrets.key not in data
    assert json.loads(data)["version"] == 1
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_wrong_passphrase_makes_the_next_try_wait_longer_and_never_locks_out(slots, clock, tmp_path):
    slots.create("ana", "right")
    waits = []
    for _ in range(12):
        with pytest.raises(WrongPassphraseError, match="not the passphrase of 'ana'") as caught:
            slots.unlock("ana", "wrong")
        waits.append(caught.value.wait_s)
        if waits[-1]:
            with pytest.raises(WrongPassphraseError, match="try again in"):
                KeySlots(tmp_path, clock, CHEAP).unlock("ana", "right")
        clock.advance(waits[-1])
    assert waits[:3] == [0, 0, 2]
    assert waits == sorted(waits)
    assert waits[-1] == 60
    assert slots.unlock("ana", "right").name == "ana"
    with pytest.raises(WrongPassphraseError) as caught:
        slots.unlock("ana", "wrong")
    assert caught.value.wait_s == 0


def test_a_clock_set_back_a_year_keeps_nobody_out(slots, clock):
    slots.create("ana", "right")
    for _ in range(3):
        with pytest.raises(WrongPassphraseError):
            slots.unlock("ana", "wrong")
    clock.jump(clock.now() - timedelta(days=365))
    assert slots.unlock("ana", "right").name == "ana"


def test_the_recovery_key_opens_the_desk_and_its_records(slots):
    first = slots.create("ana", "right", recovery=PUBLIC)
    blob = first.sealer.seal(b"words", "x")
    assert slots.unlock_recovery(PRIVATE).sealer.open(blob, "x") == b"words"
    assert open_with_recovery(PRIVATE, blob, "x") == b"words"
    with pytest.raises(UserError, match="not given"):
        slots.unlock_recovery(new_pair()[1])


def test_a_recovery_slot_given_later_serves_from_then_on(slots):
    first = slots.create("ana", "right")
    with_recovery = slots.add_recovery(first, "city", PUBLIC)
    assert open_with_recovery(PRIVATE, with_recovery.sealer.seal(b"w", "x"), "x") == b"w"
    assert open_with_recovery(PRIVATE, slots.unlock("ana", "right").sealer.seal(b"w", "x"), "x") == b"w"


def test_a_slot_slipped_in_by_somebody_else_is_noticed_and_gets_no_keys(slots, tmp_path):
    first = slots.create("ana", "right", recovery=PUBLIC)
    data = json.loads((tmp_path / FILE).read_bytes())
    thief_public, thief_private = new_pair()
    import base64

    data["slots"][1]["public"] = base64.b64encode(thief_public).decode()
    (tmp_path / FILE).write_text(json.dumps(data))
    opened = slots.unlock("ana", "right")
    assert not opened.intact
    with pytest.raises(SealBrokenError):
        open_with_recovery(thief_private, opened.sealer.seal(b"w", "x"), "x")
    for act in (
        lambda: slots.begin_rekey(opened),
        lambda: slots.add(first, "agent", "bob", "x"),
        lambda: slots.remove(first, "city"),
    ):
        with pytest.raises(UserError, match="without the desk's key"):
            act()


def test_a_new_key_reaches_every_slot_and_the_old_one_opens_until_the_end(slots):
    first = slots.create("ana", "right", recovery=PUBLIC)
    slots.add(first, "agent", "bob", "other")
    blob = first.sealer.seal(b"words", "x")
    begun = slots.begin_rekey(slots.unlock("ana", "right"))
    assert begun.sealer.key_id != first.sealer.key_id
    crashed = slots.unlock("bob", "other")
    assert crashed.sealer.open(blob, "x") == b"words"
    moved = crashed.sealer.rewrap(blob, "x")
    slots.end_rekey(crashed)
    for opened in (slots.unlock("ana", "right"), slots.unlock_recovery(PRIVATE)):
        assert opened.sealer.open(moved, "x") == b"words"
        with pytest.raises(SealBrokenError):
            opened.sealer.open(blob, "x")


def test_a_changed_passphrase_replaces_the_old_one(slots):
    slots.create("ana", "old")
    slots.change_passphrase("ana", "old", "new")
    assert slots.unlock("ana", "new").intact
    with pytest.raises(WrongPassphraseError):
        slots.unlock("ana", "old")


def test_slots_come_and_go_but_never_the_last_one(slots):
    first = slots.create("ana", "right", recovery=PUBLIC)
    with pytest.raises(UserError, match="already"):
        slots.add(first, "agent", "ana", "x")
    with pytest.raises(UserError, match="last one"):
        slots.remove(first, "ana")
    slots.add(first, "agent", "bob", "x")
    slots.remove(first, "bob")
    with pytest.raises(UserError, match="nobody called 'bob'"):
        slots.unlock("bob", "x")
    with pytest.raises(UserError, match="no slot"):
        slots.remove(first, "bob")


@pytest.mark.parametrize(("name", "phrase"), [("ana", ""), ("", "x"), (" \n", "x")])
def test_a_slot_needs_a_name_and_a_passphrase(slots, name, phrase):
    with pytest.raises(UserError):
        slots.create(name, phrase)
    assert not slots.exists()


def test_keys_are_never_made_over(slots):
    slots.create("ana", "x")
    with pytest.raises(UserError, match="already"):
        slots.create("bob", "x")


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"version":2,"slots":[],"mac":""}', b"\xff\x00"])
def test_a_damaged_key_file_is_a_clear_sentence(slots, tmp_path, data):
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(UserError, match=r"keys\.json"):
        slots.unlock("ana", "x")


def test_a_seat_without_keys_says_how_to_make_them(slots):
    with pytest.raises(UserError, match="no keys yet"):
        slots.unlock("ana", "x")


def test_the_demo_desk_finds_its_key_beside_its_data_in_a_file_that_warns(tmp_path):
    blob = open_throwaway(tmp_path).sealer.seal(b"a", "x")
    assert open_throwaway(tmp_path).sealer.open(blob, "x") == b"a"
    assert "DO-NOT-USE" in THROWAWAY
    assert [p.name for p in tmp_path.iterdir()] == [THROWAWAY]


def test_the_default_cost_is_what_the_promise_says():
    assert Cost().memory_kib == 64 * 1024

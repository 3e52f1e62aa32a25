from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taker311.base.sealing import (
    DeskSecrets,
    SealBrokenError,
    Sealer,
    new_pair,
    new_secrets,
    open_from,
    open_with_recovery,
    seal_to,
)

SECRETS = new_secrets()
PUBLIC, PRIVATE = new_pair()


@given(st.binary(max_size=300), st.text(max_size=20).filter(lambda t: t.isprintable()))
def test_what_was_sealed_opens_again_and_only_for_its_record(plain, about):
    sealer = Sealer(SECRETS)
    blob = sealer.seal(plain, about)
    assert sealer.open(blob, about) == plain
    with pytest.raises(SealBrokenError):
        sealer.open(blob, about + "x")


@pytest.mark.parametrize("recovery", [b"", PUBLIC], ids=["alone", "with a recovery key"])
def test_no_changed_or_missing_byte_passes(recovery):
    sealer = Sealer(SECRETS, recovery)
    blob = sealer.seal(b"secret words", "case 1")
    # The recovery key's part is the city's to check; the desk doesn't open it.
    skipped = range(70, 70 + 8 + 80) if recovery else range(0)
    for place in range(len(blob)):
        if place not in skipped:
            changed = blob[:place] + bytes((blob[place] ^ 1,)) + blob[place + 1 :]
            with pytest.raises(SealBrokenError):
                sealer.open(changed, "case 1")
        with pytest.raises(SealBrokenError):
            sealer.open(blob[:place], "case 1")
    for place in skipped:
        changed = blob[:place] + bytes((blob[place] ^ 1,)) + blob[place + 1 :]
        with pytest.raises(SealBrokenError):
            open_with_recovery(PRIVATE, changed, "case 1")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_record_or_a_clear_error(data):
    with pytest.raises(SealBrokenError):
        Sealer(SECRETS).open(data, "case 1")


def test_the_same_words_never_look_the_same_sealed():
    sealer = Sealer(SECRETS)
    assert sealer.seal(b"a", "x") != sealer.seal(b"a", "x")


def test_another_desk_cannot_open_it():
    blob = Sealer(SECRETS).seal(b"a", "x")
    with pytest.raises(SealBrokenError, match="another desk"):
        Sealer(new_secrets()).open(blob, "x")


def test_the_city_opens_it_with_its_recovery_key_and_nobody_else():
    blob = Sealer(SECRETS, PUBLIC).seal(b"a", "x")
    assert open_with_recovery(PRIVATE, blob, "x") == b"a"
    with pytest.raises(SealBrokenError):
        open_with_recovery(new_pair()[1], blob, "x")
    with pytest.raises(SealBrokenError):
        open_with_recovery(PRIVATE, Sealer(SECRETS).seal(b"a", "x"), "x")


def test_a_box_opens_for_its_holder_only():
    box = seal_to(PUBLIC, b"words", b"about")
    assert open_from(PRIVATE, box, b"about") == b"words"
    for private, about in ((new_pair()[1], b"about"), (PRIVATE, b"else")):
        with pytest.raises(SealBrokenError):
            open_from(private, box, about)


def test_a_record_wrapped_anew_needs_the_new_key_alone():
    old = Sealer(SECRETS)
    blob = old.seal(b"a", "x")
    new = new_secrets()
    both = Sealer(DeskSecrets(key=new.key, mac=SECRETS.mac, previous=(SECRETS.key,)))
    assert both.open(blob, "x") == b"a"
    moved = both.rewrap(blob, "x")
    assert Sealer(new).open(moved, "x") == b"a"
    with pytest.raises(SealBrokenError):
        old.open(moved, "x")


def test_macs_of_different_labels_differ_and_outlive_a_new_key():
    one = Sealer(SECRETS)
    later = Sealer(DeskSecrets(key=new_secrets().key, mac=SECRETS.mac))
    assert one.mac("a", b"x") != one.mac("b", b"x")
    assert one.mac("a", b"x") == later.mac("a", b"x")


def test_keys_do_not_show_when_a_sealer_is_printed():
    assert SECRETS.key.hex() not in repr(Sealer(SECRETS))
    assert repr(SECRETS.key) not in repr(Sealer(SECRETS)) + repr(SECRETS)

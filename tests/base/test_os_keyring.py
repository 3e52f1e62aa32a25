"""The machine's keyring: never trusted when it keeps secrets in plain, never waited for, and never the only way in."""

from __future__ import annotations

import threading
import time

import pytest

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.keyslots import KeySlots
from taker311.base.os_keyring import KeyringError, OsKeyring
from taker311.base.passphrase import Cost


class Backend:
    """Stands where a desktop's keyring would."""


def library(
    module: str = "keyring.backends.SecretService", *, hangs: threading.Event | None = None, raises: bool = False
):  # type: ignore[no-untyped-def]
    kept: dict[tuple[str, str], str] = {}
    backend = type("Keyring", (Backend,), {"__module__": module})()

    class Library:
        def get_keyring(self):  # type: ignore[no-untyped-def]
            if hangs is not None:
                hangs.wait(60)
            return backend

        def get_password(self, service: str, name: str) -> str | None:
            if raises:
                raise RuntimeError("locked")
            return kept.get((service, name))

        def set_password(self, service: str, name: str, secret: str) -> None:
            kept[service, name] = secret

        def delete_password(self, service: str, name: str) -> None:
            del kept[service, name]

    made = Library()
    made.kept = kept  # type: ignore[attr-defined]
    return made


@pytest.fixture
def slots(tmp_path) -> KeySlots:  # type: ignore[no-untyped-def]
    return KeySlots(tmp_path, ManualClock(), Cost(8, 1, 1))


def test_a_slot_in_the_keyring_opens_the_desks_key_without_a_passphrase(slots: KeySlots) -> None:
    by, ring = slots.create("ana", "right words"), OsKeyring(library())
    slots.add_keyring(by, "ana here", ring)
    opened = slots.unlock_keyring("ana here", ring)
    assert (opened.name, opened.sealer.key_id, opened.intact) == ("ana here", by.sealer.key_id, True)
    assert slots.unlock("ana", "right words").intact
    changed = slots.end_rekey(slots.begin_rekey(opened))
    assert slots.unlock_keyring("ana here", ring).sealer.key_id == changed.sealer.key_id
    with pytest.raises(UserError, match="no passphrase"):
        slots.unlock("ana here", "right words")
    with pytest.raises(UserError, match="last one with a passphrase"):
        slots.remove(changed, "ana")
    slots.remove(changed, "ana here")
    with pytest.raises(UserError, match="opens no slot"):
        slots.unlock_keyring("ana here", ring)


def test_a_keyring_that_hangs_is_not_waited_for(slots: KeySlots) -> None:
    by, over = slots.create("ana", "right words"), threading.Event()
    ring = OsKeyring(library(hangs=over), wait_s=0.05)
    began = time.monotonic()
    try:
        with pytest.raises(KeyringError, match=r"does not answer.*passphrase"):
            slots.add_keyring(by, "here", ring)
    finally:
        over.set()
    assert time.monotonic() - began < 30
    assert [s.name for s in slots.slots()] == ["ana"]


@pytest.mark.parametrize(
    "module", ["keyrings.alt.file", "keyring.backends.null", "keyring.backends.fail", "somebody.else"]
)
def test_a_keyring_that_keeps_secrets_in_plain_is_refused(slots: KeySlots, module: str) -> None:
    by, made = slots.create("ana", "right words"), library(module)
    with pytest.raises(KeyringError, match="does not encrypt"):
        slots.add_keyring(by, "here", OsKeyring(made))
    assert made.kept == {}


def test_a_chain_of_back_ends_is_only_as_good_as_its_worst(slots: KeySlots) -> None:
    by, made = slots.create("ana", "right words"), library("keyring.backends.chainer")
    good, bad = (type("K", (), {"__module__": m})() for m in ("keyring.backends.macOS", "keyrings.alt.file"))
    made.get_keyring().backends = [good]
    slots.add_keyring(by, "here", OsKeyring(made))
    made.get_keyring().backends = [good, bad]
    with pytest.raises(KeyringError):
        slots.unlock_keyring("here", OsKeyring(made))


def test_a_secret_that_is_gone_or_wrong_or_a_locked_keyring_is_one_sentence(slots: KeySlots) -> None:
    by, made = slots.create("ana", "right words"), library()
    ring = OsKeyring(made)
    slots.add_keyring(by, "here", ring)
    (place,) = made.kept
    for secret in ("not hex", "00" * 32, "00"):
        made.kept[place] = secret
        with pytest.raises(UserError):
            slots.unlock_keyring("here", ring)
    made.kept.clear()
    with pytest.raises(KeyringError, match="any more"):
        slots.unlock_keyring("here", ring)
    with pytest.raises(KeyringError, match="RuntimeError"):
        slots.unlock_keyring("here", OsKeyring(library(raises=True)))

"""keys.json: who may open the desk's key. A slot is a key pair; a passphrase opens its private half, and the desk's
secrets are sealed to its public half, so the desk's key can be changed without asking everybody for a passphrase.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from taker311.base import sealing
from taker311.base.clock import Clock
from taker311.base.codec import Value, from_json, pack, to_json, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.os_keyring import Keyring, KeyringError
from taker311.base.passphrase import Cost, stretched
from taker311.base.sealing import DeskSecrets, SealBrokenError, Sealer
from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.base.wrong_passphrases import WrongPassphrases

FILE = "keys.json"

Kind = Literal["agent", "supervisor", "recovery"]


class Slot(Value, frozen=True):
    """`private` is sealed under the passphrase, or under a secret in the machine's keyring, whose name there is `keyring`
    (absent for recovery: the city holds it); `box` holds the desk's secrets."""

    kind: Kind
    name: str
    public: bytes
    box: bytes
    created_at: datetime
    private: bytes = b""
    salt: bytes = b""
    cost: Cost = Cost()
    keyring: str = ""


class KeyFile(Value, frozen=True):
    version: int
    slots: tuple[Slot, ...]
    mac: bytes  # over the slots, under the desk's own key: a slot that somebody slipped in is noticed


class Unlocked(msgspec.Struct, frozen=True):
    """An opened slot: who signed in, and the key. `intact` False: the slots were altered by somebody without the key."""

    name: str
    kind: Kind
    sealer: Sealer
    intact: bool = True


class KeySlots:
    """The slots in `folder`. `cost` is for new slots; a slot keeps the cost it was made with."""

    def __init__(self, folder: Path, clock: Clock, cost: Cost | None = None) -> None:
        self._path = folder / FILE
        self._folder = folder
        self._clock = clock
        self._cost = cost or Cost()
        self._wrong = WrongPassphrases(folder, clock)

    @property
    def folder(self) -> Path:
        return self._folder

    def exists(self) -> bool:
        return self._path.exists()

    def slots(self) -> tuple[Slot, ...]:
        return self._read().slots

    def create(self, name: str, passphrase: str, *, kind: Kind = "agent", recovery: bytes = b"") -> Unlocked:
        """A new desk key with its first slot and, if given, the city's public recovery key."""
        if self.exists():
            raise UserError(say("{path}: this seat has its keys already; sign in instead.", path=self._path))
        private_folder(self._folder)
        made = sealing.new_secrets()
        slots = [self._passphrase_slot(kind, name, passphrase, made)]
        if recovery:
            slots.append(self._recovery_slot("city", recovery, made))
        self._write(tuple(slots), made)
        return Unlocked(slots[0].name, kind, Sealer(made, recovery))

    def unlock(self, name: str, passphrase: str) -> Unlocked:
        """Opens the slot of that name. A wrong passphrase makes the next try wait, 60 s at most, and never locks out."""
        file = self._read()
        slot = next((s for s in file.slots if s.name == name and s.kind != "recovery"), None)
        if slot is None:
            raise UserError(
                say(
                    "{path}: nobody called '{name}' can sign in at this seat.",
                    path=self._path,
                    name=clean_line(name, limit=60),
                )
            )
        if slot.keyring:
            raise UserError(
                say(
                    "{path}: the slot '{name}' has no passphrase; this machine's keyring opens it.",
                    path=self._path,
                    name=slot.name,
                )
            )
        self._wrong.wait_over(slot.name)
        try:
            private = sealing.decrypt(stretched(passphrase, slot.salt, slot.cost), slot.private, _about(slot))
        except SealBrokenError:
            raise self._wrong.failed(slot.name) from None
        self._wrong.passed(slot.name)
        return self._opened(file, slot, private)

    def unlock_keyring(self, name: str, keyring: Keyring) -> Unlocked:
        """Opens a slot whose secret lies in the machine's keyring. Raises KeyringError where that is no help."""
        file = self._read()
        slot = next((s for s in file.slots if s.name == name and s.keyring), None)
        if slot is None:
            raise UserError(f"{self._path}: the keyring opens no slot called '{clean_line(name, limit=60)}'.")
        secret = keyring.get(slot.keyring)
        if secret is None:
            raise KeyringError(f"This machine's keyring has no secret for '{slot.name}' any more; use another slot.")
        try:
            private = sealing.decrypt(bytes.fromhex(secret), slot.private, _about(slot))
        except ValueError as error:
            raise SealBrokenError(
                f"{self._path}: the keyring's secret for '{slot.name}' is not one of ours."
            ) from error
        return self._opened(file, slot, private)

    def add_keyring(self, by: Unlocked, name: str, keyring: Keyring) -> None:
        """A slot that this machine's keyring opens while its person is logged in. A passphrase slot must stay beside it."""
        file = self._altered_by(by)
        name = self._new_name(file, name)
        public, private = sealing.new_pair()
        secret, place = secrets.token_bytes(sealing.KEY_BYTES), f"{name} {secrets.token_hex(8)}"
        slot = Slot("agent", name, public, b"", self._clock.now(), keyring=place)
        keyring.put(place, secret.hex())
        slot = msgspec.structs.replace(
            slot,
            private=sealing.encrypt(secret, private, _about(slot)),
            box=sealing.seal_to(public, pack(by.sealer.secrets), _about(slot)),
        )
        self._write((*file.slots, slot), by.sealer.secrets)

    def _new_name(self, file: KeyFile, name: str) -> str:
        name = clean_line(name, limit=60)
        if not name:
            raise UserError("A slot needs a name: whose is it?")
        if any(s.name == name for s in file.slots):
            raise UserError(f"{self._path}: there is a slot called '{name}' already.")
        return name

    def unlock_recovery(self, private: bytes) -> Unlocked:
        """Opens with the city's private recovery key."""
        file = self._read()
        public = sealing.public_of(private)
        slot = next((s for s in file.slots if s.kind == "recovery" and s.public == public), None)
        if slot is None:
            raise UserError(f"{self._path}: that recovery key was not given to this desk.")
        return self._opened(file, slot, private)

    def add(self, by: Unlocked, kind: Kind, name: str, passphrase: str) -> None:
        file = self._altered_by(by)
        name = self._new_name(file, name)
        if kind == "supervisor":
            self._must_be_supervisor(by, file)
        slot = self._passphrase_slot(kind, name, passphrase, by.sealer.secrets)
        self._write((*file.slots, slot), by.sealer.secrets)

    def add_recovery(self, by: Unlocked, name: str, public: bytes) -> Unlocked:
        """Gives the city a way in; replaces an earlier recovery slot. Cases sealed from now on open with it alone."""
        file = self._altered_by(by)
        kept = tuple(s for s in file.slots if s.kind != "recovery")
        if len(kept) < len(file.slots):
            self._must_be_supervisor(by, file)
        self._write((*kept, self._recovery_slot(name, public, by.sealer.secrets)), by.sealer.secrets)
        return Unlocked(by.name, by.kind, Sealer(by.sealer.secrets, public), by.intact)

    def remove(self, by: Unlocked, name: str) -> None:
        """Takes a slot away. Who once had the key may still know it: `begin_rekey` afterwards changes it."""
        file = self._altered_by(by)
        kept = tuple(s for s in file.slots if s.name != name)
        if len(kept) == len(file.slots):
            raise UserError(f"{self._path}: there is no slot called '{clean_line(name, limit=60)}'.")
        if any(s.name == name and s.kind != "agent" for s in file.slots):
            self._must_be_supervisor(by, file)
        if not any(s.kind != "recovery" and not s.keyring for s in kept):
            raise UserError(
                f"{self._path}: '{clean_line(name, limit=60)}' is the last one with a passphrase; add another first."
            )
        self._write(kept, by.sealer.secrets)

    def _must_be_supervisor(self, by: Unlocked, file: KeyFile) -> None:
        if by.kind == "agent" and any(s.kind == "supervisor" for s in file.slots):
            raise UserError(f"{self._path}: that takes a supervisor of this seat; sign in as one.")

    def change_passphrase(self, name: str, old: str, new: str) -> Unlocked:
        by = self.unlock(name, old)
        file = self._altered_by(by)
        changed = tuple(
            self._passphrase_slot(s.kind, s.name, new, by.sealer.secrets) if s.name == name else s for s in file.slots
        )
        self._write(changed, by.sealer.secrets)
        return by

    def begin_rekey(self, by: Unlocked) -> Unlocked:
        """A new desk key for all slots; the old one still opens until `end_rekey`, so a crash in between loses nothing."""
        file = self._altered_by(by)
        old = by.sealer.secrets
        new = DeskSecrets(key=secrets.token_bytes(sealing.KEY_BYTES), mac=old.mac, previous=(old.key, *old.previous))
        self._reseal(file, new)
        return Unlocked(by.name, by.kind, Sealer(new, by.sealer.recovery))

    def end_rekey(self, by: Unlocked) -> Unlocked:
        """Forgets the previous keys. Only after every record was wrapped anew."""
        file = self._altered_by(by)
        kept = msgspec.structs.replace(by.sealer.secrets, previous=())
        self._reseal(file, kept)
        return Unlocked(by.name, by.kind, Sealer(kept, by.sealer.recovery))

    def _reseal(self, file: KeyFile, held: DeskSecrets) -> None:
        slots = tuple(
            msgspec.structs.replace(s, box=sealing.seal_to(s.public, pack(held), _about(s))) for s in file.slots
        )
        self._write(slots, held)

    def _passphrase_slot(self, kind: Kind, name: str, passphrase: str, held: DeskSecrets) -> Slot:
        name = clean_line(name, limit=60)
        if not name:
            raise UserError(say("A slot needs a name: whose passphrase is it?"))
        if not passphrase:
            raise UserError(say("An empty passphrase protects nobody; choose several words."))
        public, private = sealing.new_pair()
        salt = secrets.token_bytes(16)
        slot = Slot(kind, name, public, b"", self._clock.now(), salt=salt, cost=self._cost)
        return msgspec.structs.replace(
            slot,
            private=sealing.encrypt(stretched(passphrase, salt, self._cost), private, _about(slot)),
            box=sealing.seal_to(public, pack(held), _about(slot)),
        )

    def _recovery_slot(self, name: str, public: bytes, held: DeskSecrets) -> Slot:
        slot = Slot("recovery", clean_line(name, limit=60), public, b"", self._clock.now())
        return msgspec.structs.replace(slot, box=sealing.seal_to(public, pack(held), _about(slot)))

    def _opened(self, file: KeyFile, slot: Slot, private: bytes) -> Unlocked:
        try:
            held = unpack(sealing.open_from(private, slot.box, _about(slot)), DeskSecrets)
        except ValueError as error:
            raise SealBrokenError(f"{self._path}: the slot '{slot.name}' is damaged; sign in with another.") from error
        intact = hmac.compare_digest(_signature(file.slots, held), file.mac)
        # A recovery key that somebody slipped in must not receive the keys of new cases.
        recovery = next((s.public for s in file.slots if s.kind == "recovery"), b"") if intact else b""
        return Unlocked(slot.name, slot.kind, Sealer(held, recovery), intact)

    def _altered_by(self, by: Unlocked) -> KeyFile:
        file = self._read()
        if not hmac.compare_digest(_signature(file.slots, by.sealer.secrets), file.mac):
            raise UserError(
                say(
                    "{path}: the slots were changed by somebody without the desk's key; restore the file.",
                    path=self._path,
                )
            )
        return file

    def _read(self) -> KeyFile:
        try:
            file = from_json(self._path.read_bytes(), KeyFile)
        except FileNotFoundError:
            raise UserError(
                say("{path}: this seat has no keys yet; make them with 'taker311 sign-in'.", path=self._path)
            ) from None
        except OSError as error:
            raise UserError(
                say("{path}: can't be read ({why}); check the file's permissions.", path=self._path, why=error.strerror)
            ) from error
        except ValueError as error:
            raise UserError(
                say("{path}: is not a key file any more; restore it from a backup.", path=self._path)
            ) from error
        if file.version != 1:
            raise UserError(say("{path}: was written by a newer taker311; update this one.", path=self._path))
        return file

    def _write(self, slots: tuple[Slot, ...], held: DeskSecrets) -> None:
        file = KeyFile(version=1, slots=slots, mac=_signature(slots, held))
        try:
            write_atomically(self._path, to_json(file).encode())
        except OSError as error:
            raise UserError(
                say("{path}: can't be written ({why}); nothing was changed.", path=self._path, why=error.strerror)
            ) from error


def _about(slot: Slot) -> bytes:
    return f"slot {slot.kind} {slot.name}".encode()


def _signature(slots: tuple[Slot, ...], held: DeskSecrets) -> bytes:
    return Sealer(held).mac("slots", to_json(slots).encode())

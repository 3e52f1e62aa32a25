"""A trainer's key: Ed25519 signs certificates, X25519 opens trainees' results. The private half is one file under a
passphrase; the public half goes to the desks where people practise."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from taker311.base import sealing
from taker311.base.codec import Value, from_json, pack, to_json, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.keyslots import Cost
from taker311.base.sealing import KEY_BYTES, SealBrokenError
from taker311.base.text import clean_line

PLAIN = "TAKER311_KEYS_PLAIN"
PRIVATE = "trainer.key"
_MOST = 100_000


class Public(Value, frozen=True):
    """What a desk knows of a trainer. `sign` is an Ed25519 key, `box` an X25519 key, 32 bytes each."""

    name: str
    sign: bytes
    box: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256(b"taker311 trainer\0" + self.sign + self.box).hexdigest()[:32]


class _Secrets(Value, frozen=True):
    sign: bytes
    box: bytes


class _KeyFile(Value, frozen=True):
    """`private` is packed secrets, as they are with PLAIN, else sealed under the passphrase with `salt` and `cost`."""

    v: int
    public: Public
    private: bytes
    salt: bytes = b""
    cost: Cost = Cost()


@dataclass(frozen=True)
class Trainer:
    public: Public
    _secrets: _Secrets = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._secrets.sign).sign(data)

    def open(self, blob: bytes, about: bytes) -> bytes:
        """Raises SealBrokenError."""
        return sealing.open_from(self._secrets.box, blob, about)


def make(folder: Path, name: str, passphrase: str) -> Trainer:
    """A new key in `folder`; `passphrase` '' keeps it plain. Raises UserError where one is there already."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = folder / PRIVATE
    if path.exists():
        raise UserError(f"{path}: a trainer's key is there already; move it away before you make another.")
    signer = Ed25519PrivateKey.generate()
    box_public, box = sealing.new_pair()
    public = Public(clean_line(name, limit=60) or "trainer", signer.public_key().public_bytes_raw(), box_public)
    held = _Secrets(signer.private_bytes_raw(), box)
    file = _KeyFile(1, public, pack(held))
    if passphrase:
        salt = secrets.token_bytes(16)
        sealed = sealing.encrypt(_stretched(passphrase, salt, Cost()), pack(held), _about(public))
        file = _KeyFile(1, public, sealed, salt)
    private_folder(folder)
    _write(path, to_json(file))
    return Trainer(public, held)


def is_sealed(folder: Path) -> bool:
    """Whether the key in `folder` needs a passphrase."""
    return bool(_read(folder / PRIVATE).salt)


def public_of(folder: Path) -> Public:
    """The public half of the key in `folder`; needs no passphrase."""
    return _read(folder / PRIVATE).public


def open_key(folder: Path, passphrase: str) -> Trainer:
    path = folder / PRIVATE
    file = _read(path)
    if not file.salt:
        return Trainer(file.public, unpack(file.private, _Secrets))
    try:
        held = unpack(
            sealing.decrypt(_stretched(passphrase, file.salt, file.cost), file.private, _about(file.public)), _Secrets
        )
    except (SealBrokenError, ValueError) as error:
        raise UserError(f"{path}: that passphrase does not open this key; try again.") from error
    return Trainer(file.public, held)


def _read(path: Path) -> _KeyFile:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise UserError(
                f"{path}: others on this machine can read this key; run  chmod 600 {path}  or make another."
            )
        return from_json(path.read_bytes(), _KeyFile)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no trainer's key here; make one with  taker311 drill keys init.") from error
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise UserError(f"{path}: this key can't be read; restore it from its copy.") from error


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    return kdf.derive(passphrase.encode())


def _about(public: Public) -> bytes:
    return b"trainer's key " + public.sign + public.box


# ---------------------------------------------------------------- what desks know of trainers
def trust(folder: Path, public: Public) -> Path:
    """Puts a trainer's public key among those of this desk."""
    path = private_folder(folder / "trainers") / f"{public.id}.pub"
    _write(path, to_json(public))
    return path


def read_public(path: Path) -> Public:
    try:
        if path.stat().st_size > _MOST:
            raise UserError(f"{path}: this is no trainer's public key; it is too large.")
        public = from_json(path.read_bytes(), Public)
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror or error}); check the path.") from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise UserError(f"{path}: this is no trainer's public key; ask the trainer for it anew.") from error
    if len(public.sign) != KEY_BYTES or len(public.box) != KEY_BYTES:
        raise UserError(f"{path}: this is no trainer's public key; ask the trainer for it anew.")
    return msgspec.structs.replace(public, name=clean_line(public.name, limit=60))


def trusted(folder: Path) -> tuple[Public, ...]:
    """The trainers whom this desk knows; a file that can't be read is none."""
    found = []
    for path in sorted((folder / "trainers").glob("*.pub")):
        try:
            public = read_public(path)
        except UserError:
            continue
        if path.stem == public.id:
            found.append(public)
    return tuple(found)


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror or error}); nothing was changed.") from error

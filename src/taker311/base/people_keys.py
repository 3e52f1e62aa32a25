"""A person's key: Ed25519 signs, X25519 opens what was sealed to them. The private half is one file under a passphrase; the
public half goes to the desks that are to know this person as a trainer or a reviewer."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from taker311.base import sealing
from taker311.base.codec import Value, from_json, pack, to_json, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.passphrase import Cost, stretched
from taker311.base.sealing import KEY_BYTES, SealBrokenError
from taker311.base.text import clean_line

PLAIN = "TAKER311_KEYS_PLAIN"
Role = Literal["trainer", "reviewer"]
_MOST = 100_000
_MAKE: dict[Role, str] = {"trainer": "taker311 drill keys init", "reviewer": "taker311 review keys init"}


class Public(Value, frozen=True):
    """What a desk knows of a person. `sign` is an Ed25519 key, `box` an X25519 key, 32 bytes each. A key counts for its
    `role` alone: a reviewer can't issue certificates."""

    name: str
    sign: bytes
    box: bytes
    role: Role = "trainer"

    @property
    def id(self) -> str:
        return hashlib.sha256(f"taker311 {self.role}\0".encode() + self.sign + self.box).hexdigest()[:32]


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
class Holder:
    """A person with their key opened."""

    public: Public
    _secrets: _Secrets = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._secrets.sign).sign(data)

    def open(self, blob: bytes, about: bytes) -> bytes:
        """Raises SealBrokenError."""
        return sealing.open_from(self._secrets.box, blob, about)


def make(folder: Path, role: Role, name: str, passphrase: str) -> Holder:
    """A new key in `folder`; `passphrase` '' keeps it plain. Raises UserError where one is there already."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = folder / file_of(role)
    if path.exists():
        raise UserError(f"{path}: a {role}'s key is there already; move it away before you make another.")
    signer = Ed25519PrivateKey.generate()
    box_public, box = sealing.new_pair()
    public = Public(clean_line(name, limit=60) or role, signer.public_key().public_bytes_raw(), box_public, role)
    held = _Secrets(signer.private_bytes_raw(), box)
    file = _KeyFile(1, public, pack(held))
    if passphrase:
        salt = secrets.token_bytes(16)
        sealed = sealing.encrypt(stretched(passphrase, salt, Cost()), pack(held), _about(public))
        file = _KeyFile(1, public, sealed, salt)
    private_folder(folder)
    _write(path, to_json(file))
    return Holder(public, held)


def file_of(role: Role) -> str:
    return f"{role}.key"


def is_sealed(folder: Path, role: Role) -> bool:
    """Whether the key in `folder` needs a passphrase."""
    return bool(_read(folder / file_of(role), role).salt)


def public_of(folder: Path, role: Role) -> Public:
    """The public half of the key in `folder`; needs no passphrase."""
    return _read(folder / file_of(role), role).public


def open_key(folder: Path, role: Role, passphrase: str) -> Holder:
    path = folder / file_of(role)
    file = _read(path, role)
    try:
        if not file.salt:
            return Holder(file.public, unpack(file.private, _Secrets))
        key = stretched(passphrase, file.salt, file.cost)
        held = unpack(sealing.decrypt(key, file.private, _about(file.public)), _Secrets)
    except (SealBrokenError, ValueError) as error:
        raise UserError(f"{path}: that passphrase does not open this key; try again.") from error
    return Holder(file.public, held)


def _read(path: Path, role: Role) -> _KeyFile:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise UserError(
                f"{path}: others on this machine can read this key; run  chmod 600 {path}  or make another."
            )
        file = from_json(path.read_bytes(), _KeyFile)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no {role}'s key here; make one with  {_MAKE[role]}.") from error
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise UserError(f"{path}: this key can't be read; restore it from its copy.") from error
    if file.public.role != role:
        raise UserError(f"{path}: this is a {file.public.role}'s key, not a {role}'s; name another folder.")
    return file


def _about(public: Public) -> bytes:
    return f"{public.role}'s key ".encode() + public.sign + public.box


# ---------------------------------------------------------------- whom a desk knows
def trust(folder: Path, public: Public) -> Path:
    """Puts a public key among those of this desk, in `folder`/trainers or `folder`/reviewers."""
    path = private_folder(folder / f"{public.role}s") / f"{public.id}.pub"
    _write(path, to_json(public))
    return path


def read_public(path: Path, role: Role) -> Public:
    try:
        if path.stat().st_size > _MOST:
            raise UserError(f"{path}: this is no {role}'s public key; it is too large.")
        public = from_json(path.read_bytes(), Public)
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror or error}); check the path.") from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise UserError(f"{path}: this is no {role}'s public key; ask the {role} for it anew.") from error
    if public.role != role:
        raise UserError(f"{path}: this is a {public.role}'s public key, not a {role}'s; name another file.")
    if len(public.sign) != KEY_BYTES or len(public.box) != KEY_BYTES:
        raise UserError(f"{path}: this is no {role}'s public key; ask the {role} for it anew.")
    return msgspec.structs.replace(public, name=clean_line(public.name, limit=60))


def trusted(folder: Path, role: Role) -> tuple[Public, ...]:
    """The people whom this desk knows in that role; a file that can't be read is none."""
    found = []
    for path in sorted((folder / f"{role}s").glob("*.pub")):
        try:
            public = read_public(path, role)
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


# ---------------------------------------------------------------- sealed to several people
class Sealed(Value, frozen=True):
    """`boxes`: a person's id -> the record's key, sealed to that person; `body` the record under it."""

    v: int
    boxes: dict[str, bytes]
    body: bytes


class NotForThemError(UserError):
    """It was sealed to somebody else."""


def seal_for(people: Sequence[Public], plain: bytes, about: bytes) -> bytes:
    """For each of `people` alone (AES-256-GCM under a key of its own, that key sealed to each of them)."""
    key = secrets.token_bytes(KEY_BYTES)
    boxes = {one.id: sealing.seal_to(one.box, key, about) for one in people}
    return pack(Sealed(1, boxes, sealing.encrypt(key, plain, about)))


def open_for(holder: Holder, data: bytes, about: bytes, name: str, what: str) -> bytes:
    """Opens what `seal_for` made. Raises UserError, which calls it `what` in the file `name`; NotForThemError where it is
    sealed to others."""
    try:
        sealed = unpack(data, Sealed)
    except ValueError as error:
        raise UserError(f"{name}: this {what} is damaged; it can't be opened any more.") from error
    if sealed.v != 1:
        raise UserError(f"{name}: this {what} is damaged, or was written by a newer taker311.")
    box = sealed.boxes.get(holder.public.id)
    if box is None:
        raise NotForThemError(f"{name}: this {what} is sealed to another {holder.public.role}.")
    try:
        return sealing.decrypt(holder.open(box, about), sealed.body, about)
    except SealBrokenError as error:
        raise UserError(f"{name}: this {what} was altered; it can't be opened any more.") from error

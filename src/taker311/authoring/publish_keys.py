"""The publisher's signing keys: one file each, readable by their owner only, under a passphrase; and the root that names them.

Root keys can be carried apart (each its own stick); publishing needs only the targets, snapshot and timestamp keys.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.passphrase import Cost
from taker311.base.sealing import KEY_BYTES, SealBrokenError, decrypt, encrypt

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
    from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

ONLINE = ("targets", "snapshot", "timestamp")
ROOT_LIFE = timedelta(days=730)
PLAIN = "TAKER311_KEYS_PLAIN"


class KeyFile(Value, frozen=True):
    """`private` is 32 bytes of Ed25519 seed, as they are with PLAIN, else sealed under the passphrase with `salt` and `cost`."""

    role: str
    public: bytes
    private: bytes
    salt: bytes = b""
    cost: Cost = Cost()


class KeyFolder:
    """`passphrase` '' is for keys that were made under TAKER311_KEYS_PLAIN=1."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self.folder = folder
        self._passphrase = passphrase
        self._stretched: dict[bytes, bytes] = {}

    # ------------------------------------------------------------ making
    def init(self, now: datetime, *, root_keys: int = 3, threshold: int = 2) -> bytes:
        """Makes all keys and the first root; gives the root's bytes. Raises UserError where keys are already there."""
        from tuf.api.metadata import Root  # type: ignore[attr-defined]

        if not 1 <= threshold <= root_keys <= 9:
            raise UserError("kb keys init: take 1 to 9 root keys, and a threshold of at most as many.")
        if self.folder.exists() and any(self.folder.glob("*.key")):
            raise UserError(f"{self.folder}: keys are already there; 'taker311 kb keys rotate' replaces one of them.")
        private_folder(self.folder)
        signed = Root(version=1, expires=(now + ROOT_LIFE).replace(microsecond=0), consistent_snapshot=True)
        for name in (*(f"root-{n + 1}" for n in range(root_keys)), *ONLINE):
            signer = self._make(name)
            signed.add_key(signer.public_key, _role(name))
        signed.roles["root"].threshold = threshold
        return self._sign_root(signed, before=None)

    def rotate(self, name: str, now: datetime) -> bytes:
        """Replaces the key `name` and revokes the old one: a new root, signed by enough old and new root keys."""
        old = self.newest_root()
        if name not in self.names():
            raise UserError(f"{self.folder}: there is no key '{name}'; there are {', '.join(self.names())}.")
        from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

        signed = Metadata[Root].from_bytes(old.to_bytes()).signed
        gone = self._key_id(name)
        old_signers = self._root_signers()
        signed.revoke_key(gone, _role(name))
        # The new key waits beside the old one until the root that names it is written.
        fresh = self._make(name, suffix=".new")
        signed.add_key(fresh.public_key, _role(name))
        data = self._next_root(signed, now, old, [*old_signers, *([fresh] if _role(name) == "root" else [])])
        (self.folder / f"{name}.key.new").replace(self.folder / f"{name}.key")
        return data

    def renew(self, now: datetime) -> bytes:
        """The same keys in a new root with a later end."""
        from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

        old = self.newest_root()
        signed = Metadata[Root].from_bytes(old.to_bytes()).signed
        return self._next_root(signed, now, old, self._root_signers())

    # ------------------------------------------------------------ using
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self.folder.glob("*.key")))

    def signer(self, name: str) -> CryptoSigner:
        """Raises UserError where the key is not there or does not open."""
        return _signer(self._open(self._read(name)))

    def roots(self) -> dict[int, bytes]:
        """Every root so far, by version."""
        found = {
            int(path.name.split(".")[0]): path.read_bytes() for path in (self.folder / "roots").glob("*.root.json")
        }
        if not found:
            raise UserError(f"{self.folder}: there are no signing keys; make them with  taker311 kb keys init --keys {self.folder}")  # fmt: skip
        return dict(sorted(found.items()))

    def newest_root(self) -> Metadata[Root]:
        from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

        return Metadata[Root].from_bytes(list(self.roots().values())[-1])

    # ------------------------------------------------------------ inside
    def _next_root(self, signed: Root, now: datetime, old: Metadata[Root], signers: list[CryptoSigner]) -> bytes:
        signed.version += 1
        signed.expires = (now + ROOT_LIFE).replace(microsecond=0)
        return self._sign_root(signed, before=old, signers=signers)

    def _sign_root(
        self, signed: Root, *, before: Metadata[Root] | None, signers: list[CryptoSigner] | None = None
    ) -> bytes:
        from tuf.api.exceptions import UnsignedMetadataError
        from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

        metadata = Metadata[Root](signed)
        for signer in self._root_signers() if signers is None else signers:
            metadata.sign(signer, append=True)
        try:
            for judge in (signed, *([before.signed] if before else [])):
                judge.verify_delegate("root", metadata.signed_bytes, metadata.signatures)
        except UnsignedMetadataError as error:
            raise UserError(
                f"{self.folder}: too few root keys are here to sign with ({error}); copy enough of the root-N.key files here for this."
            ) from error
        data: bytes = metadata.to_bytes()
        write_atomically(private_folder(self.folder / "roots") / f"{signed.version}.root.json", data, mode=0o644)
        return data

    def _root_signers(self) -> list[CryptoSigner]:
        return [self.signer(name) for name in self.names() if _role(name) == "root"]

    def _make(self, name: str, suffix: str = "") -> CryptoSigner:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        private = Ed25519PrivateKey.generate()
        seed, public = private.private_bytes_raw(), private.public_key().public_bytes_raw()
        file = KeyFile(_role(name), public, seed)
        if self._passphrase:
            salt = secrets.token_bytes(16)
            key = self._stretch(salt, Cost())
            file = KeyFile(_role(name), public, encrypt(key, seed, _about(_role(name), public)), salt)
        write_atomically(self.folder / f"{name}.key{suffix}", to_json(file).encode(), mode=0o600)
        return _signer(seed)

    def _read(self, name: str) -> KeyFile:
        path = self.folder / f"{name}.key"
        try:
            if os.name == "posix" and path.stat().st_mode & 0o077:
                raise UserError(f"{path}: others on this machine can read this key; run  chmod 600 {path}  or rotate it.")  # fmt: skip
            return from_json(path.read_bytes(), KeyFile)
        except FileNotFoundError as error:
            raise UserError(f"{path}: this key isn't here; bring it, or name its folder with --keys.") from error
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise UserError(f"{path}: this key can't be read; restore it from its copy, or rotate it.") from error

    def _open(self, file: KeyFile) -> bytes:
        if not file.salt:
            return file.private
        if not self._passphrase:
            raise UserError(f"{self.folder}: these keys have a passphrase; type it, or give it with --passphrase-fd N.")
        try:
            return decrypt(self._stretch(file.salt, file.cost), file.private, _about(file.role, file.public))
        except SealBrokenError as error:
            raise UserError(f"{self.folder}: the passphrase doesn't open the {file.role} key.") from error

    def _stretch(self, salt: bytes, cost: Cost) -> bytes:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        if salt not in self._stretched:
            kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)  # fmt: skip
            self._stretched[salt] = kdf.derive(self._passphrase.encode())
        return self._stretched[salt]

    def _key_id(self, name: str) -> str:
        return key_id(self._read(name).public)


def key_id(public: bytes) -> str:
    """Short on purpose: it stands in every file that desks fetch, and names a key without proving anything."""
    import hashlib

    return hashlib.sha256(b"taker311 signing key\0" + public).hexdigest()[:16]


def wants_plain(environment: Mapping[str, str]) -> bool:
    return environment.get(PLAIN) == "1"


def _role(name: str) -> str:
    return "root" if name.startswith("root") else name


def _about(role: str, public: bytes) -> bytes:
    return b"signing key " + role.encode() + b" " + public


def _signer(seed: bytes) -> CryptoSigner:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]

    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key()
    return CryptoSigner(private, SSlibKey.from_crypto(public, keyid=key_id(public.public_bytes_raw())))

"""Bytes sealed before they touch the disk: AES-256-GCM under a key per record, that key wrapped by the desk's key and,
where the city has one, by its recovery key (X25519). Forgetting the small wrapped key shreds the record.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

import msgspec

from taker311.base.codec import Value
from taker311.base.errors import UserError

KEY_BYTES = 32
_NONCE = 12
_TAG = 16
_WRAPPED = _NONCE + KEY_BYTES + _TAG
_ID = 8
_BOX = 32 + KEY_BYTES + _TAG  # an ephemeral public key and a sealed record key
_VERSION = 1
_HAS_RECOVERY = 1


class SealBrokenError(UserError):
    """The bytes were altered, belong to another record, or were sealed under a key that is not here."""


class DeskSecrets(Value, frozen=True):
    """What a slot opens. `previous` are keys that records may still be wrapped by while the key is being changed; `mac`
    signs the audit and stays when the key changes, so that what was signed before still verifies."""

    key: bytes
    mac: bytes
    previous: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return "DeskSecrets(...)"


def new_secrets() -> DeskSecrets:
    return DeskSecrets(key=secrets.token_bytes(KEY_BYTES), mac=secrets.token_bytes(KEY_BYTES))


def key_id(key: bytes) -> bytes:
    """Eight bytes that name a key without telling it."""
    return hashlib.sha256(b"taker311 key id\0" + key).digest()[:_ID]


def encrypt(key: bytes, plain: bytes, about: bytes) -> bytes:
    """Nonce and AES-256-GCM ciphertext with its tag; `about` is bound to it and not stored."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def decrypt(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """Raises SealBrokenError where the key, the bytes or `about` are not the ones it was sealed with."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError("A sealed record can't be opened: it was altered or belongs to another key.") from error


def new_pair() -> tuple[bytes, bytes]:
    """An X25519 pair as raw bytes: (public, private), 32 bytes each."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.generate()
    return private.public_key().public_bytes_raw(), private.private_bytes_raw()


def public_of(private: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal_to(public: bytes, plain: bytes, about: bytes) -> bytes:
    """For the holder of one private key only: ephemeral public key (32 bytes), then ciphertext with tag.

    ECIES: X25519, HKDF-SHA256 over both public keys, AES-256-GCM. The key is used once, so its nonce may be constant.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    return mine + AESGCM(_derived(shared, mine + public)).encrypt(bytes(_NONCE), plain, about)


def open_from(private: bytes, sealed: bytes, about: bytes) -> bytes:
    """Opens what `seal_to` made; raises SealBrokenError."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        mine = X25519PrivateKey.from_private_bytes(private)
        shared = mine.exchange(X25519PublicKey.from_public_bytes(sealed[:32]))
        key = _derived(shared, sealed[:32] + mine.public_key().public_bytes_raw())
        return AESGCM(key).decrypt(bytes(_NONCE), sealed[32:], about)
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError("A sealed record can't be opened: it was altered or belongs to another key.") from error


def _derived(shared: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"taker311 box").derive(shared)


class _Parts(msgspec.Struct, frozen=True):
    owner: bytes
    wrapped: bytes
    recovery: bytes  # recovery key's id and box, or empty
    body: bytes


class Sealer(msgspec.Struct, frozen=True):
    """Seals and opens records under the desk's key. `about` names the record (its id, kind and version): a blob moved to
    another record doesn't open. `recovery` is the city's public recovery key, if there is one."""

    secrets: DeskSecrets
    recovery: bytes = b""

    def __repr__(self) -> str:
        return f"Sealer(recovery={self.recovery!r})"

    @property
    def key_id(self) -> str:
        return key_id(self.secrets.key).hex()

    def seal(self, plain: bytes, about: str) -> bytes:
        record_key = secrets.token_bytes(KEY_BYTES)
        body = encrypt(record_key, plain, about.encode())
        return self._head(record_key, about) + body

    def open(self, blob: bytes, about: str) -> bytes:
        parts = _split(blob)
        return decrypt(self._record_key(parts, about), parts.body, about.encode())

    def rewrap(self, blob: bytes, about: str) -> bytes:
        """The same record under the current key; the body is not sealed anew. Raises SealBrokenError."""
        parts = _split(blob)
        record_key = self._record_key(parts, about)
        decrypt(record_key, parts.body, about.encode())
        return self._head(record_key, about) + parts.body

    def mac(self, label: str, data: bytes) -> bytes:
        """HMAC-SHA256 under a key of that label's own."""
        derived = hmac.digest(self.secrets.mac, b"taker311 " + label.encode(), "sha256")
        return hmac.digest(derived, data, "sha256")

    def _head(self, record_key: bytes, about: str) -> bytes:
        flags = _HAS_RECOVERY if self.recovery else 0
        wrapped = encrypt(self.secrets.key, record_key, b"wrap\0" + about.encode())
        head = bytes((_VERSION, flags)) + key_id(self.secrets.key) + wrapped
        if self.recovery:
            head += key_id(self.recovery) + seal_to(self.recovery, record_key, b"wrap\0" + about.encode())
        return head

    def _record_key(self, parts: _Parts, about: str) -> bytes:
        for key in (self.secrets.key, *self.secrets.previous):
            if hmac.compare_digest(key_id(key), parts.owner):
                return decrypt(key, parts.wrapped, b"wrap\0" + about.encode())
        raise SealBrokenError("A sealed record belongs to another desk's key.")


def body_of(blob: bytes) -> bytes:
    """The part of a sealed record that stays when keys change: what a chain of hashes may run over."""
    return _split(blob).body


def key_places(blob: bytes) -> tuple[bytes, ...]:
    """The pieces of a sealed record that hold its wrapped key: overwriting them shreds the record."""
    parts = _split(blob)
    return tuple(piece for piece in (parts.wrapped, parts.recovery[_ID:]) if piece)


def open_with_recovery(private: bytes, blob: bytes, about: str) -> bytes:
    """Opens a desk's record with the city's private recovery key; raises SealBrokenError."""
    parts = _split(blob)
    if parts.recovery[:_ID] != key_id(public_of(private)):
        raise SealBrokenError("This record was not sealed for that recovery key.")
    record_key = open_from(private, parts.recovery[_ID:], b"wrap\0" + about.encode())
    return decrypt(record_key, parts.body, about.encode())


def _split(blob: bytes) -> _Parts:
    at = 2 + _ID + _WRAPPED
    extra = _ID + _BOX if len(blob) > 1 and blob[1] & _HAS_RECOVERY else 0
    if len(blob) < at + extra + _NONCE + _TAG or blob[0] != _VERSION:
        raise SealBrokenError("A sealed record is cut short or was written by a newer taker311.")
    return _Parts(
        owner=blob[2 : 2 + _ID],
        wrapped=blob[2 + _ID : at],
        recovery=blob[at : at + extra],
        body=blob[at + extra :],
    )

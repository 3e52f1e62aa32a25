"""A desk's first trust: 128 bits of the hash of the city's root keys, in words or hex, given by a person."""

from __future__ import annotations

import hashlib

from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean
from taker311.sync.words import WORDS

BYTES = 16
_HEX = frozenset("0123456789abcdef")


def fingerprint_of(root: bytes) -> bytes:
    """The first 16 bytes of SHA-256 over what root's signatures cover, so that another signature changes nothing.

    `root` is a TUF root file; raises ValueError where it is none.
    """
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

    try:
        metadata = Metadata[Root].from_bytes(root)
    except RepositoryError as error:
        raise ValueError("no root") from error
    if metadata.signed.type != Root.type:
        raise ValueError("no root")
    return hashlib.sha256(metadata.signed_bytes).digest()[:BYTES]


def in_words(fingerprint: bytes) -> str:
    return " ".join(WORDS[byte] for byte in fingerprint)


def in_hex(fingerprint: bytes) -> str:
    return fingerprint.hex()


def read_fingerprint(text: str) -> bytes:
    """Sixteen bytes from 16 words or 32 to 64 hex digits, however they are spaced. Raises UserError with what is wrong."""
    words = clean_line(text).lower().replace(",", " ").replace("-", " ").replace(":", " ").split()
    joined = "".join(words)
    if joined and set(joined) <= _HEX:
        if not 2 * BYTES <= len(joined) <= 64 or len(joined) % 2:
            raise UserError(
                f"The city's fingerprint has 32 hex digits or 16 words; this one has {len(joined)} digits. Ask the city's IT for the whole of it."
            )
        return bytes.fromhex(joined)[:BYTES]
    for word in words:
        if word not in WORDS:
            raise UserError(
                f"The city's fingerprint has no word '{word[:30]}'{did_you_mean(word, WORDS)}; compare it with what the city's IT gave you."
            )
    if len(words) != BYTES:
        raise UserError(
            f"The city's fingerprint has 16 words or 32 hex digits; this one has {len(words)} words. Ask the city's IT for the whole of it."
        )
    return bytes(WORDS.index(word) for word in words)

"""A passphrase made into a key, at a cost for whoever guesses."""

from __future__ import annotations

from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.sealing import KEY_BYTES
from taker311.base.words import say


class Cost(Value, frozen=True):
    """What a guess costs (Argon2id, RFC 9106): memory in KiB, passes, lanes."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


def stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """The 32-byte key that a passphrase makes with that salt. Raises UserError where it can't be computed."""
    import unicodedata

    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    # The same passphrase typed on another keyboard may come composed differently.
    typed = unicodedata.normalize("NFC", passphrase).encode()
    try:
        kdf = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        )
        return kdf.derive(typed)
    except (ValueError, MemoryError) as error:
        raise UserError(
            say("The passphrase can't be checked: the slot's settings are damaged or memory is short.")
        ) from error

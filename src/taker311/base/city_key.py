"""The city's recovery key as a file, held off the desks: the private half under a passphrase, the public half beside it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from taker311.base import sealing
from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.base.passphrase import Cost, stretched
from taker311.base.sealing import SealBrokenError

_ABOUT = b"city recovery key"
_VERSION = 1


class CityKey(Value, frozen=True):
    """`salt` empty: the private half lies there in plain."""

    version: int
    public: bytes
    private: bytes
    salt: bytes = b""
    cost: Cost = Cost()


def make_city_key(file: Path, passphrase: str, cost: Cost | None = None) -> Path:
    """Writes the pair, an empty passphrase leaving the private half in plain; returns the file of the public half (hex).
    Raises UserError where a file is in the way or can't be written."""
    public_file = file.with_name(f"{file.name}.pub")
    for each in (file, public_file):
        if each.exists():
            raise UserError(
                f"{each}: is there already; give another name, for whoever loses a recovery key loses cases."
            )
    public, private = sealing.new_pair()
    key = CityKey(_VERSION, public, private)
    if passphrase:
        salt, cost = secrets.token_bytes(16), cost or Cost()
        sealed = sealing.encrypt(stretched(passphrase, salt, cost), private, _ABOUT)
        key = CityKey(_VERSION, public, sealed, salt, cost)
    try:
        write_atomically(file, to_json(key).encode())
        write_atomically(public_file, f"{public.hex()}\n".encode(), mode=0o644)
    except OSError as error:
        raise UserError(f"{file}: can't be written ({error.strerror}); nothing was made.") from error
    return public_file


def open_city_key(file: Path, ask: Callable[[], str]) -> bytes:
    """The private half; `ask` gives the passphrase where there is one. Raises UserError."""
    try:
        key = from_json(file.read_bytes(), CityKey)
    except OSError as error:
        raise UserError(f"{file}: can't be read ({error.strerror}); give the file that 'recover init' made.") from error
    except ValueError as error:
        raise UserError(
            f"{file}: is no recovery key; give the file that 'recover init' made, not the '.pub'."
        ) from error
    private = key.private
    if key.salt:
        try:
            private = sealing.decrypt(stretched(ask(), key.salt, key.cost), key.private, _ABOUT)
        except SealBrokenError:
            raise UserError(f"{file}: that is not its passphrase.") from None
    if len(private) != sealing.KEY_BYTES or sealing.public_of(private) != key.public:
        raise UserError(f"{file}: is damaged; use another copy of the city's key.")
    return private

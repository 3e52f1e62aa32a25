"""The keys that other desks may seal their cases to: public halves go out as files, private halves stay sealed at the seat."""

from __future__ import annotations

from pathlib import Path

from taker311.base import sealing
from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.sealing import Sealer

FILE = "receive-keys.json"
_ABOUT = "receive key"


class ReceiveKey(Value, frozen=True):
    public: bytes
    private: bytes  # sealed under the desk's key


class ReceiveKeys:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / FILE

    def public(self, sealer: Sealer) -> bytes:
        """This seat's public half, made at the first time. Raises UserError."""
        held = self._read()
        if held:
            return held[-1].public
        public, private = sealing.new_pair()
        self._write((ReceiveKey(public, sealer.seal(private, _ABOUT)),))
        return public

    def private(self, key_id: str, sealer: Sealer) -> bytes:
        """The private half of the key with that id (`sealing.key_id` as hex), or b'' where it is none of this seat's."""
        for key in self._read():
            if sealing.key_id(key.public).hex() == key_id:
                return sealer.open(key.private, _ABOUT)
        return b""

    def rewrap(self, sealer: Sealer) -> None:
        """Everything under the sealer's current key."""
        held = self._read()
        if held:
            self._write(tuple(ReceiveKey(k.public, sealer.rewrap(k.private, _ABOUT)) for k in held))

    def _read(self) -> tuple[ReceiveKey, ...]:
        try:
            return from_json(self._path.read_bytes(), tuple[ReceiveKey, ...])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            raise UserError(f"{self._path}: can't be read; delete it, and make a new key for other desks.") from error

    def _write(self, keys: tuple[ReceiveKey, ...]) -> None:
        private_folder(self._folder)
        try:
            write_atomically(self._path, to_json(keys).encode())
        except OSError as error:
            raise UserError(f"{self._path}: can't be written ({error.strerror}); nothing was changed.") from error

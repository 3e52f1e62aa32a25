"""The demo's key, for data that is worth nothing."""

from __future__ import annotations

from pathlib import Path

from taker311.base import sealing
from taker311.base.codec import pack, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.keyslots import Unlocked
from taker311.base.sealing import DeskSecrets, Sealer

THROWAWAY = "throw-away-demo-key.DO-NOT-USE-FOR-REAL-CALLS"


def open_throwaway(folder: Path) -> Unlocked:
    """The demo's key, kept in a file beside the data whose name says what that is worth. Never for real calls."""
    private_folder(folder)
    path = folder / THROWAWAY
    try:
        held = unpack(path.read_bytes(), DeskSecrets)
    except FileNotFoundError:
        held = sealing.new_secrets()
        try:
            write_atomically(path, pack(held))
        except OSError as error:
            raise UserError(f"{path}: can't be written ({error.strerror}).") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read; delete this demo folder and start again.") from error
    return Unlocked("demo agent", "agent", Sealer(held))

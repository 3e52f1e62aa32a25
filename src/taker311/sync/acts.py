"""What a person decided about the knowledge base of this machine: a line each, added and never changed."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from taker311.base.codec import Value, to_json
from taker311.base.errors import UserError
from taker311.base.files import private_folder

FILE = "acts.jsonl"


class Act(Value, frozen=True):
    at: datetime
    who: str
    what: str


def record(folder: Path, act: Act) -> None:
    """On disk when it returns. Raises UserError where it can't be: then the act must not be done."""
    try:
        handle = os.open(private_folder(folder) / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, to_json(act).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise UserError(
            f"{folder / FILE}: what you decided can't be recorded ({error.strerror or error}), so it was not done; free some room."
        ) from error

"""How a volunteer's seat is known: its own passphrase opens it for calls, and for nothing else on this machine."""

from __future__ import annotations

from pathlib import Path

from taker311.base.errors import UserError

MARK = "volunteer.json"


def refuse_volunteers_seat(folder: Path) -> None:
    """For commands that work on a seat. Raises UserError."""
    if (folder / MARK).exists():
        raise UserError(
            f"{folder}: this is a volunteer's seat; only  taker311 desk --pack  works there, and the city's recovery key opens it."
        )

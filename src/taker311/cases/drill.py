"""The wall between drills and the real queue: a reference that begins with DRILL is never stored, exported or sent."""

from __future__ import annotations

from taker311.base.errors import UserError

DRILL = "DRILL"


def is_drill(ref: str) -> bool:
    return ref.strip().upper().startswith(DRILL)


def refuse_drill(ref: str) -> None:
    """Raises UserError for a drill's reference."""
    if is_drill(ref):
        raise UserError("NOT SAVED. This is a drill's case; a drill's case never enters a real queue.")

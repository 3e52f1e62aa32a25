"""Whether the full screen can be shown here; where it can't, the sentence says what takes calls instead."""

from __future__ import annotations

import os
import sys

from taker311.base.errors import UserError


def need_a_screen(instead: str) -> None:
    """Raises UserError where there is no terminal, or one that can't place its cursor. `instead`: the command for such places."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError(f"The desk needs a terminal; take calls from a program or a pipe with  {instead} --json.")
    kind = os.environ.get("TERM", "")
    if sys.platform != "win32" and kind in ("", "dumb"):
        said = "TERM says 'dumb'" if kind else "TERM is not set"
        raise UserError(
            f"The desk needs a terminal that can place its cursor, and {said}: take calls with  {instead}, or set TERM."
        )

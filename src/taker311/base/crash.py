"""Named points at which a test may end the program as a power cut would. A room that has some lists them in its `crash_points`."""

from __future__ import annotations

import os


def point(name: str) -> None:
    """Ends the process at once, without any clean-up, when TAKER311_CRASH_AT names this point."""
    if os.environ.get("TAKER311_CRASH_AT") == name:
        os._exit(137)

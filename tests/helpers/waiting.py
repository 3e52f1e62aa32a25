"""How long a test waits for what has to come about, and the waiting."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 60.0  # for what is there within a second on a quiet machine


def until(true: Callable[[], object], what: str = "it") -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"{what} did not come about in {PATIENCE_S:.0f} s"
        time.sleep(0.01)

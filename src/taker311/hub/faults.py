"""The demo's fault switches: what the hub does wrong on purpose. Outside a demo the mode is always `on`."""

from __future__ import annotations

import threading
from typing import Literal, get_args

Mode = Literal["on", "off", "error-after-commit", "html-portal", "slow", "busy"]
MODES: tuple[Mode, ...] = get_args(Mode)


class Faults:
    """`on`: all is well. `off`: nobody listens (the server does that). `error-after-commit`: a case is stored and answered
    500. `html-portal`: every request gets a web page and nothing is stored. `slow`: replies wait `slow_s` seconds. `busy`: 503
    with Retry-After before anything is taken in."""

    def __init__(self, *, slow_s: float = 8.0) -> None:
        self.slow_s = slow_s
        self._mode: Mode = "on"
        self._lock = threading.Lock()

    @property
    def mode(self) -> Mode:
        with self._lock:
            return self._mode

    def set(self, mode: Mode) -> None:
        with self._lock:
            self._mode = mode

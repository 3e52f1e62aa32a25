"""A terminal at the end of a slow line: what the program writes arrives byte after byte at the line's speed, really paced."""

from __future__ import annotations

import os
import select
import termios
import threading
import time
from collections.abc import Callable

from helpers.terminal import Terminal

BITS_A_BYTE = 10
_SLICE_S = 0.01  # so often a slice of the stream arrives


class Modem:
    """Takes a Terminal's reading over: its screen shows what has arrived, no sooner."""

    def __init__(self, terminal: Terminal, bits_s: int, *, told: bool) -> None:
        """`told`: the terminal is set to that speed, as a serial line or `stty` sets it; else the program can't know."""
        self.terminal = terminal
        self._bytes_s = bits_s / BITS_A_BYTE
        if told:
            speed = {9_600: termios.B9600}[bits_s]
            modes = termios.tcgetattr(terminal._ours)
            modes[4] = modes[5] = speed
            termios.tcsetattr(terminal._ours, termios.TCSANOW, modes)
        self.arrived = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self) -> Modem:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join(5)

    def _carry(self) -> None:
        """Never more bytes than the line has had time for; time in which nothing was sent is no credit."""
        began = time.monotonic()
        carried = 0.0
        while not self._over.is_set():
            ready, _, _ = select.select([self.terminal._ours], [], [], _SLICE_S)
            now = time.monotonic()
            if not ready:
                began, carried = now, 0.0
                continue
            may = int((now - began) * self._bytes_s - carried)
            if may < 1:
                time.sleep(1 / self._bytes_s)
                continue
            try:
                data = os.read(self.terminal._ours, may)
            except OSError:
                return
            carried += len(data)
            with self._lock:
                self.terminal.raw += data
                self.terminal._stream.feed(data)
                self.arrived += len(data)

    def row(self, number: int) -> str:
        with self._lock:
            return self.terminal.screen.display[number].rstrip()

    def text(self) -> str:
        with self._lock:
            return self.terminal.text

    def waited(self, condition: Callable[[], bool], what: str, *, most_s: float = 60.0) -> float:
        """Seconds until `condition` held."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > most_s:
                raise AssertionError(f"waited {most_s:.0f} s for {what}.\n{self.text()}")
            time.sleep(0.002)
        return time.monotonic() - began

"""How much may be sent to a slow line now, so that the next letter's echo never waits behind a screenful."""

from __future__ import annotations

import math
import os
import termios
from collections.abc import Callable

# On a serial line a byte is ten bits: a start bit, eight, a stop bit. What an ssh adds to each piece is about as much.
BITS_A_BYTE = 10
_AHEAD_S = 0.25  # how far the screen may be ahead of the line: together with one row of it, less than half a second
_A_ROW = 40  # bytes for which it is worth beginning

# Pseudo-terminals say 38,400 when nobody told them otherwise, so from there on nothing is known.
_SPEEDS = {
    termios.B300: 300,
    termios.B600: 600,
    termios.B1200: 1200,
    termios.B1800: 1800,
    termios.B2400: 2400,
    termios.B4800: 4800,
    termios.B9600: 9600,
    termios.B19200: 19200,
}


def line_speed(fileno: int) -> int:
    """Bits a second that the terminal itself is set to where that is slow (a serial line, or `stty 9600`); else 0."""
    if not os.isatty(fileno):
        return 0
    try:
        return _SPEEDS.get(termios.tcgetattr(fileno)[5], 0)
    except termios.error:
        return 0


class LinePace:
    """`bits_s` of the line, 0 where it needs no pacing; `now` in seconds, monotonic."""

    def __init__(self, bits_s: float, now: Callable[[], float]) -> None:
        self._bytes_s = bits_s / BITS_A_BYTE
        self._now = now
        self._empty_at = -math.inf  # when the line will have carried all that it was given

    def sent(self, count: int) -> None:
        if self._bytes_s:
            self._empty_at = max(self._now(), self._empty_at) + count / self._bytes_s

    def room(self) -> int | None:
        """Bytes that may be sent now, 0 or more; None: any number."""
        if not self._bytes_s:
            return None
        ahead = max(0.0, self._empty_at - self._now())
        return max(0, int((_AHEAD_S - ahead) * self._bytes_s))

    def wait_s(self) -> float:
        """Until there is room for about a row."""
        if not self._bytes_s:
            return 0.0
        return max(0.0, self._empty_at + _A_ROW / self._bytes_s - _AHEAD_S - self._now())

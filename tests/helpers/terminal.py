"""A real program in a real pseudo-terminal: keys go in, and the screen comes back as a person sees it. Waits are for conditions."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

from helpers.waiting import PATIENCE_S

KEYS = {
    "enter": b"\r",
    "esc": b"\x1b",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "f1": b"\x1bOP",
    "f2": b"\x1bOQ",
    "f3": b"\x1bOR",
    "f4": b"\x1bOS",
    "f5": b"\x1b[15~",
    "f6": b"\x1b[17~",
    "f7": b"\x1b[18~",
    "f8": b"\x1b[19~",
    "f9": b"\x1b[20~",
    "f10": b"\x1b[21~",
    "ctrl+x": b"\x18",
    "ctrl+g": b"\x07",
    "ctrl+l": b"\x0c",
}
# The program gets the terminal as its controlling one, as from a login, so that a change of size reaches it as a signal.
_OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """`command` runs from the moment it is made until the `with` block ends; whatever is left of it is killed then."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        columns: int = 80,
        lines: int = 24,
        kind: Mapping[str, str] | None = None,
    ) -> None:
        """`kind`: the variables by which a terminal says what it is; without them it is an xterm of 256 colours."""
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""  # every byte that the program wrote
        self._ours, theirs = pty.openpty()
        self._set_size(columns, lines)
        # These would count for more than this terminal's own size, and xdist's workers have them (readline sets them).
        inherited = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", _OWN_TERMINAL, *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**inherited, "TERM": "xterm-256color", "COLORTERM": "", "LANG": "C.UTF-8", **(kind or {})},
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        os.close(self._ours)

    # ------------------------------------------------------------ what a person does
    def press(self, *keys: str) -> None:
        """Named keys as the terminal sends them; anything else is typed letter by letter."""
        for key in keys:
            os.write(self._ours, KEYS.get(key, key.encode()))

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    # ------------------------------------------------------------ what a person sees
    @property
    def text(self) -> str:
        return "\n".join(row.rstrip() for row in self.screen.display)

    def see(self, *words: str, gone: str = "") -> str:
        """Waits until all of `words` stand on the screen, and `gone` does not; gives the screen."""

        def there() -> bool:
            shown = " ".join(self.text.split())
            return all(word in shown for word in words) and not (gone and gone in shown)

        self.wait(there, f"{words} on the screen" + (f" and no {gone!r}" if gone else ""))
        return self.text

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Reads what the program writes until `condition` holds; fails with the screen when patience ends or the program does."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            alive = self._read(0.02)
            if condition():
                return
            if not alive:
                raise AssertionError(f"the program ended; waited for {what}.\n{self.text}")
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {PATIENCE_S:.0f} s for {what}.\n{self.text}")

    def _read(self, seconds: float) -> bool:
        """False when there will never be more."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._ours, 65_536)
        except OSError:  # Linux says so when the last program has closed the terminal
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def ended(self) -> int:
        """Waits for the program to end by itself, reading on; its exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            self._read(0.02)
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end.\n{self.text}")
        while self._read(0.0) and select.select([self._ours], [], [], 0)[0]:
            pass
        return self.process.returncode

    # ------------------------------------------------------------ what a power switch does
    def kill(self) -> None:
        """SIGKILL, in the middle of whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

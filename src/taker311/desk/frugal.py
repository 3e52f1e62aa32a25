"""A Textual driver for thin lines: it keeps what the terminal shows and sends only the cells that changed.

Textual draws as ever; what it writes is read into a grid instead of being sent. Nothing reaches the terminal that the Emitter
did not make, or that stands in the short table of modes below: this is the last wall against strangers' text.
"""

from __future__ import annotations

import asyncio
import os
import time
from base64 import b64encode
from typing import Any

from taker311.desk.driver import is_reference, over_ssh
from taker311.desk.emit import Emitter
from taker311.desk.frames import FrameReader
from taker311.desk.keyboard import SafeInputDriver
from taker311.desk.pace import LinePace, line_speed

# Modes that go to the terminal as Textual asks for them: the other screen, pasting in brackets, wrapping, the end of the
# keyboard's protocol, and whether frames can be held together. Mouse, focus reports, resize reports and Textual's own handling
# of the cursor are left out.
_PASSED = frozenset(
    {"\x1b[?1049h", "\x1b[?1049l", "\x1b[?2004h", "\x1b[?2004l", "\x1b[?7l", "\x1b[?7h", "\x1b[<u", "\x1b[?2026$p"}
    | {"\x07"}  # the bell, which the floor rings
)
_FRAME_BEGINS, _FRAME_ENDS = "\x1b[?2026h", "\x1b[?2026l"
_KEYBOARD = "\x1b[>25u"
_ESC_ONLY = "\x1b[>1u"  # Esc without the wait that tells it from a sequence; letters still come as letters
_STEADY_CURSOR, _OWN_CURSOR = "\x1b[2 q", "\x1b[0 q"
_HELD_TOGETHER_FROM = 400  # characters: below that a frame is on the screen in one piece anyway
_SLOW_S = 0.02  # how soon to look again whether a slow terminal has taken what it was sent
# For terminals that don't know UTF-8: what the desk draws, in letters that everyone has.
_LETTERS = str.maketrans("─┃│›•·…✓↑↓→—’‘“”", "-||>*..*^v>-''\"\"")


class FrugalDriver(SafeInputDriver):
    """Places the real text cursor where typing happens: see `place_cursor`."""

    def __init__(
        self, app: Any, *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        del mouse  # the desk is worked by keys
        super().__init__(app, debug=debug, mouse=False, size=size)
        term = os.environ.get("TERM", "")
        width, height = size or self._get_terminal_size()
        in_screen = term.startswith("screen") and not os.environ.get("TMUX")
        self._emitter = Emitter(width, height, erases=not in_screen)
        slow = getattr(app, "line_bits_s", 0) or line_speed(self.fileno)
        self._pace = LinePace(slow, time.monotonic)
        self._reader = FrameReader(few_colors=over_ssh() or bool(slow))
        self._new_size: tuple[int, int] | None = None
        self._frames_held = False
        self._ready = False  # the terminal's modes are set
        self._drawn = False  # there is a first screen
        self._anew = True  # what the terminal shows is not known any more
        self._retry: asyncio.TimerHandle | None = None
        encoding = (getattr(self._file, "encoding", "") or "utf-8").lower()
        self._letters = "" if encoding.replace("-", "") == "utf8" else encoding
        self._cursor_shapes = term not in ("linux", "dumb", "")

    # ------------------------------------------------------------ what Textual asks for
    def write(self, data: str) -> None:
        if data in _PASSED:
            self._send(data)
        elif data == _KEYBOARD:
            self._send(_ESC_ONLY)
        elif data == _FRAME_BEGINS:
            self._frames_held = True
        elif data != _FRAME_ENDS:
            self._take_size()
            self._drawn = self._drawn or self._ready
            self._reader.read(data, self._emitter.target)

    def flush(self) -> None:
        """Sends what changed. When the terminal has not yet taken the last, what changes until then goes in one piece."""
        self._take_size()
        writer = self._writer_thread
        if writer is None or not self._ready or not self._drawn:
            return
        if writer._queue.qsize():  # noqa: SLF001 - Textual's writer has no other way to say that the terminal is behind
            self._look_again()
            return
        room = self._pace.room()
        update = self._update(room)
        if update:
            if self._frames_held and len(update) >= _HELD_TOGETHER_FROM:
                update = f"{_FRAME_BEGINS}{update}{_FRAME_ENDS}"
            self._send(update)
        if room is not None and self._emitter.owes:
            self._look_again(max(_SLOW_S, self._pace.wait_s()))

    def _update(self, room: int | None) -> str:
        """The shell's stop may come in the middle of this, and with it a terminal of which nothing is known."""
        while True:
            if self._anew:
                self._anew = False
                self._emitter.begin()
            update = self._emitter.update(room)
            if not self._anew:
                return update

    def place_cursor(self, place: tuple[int, int] | None, rest: tuple[int, int] | None = None) -> None:
        """The text cursor's (column, row), None where nothing is typed; hidden, it rests at `rest`. Sent with the next flush."""
        self._emitter.cursor, self._emitter.rest = place, rest

    def copy(self, reference: str) -> bool:
        """Puts a reference on the clipboard of the agent's own terminal, and nothing that isn't one."""
        if not is_reference(reference):
            return False
        self._send(f"\x1b]52;c;{b64encode(reference.encode()).decode()}\a")
        return True

    # ------------------------------------------------------------ coming and going
    def start_application_mode(self) -> None:
        """Also after the shell's stop, in the handler of its signal: the screen as it was is drawn again soon after."""
        self._ready, self._anew = False, True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._cursor_shapes:
            self._send(_STEADY_CURSOR)
        self._ready = True
        self._loop.call_soon_threadsafe(self.flush)

    def stop_application_mode(self) -> None:
        self._ready = False
        self._send("\x1b[m" + (_OWN_CURSOR if self._cursor_shapes else ""))
        super().stop_application_mode()
        self._send("\x1b[?25h")

    def close(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        super().close()
        self._writer_thread = None

    def _get_terminal_size(self) -> tuple[int, int]:
        """Also called by the signal of a resize, in the middle of anything: it is taken up with the next write."""
        size = super()._get_terminal_size()
        self._new_size = size
        return size

    def _take_size(self) -> None:
        size, self._new_size = self._new_size, None
        if size is not None and size != (self._emitter.target.width, self._emitter.target.height):
            self._emitter.resize(*size)

    # ------------------------------------------------------------ what is left out
    def _query_in_band_window_resize(self) -> None:
        """Not asked: the signal tells of a resize."""

    def _request_terminal_sync_mode_support(self) -> None:
        if not over_ssh():
            super()._request_terminal_sync_mode_support()

    def _look_again(self, after_s: float = _SLOW_S) -> None:
        if self._retry is None or self._retry.when() <= self._loop.time():
            self._retry = self._loop.call_later(after_s, self.flush)

    def _send(self, data: str) -> None:
        if self._letters:
            data = data.translate(_LETTERS).encode(self._letters, "replace").decode(self._letters)
        if self._writer_thread is not None:
            self._pace.sent(len(data.encode(errors="replace")))
            self._writer_thread.write(data)

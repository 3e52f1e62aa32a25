"""The desk in a terminal, with its clock and its pauses in a test's hands: see desk_terminal.py, which starts it.

Run as  desk_child.py BUNDLE CACHE SEAT SOCKET THEME ; commands come as JSON lines over the socket. Each is answered on the
terminal itself by a mark that follows all that it made the desk draw, so that a test knows which bytes belong to what.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual import events

from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cli import CRASH
from taker311.cli.crash import leave_note
from taker311.desk.app import DeskApp
from taker311.knowledge.bundle import Bundle
from taker311.station.model import Notice
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


class MeasuredDesk(DeskApp):
    """Counts keys, waits for no pause by itself, and does what comes over the socket."""

    CARD_PAUSE_S = 3_600.0

    def __init__(self, workplace: Workplace, clock: ManualClock, socket: str, theme: str) -> None:
        super().__init__(workplace.station, workplace.status, lambda app: None, theme=theme)
        self.clock, self._socket = clock, socket
        self.keys = 0
        self._waiting: list[tuple[int, int]] = []

    def on_mount(self) -> None:
        super().on_mount()
        self._listener = asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        reader, _ = await asyncio.open_unix_connection(self._socket)
        while line := await reader.readline():
            order = json.loads(line)
            getattr(self, f"do_{order.pop('do')}")(**order)

    def on_key(self, event: events.Key) -> None:
        super().on_key(event)
        self._arrived()

    def on_paste(self, event: events.Paste) -> None:
        super().on_paste(event)
        self._arrived()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._answer)

    def _arrived(self) -> None:
        self.keys += 1
        self._answer()

    # ------------------------------------------------------------ the orders
    def do_mark(self, number: int, keys: int) -> None:
        """Answers once that many keys and pastes have come and are on the screen."""
        self._waiting.append((number, keys))
        self._answer()

    def do_advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.redraw()

    def do_card(self) -> None:
        self.show_all()

    def do_note(self, text: str) -> None:
        self.control.note = text
        self.redraw()

    def do_crash(self, text: str) -> None:
        caller = text  # a local that must not be shown
        self.call_later(_fail, f"{caller} in the message")

    def _answer(self) -> None:
        due = [number for number, keys in self._waiting if keys <= self.keys]
        self._waiting = [(number, keys) for number, keys in self._waiting if keys > self.keys]
        for number in due:
            self.call_after_refresh(self.call_after_refresh, lambda number=number: self._mark(number))

    def _mark(self, number: int) -> None:
        driver: Any = self._driver
        if driver is None or driver._writer_thread is None or driver._writer_thread._queue.qsize():
            self.set_timer(0.01, lambda: self._mark(number))
            return
        driver.flush()
        driver._writer_thread.write(f"\x1b[?9{number:06d}h")


def _fail(text: str) -> None:
    raise ValueError(text)


def main(bundle: str, cache: str, seat: str, socket: str, theme: str, extra: str = "") -> int:
    from taker311.base.text import clean_line

    clock = ManualClock(NOW)
    place = Workplace(
        Bundle.open(Path(bundle)),
        Path(bundle),
        Seat(Path(seat), clock, open_throwaway(Path(seat))),
        Settings(),
        clock,
        SeededIds(1),
        agent="Sam",
    )
    place.make_ready(Path(cache))()
    app = MeasuredDesk(place, clock, socket, theme)
    if extra:
        status: Callable[[], Any] = place.status
        import msgspec

        app._status = lambda: msgspec.structs.replace(status(), notices=(Notice("note", clean_line(extra)),))
    code = app.run(mouse=False) or 0
    place.stop()
    if app.crashed is not None:
        sys.stderr.write(f"error: {leave_note(app.crashed)} The call is kept.\n")
        return CRASH
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The desk as an app: it passes keys to the Control, and puts what `draw` says on the canvas."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message
from textual.timer import Timer

from taker311.base.words import say
from taker311.cases.model import OutboxRow
from taker311.desk import news_page
from taker311.desk.canvas import CanvasApp
from taker311.desk.control import Control
from taker311.desk.driver import is_reference
from taker311.desk.screen import draw
from taker311.station.model import Status
from taker311.station.station import Station


class CaseMoved(Message):
    """Delivery moved a case on."""

    def __init__(self, row: OutboxRow) -> None:
        super().__init__()
        self.row = row


class DeskApp(CanvasApp):
    """The desk on a station. `status` tells what stands around the call; `start` begins what may wait for the first paint."""

    CARD_PAUSE_S = 0.15  # without a key, before the card beside the hits is drawn: while someone types, the line is for the letters

    def __init__(
        self,
        station: Station,
        status: Callable[[], Status],
        start: Callable[[DeskApp], None],
        *,
        own_keys: dict[str, str] | None = None,
        theme: str = "dark",
        timer: bool = True,
        clipboard: bool = True,
        line_bits_s: int = 0,
    ) -> None:
        self.line_bits_s = line_bits_s  # for the driver, which Textual makes
        super().__init__(theme)
        self.station = station
        self.control = Control(station, own_keys)
        news_page.add(self.control, status)
        self._status = status
        self._start = start
        self._show_timer = timer
        self._pause: Timer | None = None
        if clipboard:
            self.control.commands["call.copy"] = self._copy_reference

    def dressed(self) -> None:
        """Called when all commands are there: another kind of desk changes what it does otherwise."""

    def on_mount(self) -> None:
        self.set_interval(1.0, self.redraw)
        self.set_interval(0.2, self.station.tick)
        self.call_after_refresh(self._start, self)

    def show_all(self) -> None:
        """Draws everything that is true now, without waiting for a pause in the typing."""
        self.control.card_arrives()
        self.redraw()

    def _card_may_wait(self) -> None:
        """The card waits for a pause in the typing; everything else is drawn at once."""
        if self._pause is not None:
            self._pause.stop()
        if self.control.card_waits():
            self._pause = self.set_timer(self.CARD_PAUSE_S, self.show_all)

    def redraw(self) -> None:
        width, height = self.size
        drawn = draw(self.control, self._status(), width, height, self._seconds())
        self._canvas.show(drawn)
        if self.control.leaving:
            self.exit(0)

    def _seconds(self) -> int | None:
        began = self.station.state.started_at
        if began is None or not self._show_timer:
            return None
        return max(0, int((self.station.desk.clock.now() - began).total_seconds()))

    def press(self, key: str, character: str | None) -> None:
        self.control.key(key, character)
        self._card_may_wait()

    def pasted(self, text: str) -> None:
        self.control.paste(text)
        self._card_may_wait()

    def on_case_moved(self, message: CaseMoved) -> None:
        self.station.case_changed(message.row)
        self.control.refresh()
        self.redraw()

    def placed(self) -> None:
        self.control.refresh()

    def copy_to_clipboard(self, text: str) -> None:
        """A reference reaches the clipboard, and nothing that isn't one."""
        copy = getattr(self._driver, "copy", None)
        if copy is not None:
            copy(text)
        elif is_reference(text):
            super().copy_to_clipboard(text)

    def _copy_reference(self) -> None:
        """The reference, and nothing else, ever."""
        if self.control.view.ref:
            self.copy_to_clipboard(self.control.view.ref)
            self.control.note = say("The reference is on the clipboard.")

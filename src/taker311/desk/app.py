"""The Textual app: it passes keys to the Control, and puts what `draw` says on the screen, changed lines only."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from taker311.cases.model import OutboxRow
from taker311.desk.control import Control
from taker311.desk.draw import Line
from taker311.desk.driver import choose_driver, is_reference
from taker311.desk.screen import Drawn, draw
from taker311.desk.theme import THEMES
from taker311.station.model import Status
from taker311.station.station import Station


class CaseMoved(Message):
    """Delivery moved a case on."""

    def __init__(self, row: OutboxRow) -> None:
        super().__init__()
        self.row = row


class WorkDone(Message):
    """Something that was made ready in a worker is there; `take` puts it in place, in the thread that draws."""

    def __init__(self, take: Callable[[], None]) -> None:
        super().__init__()
        self.take = take


class Canvas(Widget):
    """Shows lines; asks for a repaint of those that changed."""

    DEFAULT_CSS = "Canvas { width: 1fr; height: 1fr; }"

    def __init__(self, theme: str) -> None:
        super().__init__()
        look = THEMES[theme]
        ground = f" on {look['background']}" if look["background"] else ""
        self._styles = {
            role: Style.parse(style if " on " in style else f"{style}{ground}".strip() or "none")
            for role, style in look.items()
            if role != "background"
        }
        self._lines: list[Line] = []
        self._cursor: tuple[int, int] | None = None
        self._draws_cursor = False

    def show(self, drawn: Drawn) -> None:
        """Asks for the lines that changed, and for the text cursor where something is typed. A driver that can't place the
        terminal's own cursor gets one drawn into the line."""
        old, self._lines = self._lines, drawn.lines
        before, self._cursor = self._cursor, drawn.cursor
        place = getattr(self.app._driver, "place_cursor", None)  # noqa: SLF001 - Textual gives no other way to the driver
        self._draws_cursor = place is None
        rows = {y for y, row in enumerate(self._lines) if y >= len(old) or row != old[y]}
        if self._draws_cursor and before != drawn.cursor:
            rows |= {at[1] for at in (before, drawn.cursor) if at}
        if place is not None:
            place(drawn.cursor, rest=_matters(drawn.lines))
        if len(old) != len(self._lines):
            self.refresh()
        elif rows:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in sorted(rows)))
        elif before != drawn.cursor and self.app._driver is not None:  # noqa: SLF001 - as above
            self.app._driver.flush()  # noqa: SLF001 - as above

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip.blank(self.size.width, self._styles["text"])
        strip = Strip([Segment(text, self._styles[role]) for text, role in self._lines[y]], self.size.width)
        if self._draws_cursor and self._cursor is not None and self._cursor[1] == y:
            x = self._cursor[0]
            left, cell, right = strip.divide([x, x + 1, self.size.width])
            strip = Strip.join([left, cell.apply_style(Style(reverse=True)), right])
        return strip


def _matters(lines: list[Line]) -> tuple[int, int]:
    """Where the line begins that an agent reads first: what is selected, else what to ask or to say, else the top."""
    for wanted in ("pick", "ask", "say"):
        for y, row in enumerate(lines):
            if any(role == wanted for _, role in row):
                return 1, y
    return 1, 0


class DeskScreen(Screen[None], inherit_bindings=False):
    """One canvas; every key goes to the app."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas

    def compose(self) -> ComposeResult:
        yield self._canvas


class DeskApp(App[int], inherit_bindings=False):
    """The desk on a station. `status` tells what stands around the call; `start` begins what may wait for the first paint."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { background: transparent; }"
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
    ) -> None:
        super().__init__(driver_class=choose_driver(), ansi_color=theme == "terminal")
        self.animation_level = "none"
        self.station = station
        self.control = Control(station, own_keys)
        self._status = status
        self._start = start
        self._show_timer = timer
        self._pause: Timer | None = None
        self._canvas = Canvas(theme)
        if clipboard:
            self.control.commands["call.copy"] = self._copy_reference

    def get_default_screen(self) -> Screen[None]:
        return DeskScreen(self._canvas)

    def on_mount(self) -> None:
        self.title = "taker311"
        self.set_interval(1.0, self._second)
        self.set_interval(0.2, self.station.tick)
        self.redraw()
        self.call_after_refresh(self._start, self)

    def _fatal_error(self) -> None:
        """Ends without a word: Textual's own report would show locals, and with them what a caller said."""
        self._close_messages_no_wait()

    @property
    def crashed(self) -> BaseException | None:
        """What ended the desk, for whoever started it to put into a sentence."""
        return self._exception

    def show_all(self) -> None:
        """Draws everything that is true now, without waiting for a pause in the typing."""
        self.control.card_arrives()
        self.redraw()

    def _key_came(self) -> None:
        """The card waits for a pause; everything else is drawn at once."""
        if self._pause is not None:
            self._pause.stop()
        if self.control.card_waits():
            self._pause = self.set_timer(self.CARD_PAUSE_S, self.show_all)
        self.redraw()

    def redraw(self) -> None:
        """Draws what is true now; lines that stand as they were cost nothing."""
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

    def _second(self) -> None:
        self.redraw()

    def on_resize(self) -> None:
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.control.key(event.key, event.character)
        self._key_came()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.control.paste(event.text)
        self._key_came()

    def on_case_moved(self, message: CaseMoved) -> None:
        self.station.case_changed(message.row)
        self.control.refresh()
        self.redraw()

    def on_work_done(self, message: WorkDone) -> None:
        message.take()
        self.control.refresh()
        self.redraw()

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
            self.control.note = "The reference is on the clipboard."

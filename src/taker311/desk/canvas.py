"""What every full screen of the program stands on: a canvas of text lines that repaints those that changed, and an app that
passes keys on and draws."""

from __future__ import annotations

import os
from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from taker311.desk.draw import Drawn, Line
from taker311.desk.driver import choose_driver
from taker311.desk.theme import looks


class WorkDone(Message):
    """Something that was made ready in a worker is there; `take` puts it in place, in the thread that draws."""

    def __init__(self, take: Callable[[], None]) -> None:
        super().__init__()
        self.take = take


def _styles(theme: str, *, sixteen: bool) -> dict[str, Style]:
    return {role: Style.parse(style) for role, style in looks(theme, sixteen=sixteen).items()}


class Canvas(Widget, inherit_css=False):
    """Shows lines; asks for a repaint of those that changed."""

    DEFAULT_CSS = "Canvas { width: 1fr; height: 1fr; }"

    def __init__(self, theme: str) -> None:
        super().__init__()
        self._theme = theme
        self._styles = _styles(theme, sixteen=False)
        self._lines: list[Line] = []
        self._cursor: tuple[int, int] | None = None
        self._draws_cursor = False

    def on_mount(self) -> None:
        if self.app.console.color_system == "standard":
            self.app.ansi_color = True  # else Textual makes red, green and blue of the 16, and others of them again
            self._styles = _styles(self._theme, sixteen=True)

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


class CanvasScreen(Screen[None], inherit_bindings=False, inherit_css=False):
    """One canvas; every key goes to the app. Nothing of Textual's own looks is used, so none of it is parsed."""

    DEFAULT_CSS = "CanvasScreen { layout: vertical; overflow: hidden hidden; background: transparent; }"

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas

    def compose(self) -> ComposeResult:
        yield self._canvas


class CanvasApp(App[int], inherit_bindings=False, inherit_css=False):
    """One canvas and the keyboard. A kind of screen says what a key does (`press`) and what stands there (`redraw`)."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, theme: str) -> None:
        if os.environ.get("NO_COLOR"):  # https://no-color.org: the terminal's own colours alone
            theme = "terminal"
        super().__init__(driver_class=choose_driver(), ansi_color=theme == "terminal")
        self.animation_level = "none"
        self._disable_tooltips = self._disable_notifications = True  # two widgets that nothing here has a use for
        self._canvas = Canvas(theme)

    def redraw(self) -> None:
        """Draws what is true now; lines that stand as they were cost nothing."""
        raise NotImplementedError

    def press(self, key: str, character: str | None) -> None:
        """One key press, before it is drawn: `key` is its name ('f9', 'enter', 'a'), `character` what it types, if it types."""
        raise NotImplementedError

    def pasted(self, text: str) -> None:
        """Pasted text as the terminal gave it; it means nothing where nothing is typed."""

    def placed(self) -> None:
        """Told when work done behind the screen was put in place."""

    def get_css_variables(self) -> dict[str, str]:
        """None: nothing here is styled by Textual's themes, and to derive their hundred shades takes time at the start."""
        self.theme_variables: dict[str, str] = {}
        return self.theme_variables

    def get_default_screen(self) -> Screen[None]:
        return CanvasScreen(self._canvas)

    def _fatal_error(self) -> None:
        """Ends without a word: Textual's own report would show locals, and with them what a caller said."""
        self._close_messages_no_wait()

    @property
    def crashed(self) -> BaseException | None:
        """What ended the screen, for whoever started it to put into a sentence."""
        return self._exception

    # Of a message's handlers the subclass's runs first, then these.
    def on_mount(self) -> None:
        self.title = "taker311"
        self.redraw()

    def on_resize(self) -> None:
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.press(event.key, event.character)
        self.redraw()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.pasted(event.text)
        self.redraw()

    def on_work_done(self, message: WorkDone) -> None:
        message.take()
        self.placed()
        self.redraw()

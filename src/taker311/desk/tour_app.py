"""The tour by itself, for whoever looks at the desk before they work at one."""

from __future__ import annotations

from taker311.base.words import say
from taker311.desk.canvas import CanvasApp
from taker311.desk.draw import SCROLLS, Drawn, fit, key_hints, window
from taker311.desk.tour import Tour


class TourDesk(CanvasApp):
    """Shows one screen after another; any letter, Esc and the last screen's end leave it."""

    def __init__(self, tour: Tour, *, theme: str = "dark") -> None:
        super().__init__(theme)
        self.tour = tour
        tour.close = lambda: self.exit(0)
        self._from = 0

    def redraw(self) -> None:
        width, height = self.size
        shown, self._from = window(self.tour.rows(width), self._from, max(0, height - 1))
        pieces = [*((key, what) for key, what in self.tour.hints() if key != "a-z"), ("↑↓", say("scroll"))]
        hints = key_hints([*pieces, ("Esc", say("leave"))])
        self._canvas.show(Drawn([fit(row, width) for row in (*shown, hints)], None))

    def press(self, key: str, character: str | None) -> None:
        before = self.tour.number
        if key in SCROLLS:
            self._from += SCROLLS[key]
        elif key in ("escape", "f10"):
            self.exit(0)
        else:
            self.tour.key(key, character)
        if self.tour.number != before:
            self._from = 0

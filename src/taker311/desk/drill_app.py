"""A drill on the desk's own screens: the word DRILL and the caller's lines on top of each, and the debrief at the end."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from taker311.desk.app import DeskApp
from taker311.desk.draw import BLANK, Line, fit, line, paragraph
from taker311.desk.screen import Drawn
from taker311.desk.theme import Role
from taker311.drills.debrief import debrief
from taker311.drills.log import MOST_POINTS, Observed
from taker311.drills.score import score
from taker311.drills.station import DrillStation
from taker311.station.model import Status

_ROLES: dict[str, Role] = {"won": "good", "part": "warn", "lost": "bad", "CRIT": "bad", "DRIL": "title", "NOT ": "bad"}
_HELP = " ↑↓ scroll   Enter or Esc: done"


class DrillDesk(DeskApp):
    """The desk on a drill's station. `trainer` is who marks when a colleague or trainer sits by."""

    def __init__(
        self,
        station: DrillStation,
        status: Callable[[], Status],
        start: Callable[[DeskApp], None],
        *,
        own_keys: dict[str, str] | None = None,
        theme: str = "dark",
        timer: bool = True,
        trainer: str = "",
    ) -> None:
        super().__init__(station, status, start, own_keys=own_keys, theme=theme, timer=timer, clipboard=False)
        self.drill_station = station
        self._trainer = trainer or "observer"
        self._debrief: list[Line] = []
        self._from = 0
        self.control.banner = self._banner
        self.control.commands["call.say"] = self._ask_caller
        self.control.commands["call.park"] = self._ask_leave
        self.control.commands["call.help-me"] = self._hint

    def _banner(self) -> tuple[str, ...]:
        drill = self.drill_station.drill
        head = f"DRILL  {drill.title}  ·  no real call: nothing leaves this room"
        if self.drill_station.pair:
            return (head,)
        last = self.drill_station.lines[-2:]
        return (head, *(f"Caller: {said.text}" for said in last))

    def _ask_caller(self) -> None:
        title = "Ask or tell the caller; nothing presses for an answer. Trainer: #c 4 or #l 4"
        self.control.ask(
            title, lambda text: self._mark(text[1:]) if text.startswith("#") else self.control.do("say", text)
        )

    def _mark(self, text: str) -> None:
        """'c 4' marks courtesy, 'l 4' listening; the caller hears nothing of it."""
        what, _, points = text.strip().partition(" ")
        named: dict[str, Observed] = {"c": "courtesy", "l": "listening"}
        kind = named.get(what[:1].lower())
        if kind is None or not points.strip().isdecimal() or int(points) > MOST_POINTS:
            self.control.note = f"Trainer: type #c or #l, a blank, and 0 to {MOST_POINTS}, as in '#c 4'."
            return
        self.drill_station.mark(self._trainer, kind, int(points))
        self.control.note = f"Marked: {kind} {int(points)}."

    def _hint(self) -> None:
        self.control.do("help-me")
        if self.drill_station.drill.hints:
            self.control.note = self.control.view.notice

    def _ask_leave(self) -> None:
        def done(text: str) -> None:
            if text.strip().lower() in ("yes", "y"):
                self.control.do("park")

        self.control.ask("Leave this drill? It is scored as left. Type yes", done)

    # ------------------------------------------------------------ the debrief
    def redraw(self) -> None:
        if not self.drill_station.over:
            super().redraw()
            return
        width, height = self.size
        if not self._debrief:
            self._debrief = self._rows(width)
        room = max(1, height - 1)
        self._from = max(0, min(self._from, len(self._debrief) - room))
        rows = self._debrief[self._from : self._from + room]
        rows += [BLANK] * (room - len(rows))
        self._canvas.show(Drawn([fit(row, width) for row in (*rows, line((_HELP, "key")))], None))

    def _rows(self, width: int) -> list[Line]:
        card = score(self.drill_station.log_so_far)
        rows: list[Line] = []
        for number, text in enumerate(debrief(card, self.drill_station.drill)):
            role: Role = "drill" if number == 0 else _ROLES.get(text[:4], "text")
            rows += paragraph(text, width - 1, role) or [BLANK]
        return rows

    def on_resize(self) -> None:
        self._debrief = []

    def on_key(self, event: events.Key) -> None:
        """While the debrief stands there, keys scroll it; otherwise the desk's own handler follows this one."""
        if not self.drill_station.over:
            return
        event.stop()
        event.prevent_default()
        step = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}.get(event.key, 0)
        if event.key in ("enter", "escape", "f10", "q"):
            self.exit(0)
        self._from += step
        self.redraw()

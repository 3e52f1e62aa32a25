"""A drill on the desk's own screens: the word DRILL and the caller's lines on top of each, and the debrief at the end."""

from __future__ import annotations

from collections.abc import Callable

from taker311.base.words import noted, say
from taker311.desk.app import DeskApp
from taker311.desk.draw import BLANK, SCROLLS, Drawn, Line, fit, line, paragraph, window
from taker311.desk.theme import Role
from taker311.drills.debrief import Kind, debrief_rows, noted_rows
from taker311.drills.log import MOST_POINTS, Observed
from taker311.drills.score import score
from taker311.drills.station import DrillStation
from taker311.station.model import Status

_ROLES: dict[Kind, Role] = {"won": "good", "part": "warn", "lost": "bad", "critical": "bad", "drill": "drill"}
_HELP = noted("↑↓ scroll   Enter or Esc: done")
_OBSERVED = {"courtesy": noted("courtesy"), "listening": noted("listening")}


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
        self._debriefed = 0
        self._from = 0
        self.control.banner = self._banner
        self.control.entry.set(self.control.view.draft)  # of a drill that was taken up again
        self.control.commands["call.say"] = self._ask_caller
        self.control.commands["call.park"] = self._ask_leave
        self.control.commands["call.help-me"] = self._hint

    def _banner(self) -> tuple[str, ...]:
        drill = self.drill_station.drill
        head = say("DRILL  {title}  ·  no real call: nothing leaves this room", title=drill.title)
        if self.drill_station.pair:
            return (head,)
        last = self.drill_station.lines[-2:]
        return (head, *(say("Caller: {words}", words=said.text) for said in last))

    def _ask_caller(self) -> None:
        title = say("Ask or tell the caller; nothing presses for an answer. Trainer: #c 4 or #l 4")
        self.control.ask(
            title, lambda text: self._mark(text[1:]) if text.startswith("#") else self.control.do("say", text)
        )

    def _mark(self, text: str) -> None:
        """'c 4' marks courtesy, 'l 4' listening; the caller hears nothing of it."""
        what, _, points = text.strip().partition(" ")
        named: dict[str, Observed] = {"c": "courtesy", "l": "listening"}
        kind = named.get(what[:1].lower())
        if kind is None or not points.strip().isdecimal() or int(points) > MOST_POINTS:
            self.control.note = say("Trainer: type #c or #l, a blank, and 0 to {most}, as in '#c 4'.", most=MOST_POINTS)
            return
        self.drill_station.mark(self._trainer, kind, int(points))
        self.control.note = say("Marked: {what} {points}.", what=say(_OBSERVED[kind]), points=int(points))

    def _hint(self) -> None:
        self.control.do("help-me")
        if self.drill_station.drill.hints:
            self.control.note = self.control.view.notice

    def _ask_leave(self) -> None:
        def done(text: str) -> None:
            if text.strip().lower() in ("yes", "y", "si", "sí", "s"):
                self.control.do("park")

        self.control.ask(say("Leave this drill? Until you take it up again it counts as left. Type yes"), done)

    # ------------------------------------------------------------ the debrief
    def redraw(self) -> None:
        if not self.drill_station.over:
            super().redraw()
            return
        width, height = self.size
        size = len(self.drill_station.log_so_far.entries)  # a trainer may mark while the debrief stands there
        if not self._debrief or size != self._debriefed:
            self._debrief, self._debriefed = self._rows(width), size
        rows, self._from = window(self._debrief, self._from, max(1, height - 1))
        self._canvas.show(Drawn([fit(row, width) for row in (*rows, line((f" {say(_HELP)}", "key")))], None))

    def _rows(self, width: int) -> list[Line]:
        card = score(self.drill_station.log_so_far)
        rows: list[Line] = []
        for kind, text in debrief_rows(card, self.drill_station.drill):
            role = _ROLES.get(kind, "text")
            if kind == "result" and card.result == "failed":
                role = "bad"
            rows += paragraph(text, width - 1, role) or [BLANK]
        notes = noted_rows(self.drill_station.log_so_far)
        rows += [BLANK] * bool(notes) + [row for text in notes for row in paragraph(text, width - 1)]
        return rows

    def on_resize(self) -> None:
        self._debrief = []

    def press(self, key: str, character: str | None) -> None:
        """While the debrief stands there, keys scroll it."""
        if not self.drill_station.over:
            super().press(key, character)
            return
        if key in ("enter", "escape", "f10", "q"):
            self.exit(0)
        self._from += SCROLLS.get(key, 0)

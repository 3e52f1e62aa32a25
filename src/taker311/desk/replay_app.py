"""A call told again in a terminal, on the desk's own screens. What a call is made of for this is said in `replay_player`;
`ReplayDesk(player, city=...).run()` shows it until the viewer leaves."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from taker311.base.words import say, stopwatch
from taker311.desk.app import DeskApp
from taker311.desk.draw import Drawn, Line, fit, key_hints
from taker311.desk.replay_player import Player
from taker311.desk.screen import draw
from taker311.knowledge.model import City
from taker311.station.model import Status

_TICK_S = 0.1


class ReplayDesk(DeskApp):
    """`head` is a word that stands first on every screen, as DRILL does; `agent` whoever took the call."""

    def __init__(
        self, player: Player, city: City, *, head: str = "", agent: str = "", theme: str = "dark", timer: bool = True
    ) -> None:
        self._zone, self._city = ZoneInfo(city.time_zone), city.names[city.languages[0]]
        self._agent = agent
        super().__init__(player.station, self._around, lambda _app: None, theme=theme, timer=timer, clipboard=False)
        self.player, self._head = player, head
        self.control.banner = self.banner
        self._show_now()

    def on_mount(self) -> None:
        # The desk's own handler follows this one, as for every message that does not say otherwise.
        self.set_interval(_TICK_S, self._time_goes_by)

    def _around(self) -> Status:
        return Status(
            city=self._city,
            agent=self._agent,
            desk_code="",
            now=self.player.now.astimezone(self._zone),
            kb_age_s=0.0,
            searching=True,
            signed_in=True,
            crm=say("the city's system"),
            online=self.player.station.online,
        )

    def banner(self) -> tuple[str, ...]:
        """The time in the call and what stands still; the caller's last words, what was done, and what the moment was for."""
        player = self.player
        how = (
            say("the end")
            if player.over
            else say("×{speed}", speed=f"{player.speed:g}")
            if player.playing
            else say("paused")
        )
        head = say(
            "REPLAY  {now} of {whole}  {how}  {position}/{count}",
            now=stopwatch(player.seconds),
            whole=stopwatch(player.length),
            how=how,
            position=player.position,
            count=len(player.moments),
        )
        rows = [f"{self._head}  {head}  {player.title}".strip()]
        rows += [say("Caller: {words}", words=words) for words in player.said[-1:]]
        rows += [f"› {player.caption}"] if player.caption else []
        rows += [f"* {player.landmark.text}"] if player.landmark is not None else []
        return tuple(rows)

    # ------------------------------------------------------------ drawing
    def _show_now(self) -> None:
        """The screen as it stood: what was typed so far stands in its field."""
        self.station = self.control.station = self.player.station
        self.control.overlay = ""
        self.control.refresh()
        self.control.entry.set(self.control.view.draft)
        self.control.card_arrives()

    def redraw(self) -> None:
        width, height = self.size
        drawn = draw(self.control, self._around(), width, height, self._seconds())
        lines = [*drawn.lines[:-1], fit(self._hints(), width)] if len(drawn.lines) == height else drawn.lines
        self._canvas.show(Drawn(lines, drawn.cursor))

    def _hints(self) -> Line:
        pieces = [
            ("Space", say("pause") if self.player.playing and not self.player.over else say("go on")),
            ("←→", say("step")),
            *([("n p", say("to a moment that counted"))] if self.player.landmarks else []),
            ("+ -", say("speed")),
            ("Esc", say("leave")),
        ]
        return key_hints(pieces)

    def _time_goes_by(self) -> None:
        if self.player.advance(_TICK_S):
            self._show_now()
            self.redraw()

    # ------------------------------------------------------------ keys
    def press(self, key: str, character: str | None) -> None:
        player, control = self.player, self.control
        if key in ("escape", "q", "f10"):
            self.exit(0)
            return
        if key in ("up", "down", "pageup", "pagedown"):
            control.key(key)
            return
        control.note = ""
        match key:
            case "space":
                player.pause()
            case "right":
                player.forward()
            case "left":
                player.back()
            case "home":
                player.go(0)
            case "end":
                player.go(len(player.moments))
            case "n" | "p":
                if not player.jump(1 if key == "n" else -1):
                    control.note = say("No more moments to jump to in this direction.")
            case _ if character in ("+", "=", ">"):
                player.faster()
            case _ if character in ("-", "<"):
                player.faster(-1)
            case _:
                return
        self._show_now()

    def pasted(self, text: str) -> None:
        """Nothing is typed into a call that is told."""

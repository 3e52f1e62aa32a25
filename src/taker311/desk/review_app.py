"""The review form in a terminal, over the replay of its call: Enter shows the desk as it stood at the moment, Esc comes back."""

from __future__ import annotations

from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.desk.draw import BLANK, Drawn, Line, fit, key_hints, paragraph
from taker311.desk.replay_app import ReplayDesk
from taker311.desk.replay_player import Player
from taker311.desk.review_form import FormControl
from taker311.desk.screen import SMALLEST
from taker311.knowledge.model import City


class ReviewDesk(ReplayDesk):
    """`form` is kept by whoever made it; `player` tells its call."""

    def __init__(self, player: Player, city: City, form: FormControl, *, theme: str = "dark") -> None:
        self.form = form
        form.jump = self._show_moment
        self.looking = False  # at the call, instead of the form
        super().__init__(player, city, head=say("REVIEW"), agent=form.form.agent, theme=theme)
        self.player.playing = False

    def _show_moment(self, step: int) -> None:
        self.looking = True
        self.player.go(step)
        self._show_now()

    # ------------------------------------------------------------ drawing
    def redraw(self) -> None:
        if self.looking:
            super().redraw()
            return
        width, height = self.size
        if width < SMALLEST[0] or height < SMALLEST[1]:
            text = say("Make this window larger: the form needs 60 by 20. Nothing is lost.")
            self._canvas.show(Drawn([fit(row, width) for row in paragraph(text, width, "warn")][:height], None))
            return
        foot: list[Line] = paragraph(self.form.note, width - 1, "warn")[:3] or [BLANK]
        rows, cursor = self.form.rows(width, height - len(foot) - 1)
        rows += [BLANK] * (height - len(foot) - 1 - len(rows))
        hints = key_hints(self.form.hints())
        self._canvas.show(Drawn([fit(row, width) for row in (*rows, *foot, hints)], cursor))

    def _time_goes_by(self) -> None:
        if self.looking:
            super()._time_goes_by()

    # ------------------------------------------------------------ keys
    def press(self, key: str, character: str | None) -> None:
        if character is not None and not character.isprintable():
            character = None
        if self.looking:
            if key in ("escape", "q", "f10"):
                self.looking, self.player.playing = False, False
                return
            super().press(key, character)
        elif not self.form.key(key, character) or self.form.over:
            self.exit(0)

    def pasted(self, text: str) -> None:
        self.form.paste(clean_line(text))

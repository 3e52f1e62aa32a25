"""The page of what calls left to be done: callers to ring back, calls for help. A digit opens a line; only then its number shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import moment, plural, say
from taker311.desk.draw import BLANK, Line, line, paragraph
from taker311.desk.pages import Page
from taker311.intake.display import phone_in_groups
from taker311.station.promises import Act, Promised, Promises

if TYPE_CHECKING:
    from taker311.desk.control import Control

_KEYS: dict[str, Act] = {"d": "done", "t": "tried", "g": "given-up"}


class PromisesPage:
    """`words` puts a line into words for the list."""

    def __init__(self, control: Control, promises: Promises, words: Callable[[Promised], str], zone: tzinfo) -> None:
        self._control, self._promises, self._words, self._zone = control, promises, words, zone
        self._open = ""

    def page(self) -> Page:
        return Page(say("To be done"), self.rows, key=self.key, hints=self.hints)

    def rows(self, width: int) -> list[Line]:
        due = self._promises.due()
        found = next((one for one in due if one.id == self._open), None)
        if found is not None:
            return self._one(found, width)
        if not due:
            return [BLANK, *paragraph(say("Nobody waits to be rung back, and no call for help stands open."), width)]
        rows: list[Line] = [BLANK]
        for number, one in enumerate(due, 1):
            mark = str(number) if number <= 9 else " "
            told = paragraph(self._words(one), width - 3, "title")
            rows += [line((f" {mark} " if i == 0 else "   ", "key"), *row) for i, row in enumerate(told)]
        return rows

    def _one(self, one: Promised, width: int) -> list[Line]:
        rows: list[Line] = [BLANK, *paragraph(self._words(one), width, "title"), BLANK]
        if one.number:
            rows += [line((f" {say('Number')}  ", "dim"), (phone_in_groups(one.number), "title"))]
        rows += paragraph(say("Promised on {moment}.", moment=moment(one.at.astimezone(self._zone))), width, "dim")
        if one.tried_at is not None:
            tried = plural(one.tries, "Tried {count} time, the last on {moment}.", "Tried {count} times, the last on {moment}.", moment=moment(one.tried_at.astimezone(self._zone)))  # fmt: skip
            rows += paragraph(tried, width, "dim")
        return rows

    def hints(self) -> tuple[tuple[str, str], ...]:
        due = self._promises.due()
        found = next((one for one in due if one.id == self._open), None)
        if found is None:
            return (("1-9", say("open")),) if due else ()
        if found.kind == "help":
            return (("d", say("seen to")),)
        return (("Enter", say("ring now")), ("d", say("done")), ("t", say("nobody answered")), ("g", say("give up")))

    def key(self, key: str, character: str | None) -> bool:
        due = self._promises.due()
        found = next((one for one in due if one.id == self._open), None)
        if found is None:
            self._open = ""
            if character and character in "123456789" and int(character) <= len(due):
                self._open = due[int(character) - 1].id
                return True
            return False
        if key == "escape":
            self._open = ""
        elif character in _KEYS and _KEYS[character] in found.acts:
            self._settle(found, _KEYS[character])
        elif key == "enter" and found.number:
            self._ring(found)
        else:
            return key not in ("up", "down", "pageup", "pagedown", *self._control.keys["call.emergency"])
        return True

    def _settle(self, one: Promised, act: Act) -> bool:
        try:
            self._control.note = self._promises.settle(one.id, act)
        except UserError as error:
            self._control.note = str(error)
            return False
        self._open = ""
        return True

    def _ring(self, one: Promised) -> None:
        """Begins a call about the same topic; the try is written down, and whoever is reached takes it off the list."""
        if not self._settle(one, "tried"):
            return
        control = self._control
        control.overlay = ""
        control.do("open", one.about) if one.about else control.do("type", "")
        if not control.view.problem:
            number = phone_in_groups(one.number)
            control.note = say("Ring {number}. It stays on the list until it is marked as done.", number=number)

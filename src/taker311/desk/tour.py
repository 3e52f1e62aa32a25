"""The desk in five screens: offered on the ready screen, opened from the help, never in the way. The screens are the real
ones, of a made-up call on the city's own knowledge; a letter typed at any moment leaves the tour and starts the call."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from taker311.base.files import private_folder
from taker311.base.words import noted, say
from taker311.desk.actions import key_name
from taker311.desk.control import Control
from taker311.desk.draw import BLANK, Line, line, paragraph
from taker311.desk.pages import Page
from taker311.knowledge.model import City
from taker311.station.model import Status

if TYPE_CHECKING:
    from taker311.desk.tour_stations import Stage

TOUR = "desk.tour"
_CALLS = 10  # after so many an agent needs no tour
_ROWS = {"search": 14}  # of its list and card; of the others all there is
_ALL = 60

TITLES = {
    "ready": noted("Before the phone rings"),
    "search": noted("Finding the answer"),
    "card": noted("The card"),
    "interview": noted("The questions"),
    "done": noted("Saved"),
}
TEXTS = {
    "ready": noted(
        "Here you wait. The first line says how old the answers are, whether the city's system answers, and what is still"
        " to be sent. When the phone rings, just type: the first letter starts the call."
    ),
    "search": noted(
        "Type what the caller says, in any order, as you hear it: the best answers come first. Enter opens the marked line,"
        " a blank and a digit open another one."
    ),
    "card": noted(
        "Read aloud what stands behind SAY. {answered} when that was all the caller needed, Enter for the questions,"
        " {transfer} to transfer."
    ),
    "interview": noted(
        "One question at a time; digits answer. {unknown} when the caller doesn't know. Esc goes one step back and loses"
        " nothing."
    ),
    "done": noted(
        "Only now is it saved. Say the reference and the date as they stand, and no other date. {second} begins a second"
        " topic. And {emergency}, at any moment, is 911."
    ),
}
OFFER = noted("New here? F1, then t: the desk in five screens. F1, then n: not now.")


class Tour:
    """`number` is the screen that is shown, from 0. `close` puts the tour away, `typed` gives a letter to the desk."""

    def __init__(
        self,
        stages: Callable[[], list[Stage]],
        status: Callable[[], Status],
        close: Callable[[], None] = lambda: None,
        typed: Callable[[str, str], None] = lambda _key, _character: None,
    ) -> None:
        self._make, self._status, self.close, self._typed = stages, status, close, typed
        self._stages: list[Stage] = []
        self.number = 0

    def begin(self) -> None:
        """From the first screen, on the knowledge as it is now."""
        self._stages, self.number = self._make(), 0

    def all(self) -> Iterator[int]:
        """Goes through the screens, one after the other."""
        self.begin()
        for number in range(len(self._stages)):
            self.number = number
            yield number

    def rows(self, width: int) -> list[Line]:
        from taker311.desk import bodies

        if not self._stages:
            self.begin()
        stage = self._stages[self.number]
        keys = stage.control.keys
        named = {
            "answered": key_name(keys["call.answered"][0]),
            "transfer": key_name(keys["call.transfer"][0]),
            "unknown": key_name(keys["call.unknown"][0]),
            "second": key_name(keys["call.second"][0]),
            "emergency": key_name(keys["call.emergency"][0]),
        }
        head = say(
            "{number} of {count}  {title}",
            number=self.number + 1,
            count=len(self._stages),
            title=say(TITLES[stage.name]),
        )
        body, _ = bodies.draw(stage.control, self._status(), width, _ROWS.get(stage.name, _ALL))
        while body and not body[-1]:
            body = body[:-1]
        text = paragraph(say(TEXTS[stage.name], **named), width)
        return [line((f" {head}", "title")), *text, line(("─" * width, "rule")), *_typed_line(stage), *body]

    def key(self, key: str, character: str | None) -> bool:
        if key in ("right", "enter", "space", "tab"):
            if self.number + 1 < len(self._stages):
                self.number += 1
            else:
                self.close()
            return True
        if key in ("left", "backspace"):
            self.number = max(0, self.number - 1)
            return True
        if character is not None and character.isprintable():
            self.close()
            self._typed(key, character)
            return True
        return False

    def hints(self) -> tuple[tuple[str, str], ...]:
        last = self.number + 1 >= len(self._stages)
        back = (("←", say("back")),) if self.number else ()
        return (("→", say("done") if last else say("next")), *back, ("a-z", say("starts the call")))

    def page(self) -> Page:
        return Page(noted("The desk in five screens"), self.rows, key=self.key, hints=self.hints)


def city_status(city: City, now: datetime) -> Status:
    """The ready screen of a desk at which nothing has happened yet."""
    return Status(
        city=city.names[city.languages[0]],
        agent="",
        desk_code="",
        now=now.astimezone(ZoneInfo(city.time_zone)),
        kb_age_s=0.0,
        searching=True,
        signed_in=True,
        crm=say("the city's system"),
        online=True,
    )


def _typed_line(stage: Stage) -> list[Line]:
    """On the search screen what was typed stands in the head, which a page has of its own."""
    return [line((f" {stage.control.entry.text}", "title")), BLANK] if stage.name == "search" else []


class Offered:
    """Whether this agent is still offered the tour; one small file per agent in the seat's folder."""

    def __init__(self, folder: Path, agent: str) -> None:
        self._path = folder / "tour" / hashlib.sha256(agent.encode()).hexdigest()[:16]
        self._calls = _CALLS
        with contextlib.suppress(OSError, ValueError):
            self._calls = int(self._path.read_text()) if self._path.exists() else 0

    def __bool__(self) -> bool:
        return self._calls < _CALLS

    def call_ended(self) -> None:
        self._put(self._calls + 1)

    def over(self) -> None:
        """Seen or declined."""
        self._put(_CALLS)

    def _put(self, calls: int) -> None:
        if not self:
            return
        self._calls = calls
        with contextlib.suppress(OSError):  # where the disk refuses, it is offered once more
            private_folder(self._path.parent)
            self._path.write_text(str(calls))


def add_tour(control: Control, status: Callable[[], Status], offered: Offered) -> None:
    """Puts the tour behind its action and behind the help."""
    from taker311.desk.overlays import help_rows

    def make() -> list[Stage]:
        from taker311.desk.tour_stations import stages

        return stages(control.station.desk)

    def typed(key: str, character: str) -> None:
        control.key(key, character)

    def close() -> None:
        control.overlay, control.scroll = "", 0

    tour = Tour(make, status, close, typed)

    def begin() -> None:
        offered.over()
        tour.begin()
        control.overlay, control.scroll = TOUR, 0

    def in_help(_key: str, character: str | None) -> bool:
        if control.view.state != "ready" or character not in ("t", "n"):
            return False
        if character == "t":
            begin()
        else:
            offered.over()
            close()
        return True

    def hints() -> tuple[tuple[str, str], ...]:
        return (("t", say("tour of the desk")),) if control.view.state == "ready" else ()

    control.pages[TOUR] = tour.page()
    control.commands[TOUR] = begin
    control.pages["help"] = Page(noted("Help"), lambda width: help_rows(control, width), key=in_help, hints=hints)
    control.station.call_ended.append(lambda _ended: offered.call_ended())

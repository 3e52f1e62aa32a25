"""The volunteer's desk: a self-test with the keys of this terminal before the first call, big words, breaks, one way out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from taker311.base.words import say
from taker311.call.events import Event, Started
from taker311.desk import volunteer_body
from taker311.desk.actions import key_name
from taker311.desk.app import DeskApp
from taker311.desk.control import Control
from taker311.desk.draw import Drawn, fit
from taker311.desk.key_trial import KeyTrial
from taker311.desk.pages import Page
from taker311.desk.prompts import Item, Menu
from taker311.desk.volunteer_body import Dressing
from taker311.station.model import Notice, Status
from taker311.station.volunteer import BreakTimer, ends_in, unread
from taker311.station.workplace import Workplace


class VolunteerDesk(DeskApp):
    """`trial` stands before everything else until it is done."""

    trial: KeyTrial | None = None
    tried: Callable[[], None] = staticmethod(lambda: None)  # told when the trial is over

    def press(self, key: str, character: str | None) -> None:
        """While the keys are tried each is only noted."""
        if self.trial is None:
            super().press(key, character)
        elif self.trial.key(key):
            self.trial = None
            self.tried()

    def redraw(self) -> None:
        if self.trial is None:
            super().redraw()
            return
        width, height = self.size
        rows = self.trial.rows(width, height, self.station.online)
        self._canvas.show(Drawn([fit(row, width) for row in rows], None))

    def add_notices(self, more: Callable[[], tuple[Notice, ...]]) -> None:
        """`more` stand before the others on the ready screen."""
        told = self._status

        def status() -> Status:
            found = told()
            return replace(found, notices=(*more(), *found.notices))

        self._status = status


class Begin(NamedTuple):
    """What a volunteer's desk begins with. `checks`: what the self-test has found already; `tried`: a file that says that the
    keys were tried here before; `hub`: whether one is asked at all."""

    incident: str
    until: datetime
    checks: tuple[str, ...]
    tried: Path
    hub: bool


def dress(app: VolunteerDesk, place: Workplace, begin: Begin, timer: BreakTimer) -> None:
    """Makes a regular desk a volunteer's. What a volunteer may not do is refused by the call, whatever stands on a screen."""
    control, clock = app.control, place.clock
    dressing = Dressing(begin.incident, begin.until.astimezone(place.zone))
    control.draw_body = partial(volunteer_body.draw, dressing)
    control.pages["desk.rumours"] = Page(say("Rumours"), lambda width: volunteer_body.rumours(control, width))
    before = control.unavailable

    def unavailable(action: str) -> bool:
        if action == "desk.read":
            return not unread(place.station)
        return action in ("desk.queue", "desk.status") or before(action)

    def read() -> None:
        control.do("acknowledge", unread(place.station)[0].id)
        control.scroll = 0

    def details() -> None:
        of = volunteer_body.card_id(control)
        dressing.details_of = "" if dressing.details_of == of else of
        control.scroll = 0

    def begun(event: Event, _at: datetime) -> None:
        if isinstance(event, Started):
            timer.call_began()
            dressing.details_of = ""

    def notices() -> tuple[Notice, ...]:
        due = timer.notice(key_name(control.keys["desk.break"][0]))
        ending = ends_in(place.station.desk.permissions.until or begin.until, clock.now())
        told = [Notice("task", ending)] if ending else []
        return (*told, *([due] if due else []))

    control.unavailable = unavailable
    control.commands |= {
        "desk.read": read,
        "call.details": details,
        "desk.break": timer.toggle,
        "desk.go": control.leave,
        "desk.leave": lambda: _ask_leave(control),
        "call.ring-back": control.ask_call_back,
    }
    control.commands.pop("desk.sign-out", None)  # signed out, calls would lie in memory alone

    def newer() -> None:
        dressing.until = (place.station.desk.permissions.until or begin.until).astimezone(place.zone)

    place.station.happened.append(begun)
    place.taken.append(newer)
    app.add_notices(notices)
    if not begin.tried.exists():
        app.trial = KeyTrial(control.keys, begin.checks, hub=begin.hub)
        app.tried = lambda: _note_tried(begin.tried)


def _note_tried(file: Path) -> None:
    with contextlib.suppress(OSError):  # then they are tried once more at the next start
        file.touch(mode=0o600)


def _ask_leave(control: Control) -> None:
    """Leaving for the day and leaving for good are two things; neither happens by one key."""
    control.menu = Menu(
        say("Leave"),
        [
            Item(say("Leave for now"), "action:desk.go", aside=say("come back with the same command")),
            Item(say("Finish for good"), "action:desk.finish", aside=say("hand over, then delete")),
        ],
    )

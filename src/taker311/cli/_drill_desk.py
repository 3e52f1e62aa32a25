"""Drills on the desk's own screens."""

from __future__ import annotations

import sys
from collections.abc import Callable
from zoneinfo import ZoneInfo

from taker311.base.words import say
from taker311.cli._course import quiz_in_terminal, tell_course
from taker311.cli._drill_session import Session
from taker311.cli.crash import screen_ended
from taker311.drills.station import DrillStation
from taker311.knowledge.drills import Drill, DrillSet
from taker311.station.model import Status


def take(session: Session, found: DrillSet | None, drills: tuple[Drill, ...]) -> int:
    """One after another; leaving one ends the sitting."""
    if found is not None and session.taken_up is None:
        tell_course(found, print, pause=lambda: input(say("Enter goes on.") + " "))
    for drill in drills:
        station = session.begin(drill)
        crashed = _show(session, station)
        card = session.ended(station)
        if crashed is not None:
            return screen_ended(crashed)
        if card.result == "left":
            break
    else:
        if found is not None and found.quiz:
            session.quiz_passed = quiz_in_terminal(found, iter(sys.stdin.readline, ""), print)
    session.say_where(found.id if found is not None else "")
    return session.code


def _show(session: Session, station: DrillStation) -> BaseException | None:
    from taker311.desk.drill_app import DrillDesk

    settings = session.training.settings
    app = DrillDesk(
        station,
        _status_of(session, station),
        lambda _app: None,
        own_keys=dict(settings.keys),
        theme=session.training.settings.desk.theme,
        timer=settings.desk.timer,
        trainer=session.trainer,
    )
    app.run(mouse=False)
    return app.crashed


def _status_of(session: Session, station: DrillStation) -> Callable[[], Status]:
    city = session.training.bundle.knowledge.city
    zone = ZoneInfo(city.time_zone)

    def status() -> Status:
        return Status(
            city=f"{say('DRILL')} {city.names[city.languages[0]]}",
            agent=session.trainee,
            desk_code=say("DRILL"),
            now=station.desk.clock.now().astimezone(zone),
            kb_age_s=0.0,
            searching=True,
            signed_in=True,
            crm="",
            online=station.online,
        )

    return status

"""`taker311 tour`: the desk in five screens, on the city's own knowledge; nothing is taken, nothing is kept."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.cli._drills import Training
    from taker311.desk.tour import Tour

HELP = "Shows the desk in five screens, each with what it is for. Into a pipe, or with --text, they are printed."
_WIDTH = 80


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city

    configure_city(parser)
    parser.add_argument("--text", action="store_true", help="print the five screens and end")
    parser.add_argument("--language", default="", metavar="CODE", help="of the desk's own words, en or es")


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._drills import Training

    training = Training(arguments.kb, arguments.language)
    if arguments.text or not (sys.stdin.isatty() and sys.stdout.isatty()):
        _print(training)
        return 0
    return _show(training)


def _tour(training: Training) -> Tour:
    from taker311.base.clock import SystemClock
    from taker311.base.ids import SeededIds
    from taker311.call.model import Permissions
    from taker311.cases.memory import MemoryStore
    from taker311.desk.tour import Tour, city_status
    from taker311.desk.tour_stations import nowhere, stages
    from taker311.station.recorder import Recorder
    from taker311.station.station import Desk

    clock = SystemClock()
    desk = Desk(
        bundle=training.bundle,
        store=MemoryStore(clock),
        recorder=Recorder(None),
        make_submission=nowhere,
        clock=clock,
        ids=SeededIds(1),
        agent="",
        permissions=Permissions(),
        in_memory=True,
    )
    desk.index, desk.places = training.index(), training.places()
    return Tour(lambda: stages(desk), lambda: city_status(training.bundle.city, clock.now()))


def _print(training: Training) -> None:
    tour = _tour(training)
    for _ in tour.all():
        for row in tour.rows(_WIDTH):
            print("".join(text for text, _role in row).rstrip())
        print()


def _show(training: Training) -> int:
    from taker311.base.words import say
    from taker311.cli.crash import screen_ended
    from taker311.desk.tour_app import TourDesk

    app = TourDesk(_tour(training), theme=training.settings.desk.theme)
    app.run(mouse=False)
    if app.crashed is None:
        print(say("The desk itself:  taker311"))
    return screen_ended(app.crashed)

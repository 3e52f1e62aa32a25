"""A volunteer's desk on the full screen, or as a line, from the opened pack to the last word."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.words import plural, say
from taker311.cli._full_screen import need_a_screen
from taker311.cli._pack import PackOpening
from taker311.cli._pack_finish import finish, run_finish
from taker311.cli._tell import tell
from taker311.station.volunteer import BreakTimer, unread

if TYPE_CHECKING:
    from taker311.desk.app import DeskApp


def run_volunteer(arguments: argparse.Namespace, *, line: bool) -> int:
    if arguments.finish:
        return run_finish(arguments)
    if not line:
        need_a_screen("taker311 line --pack FILE")
    opening = PackOpening(arguments, for_calls=True)
    if opening.unfinished() is not None:
        tell(say("Handing over was begun here and not finished; it goes on."))
        return finish(opening)
    opening.make_folders()
    return _line(opening) if line else _desk(opening)


def _line(opening: PackOpening) -> int:
    from taker311.call.events import Started
    from taker311.cli._line_calls import take_calls

    unlocked = opening.unlock()
    token = opening.token()
    place = opening.workplace(unlocked, token)
    for text in opening.checks(token):
        print(text, file=sys.stderr)
    first = place.city.languages[0]
    for bulletin in unread(place.station):
        print(f"! {bulletin.titles[first]}: {bulletin.say[first]}", file=sys.stderr)
        print(say("  When you have read it:  .acknowledge {bulletin}", bulletin=bulletin.id), file=sys.stderr)
    connect = opening.connection(place, token)
    timer = BreakTimer(opening.clock, opening.terms.break_after_min)
    place.station.happened.append(lambda event, _at: timer.call_began() if isinstance(event, Started) else None)
    return take_calls(place, opening.folders.cache, connect, as_json=bool(opening.arguments.json), breaks=timer)


def _desk(opening: PackOpening) -> int:
    from taker311.cli._run_desk import run_desk
    from taker311.desk.volunteer_app import Begin, VolunteerDesk, dress

    unlocked = opening.unlock()
    token = opening.token()
    place = opening.workplace(unlocked, token)
    timer = BreakTimer(opening.clock, opening.terms.break_after_min)
    ending: list[bool] = []

    def finishing(app: DeskApp) -> None:
        ending.append(True)
        app.control.leave()

    begin = Begin(opening.terms.incident, opening.until, opening.checks(token), _tried(opening), bool(token))

    class Dressed(VolunteerDesk):
        def dressed(self) -> None:
            dress(self, place, begin, timer)

    code = run_desk(
        place,
        opening.folders.cache,
        opening.connection(place, token),
        slots=opening.slots,
        commands={"desk.finish": finishing},
        make_app=Dressed,
    )
    if ending and code == 0:
        return finish(opening, unlocked, token)
    _goodbye(opening)
    return code


def _tried(opening: PackOpening) -> Path:
    """Where it is noted that this volunteer's keys were tried at this terminal."""
    return opening.folders.seat / "keys-tried"


def _goodbye(opening: PackOpening) -> None:
    from taker311.cases.standing import FILE, Standing

    left = 0
    try:
        from taker311.base.codec import from_json

        left = sum(from_json((opening.folders.seat / FILE).read_bytes(), Standing).counts.values())
    except (OSError, ValueError):
        left = 0
    if left:
        tell(plural(left, "{count} case waits here, sealed.", "{count} cases wait here, sealed."))
    tell(say("When your last shift is over:  taker311 desk --pack {pack} --finish", pack=opening.pack))

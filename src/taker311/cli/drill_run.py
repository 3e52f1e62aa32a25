"""`taker311 drill run`: takes drills in the desk's own screens, or with plain prompts, in a process without a CRM client."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say

if TYPE_CHECKING:
    from taker311.cli._drills import Training
    from taker311.knowledge.drills import Drill, DrillSet

HELP = "Takes a drill, a set of drills or a course. Nothing leaves this room: the store is sealed and there is no CRM client."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city

    configure_city(parser)
    parser.add_argument("what", nargs="?", default="", metavar="SET|DRILL|FILE", help="default: the first drill")
    parser.add_argument("--resume", action="store_true", help="take up the drill that was left in the middle")
    parser.add_argument("--line", action="store_true", help="plain prompts instead of the screens")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, out and in")
    parser.add_argument("--trainee", default="", metavar="NAME", help="who practises; default: the login name")
    parser.add_argument("--language", default="", metavar="CODE", help="of the desk's own words, en or es")
    parser.add_argument("--pair", action="store_true", help="a colleague plays the caller from the cue sheet")
    parser.add_argument("--trainer", default="", metavar="NAME", help="who sits by and marks: Tab, then #c 4 or #l 3")
    parser.add_argument("--seed", type=int, metavar="N", help="another order of what the caller says")
    parser.add_argument("--log", type=Path, metavar="FILE", help="also write the log here, in plain; one drill only")


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._drill_session import Session

    training, found, drills = _chosen(arguments)
    if arguments.log is not None and len(drills) != 1:
        raise UserError("--log takes the log of one drill; name a drill, not a set.")
    plain = arguments.json or arguments.line
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not plain and not terminal:
        raise UserError("A drill's screens need a terminal; use  --line  or  --json  from a program or a pipe.")
    session = Session(arguments, training)
    ask = _asked if terminal and not arguments.json else lambda _question: False
    drills = session.choose(drills, resume=arguments.resume, ask=ask)
    if plain:
        from taker311.cli._drill_line import take

        return take(session, found, drills, as_json=arguments.json)
    from taker311.cli._drill_desk import take as take_on_screen

    return take_on_screen(session, found, drills)


def _asked(question: str) -> bool:
    """Enter is yes."""
    try:
        given = input(f"{question} [{say('y/n')}] ").strip().lower()
    except EOFError:
        return False
    return given[:1] in ("", "y", say("y/n")[:1])


def _chosen(arguments: argparse.Namespace) -> tuple[Training, DrillSet | None, tuple[Drill, ...]]:
    from taker311.cli._drills import Training

    training = Training(arguments.kb, arguments.language)
    if arguments.resume and not arguments.what:
        return training, None, ()
    word = arguments.what or (training.drills[0].id if training.drills else "")
    if not word:
        raise UserError("This knowledge base has no drills; its authors put them into drills/, or name a file.")
    found, drills = training.find(word)
    return training, found, drills

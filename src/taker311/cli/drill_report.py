"""`taker311 drill report`: how trainees are getting on. Results on this machine need the trainer's key."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.drills.log import Log

HELP = "Attempts per trainee: first against last, weakest criterion, raters' agreement; as text, JSON, CSV or one HTML file."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city
    from taker311.cli._trainer import add_key

    add_key(parser)
    configure_city(parser)
    parser.add_argument(
        "logs", nargs="*", type=Path, metavar="LOG", help="logs in plain; default: the results sealed on this machine"
    )
    parser.add_argument(
        "--assigned", type=Path, metavar="FILE", help="a text file with  NAME: SET, DRILL, ...  on each line"
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true")
    shape.add_argument("--csv", action="store_true")
    shape.add_argument("--html", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.drills.certificates import write
    from taker311.drills.report import report
    from taker311.drills.report_shown import as_csv, as_html, as_text, in_all

    found = report(_logs(arguments), _assigned(arguments))
    if arguments.json:
        print(to_json(found))
    elif arguments.csv:
        print(as_csv(found), end="")
    elif arguments.html:
        write(arguments.html, as_html(found, "Drills").encode())
        print(f"{arguments.html}: {in_all(found)}")
    else:
        print("\n".join(as_text(found)))
    return 0


def _logs(arguments: argparse.Namespace) -> list[Log]:
    from taker311.drills.log import Log, load

    if arguments.logs:
        return [load(path) for path in arguments.logs]
    from taker311.base.clock import SystemClock
    from taker311.cli._trainer import drills_folder, open_trainer
    from taker311.drills.left import settle
    from taker311.drills.results import open_all

    settle(drills_folder(), SystemClock().now())
    found: list[Log] = []
    for _, one in open_all(drills_folder(), open_trainer(arguments)):
        if isinstance(one, Log):
            found.append(one)
        else:
            print(one, file=sys.stderr)
    return found


def _assigned(arguments: argparse.Namespace) -> dict[str, list[str]]:
    if arguments.assigned is None:
        return {}
    from taker311.cli._drills import Training
    from taker311.drills.report import read_assignments

    training = Training(arguments.kb)
    try:
        text = arguments.assigned.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{arguments.assigned}: this list can't be read ({error}); check the path.") from error
    sets = {one.id: one.drills for one in training.sets}
    return read_assignments(text, str(arguments.assigned), sets, [drill.id for drill in training.drills])

"""`taker311 drill score`: scores logs; the same log gives the same bytes, everywhere."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.text import clean_line

if TYPE_CHECKING:
    from taker311.drills.log import Observed

MOST = 5

HELP = "Scores one or more logs, as the debrief or as JSON. Exit code 1 when one was not passed."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("logs", nargs="+", type=Path, metavar="LOG")
    parser.add_argument("--json", action="store_true", help="one scorecard a line")
    parser.add_argument(
        "--mark",
        action="append",
        default=[],
        metavar="WHAT=N",
        help="courtesy=0..5 or listening=0..5, written into the log",
    )
    parser.add_argument("--by", default="observer", metavar="NAME", help="who marks")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.drills.debrief import debrief
    from taker311.drills.log import load, marked, save
    from taker311.drills.score import score

    marks = [_mark(text) for text in arguments.mark]
    passed = True
    for path in arguments.logs:
        log = load(path)
        if marks:
            # The moment of the call's own end, so that marking again gives the same bytes.
            at = log.entries[-1].at if log.entries else log.begun.began
            log = marked(log, arguments.by, marks, at)
            save(log, path)
        card = score(log)
        passed = passed and card.passed
        print(to_json(card) if arguments.json else "\n".join(debrief(card, log.begun.drill)))
    return 0 if passed else 1


def _mark(text: str) -> tuple[Observed, int]:
    what, _, points = text.partition("=")
    known: dict[str, Observed] = {"courtesy": "courtesy", "listening": "listening"}
    if what not in known or not points.isdecimal() or int(points) > MOST:
        raise UserError(f"--mark {clean_line(text, limit=40)}: give courtesy=0..{MOST} or listening=0..{MOST}.")
    return known[what], int(points)

"""`taker311 certificate`: who may take calls in an incident; issued by a trainer, shown and verified by anybody."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.text import clean_line

if TYPE_CHECKING:
    from taker311.drills.certificates import Checked
    from taker311.drills.rubric import Scorecard
    from taker311.drills.trainer_keys import Trainer

HELP = "Issues, shows and verifies volunteers' certificates."
DAYS = 14


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._trainer import add_key

    acts = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    issue = acts.add_parser("issue", help="sign a certificate for somebody who has passed their drills")
    issue.add_argument("name", help="whose: the name under which the drills were taken")
    issue.add_argument("--incident", required=True, metavar="TEXT", help="for which incident")
    issue.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"how long it holds (default {DAYS})")
    issue.add_argument("--drills", default="", metavar="ID,ID", help="drills that must have been passed, all of them")
    issue.add_argument(
        "--log",
        action="append",
        default=[],
        type=Path,
        metavar="LOG",
        help="a log in plain; default: the results sealed on this machine",
    )
    issue.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    show = acts.add_parser("show", help="what a certificate says")
    verify = acts.add_parser("verify", help="whether it counts here and now; exit code 0 when it does")
    for one in (show, verify):
        one.add_argument("file", type=Path)
        one.add_argument("--json", action="store_true")
    add_key(issue)


def run(arguments: argparse.Namespace) -> int:
    return _issue(arguments) if arguments.act == "issue" else _show(arguments)


def _issue(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime, timedelta

    from taker311.base.ids import SystemIds
    from taker311.cli._trainer import open_trainer
    from taker311.drills.certificates import issue, passes, write

    trainer = open_trainer(arguments)
    name = clean_line(arguments.name, limit=80)
    cards = [card for card in _cards(arguments, trainer) if card.trainee == name]
    passed = passes(cards)
    wanted = [part.strip() for part in arguments.drills.split(",") if part.strip()]
    lacking = [one for one in wanted if one not in {p.drill for p in passed}]
    if lacking:
        raise UserError(f"{name} has not passed {', '.join(lacking)}; nothing was signed.", exit_code=1)
    life = timedelta(days=arguments.days)
    data = issue(trainer, name, arguments.incident, passed, datetime.now(UTC), life, SystemIds().uuid()[:8])
    write(arguments.output, data)
    from taker311.drills.report_shown import counted

    shown = f"{counted(len(passed), 'drill')} passed, good for {counted(arguments.days, 'day')}"
    print(f"{arguments.output}: {name}, {shown}")
    return 0


def _cards(arguments: argparse.Namespace, trainer: Trainer) -> list[Scorecard]:
    from taker311.cli._trainer import drills_folder
    from taker311.drills.log import Log, load
    from taker311.drills.results import open_all
    from taker311.drills.score import score

    if arguments.log:
        return [score(load(path)) for path in arguments.log]
    return [score(found) for _, found in open_all(drills_folder(), trainer) if isinstance(found, Log)]


def _show(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from taker311.base.codec import to_json
    from taker311.cli._trainer import drills_folder
    from taker311.drills.certificates import check, load
    from taker311.drills.trainer_keys import trusted

    found = check(load(arguments.file), trusted(drills_folder()), datetime.now(UTC), clean_line(str(arguments.file)))
    if arguments.json:
        print(to_json(found))
    elif arguments.act == "show":
        print("\n".join(_lines(found)))
    else:
        print(
            f"{_STANDINGS[found.standing]}: {found.certificate.name}, {found.certificate.incident}"
            + (f". {found.why[:1].upper()}{found.why[1:]}." if found.why else "")
        )
    return 0 if found.standing == "valid" or arguments.act == "show" else 1


_STANDINGS = {
    "valid": "VALID",
    "expired": "NOT VALID",
    "not-yet": "NOT VALID YET",
    "untrusted": "NOT VALID HERE",
    "broken": "NOT VALID",
}


def _lines(found: Checked) -> list[str]:
    from taker311.drills.rubric import tenths

    one = found.certificate
    return [
        f"Name      {clean_line(one.name)}",
        f"Incident  {clean_line(one.incident)}",
        f"Trainer   {clean_line(one.trainer)}",
        f"From      {one.issued:%Y-%m-%d %H:%M} UTC",
        f"Until     {one.expires:%Y-%m-%d %H:%M} UTC",
        f"Serial    {clean_line(one.serial)}",
        *(f"Passed    {clean_line(p.drill)} {p.version}: {tenths(p.score)}" for p in one.drills),
        f"Standing  {_STANDINGS[found.standing]}" + (f": {found.why}" if found.why else ""),
    ]

"""`taker311 drill results`: trainees' results, opened with the trainer's key."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Lists the results that are sealed to the trainer's key, or writes their logs out. Needs the trainer's key."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._trainer import add_key

    add_key(parser)
    parser.add_argument("--json", action="store_true", help="one scorecard a line")
    parser.add_argument("--export", type=Path, metavar="DIR", help="write each log there, in plain")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.clock import SystemClock
    from taker311.base.codec import to_json
    from taker311.base.files import private_folder
    from taker311.cli._trainer import drills_folder, open_trainer
    from taker311.drills.left import settle
    from taker311.drills.log import save
    from taker311.drills.results import open_all
    from taker311.drills.rubric import tenths
    from taker311.drills.score import score

    trainer = open_trainer(arguments)
    settle(drills_folder(), SystemClock().now())
    folder = private_folder(arguments.export) if arguments.export else None
    for path, found in open_all(drills_folder(), trainer):
        if isinstance(found, str):
            print(found, file=sys.stderr)
            continue
        card = score(found)
        print(
            to_json(card)
            if arguments.json
            else f"{card.taken}  {card.trainee:16} {card.drill:28} {card.result:7} {tenths(card.score):>5}  {path.stem}"
        )
        if folder is not None:
            save(found, folder / f"{path.stem}.jsonl")
    return 0

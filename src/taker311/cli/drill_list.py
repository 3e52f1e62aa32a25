"""`taker311 drill list`: what can be practised here."""

from __future__ import annotations

import argparse

HELP = "Lists the drills and sets of the knowledge base."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city

    configure_city(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.cli._drills import Training

    training = Training(arguments.kb)
    if arguments.json:
        for one in training.sets:
            print(to_json({"set": one.id, "title": one.title, "drills": one.drills, "minutes": one.minutes}))
        for drill in training.drills:
            print(
                to_json(
                    {
                        "drill": drill.id,
                        "title": drill.title,
                        "category": drill.category,
                        "difficulty": drill.difficulty,
                        "minutes": drill.minutes,
                    }
                )
            )
        return 0
    for one in training.sets:
        print(f"set {one.id}: {one.title} ({len(one.drills)} drills)")
    for drill in training.drills:
        print(f"{drill.id:26} {drill.difficulty:7} {drill.category:14} {drill.title}")
    return 0

"""`taker311 drill list`: what can be practised here."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.knowledge.drills import DrillSet

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
            more = {"screens": len(one.screens), "quiz": len(one.quiz)}
            print(to_json({"set": one.id, "title": one.title, "drills": one.drills, "minutes": one.minutes, **more}))
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
        print(f"{'course' if one.screens or one.quiz else 'set'} {one.id}: {one.title} ({_holds(one)})")
    for drill in training.drills:
        print(f"{drill.id:26} {drill.difficulty:7} {drill.category:14} {drill.title}")
    return 0


def _holds(one: DrillSet) -> str:
    screens = f"{len(one.screens)} screen{'s' * (len(one.screens) != 1)}" if one.screens else ""
    quiz = f"a quiz of {len(one.quiz)}" if one.quiz else ""
    minutes = f"about {one.minutes} minutes" if one.minutes else ""
    drills = f"{len(one.drills)} drill{'s' * (len(one.drills) != 1)}"
    return ", ".join(part for part in (screens, drills, quiz, minutes) if part)

"""`taker311 drill cue`: what a colleague who plays the caller has in hand, on paper or on a second terminal."""

from __future__ import annotations

import argparse

HELP = "Prints the cue sheet of a drill: what the caller says, when, and what a good call comes to."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city

    configure_city(parser)
    parser.add_argument("what", metavar="DRILL|SET|FILE")


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._drills import Training
    from taker311.drills.cue import cue_sheet

    training = Training(arguments.kb)
    _, drills = training.find(arguments.what)
    zone = training.bundle.knowledge.city.time_zone
    print("\n\f\n".join("\n".join(cue_sheet(drill, zone)) for drill in drills))
    return 0

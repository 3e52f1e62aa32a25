"""`taker311 drill from-example`: a script's example as a drill in the making, for a person to review."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Writes a drill made of one of a script's examples to standard output; read it, give the caller a voice, and check it."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("script", type=Path, metavar="SCRIPT.yaml", help="a script in a knowledge base's folder")
    parser.add_argument("--number", type=int, default=1, metavar="N", help="which of its examples (default: the first)")


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.drill_from_example import drill_from_example

    print(drill_from_example(arguments.script, arguments.number), end="")
    return 0

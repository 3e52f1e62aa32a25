"""`taker311 drill replay`: a drill seen again, key by key, at the speed it was taken or another."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

HELP = "Replays a log: each key, what the caller said, and what stood on the screen."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city

    configure_city(parser)
    parser.add_argument("log", type=Path, metavar="LOG")
    parser.add_argument(
        "--speed", type=float, default=0.0, metavar="N", help="2 is twice as fast as it was; 0 (default) does not wait"
    )
    parser.add_argument("--screens", action="store_true", help="also what stood on the screen after each key")


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._drills import Training
    from taker311.drills.log import load
    from taker311.drills.replay import replay

    log = load(arguments.log)
    bundle = Training(arguments.kb).bundle
    at = log.begun.began
    for moment, lines in replay(log, bundle, screens=arguments.screens):
        if arguments.speed > 0:
            time.sleep(max(0.0, (moment - at).total_seconds() / arguments.speed))
        at = moment
        print("\n".join(lines), flush=True)
    return 0

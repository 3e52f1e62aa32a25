"""`taker311 drill replay`: a drill seen again, key by key, on the screens that it was taken on or as text."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.cli._drills import Training
    from taker311.drills.log import Log

HELP = (
    "Shows a drill's log again: in a terminal the screens themselves (Space stops, arrows go one thing back or on, n and p"
    " jump to where a criterion was won or lost); with --text, or into a pipe, a line for each thing that happened."
)


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city
    from taker311.cli._trainer import add_key

    configure_city(parser)
    parser.add_argument(
        "log", type=Path, metavar="LOG|RESULT", help="a log, or what 'drill results' calls a sealed one"
    )
    add_key(parser)
    parser.add_argument(
        "--text", action="store_true", help="lines instead of the screens, for screen readers and pipes"
    )
    parser.add_argument(
        "--speed", type=float, default=0.0, metavar="N", help="as text: 2 is twice as fast as it was; 0 does not wait"
    )
    parser.add_argument("--screens", action="store_true", help="as text: also what stood on the screen after each key")


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._drills import Training

    log = _opened(arguments)
    training = Training(arguments.kb)
    plain = arguments.text or arguments.screens or arguments.speed > 0
    if not plain and sys.stdin.isatty() and sys.stdout.isatty():
        return _on_screen(log, training)
    return _as_text(log, training, arguments.speed, screens=arguments.screens)


def _opened(arguments: argparse.Namespace) -> Log:
    """A log in plain, or a sealed result by its name, with the trainer's key."""
    from taker311.cli._trainer import drills_folder, open_trainer
    from taker311.drills.log import load
    from taker311.drills.results import open_one

    path: Path = arguments.log
    sealed = path if path.suffix == ".drill" else drills_folder() / "results" / f"{path.name}.drill"
    if path.suffix == ".drill" or (not path.exists() and sealed.is_file()):
        return open_one(sealed, open_trainer(arguments))
    return load(path)


def _on_screen(log: Log, training: Training) -> int:
    from taker311.cli.crash import screen_ended
    from taker311.desk.drill_replay import player_of
    from taker311.desk.replay_app import ReplayDesk

    app = ReplayDesk(
        player_of(log, training.bundle, training.index()),
        training.bundle.knowledge.city,
        head="DRILL",
        agent=log.begun.trainee,
        theme=training.settings.desk.theme,
        timer=training.settings.desk.timer,
    )
    app.run(mouse=False)
    return screen_ended(app.crashed)


def _as_text(log: Log, training: Training, speed: float, *, screens: bool) -> int:
    from taker311.drills.replay import replay

    at = log.begun.began
    for moment, lines in replay(log, training.bundle, screens=screens):
        if speed > 0:
            time.sleep(max(0.0, (moment - at).total_seconds() / speed))
        at = moment
        print("\n".join(lines), flush=True)
    return 0

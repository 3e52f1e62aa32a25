"""`taker311 drill cue`: what a colleague who plays the caller has in hand, on paper, or live on a second terminal."""

from __future__ import annotations

import argparse
import sys

from taker311.base.errors import UserError

HELP = (
    "Prints the cue sheet of a drill: what the caller says, when, and what a good call comes to. With --live, the drill that"
    " runs in another terminal of this account: what was said, where the trainee stands, and keys to mark with."
)


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city

    configure_city(parser)
    parser.add_argument("what", nargs="?", default="", metavar="DRILL|SET|FILE")
    parser.add_argument("--live", action="store_true", help="the running drill, on this terminal")
    parser.add_argument("--trainer", default="", metavar="NAME", help="with --live: whose marks they are")


def run(arguments: argparse.Namespace) -> int:
    if arguments.live:
        return _live(arguments)
    if not arguments.what:
        raise UserError("Name a drill or a set; 'taker311 drill list' lists them. With --live none is named.")
    from taker311.cli._drills import Training
    from taker311.drills.cue import cue_sheet

    training = Training(arguments.kb)
    _, drills = training.find(arguments.what)
    zone = training.bundle.knowledge.city.time_zone
    print("\n\f\n".join("\n".join(cue_sheet(drill, zone)) for drill in drills))
    return 0


def _live(arguments: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("The live cue sheet needs a terminal; without --live it is printed.")
    from taker311.base.clock import SystemClock
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.base.text import clean_line
    from taker311.cli._drills import run_folder
    from taker311.cli.crash import screen_ended
    from taker311.desk.drill_cue_app import CueDesk
    from taker311.drills.cue_live import running

    paths = find_paths()
    folder = run_folder(paths)
    app = CueDesk(
        lambda: running(folder),
        clean_line(arguments.trainer, limit=60) or "observer",
        SystemClock(),
        theme=load_settings(paths.settings_file).desk.theme,
    )
    app.run(mouse=False)
    return screen_ended(app.crashed)

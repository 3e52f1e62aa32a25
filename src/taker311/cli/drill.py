"""`taker311 drill ...`: scripted callers in the real screens, sealed off from the real CRM."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

HELP = "practise on scripted callers"
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("taker311.cli.drill_run", "take a drill, a set of them or a course"),
    "list": ("taker311.cli.drill_list", "the drills and sets that there are"),
    "check": ("taker311.cli.drill_check", "check drills; each is played and must reach 100"),
    "cue": ("taker311.cli.drill_cue", "the cue sheet for whoever plays the caller"),
    "from-example": ("taker311.cli.drill_from_example", "make a drill of a script's example, to be reviewed"),
    "from-call": ("taker311.cli.drill_from_call", "make a drill of a call that was taken here, to be reviewed"),
    "replay": ("taker311.cli.drill_replay", "see a drill again, key by key"),
    "score": ("taker311.cli.drill_score", "score drills' logs"),
    "report": ("taker311.cli.drill_report", "attempts per trainee: first against last, weakest criterion"),
    "results": ("taker311.cli.drill_results", "open results that were sealed to the trainer's key"),
    "keys": ("taker311.cli.drill_keys", "the trainer's key: it signs certificates and opens results"),
}


def dispatch(words: Sequence[str]) -> int:
    from taker311.cli import dispatch as dispatch_to
    from taker311.cli import overview

    if not words or words[0] in ("-h", "--help"):
        print(overview("taker311 drill", COMMANDS), end="")
        return 0 if words else 2
    return dispatch_to("taker311 drill", COMMANDS, words)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs=argparse.REMAINDER)


def run(arguments: argparse.Namespace) -> int:
    return dispatch(arguments.words)

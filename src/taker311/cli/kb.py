"""`taker311 kb ...`: each part is a module of its own."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

HELP = "check, build and import a knowledge base"
COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("taker311.cli.kb_check", "check a folder of sources; every error with its line"),
    "build": ("taker311.cli.kb_build", "check, and compile into one file for the desks"),
    "import": ("taker311.cli.kb_import", "make topics and scripts from what a city has"),
    "learn": ("taker311.cli.kb_learn", "propose callers' words from past requests"),
    "suggestions": (
        "taker311.cli.kb_suggestions",
        "flagged answers and words that found nothing, for the content owners",
    ),
    "from-catalogue": ("taker311.cli.kb_from_catalogue", "make topics from a catalogue of services"),
    "publish": ("taker311.cli.kb_publish", "build, sign, and write the folder that desks fetch"),
    "keys": ("taker311.cli.kb_keys", "the keys that sign what is published"),
    "re-sign": ("taker311.cli.kb_resign", "new signatures for what is published, for a timer"),
    "rollback": ("taker311.cli.kb_rollback", "publish an earlier content again"),
    "diff": ("taker311.cli.kb_diff", "what changed between two knowledge bases, in sentences"),
    "status": ("taker311.cli.kb_status", "which knowledge base this desk has, and how old it is"),
    "stale": ("taker311.cli.kb_stale", "answers past their review, by owner"),
    "pack": ("taker311.cli.kb_pack", "an emergency pack: a few topics in one signed file that ends"),
}


def dispatch(words: Sequence[str]) -> int:
    from taker311.cli import dispatch as dispatch_to
    from taker311.cli import overview

    if not words or words[0] in ("-h", "--help"):
        print(overview("taker311 kb", COMMANDS), end="")
        return 0 if words else 2
    return dispatch_to("taker311 kb", COMMANDS, words)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs=argparse.REMAINDER)


def run(arguments: argparse.Namespace) -> int:
    return dispatch(arguments.words)

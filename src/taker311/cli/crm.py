"""`taker311 crm ...`: each part is a module of its own."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

HELP = "ask an Open311 endpoint what it can do"
COMMANDS: dict[str, tuple[str, str]] = {
    "probe": ("taker311.cli.crm_probe", "ask an endpoint what it can do, and write a first dialect"),
    "check": ("taker311.cli.crm_check", "compare the knowledge base with the CRM's live services"),
}


def dispatch(words: Sequence[str]) -> int:
    from taker311.cli import dispatch as dispatch_to
    from taker311.cli import overview

    if not words or words[0] in ("-h", "--help"):
        print(overview("taker311 crm", COMMANDS), end="")
        return 0 if words else 2
    return dispatch_to("taker311 crm", COMMANDS, words)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs=argparse.REMAINDER)


def run(arguments: argparse.Namespace) -> int:
    return dispatch(arguments.words)

"""`taker311 review ...`: chosen calls, replayed and judged by reviewers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

HELP = "replay calls and judge them"
COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("taker311.cli.review_list", "the calls that are kept for review, or one's own"),
    "replay": ("taker311.cli.review_replay", "see a call again, on the desk's own screens"),
    "form": ("taker311.cli.review_form", "judge a call on the review form"),
    "show": ("taker311.cli.review_show", "read finished forms; an agent those that were released to them"),
    "report": ("taker311.cli.review_report", "QA per agent and criterion, and whether reviewers agree"),
    "pick": ("taker311.cli.review_pick", "keep a call for review that was not chosen"),
    "export": ("taker311.cli.review_export", "carry kept calls and forms to another machine, sealed as they are"),
    "import": ("taker311.cli.review_import", "take in what was carried here"),
    "keys": ("taker311.cli.review_keys", "the reviewer's key: it opens kept calls and signs forms"),
}


def dispatch(words: Sequence[str]) -> int:
    from taker311.cli import dispatch as dispatch_to
    from taker311.cli import overview

    if not words or words[0] in ("-h", "--help"):
        print(overview("taker311 review", COMMANDS), end="")
        return 0 if words else 2
    return dispatch_to("taker311 review", COMMANDS, words)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs=argparse.REMAINDER)


def run(arguments: argparse.Namespace) -> int:
    return dispatch(arguments.words)

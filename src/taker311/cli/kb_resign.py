"""`taker311 kb re-sign --to REPO`: new signatures for what is published; for a timer."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from taker311.cli._publisher import add_keys, key_folder

HELP = "Signs what is published anew, before the signatures run out. Run it daily from a timer."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, required=True, metavar="REPO", help="the folder that is served")
    add_keys(parser)


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.publish import re_sign
    from taker311.authoring.publish_repo import Repo

    keys = key_folder(arguments, arguments.to)
    due = re_sign(Repo(arguments.to), keys, datetime.now(UTC))
    print(f"Signed. Sign again before {due:%Y-%m-%d %H:%M} UTC.")
    left = (keys.newest_root().signed.expires - datetime.now(UTC)).days
    if left < 180:
        print(f"The root keys' time ends in {left} days: run  taker311 kb keys renew  with enough root keys here.")
    return 0

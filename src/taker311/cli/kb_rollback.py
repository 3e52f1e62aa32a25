"""`taker311 kb rollback --to REPO [NUMBER]`: publishes an earlier content again, as a new publication."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from taker311.base.errors import UserError
from taker311.cli._publisher import add_keys, key_folder

HELP = "Publishes an earlier content again. Desks go only forward, so it becomes a new publication."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", type=int, nargs="?", default=0, metavar="NUMBER", help="default: the one before the newest")  # fmt: skip
    parser.add_argument("--to", type=Path, required=True, metavar="REPO", help="the folder that is served")
    add_keys(parser)


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.publish import bundle_of, publish
    from taker311.authoring.publish_repo import Repo

    repo = Repo(arguments.to)
    newest = repo.versions(2)
    if not arguments.number and len(newest) < 2:
        raise UserError(f"{arguments.to}: there is no earlier publication to go back to.")
    number = arguments.number or newest[1].number
    data = bundle_of(repo, number)
    done = publish(data, repo, key_folder(arguments, arguments.to), datetime.now(UTC))
    print(f"Publication {done.number} has the content of publication {number} (version {done.version}).")
    print("Mend the source before the next 'kb publish' of it: that would bring back what was just taken away.")
    return 0

"""`taker311 kb diff A B`: what changed between two knowledge bases, in words a content owner reads."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.knowledge.model import Knowledge

HELP = "What changed between two knowledge bases, a sentence for each change."


def configure(parser: argparse.ArgumentParser) -> None:
    what = "a source folder, a bundle, or a published folder (REPO, or REPO@NUMBER)"
    parser.add_argument("old", metavar="A", help=what)
    parser.add_argument("new", metavar="B", help=what)
    parser.add_argument("--language", default="", metavar="CODE", help="default: the city's first")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 1 when something changed, as diff does."""
    from taker311.base.codec import to_json
    from taker311.sync.changes import changes

    found = changes(_knowledge(arguments.old), _knowledge(arguments.new), arguments.language)
    for change in found:
        print(to_json(change) if arguments.json else f"{change.id}: {change.what}")
    if not found and not arguments.json:
        print("nothing changed")
    return 1 if found else 0


def _knowledge(given: str) -> Knowledge:
    from taker311.authoring.publish import bundle_of
    from taker311.authoring.publish_repo import Repo
    from taker311.cli.kb_publish import built
    from taker311.knowledge.bundle import Bundle
    from taker311.sync.layout import LATEST

    name, at, number = given.rpartition("@")
    folder = Path(name if at and number.isdigit() else given)
    if (folder / LATEST).is_file():
        repo = Repo(folder)
        return Bundle.from_bytes(bundle_of(repo, int(number) if at else repo.versions(1)[0].number), given).knowledge
    path = Path(given)
    if not path.exists():
        raise UserError(f"{given}: there is no such file or folder.")
    return Bundle.from_bytes(built(path), given).knowledge

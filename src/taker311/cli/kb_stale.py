"""`taker311 kb stale SOURCE`: answers past their date, by owner."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

HELP = "Lists answers whose review is due or whose time is over, by who owns them. Exit code 1 when there are any."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SOURCE", help="a source folder or a bundle")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="as of this day; default: today")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.cli.kb_publish import built
    from taker311.knowledge.bundle import Bundle
    from taker311.sync.stale import stale

    knowledge = Bundle.from_bytes(built(arguments.source), str(arguments.source)).knowledge
    found = stale(knowledge, arguments.on or datetime.now(UTC).date())
    owner = None
    for item in found:
        if arguments.json:
            print(to_json(item))
            continue
        if item.owner != owner:
            owner = item.owner
            print(f"{owner or 'without an owner'}:")
        print(f"  {item.topic}: {item.title}: {item.why}")
    if not found and not arguments.json:
        print("every answer is within its date")
    return 1 if found else 0

"""`taker311 review export`: kept calls and finished forms in one file, sealed as they are."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Writes kept calls, finished and released forms into one file, sealed as they are. Needs no key."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli.at_seat import add_seat

    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("calls", nargs="*", metavar="CALL", help="only these calls; default: all")
    add_seat(parser)


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.words import plural
    from taker311.cli._review import Room, named
    from taker311.review.carrying import export

    room = Room(arguments.folder)
    only = [named(word, list(room.calls())) for word in arguments.calls]
    count = export(room.folders, arguments.file, only)
    print(f"{arguments.file}: {plural(count, '{count} file', '{count} files')}")
    return 0

"""`taker311 review import`: takes in what another machine exported."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Takes kept calls and forms in that another machine exported. Needs no key."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.words import plural, say
    from taker311.cli._review import Room
    from taker311.review.carrying import take_in

    room = Room()
    taken = take_in(arguments.file, room.folder, room.settings.review, room.now())
    print(plural(taken.new, "{count} new file.", "{count} new files."))
    if taken.known:
        print(plural(taken.known, "{count} was here already.", "{count} were here already."))
    for name in taken.other:
        print(say("{name}: another file of that name is here; it stays.", name=name))
    if taken.over:
        print(plural(taken.over, "{count} had its time and was deleted.", "{count} had their time and were deleted."))
    return 1 if taken.other else 0

"""`taker311 kb suggestions`: callers' words that found nothing at this seat, as far as they may leave it."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = (
    "Lists callers' words that found no answer, and words that led to a topic only on a second try. "
    "Words that are not the knowledge base's own are left out; nothing changes by itself."
)


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli.at_seat import add_seat, add_sign_in

    parser.add_argument("--kb", default="", metavar="PATH", help="a bundle or a source folder; default: the settings'")
    add_seat(parser)
    add_sign_in(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.clock import SystemClock
    from taker311.base.codec import to_json
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli._city import find_city
    from taker311.cli.at_seat import seat_folder, sign_in
    from taker311.search.cache import open_index
    from taker311.station.recorder import events_of
    from taker311.station.seat import Seat
    from taker311.station.suggestions import suggestions

    paths = find_paths()
    folder = seat_folder(arguments)
    known = find_city(arguments.kb, load_settings(paths.settings_file), paths)
    unlocked = sign_in(arguments, folder)
    vocabulary = open_index(known.bundle, Path(paths.cache)).vocabulary
    seat = Seat(folder, SystemClock(), unlocked)
    try:
        calls = [[event for _, event in events_of(seat.journal.events(call))] for call in seat.journal.calls()]
    finally:
        seat.close()
    for found in suggestions(calls, vocabulary):
        if arguments.json:
            print(to_json(found))
        else:
            meant = f" -> {found.topic}" if found.topic else ""
            print(f"{found.count:>4}  {found.kind:<10} {found.words}{meant}")
    return 0

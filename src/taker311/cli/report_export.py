"""`taker311 report export`: this machine's day files, in a folder of one's choice."""

from __future__ import annotations

import argparse
from pathlib import Path

from taker311.base.errors import UserError

HELP = "Leaves this machine's day files in a folder, under the desk's name. No caller's data stands in them."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--with-agent", action="store_true", help="with agents' names; default: desk.report_agent")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli.report import seats_with_days
    from taker311.shift.days import export

    with_agent = arguments.with_agent or load_settings(find_paths().settings_file).desk.report_agent
    seats = seats_with_days()
    if not seats:
        raise UserError("No seat of this machine has day files yet; they begin with the first day at the desk.")
    try:
        count = sum(export(seat, arguments.to, _desk_code(seat), with_agent=with_agent) for seat in seats)
    except OSError as error:
        raise UserError(
            f"{arguments.to}: can't be written ({error.strerror or error}); name another folder."
        ) from error
    without = "" if with_agent else ", without agents' names"
    print(f"{arguments.to}: {count} new or changed day files{without}.")
    return 0


def _desk_code(seat: Path) -> str:
    """The code that the seat's references begin with, readable without its key."""
    from taker311.base.codec import from_json
    from taker311.cases.seat import MIRROR, Line

    try:
        return from_json((seat / MIRROR).read_bytes(), Line).code
    except (OSError, ValueError):
        return "desk"

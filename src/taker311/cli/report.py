"""`taker311 report`: the calls of a span of days, from day files; `taker311 report export` leaves this machine's elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.cli._arguments import a_day

if TYPE_CHECKING:
    from taker311.shift.report import Report

HELP = (
    "Calls, times, searches, topics and cases of a span of days, of this machine's seats or of many desks' day files. "
    "'taker311 report export --to FOLDER' leaves this machine's day files elsewhere."
)
_DAYS = 30
COMMANDS: dict[str, tuple[str, str]] = {
    "export": ("taker311.cli.report_export", "leave this machine's day files in a folder"),
}


def dispatch(words: Sequence[str]) -> int:
    if words[:1] == ["export"]:
        from taker311.cli import dispatch as dispatch_to

        return dispatch_to("taker311 report", COMMANDS, words)
    parser = argparse.ArgumentParser("taker311 report", description=HELP)
    configure(parser)
    return run(parser.parse_args(list(words)))


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="*",
        type=Path,
        metavar="FOLDER",
        help="folders with day files (the desks' status folder), or single files; default: this machine's seats",
    )
    parser.add_argument("--from", dest="first", type=a_day, metavar="DAY", help="2026-11-01; default: 30 days in all")
    parser.add_argument("--to", dest="last", type=a_day, metavar="DAY", help="the last day, included; default: today")
    parser.add_argument("--desks", default="", metavar="A,B", help="desks that must be there: one that is not is a gap")
    parser.add_argument("--switch", type=Path, metavar="FILE", help="the phone switch's intervals, as CSV")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--json", action="store_true", help="one JSON object")
    kind.add_argument("--csv", action="store_true", help="dimension, key and measures, a row each")
    kind.add_argument("--html", action="store_true", help="one HTML file with charts")


def run(arguments: argparse.Namespace) -> int:
    """Prints the report. Exit code 1 when something was left out of it."""
    import sys

    from taker311.shift import report_html, report_shown

    found = _made(arguments)
    if arguments.json:
        text = report_shown.as_json(found) + "\n"
    elif arguments.csv:
        text = report_shown.as_csv(found)
    elif arguments.html:
        text = report_html.as_html(found)
    else:
        text = "\n".join(report_shown.as_text(found)) + "\n"
    sys.stdout.write(text)
    if arguments.csv or arguments.html or arguments.json:
        from taker311.shift.report_words import remarks

        from_switch = found.switch.problems if found.switch is not None else ()
        for told in (*remarks(found), *found.problems, *from_switch):
            print(told, file=sys.stderr)
    return 1 if found.broken or (found.switch is not None and found.switch.broken) else 0


def _made(arguments: argparse.Namespace) -> Report:
    from taker311.shift.report import Adding, find_files
    from taker311.shift.switch import read_switch

    last = arguments.last or datetime.now(UTC).astimezone().date()
    first = arguments.first or last - timedelta(days=_DAYS - 1)
    if first > last:
        raise UserError(f"--from {first} is later than --to {last}; turn them round.")
    if (last - first).days > 3700:
        raise UserError(f"From {first} to {last} are more than ten years; give a shorter span.")
    switch = read_switch(arguments.switch, first, last) if arguments.switch is not None else None
    sources = arguments.folder or seats_with_days()
    files, problems = find_files(sources)
    adding = Adding(first, last, [desk.strip() for desk in arguments.desks.split(",") if desk.strip()])
    adding.tell(problems)
    adding.add(files)
    found = adding.report(switch)
    if not found.files and not arguments.desks:
        if problems:
            raise UserError(f"{problems[0]}; name the folder that the desks' day files lie in.")
        where = ", ".join(map(str, sources)) or "This machine"
        raise UserError(
            f"{where}: there is no day file from {first} to {last}; desks write one for each day on which they are open."
        )
    return found


def seats_with_days() -> list[Path]:
    """Seats of this machine that have day files."""
    from taker311.base.paths import find_paths
    from taker311.shift.days import FOLDER

    seats = Path(find_paths().data) / "seats"
    try:
        return sorted(folder for folder in seats.iterdir() if (folder / FOLDER).is_dir())
    except OSError:
        return []

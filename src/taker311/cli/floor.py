"""`taker311 floor`: how all desks stand, from the folder that they report to."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.cases.standing import Standing

HELP = "How all desks stand, from the folder they report to. Exit code 1 when a desk is silent or waits for a person."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="where the desks leave their status; default: the settings'",
    )
    parser.add_argument("--hub", action="store_true", help="ask the hub of the settings instead, with this desk's key")
    parser.add_argument("--json", action="store_true", help="one JSON object a desk")


def run(arguments: argparse.Namespace) -> int:
    import sys

    from taker311.cases.standing import read_floor

    if arguments.hub:
        source, desks = "The hub", _from_hub()
        problems: list[str] = []
    else:
        folder = arguments.folder or _from_settings()
        source = str(folder)
        desks, problems = read_floor(folder)
    now = datetime.now(UTC)
    # What needs somebody first: desks that are silent, then those that wait for a person, then by age.
    desks.sort(key=lambda d: (not d.stale(now), not d.for_a_person, d.oldest or now, d.desk))
    for desk in desks:
        print(_json(desk, now) if arguments.json else _line(desk, now))
    for problem in problems:
        print(problem, file=sys.stderr)
    if not desks and not arguments.json:
        print(f"{source}: no desk has reported here yet.")
    return 1 if any(d.stale(now) or d.for_a_person or d.paused for d in desks) else 0


def _from_settings() -> Path:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings

    named = load_settings(find_paths().settings_file).desk.status_folder
    if not named:
        raise UserError("Say which folder the desks report to, or set desk.status_folder.")
    return Path(named).expanduser()


def _from_hub() -> list[Standing]:
    import os

    from taker311 import __version__
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cases.standing import from_hub
    from taker311.crm.desk_link import DeskLink
    from taker311.net.http import Http

    crm = load_settings(find_paths().settings_file).crm
    if not crm.endpoint:
        raise UserError("No hub is set (crm.endpoint); give the folder that the desks report to.")
    link = DeskLink(Http(f"taker311/{__version__}"), crm.endpoint, os.environ.get(crm.key_env, ""))
    return [from_hub(row) for row in link.floor()]


def _json(desk: Standing, now: datetime) -> str:
    from taker311.base.codec import to_json

    return to_json(
        {
            "desk": desk.desk,
            "seat": desk.seat,
            "at": desk.at,
            "silent_s": round(max(0.0, (now - desk.at).total_seconds())),
            "stale": desk.stale(now),
            "counts": desk.counts,
            "oldest_s": round(max(0.0, (now - desk.oldest).total_seconds())) if desk.oldest else 0,
            "for_a_person": desk.for_a_person,
            "waiting": desk.waiting,
            "paused": desk.paused,
            "audit": desk.audit,
        }
    )


def _line(desk: Standing, now: datetime) -> str:
    from taker311.cases.reference import format_ref

    unsent = sum(desk.counts.values())
    parts = [f"{desk.desk}  {desk.seat:<10}  {unsent:>4} unsent"]
    if desk.oldest:
        parts.append(f"oldest {_age((now - desk.oldest).total_seconds())}")
    if desk.stale(now):
        parts.append(f"SILENT for {_age((now - desk.at).total_seconds())}")
    if desk.paused:
        parts.append(f"stands still: {desk.paused}")
    if desk.waiting:
        shown = ", ".join(format_ref(w.ref) for w in desk.waiting[:5])
        rest = desk.for_a_person - min(5, len(desk.waiting))
        parts.append(f"for a person: {shown}{f' and {rest} more' if rest else ''}")
    return "  ".join(parts)


def _age(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"

"""`taker311 floor`: how all desks stand, as a screen that goes on, or as text and JSON for once."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.base.settings import Settings
    from taker311.cases.standing import Standing
    from taker311.cli._floor_source import FolderSource, HubSource
    from taker311.station.floor import BulletinSum

HELP = "How all desks stand: a screen, or with --once, --json, --bulletins text. Then exit code 1 when a desk is silent or waits for a person."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="where the desks leave their status; default: the settings'",
    )
    parser.add_argument("--hub", action="store_true", help="ask the hub of the settings instead, with this desk's key")
    parser.add_argument("--once", action="store_true", help="a line for each desk, and no screen")
    parser.add_argument("--json", action="store_true", help="one JSON object a desk")
    parser.add_argument(
        "--bulletins", action="store_true", help="who has read each bulletin that must be read (exit code 1: not all)"
    )
    parser.add_argument(
        "--as", dest="by", default="", metavar="NAME", help="who answers calls for help; default: your login"
    )
    parser.add_argument("--quiet", action="store_true", help="no bell at a new call for help")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli._floor_source import folder_source, hub_source

    settings = load_settings(find_paths().settings_file)
    source = hub_source(settings) if arguments.hub else folder_source(arguments.folder, settings)
    if not (arguments.once or arguments.json or arguments.bulletins) and _has_a_screen():
        return _screen(source, settings, arguments.by, bell=not arguments.quiet)
    desks, problems = source.read()
    now = datetime.now(UTC)
    code = (
        _bulletins(desks, now, as_json=arguments.json) if arguments.bulletins else _desks(desks, now, arguments, source)
    )
    for problem in problems:
        print(problem, file=sys.stderr)
    return code


def _has_a_screen() -> bool:
    import os

    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


# ---------------------------------------------------------------- the screen
def _screen(source: FolderSource | HubSource, settings: Settings, by: str, *, bell: bool) -> int:
    import getpass

    from taker311.base.text import clean_line
    from taker311.base.words import say, use
    from taker311.cli.crash import screen_ended
    from taker311.desk.floor_app import FloorApp
    from taker311.desk.floor_view import FloorView
    from taker311.station.floor import name_of

    use(settings.desk.language)
    source.read()  # a folder or a hub that is not there is one sentence, before any screen
    zone = datetime.now().astimezone().tzinfo or UTC
    try:
        who = clean_line(by, limit=60) or clean_line(getpass.getuser(), limit=60)
    except (OSError, KeyError):
        who = ""

    def answer(desk: Standing) -> str:
        def work() -> str:
            source.answer(desk, who)
            return say("{desk} is told that you have seen its call.", desk=name_of(desk))

        app.behind(work)
        return say("Telling {desk} ...", desk=name_of(desk))

    view = FloorView(source.place, zone, answer)
    app = FloorApp(view, source, lambda: datetime.now(UTC), theme=settings.desk.theme, bell=bell)
    code = app.run(mouse=False) or 0
    return screen_ended(app.crashed) or code


# ---------------------------------------------------------------- text
def _desks(
    desks: list[Standing], now: datetime, arguments: argparse.Namespace, source: FolderSource | HubSource
) -> int:
    from taker311.station.floor import in_order, silent

    desks = in_order(desks, now)
    for desk in desks:
        print(_json(desk, now) if arguments.json else _line(desk, now))
    if not desks and not arguments.json:
        print(f"{source.place}: no desk has reported here yet.")
    return 1 if any(silent(d, now) or d.stale(now) or d.for_a_person or d.paused or d.help_open for d in desks) else 0


def _bulletins(desks: list[Standing], now: datetime, *, as_json: bool) -> int:
    from taker311.base.codec import to_json
    from taker311.station.floor import bulletins

    sums = bulletins(desks, now)
    for one in sums:
        if as_json:
            print(to_json({"id": one.id, "title": one.title, "on": one.on, "read": one.read, "unread": one.unread, "missing": one.missing}))  # fmt: skip
        else:
            print(_bulletin(one))
    if not sums and not as_json:
        print("No bulletin that must be read is in force at the desks that are on.")
    return 1 if any(len(one.read) < one.on for one in sums) else 0


def _bulletin(one: BulletinSum) -> str:
    parts = [f"{one.title} ({one.id}): read at {len(one.read)} of {one.on} desks that are on"]
    if one.unread:
        parts.append(f"not read: {', '.join(one.unread)}")
    if one.missing:
        parts.append(f"not there yet: {', '.join(one.missing)}")
    return "; ".join(parts)


def _json(desk: Standing, now: datetime) -> str:
    from taker311.base.codec import to_json
    from taker311.station.floor import silent

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
            "on": desk.on(now),
            "silent": silent(desk, now),
            "help_open": desk.help_open,
            "doing": desk.doing,
        }
    )


def _line(desk: Standing, now: datetime) -> str:
    from taker311.base.words import short_span
    from taker311.cases.reference import format_ref
    from taker311.station.floor import silent

    unsent = sum(desk.counts.values())
    parts = [f"{desk.desk}  {desk.seat:<10}  {unsent:>4} unsent"]
    if desk.help_open and desk.doing is not None and desk.doing.help_since is not None:
        parts.append(f"CALLS FOR HELP for {short_span((now - desk.doing.help_since).total_seconds())}")
    if desk.oldest:
        parts.append(f"oldest {short_span((now - desk.oldest).total_seconds())}")
    if desk.stale(now):
        parts.append(f"SILENT for {short_span((now - desk.at).total_seconds())}")
    elif silent(desk, now):
        parts.append(f"NO WORD for {short_span((now - desk.at).total_seconds())}")
    elif desk.doing is not None and desk.doing.state and desk.doing.since is not None:
        parts.append(
            f"{_DOING.get(desk.doing.state, desk.doing.state)} for {short_span((now - desk.doing.since).total_seconds())}"
        )
    if desk.paused:
        parts.append(f"stands still: {desk.paused}")
    if desk.waiting:
        shown = ", ".join(format_ref(w.ref) for w in desk.waiting[:5])
        rest = desk.for_a_person - min(5, len(desk.waiting))
        parts.append(f"for a person: {shown}{f' and {rest} more' if rest else ''}")
    return "  ".join(parts)


_DOING = {"call": "in a call", "hold": "on hold", "wrapup": "in wrap-up", "off": "left"}

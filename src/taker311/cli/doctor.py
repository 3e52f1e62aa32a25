"""`taker311 doctor`: what is right and wrong with this desk, and what to do. It looks, and changes nothing."""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.cli._findings import Finding

HELP = "Says what is right and wrong with this desk, and what to do about it. Exit code 1 when something is wrong."
_MARKS = {"ok": "ok", "note": "note", "warning": "WARNING", "error": "ERROR"}


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli.at_seat import add_seat

    parser.add_argument("--kb", default="", metavar="PATH", help="a bundle or a source folder; default: the settings'")
    add_seat(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    failed = 0
    for finding in _findings(arguments):
        failed += not finding.ok
        if arguments.json:
            print(json.dumps(finding.as_plain(), ensure_ascii=False), flush=True)
        else:
            _tell(finding)
    if not arguments.json:
        things = "One thing needs" if failed == 1 else f"{failed} things need"
        print(f"\n{things} somebody." if failed else "\nAll is well.")
    return 1 if failed else 0


def _findings(arguments: argparse.Namespace) -> list[Finding]:
    from taker311.base.paths import find_paths
    from taker311.cases.seat import mounted
    from taker311.cli import _check_desk as desk
    from taker311.cli import _check_machine as machine
    from taker311.cli._check_review import check_review
    from taker311.cli.at_seat import seat_folder

    paths, folder, now = find_paths(), seat_folder(arguments), datetime.now(UTC)
    settings_found, settings = desk.check_settings(paths)
    return [
        machine.check_python(os.environ),
        machine.check_sqlite(),
        machine.check_clock(now, machine.newest_in(folder)),
        machine.check_terminal(os.environ),
        machine.check_driver(),
        *settings_found,
        *desk.check_knowledge(arguments.kb, settings, paths, now),
        *machine.check_state(folder, mounted()),
        *desk.check_queue(folder, now),
        desk.check_journal(folder),
        desk.check_keys(folder),
        check_review(paths, settings, folder),
        desk.check_crm(settings),
    ]


def _tell(finding: Finding) -> None:
    print(f"{_MARKS[finding.level]:<8} {finding.check:<12} {finding.say}")
    if finding.do:
        print(f"{'':<21} -> {finding.do}")

"""`taker311 review report`: what finished forms say of agents, criteria and reviewers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taker311.review.form import Form

HELP = (
    "QA per agent and per criterion with its interval, the weakest criterion, the trend, and the agreement of two reviewers. "
    "Needs the reviewer's key."
)


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._people import add_key
    from taker311.cli.at_seat import add_seat

    add_key(parser, "reviewer")
    add_seat(parser)
    parser.add_argument("--agent", default="", metavar="NAME", help="this agent alone")
    parser.add_argument("--since", default="", metavar="DATE", help="calls from this day on, 2026-11-22")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true")
    shape.add_argument("--csv", action="store_true")
    shape.add_argument("--html", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.base.files import write_atomically
    from taker311.base.words import plural
    from taker311.review.report import report
    from taker311.review.report_shown import as_csv, as_html, as_text

    found = report(_wanted(_forms(arguments), arguments))
    if arguments.json:
        print(to_json(found))
    elif arguments.csv:
        print(as_csv(found), end="")
    elif arguments.html:
        try:
            write_atomically(arguments.html, as_html(found, "QA").encode())
        except OSError as error:
            sentence = f"{arguments.html}: can't be written ({error.strerror or error}); name another place."
            raise UserError(sentence) from error
        forms = plural(len(found.rows), "{count} form", "{count} forms")
        agents = plural(len(found.agents), "{count} agent", "{count} agents")
        print(f"{arguments.html}: {forms}, {agents}")
    else:
        print("\n".join(as_text(found)))
    return 0


def _forms(arguments: argparse.Namespace) -> list[Form]:
    """Finished forms. Others' forms of a call that this reviewer has only begun to judge wait, so that it stays blind."""
    from taker311.cli._people import open_person
    from taker311.cli._review import Room
    from taker311.review import forms
    from taker311.review.form import Form

    room, reviewer = Room(arguments.folder), open_person(arguments, "reviewer")
    me, found = reviewer.public.id, []
    for path, one in forms.finished_forms(room.folders, reviewer, room.reviewers()):
        if not isinstance(one, Form):
            print(one, file=sys.stderr)
        elif one.reviewer_id == me or not forms.path_in(room.folder, one.call_id, me, forms.DRAFT).exists():
            found.append(one)
        else:
            print(f"{path.name}: waits until your own form of that call is finished.", file=sys.stderr)
    return found


def _wanted(found: Iterable[Form], arguments: argparse.Namespace) -> list[Form]:
    from datetime import date

    try:
        since = date.fromisoformat(arguments.since) if arguments.since else None
    except ValueError as error:
        raise UserError("--since: give a day as in 2026-11-22.") from error
    return [
        form
        for form in found
        if arguments.agent in ("", form.agent) and (since is None or form.call_began.date() >= since)
    ]

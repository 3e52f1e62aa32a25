"""`taker311 review show`: finished forms to read. A reviewer reads others' forms of a call after their own; an agent reads those
of their own calls that were released."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say

if TYPE_CHECKING:
    from taker311.cli._review import Room
    from taker311.review.form import Form

HELP = "Reads the finished forms of a call (needs the reviewer's key), or with --mine those that were released to an agent."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._review import add_who

    parser.add_argument(
        "call", metavar="CALL", nargs="?", default="", help="the id of the call; with --mine: default all"
    )
    add_who(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--unblind",
        action="store_true",
        help="read others' forms before finishing one's own, which then counts as not blind",
    )


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._review import Room
    from taker311.cli._tell import tell
    from taker311.cli.review_form import as_json
    from taker311.review.form import as_text

    room = Room(arguments.folder)
    found = _released(room, arguments) if arguments.mine else _finished(room, arguments)
    for number, form in enumerate(found):
        if arguments.json:
            print(as_json(form))
        else:
            tell("\n".join(["", *as_text(form)] if number else as_text(form)))
    if not found and not arguments.json:
        print(say("There is no form to read."))
    return 0


def _released(room: Room, arguments: argparse.Namespace) -> list[Form]:
    from taker311.cli._review import OwnSeat
    from taker311.review import forms, keeping

    seat = OwnSeat(arguments)
    private = keeping.reply_pair(seat.unlocked.sealer)[1]
    mine = [
        form
        for _, form in forms.released_to(room.folders, private, room.reviewers())
        if seat.may_read(form.agent) and form.call_id.startswith(arguments.call.lower())
    ]
    return sorted(mine, key=lambda form: (form.call_began, form.reviewer))


def _finished(room: Room, arguments: argparse.Namespace) -> list[Form]:
    from taker311.cli._people import open_person
    from taker311.cli._review import named
    from taker311.review import forms
    from taker311.review.form import Form

    reviewer = open_person(arguments, "reviewer")
    every = [
        form for _, form in forms.finished_forms(room.folders, reviewer, room.reviewers()) if isinstance(form, Form)
    ]
    if not arguments.call:
        raise UserError(say("Name a call; 'taker311 review list' lists them."))
    call_id = named(arguments.call, [*dict.fromkeys([*room.calls(), *(form.call_id for form in every)])])
    found = [form for form in every if form.call_id == call_id]
    me = reviewer.public.id
    own_done = any(form.reviewer_id == me for form in found)
    if found and not own_done:
        if not arguments.unblind:
            raise UserError(
                say(
                    "Finish your own form of this call first, so that it stays blind; --unblind reads the others all the same."
                )
            )
        forms.note_seen(room.folder, call_id, me)
    elif any(form.reviewer_id != me for form in found):
        forms.note_seen(room.folder, call_id, me)
    return found

"""`taker311 review list`: the calls that are kept for review, or an agent's own calls while their journal is kept."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from taker311.base.words import say

if TYPE_CHECKING:
    from taker311.base.people_keys import Holder
    from taker311.cli._review import OwnSeat, Room
    from taker311.review.record import Recorded

HELP = "Lists the calls that are kept for review (needs the reviewer's key), or with --mine an agent's own."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._review import add_who

    add_who(parser)
    parser.add_argument("--to-do", action="store_true", help="only calls that this reviewer has not judged yet")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.cli._people import open_person
    from taker311.cli._review import OwnSeat, Room

    room = Room(arguments.folder)
    rows = _own(OwnSeat(arguments), room) if arguments.mine else _kept(room, open_person(arguments, "reviewer"))
    if arguments.to_do:
        rows = [row for row in rows if row["form"] in ("", "draft")]
    for row in rows:
        print(to_json(row) if arguments.json else _told(row))
    if not rows and not arguments.json:
        print(say("No call is kept here."))
    return 0


def _kept(room: Room, reviewer: Holder) -> list[dict[str, Any]]:
    from taker311.base.people_keys import Public
    from taker311.review import forms
    from taker311.review.record import Recorded

    found = []
    me: Public = reviewer.public
    for one in room.open_all(reviewer):
        if not isinstance(one, Recorded):
            print(one, file=sys.stderr)
            continue
        others = {
            path.name
            for folder in room.folders
            for path in folder.glob(f"{one.call_id}.*{forms.FINISHED}")
            if path.name != forms.path_in(folder, one.call_id, me.id, forms.FINISHED).name
        }
        found.append({**_row(one), "form": _standing(room, one.call_id, reviewer), "others": len(others)})
    return found


def _standing(room: Room, call_id: str, reviewer: Holder) -> str:
    from taker311.review import forms

    if any(forms.path_in(folder, call_id, reviewer.public.id, forms.FINISHED).exists() for folder in room.folders):
        return "finished"
    draft = forms.path_in(room.folder, call_id, reviewer.public.id, forms.DRAFT)
    return "draft" if draft.exists() else ""


def _own(seat: OwnSeat, room: Room) -> list[dict[str, Any]]:
    from taker311.base.errors import UserError
    from taker311.review import forms, keeping, record

    private = keeping.reply_pair(seat.unlocked.sealer)[1]
    released = {form.call_id for _, form in forms.released_to(room.folders, private, room.reviewers())}
    found = []
    for call_id in seat.ids():
        try:
            one = keeping.recorded(seat.calls.opened(call_id), (), desk="", sealer=seat.unlocked.sealer)
        except UserError:
            continue  # its values had their time
        kept = record.path_in(seat.folder / "review", call_id).exists()
        found.append({**_row(one), "form": "released" if call_id in released else "", "kept": kept})
    return found


def _row(one: Recorded) -> dict[str, Any]:
    return {
        "call": one.call_id,
        "began": one.began,
        "agent": one.agent,
        "desk": one.desk,
        "seconds": int(((one.ended or one.events[-1].at) - one.began).total_seconds()),
        "why": list(one.why),
        "kb_version": one.kb_version,
        "picked_by": one.chosen_by,
    }


def _told(row: dict[str, Any]) -> str:
    from taker311.base.words import stopwatch
    from taker311.cli._review import SHORT
    from taker311.review.sampling import REASONS

    states = {
        "finished": say("form finished"),
        "draft": say("form begun"),
        "released": say("a form for you"),
        "": say("kept for review") if row.get("kept") else "",
    }
    why = ", ".join(say(REASONS[one]) if one in REASONS else one for one in row["why"])
    others = say("{count} by others", count=row["others"]) if row.get("others") else ""
    parts = [why, states[row["form"]], others]
    head = f"{row['call'][:SHORT]}  {row['began']:%Y-%m-%d %H:%M}  {stopwatch(row['seconds']):>6}  {row['agent']:14}"
    return f"{head}  {'; '.join(part for part in parts if part)}".rstrip()

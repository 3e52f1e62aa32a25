"""`taker311 queue`: cases on their way, and what a person may decide about them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say
from taker311.cli._queue_case import done, found_row, print_row
from taker311.cli.at_seat import add_seat, add_sign_in, seat_folder, sign_in, speak

if TYPE_CHECKING:
    from taker311.base.keyslots import Unlocked
    from taker311.cases.inbox import Request
    from taker311.cases.model import OutboxRow

HELP = "Cases that wait to be sent, and what became of the others."

_SETTLED = ("sent", "purged", "closed")


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")

    def command(name: str, line: str, *, ref: bool = True, signs: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=line, description=line)
        if ref:
            made.add_argument("ref", help="the case's reference, as it was told to the caller")
        add_seat(made)
        if signs:
            add_sign_in(made)
        made.add_argument("--json", action="store_true", help="one JSON object a line")
        return made

    listing = command("list", "all cases that are not settled; needs no key", ref=False, signs=False)
    listing.add_argument("--all", action="store_true", help="settled ones too")
    listing.add_argument("--state", action="append", default=[], help="only this state; may be given again")
    showing = command("show", "one case with what the caller said and what may be decided; needs the key")
    showing.add_argument(
        "--candidates", action="store_true", help="ask the city's system for cases that may be this one"
    )
    command("send", "skip a case's waiting")
    hold = command("hold", "keep a case back")
    hold.add_argument("--reason", default="", help="why, for the audit")
    command("release", "let a held case go on")
    command("resume", "let the sender go on after it stopped to ask", ref=False)
    resolve = command("resolve", "settle a case that is in doubt or refused")
    resolve.add_argument("decision", choices=("landed", "resend", "close"), help="what became of it, or shall")
    resolve.add_argument("--number", default="", help="the city's number, with 'landed'")
    resolve.add_argument("--reason", default="", help="why, for the audit")
    add_handover(command)


def add_handover(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The acts of days without a network."""
    leave = command("export", "seal the waiting cases into a file for another desk", ref=False)
    leave.add_argument("file", type=Path)
    leave.add_argument(
        "--to", type=Path, metavar="KEYFILE", help="made by 'queue receive-key' there; else the city's recovery key"
    )
    come = command("import", "take in the cases of such a file", ref=False)
    come.add_argument("file", type=Path)
    come.add_argument(
        "--key", type=Path, metavar="CITYKEY", help="the city's recovery key, where it was sealed to that"
    )
    come.add_argument(
        "--key-passphrase-fd", type=int, metavar="N", help="read that key's passphrase from this descriptor"
    )
    give = command("receive-key", "write the key that other desks may seal their cases to", ref=False)
    give.add_argument("file", type=Path, metavar="KEYFILE")
    back = command("reclaim", "take back exported cases: all, or one", ref=False)
    back.add_argument("ref", nargs="?", default="", help="one case's reference")
    back.add_argument(
        "--unread",
        action="store_true",
        help="the file was destroyed before any desk took it in; then no person is asked",
    )


def run(arguments: argparse.Namespace) -> int:
    speak()
    folder = seat_folder(arguments)
    match arguments.act:
        case "list":
            return _list(folder, arguments)
        case "show":
            from taker311.cli.queue_show import show

            return show(folder, found_row(folder, arguments.ref), arguments)
        case "export" | "import" | "receive-key" | "reclaim":
            from taker311.cli.queue_handover import run_handover

            return run_handover(folder, arguments)
        case _:
            return _act(folder, arguments)


def _list(folder: Path, arguments: argparse.Namespace) -> int:
    from taker311.cases.reading import read_paused, read_rows
    from taker311.cases.reasons import in_words

    wanted = set(arguments.state)
    rows = [r for r in read_rows(folder) if (r.state in wanted if wanted else arguments.all or r.state not in _SETTLED)]
    now = datetime.now(UTC)
    for row in rows:
        print_row(row, now, as_json=arguments.json)
    paused = read_paused(folder)
    if paused and not arguments.json:
        print(say("The sender stands still: {why}", why=in_words(paused)))
    return 0


def _act(folder: Path, arguments: argparse.Namespace) -> int:
    from taker311.cases.inbox import Request

    row = found_row(folder, arguments.ref) if hasattr(arguments, "ref") else None
    unlocked = sign_in(arguments, folder)
    if row is not None and arguments.act == "resolve":
        _may_resolve(folder, row, unlocked)
    request = Request(
        act=arguments.act,
        actor=unlocked.name,
        case_id=row.case_id if row else "",
        decision=getattr(arguments, "decision", "close"),
        request_id=getattr(arguments, "number", ""),
        reason=getattr(arguments, "reason", ""),
    )
    after = _done(folder, request, unlocked)
    if after is not None:
        print_row(after, datetime.now(UTC), as_json=arguments.json)
    return 0


def _may_resolve(folder: Path, row: OutboxRow, unlocked: Unlocked) -> None:
    """After the shift it takes a supervisor, where the seat has one."""
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.cases.acts import needs_supervisor

    if unlocked.kind != "agent" or not needs_supervisor(row, datetime.now(UTC)):
        return
    slots = KeySlots(folder, SystemClock())
    names = [s.name for s in slots.slots() if s.kind == "supervisor"] if slots.exists() else []
    if names:
        raise UserError(
            say("This case is from an earlier shift: a supervisor settles it (--as {name}).", name=names[0])
        )


def _done(folder: Path, request: Request, unlocked: Unlocked) -> OutboxRow | None:
    return done(folder, request, unlocked).row

"""`taker311 drill from-call`: a call of this seat's journal as a drill in the making, with nothing of its caller in it."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.text import clean_line

if TYPE_CHECKING:
    from taker311.cases.journal import Journal

HELP = (
    "Makes a drill of a call that was taken at this seat. Names, numbers and places are made up, the caller's words are left"
    " out unless they are the knowledge base's own; a person has to read it, and says so in the file, before it counts."
)
_MOST_LISTED = 30


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city
    from taker311.cli.at_seat import add_seat, add_sign_in

    parser.add_argument(
        "call", nargs="?", default="", metavar="CALL", help="1 is the latest; without it the calls are listed"
    )
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write it there; default: standard output")
    parser.add_argument("--seed", type=int, metavar="N", help="the same N makes the same drill; default: by chance")
    configure_city(parser)
    add_seat(parser)
    add_sign_in(parser)


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.drill_from_call import drill_from_call
    from taker311.cases.reading_calls import reader
    from taker311.cli._drills import Training
    from taker311.cli.at_seat import seat_folder, sign_in
    from taker311.drills.certificates import write
    from taker311.station.recorder import events_of

    folder = seat_folder(arguments)
    unlocked = sign_in(arguments, folder)
    journal = reader(folder, unlocked.sealer)
    if journal is None:
        raise UserError(f"{folder}: no call was taken at this seat yet; check --seat.")
    if not arguments.call:
        return _list(journal)
    entries = journal.events(_named(journal, arguments.call))
    events = events_of(entries)
    if not events:
        raise UserError("What was said in that call is no longer kept here (a week), or this key does not open it.")
    training = Training(arguments.kb)
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    made = drill_from_call(events, training.bundle, training.places(), training.index().vocabulary, seed=seed)
    if arguments.out is None:
        print(made.text, end="")
    else:
        write(_named_like_its_id(arguments.out, seed), made.text.encode())
    print("Before it may be used, a person reads every line and decides:", file=sys.stderr)
    for number, sentence in enumerate(made.look_at, 1):
        print(f"  {number}. {sentence}", file=sys.stderr)
    print("Then:  taker311 drill check FILE", file=sys.stderr)
    return 0


def _named_like_its_id(path: Path, seed: int) -> Path:
    """A folder gets the file under the id that stands in it."""
    return path / f"from-call-{seed}.yaml" if path.is_dir() else path


def _list(journal: Journal) -> int:
    """By what is plain in the journal: when, what was opened, how it ended."""
    calls = journal.calls()
    if not calls:
        print("No call is kept in this seat's journal.")
    for number, call_id in enumerate(list(reversed(calls))[:_MOST_LISTED], 1):
        entries = journal.events(call_id)
        topics = dict.fromkeys(e.fields.get("topic_id", "") for e in entries if e.kind == "opened")
        ended = next((e.fields.get("code", "") for e in reversed(entries) if e.kind == "disposed"), "open")
        kept = "" if any(e.sealed for e in entries) else "  (its words are gone)"
        began = f"{entries[0].at:%Y-%m-%d %H:%M}" if entries else "?"
        print(f"{number:>3}  {began}  {', '.join(t for t in topics if t) or '-'}  {ended}{kept}")
    return 0


def _named(journal: Journal, word: str) -> str:
    calls = list(reversed(journal.calls()))
    if word.isascii() and word.isdecimal() and len(word) < 6 and 1 <= int(word) <= len(calls):
        return calls[int(word) - 1]
    found = [call for call in calls if call.startswith(word)] if len(word) >= 4 else []
    if len(found) != 1:
        raise UserError(
            f"There is no call '{clean_line(word, limit=40)}' here; 'taker311 drill from-call' lists them, 1 is the latest."
        )
    return found[0]

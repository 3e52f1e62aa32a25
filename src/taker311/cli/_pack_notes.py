"""What a volunteer handed over beside cases, or left in their folder, for whoever holds the city's recovery key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.codec import to_json
from taker311.base.errors import UserError
from taker311.base.text import clean, clean_line
from taker311.cli._tell import tell

if TYPE_CHECKING:
    from taker311.station.volunteer_notes import Notes


def tell_notes(where: Path, private: bytes, *, as_json: bool) -> None:
    """`where`: a file of notes, or the seat's folder of a volunteer who is gone. Raises UserError."""
    from taker311.station.volunteer_notes import is_notes, open_notes

    if not where.is_file():
        notes = _left_behind(where, private)
    elif is_notes(where):
        notes = open_notes(where, private)
    else:
        raise UserError(f"{where}: is no volunteer's notes; a file of cases is taken in with  taker311 queue import.")
    if as_json:
        print(to_json(notes))
        return
    for line in _lines(notes):
        tell(line)


def _left_behind(folder: Path, private: bytes) -> Notes:
    """From the journal in the folder; the words that were to be asked at the end are not there."""
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.cases.reading_calls import reader
    from taker311.station.volunteer import name_of
    from taker311.station.volunteer_notes import Notes, collect

    unlocked = KeySlots(folder, SystemClock()).unlock_recovery(private)
    journal = reader(folder, unlocked.sealer)
    name = name_of(folder)
    return collect(journal, incident="", name=name, desk="", feedback="") if journal else Notes("", name, "", 0)


def _lines(notes: Notes) -> list[str]:
    head = ", ".join(
        part for part in (clean_line(notes.name), clean_line(notes.incident), f"{notes.calls} calls") if part
    )
    found = [f"From {head}."]
    for one in notes.ring_back:
        words = "; ".join(clean_line(text) for text in one.words)
        found.append(
            f"Ring back {clean_line(one.number)}, {clean_line(one.when)} (agreed {one.at:%Y-%m-%d %H:%M} UTC): {words}"
        )
    for call in notes.unfinished:
        found.append(f"A call of {call.began:%Y-%m-%d %H:%M} UTC was never ended:")
        found += [f"  {clean_line(event, limit=500)}" for event in call.events]
    found += [f'Nothing answered: "{clean_line(words)}"' for words in notes.no_answers]
    if notes.feedback:
        found += ["The volunteer says:", *(f"  {line}" for line in clean(notes.feedback).splitlines())]
    return found

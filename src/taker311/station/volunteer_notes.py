"""What a volunteer hands over beside cases: callers who were promised to be rung back, calls that were never ended, what
nothing answered, and what the volunteer says of it all. Sealed to the city's recovery key."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from taker311.base import sealing
from taker311.base.codec import Value, from_json, pack, to_json, unpack
from taker311.base.errors import UserError
from taker311.base.sealing import SealBrokenError
from taker311.call.events import NoAnswerFound, Typed
from taker311.cases.journal import Journal
from taker311.station.promises import promised
from taker311.station.recorder import events_of

SUFFIX = ".notes"
KIND = "taker311 volunteer notes"
VERSION = 1
_MOST_BYTES = 64 << 20
FEEDBACK_LIMIT = 4_000


class RingBack(Value, frozen=True):
    """`number` in E.164; `about` a topic's or bulletin's id; `words` what the caller said as it was typed."""

    at: datetime
    when: str
    number: str
    about: str = ""
    words: tuple[str, ...] = ()


class Unfinished(Value, frozen=True):
    """A call that was put aside or cut off and never taken up: its events as they were journalled, JSON each."""

    began: datetime
    events: tuple[str, ...]


class Notes(Value, frozen=True):
    incident: str
    name: str
    desk: str
    calls: int
    feedback: str = ""
    ring_back: tuple[RingBack, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    no_answers: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.feedback or self.ring_back or self.unfinished or self.no_answers)


class Label(Value, frozen=True):
    """The file's first line, in plain; `to` is the id of the key that the rest is sealed to."""

    kind: str
    v: int
    at: datetime
    to: str


def collect(journal: Journal, *, incident: str, name: str, desk: str, feedback: str) -> Notes:
    """From the whole journal, which must be unlocked."""
    back: list[RingBack] = []
    silent: list[str] = []
    open_ids = frozenset(journal.open_calls())
    unfinished = []
    calls = journal.calls()
    for call_id in calls:
        entries = journal.events(call_id)
        events = events_of(entries)
        told = [(entry.at, entry.kind, found[0][1] if (found := events_of([entry])) else None) for entry in entries]
        words = tuple(dict.fromkeys(event.text for _, event in events if isinstance(event, Typed) and event.text))
        due = [one for one in promised(call_id, told) if one.kind == "call-back"]
        back += [RingBack(one.at, one.when, one.number, one.about, words[-1:]) for one in due]
        typed = ""
        for _, event in events:
            typed = event.text if isinstance(event, Typed) else typed
            if isinstance(event, NoAnswerFound) and typed.strip():
                silent.append(typed.strip())
        if call_id in open_ids and events:
            unfinished.append(Unfinished(events[0][0], tuple(to_json(event) for _, event in events)))
    return Notes(
        incident, name, desk, len(calls), feedback[:FEEDBACK_LIMIT], tuple(back), tuple(unfinished),
        tuple(dict.fromkeys(silent)),
    )  # fmt: skip


def sealed(notes: Notes, public: bytes, at: datetime) -> bytes:
    """The file's bytes."""
    first = to_json(Label(KIND, VERSION, at, sealing.key_id(public).hex())).encode()
    return first + b"\n" + sealing.seal_to(public, pack(notes), first)


def is_notes(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return from_json(opened.readline(4_096), Label).kind == KIND
    except (OSError, ValueError):
        return False


def open_notes(file: Path, private: bytes) -> Notes:
    """With the city's private recovery key. Raises UserError."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise UserError(f"{file}: is too large for a volunteer's notes.")
        first, _, body = file.read_bytes().partition(b"\n")
        label = from_json(first, Label)
        if label.kind != KIND or label.v != VERSION:
            raise ValueError("another kind")
        if label.to != sealing.key_id(sealing.public_of(private)).hex():
            raise UserError(f"{file}: was sealed to another recovery key; use that one.")
        return unpack(sealing.open_from(private, body, first), Notes)
    except OSError as error:
        raise UserError(f"{file}: can't be read ({error.strerror or error}).") from error
    except (ValueError, SealBrokenError) as error:
        raise UserError(f"{file}: is damaged, or no volunteer's notes; use another copy.") from error

"""What happened in a drill, line by line: all that its score is computed from. One JSON object a line; the first is the
drill itself with who took it, so that a log can be scored on any machine without the knowledge base."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.base.text import clean, clean_line
from taker311.call.events import AnyEvent
from taker311.call.model import Finished
from taker311.intake.model import AnswerValue
from taker311.knowledge.drills import WEIGHTS, Drill
from taker311.places.model import Place

T = TypeVar("T")

VERSION = 1
LARGEST = 20_000_000
Observed = Literal["courtesy", "listening"]
MOST_POINTS = 5


class Begun(Value, frozen=True):
    """The first line. `seed` is the one used; `trainee` a name or number; `began` by the drill's own clock, `taken` by the
    machine's."""

    v: int
    drill: Drill
    kb_version: str
    seed: int
    trainee: str
    began: datetime
    taken: datetime
    mode: Literal["alone", "pair"] = "alone"


class Where(Value, frozen=True):
    """Where the call stood after an event: enough to score by, without the rules of the call."""

    phase: str
    topic: str = ""
    step: str = ""
    card: bool = False
    nearby: int = 0
    done: int = 0  # topics dealt with so far; going back from the wrap-up takes one back
    city_number: bool = False  # the CRM gave one by now


class Did(Value, frozen=True, tag="did"):
    """An event of the call."""

    at: datetime
    event: AnyEvent
    where: Where


class Spoke(Value, frozen=True, tag="spoke"):
    """What the agent asked or told the caller in words of their own."""

    at: datetime
    text: str


class Said(Value, frozen=True, tag="said"):
    """A line of the caller's. `facts` came out with it; `why` is what brought it: opening, asked, pressed, again, beat, or
    nothing known."""

    at: datetime
    text: str
    facts: tuple[str, ...] = ()
    why: str = ""


class Told(Value, frozen=True, tag="told"):
    """A topic was dealt with. `answers` are those that count; `place`, `contact` and `service` are what the case holds."""

    at: datetime
    done: Finished
    answers: dict[str, AnswerValue | None] = {}
    place: Place | None = None
    open_texts: dict[str, str] = {}  # texts that others than the crew may read: step -> text
    referred: bool = False  # the answers led to nobody
    duplicate: str = ""  # "new", or the reference that it adds to


class Fell(Value, frozen=True, tag="fell"):
    """A fault set in."""

    at: datetime
    fault: str


class Mark(Value, frozen=True, tag="mark"):
    """An observer's judgement, 0 to 5."""

    at: datetime
    by: str
    what: Observed
    points: int


class Left(Value, frozen=True, tag="left"):
    """The trainee went away before the call ended."""

    at: datetime


class TakenUp(Value, frozen=True, tag="taken-up"):
    """The trainee came back `away_s` seconds after they had gone, by the machine's clock; the drill's own stood still."""

    at: datetime
    away_s: int


class Noted(Value, frozen=True, tag="noted"):
    """What an observer wrote down; it counts for nothing in the score."""

    at: datetime
    by: str
    text: str


Entry = Did | Spoke | Said | Told | Fell | Mark | Left | TakenUp | Noted


class Log(Value, frozen=True):
    begun: Begun
    entries: tuple[Entry, ...]

    @property
    def events(self) -> list[Did]:
        return [entry for entry in self.entries if isinstance(entry, Did)]


def written(log: Log) -> str:
    return "".join(f"{to_json(line)}\n" for line in (log.begun, *log.entries))


def read(data: bytes, name: str) -> Log:
    """Raises UserError, with the line, where it is no log of a drill."""
    lines = data.decode("utf-8", errors="replace").splitlines()
    if not lines:
        raise UserError(f"{name}:1: nothing stands in this file; name a drill's log.")
    begun = _line(lines[0], Begun, name, 1)
    if begun.v != VERSION:
        raise UserError(f"{name}:1: this log was written by a newer taker311; update this one.")
    _sound(begun.drill, name)
    found: list[Entry] = [
        _line(text, Entry, name, number)  # type: ignore[arg-type] # a union is a type to msgspec
        for number, text in enumerate(lines[1:], 2)
        if text.strip()
    ]
    return Log(begun, tuple(found))


def _line(text: str, kind: type[T], name: str, number: int) -> T:
    try:
        return from_json(text, kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UserError(
            f"{name}:{number}: this is no line of a drill's log ({clean_line(str(error), limit=120)}); name another file."
        ) from error


def _sound(drill: Drill, name: str) -> None:
    """What a log's own drill must be for a score to mean anything."""
    weights = drill.weights or WEIGHTS
    if set(weights) != set(WEIGHTS) or sum(weights.values()) != 100 or min(weights.values()) < 0:
        raise UserError(f"{name}:1: the weights of its drill don't add up to 100; it was changed by hand.")
    if not drill.problems:
        raise UserError(f"{name}:1: its drill expects nothing; it was changed by hand.")


def load(path: Path) -> Log:
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path}: this file is too large for a drill's log (at most {LARGEST:,} bytes).")
        return read(path.read_bytes(), clean_line(str(path)))
    except OSError as error:
        raise UserError(f"{path}: this log can't be read ({error.strerror or error}); check the path.") from error


def save(log: Log, path: Path) -> None:
    try:
        write_atomically(path, written(log).encode())
    except OSError as error:
        raise UserError(f"{path}: the log can't be written ({error.strerror or error}); name another place.") from error


def marked(log: Log, by: str, marks: Iterable[tuple[Observed, int]], at: datetime) -> Log:
    """With an observer's marks; a later mark of the same observer replaces the earlier one when it is scored."""
    made = tuple(Mark(at, clean(by, limit=60), what, points) for what, points in marks)
    return msgspec.structs.replace(log, entries=(*log.entries, *made))

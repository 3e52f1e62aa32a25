"""The cue sheet's live side: a running drill tells a second terminal of the same account where it stands, and takes its marks.

Files in a folder of the running drill's own, 0700, and no socket of any kind: `drill` (once), `state` (when it changes), and
`marks`, to which the other side adds a line for each mark. Whoever holds the folder's lock is the drill; a free lock means
that it has ended, however it ended. The trainee's name stands in none of them.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from taker311.base.clock import Clock
from taker311.base.codec import Value, from_json, to_json
from taker311.base.files import private_folder
from taker311.base.text import clean_line
from taker311.cases.seat import SeatInUseError, SeatLock
from taker311.drills.log import MOST_POINTS, Mark, Noted, Observed
from taker311.drills.station import DrillStation
from taker311.knowledge.drills import Drill

_STATE, _DRILL, _MARKS = "state", "drill", "marks"
_TELL_AFTER_S = 0.2
_MOST = 1_000_000


class CueMark(Value, frozen=True):
    """A mark or, with points -1, a note that reached the log, at `at_s` seconds of the call."""

    by: str
    what: str
    points: int
    at_s: int


class CueState(Value, frozen=True):
    """Where a drill stands. `given` and `dodged` are facts; `seconds` the call's time when this was written, at `written`
    by the machine's clock; it stands still unless `running`."""

    phase: str
    topic: str
    step: str
    ask: str
    written: datetime
    seconds: float
    running: bool
    over: bool
    card: bool = False
    online: bool = True
    given: tuple[str, ...] = ()
    dodged: tuple[str, ...] = ()
    beats: tuple[int, ...] = ()  # spoken ones, by their number
    marks: tuple[CueMark, ...] = ()


class Wanted(Value, frozen=True):
    """A line of `marks`: what an observer wants in the log."""

    by: str
    what: Literal["courtesy", "listening", "note"]
    points: int = 0
    text: str = ""


class LiveCue:
    """The drill's side. Trouble with the disk takes the second terminal its news, never the trainee the drill."""

    def __init__(self, folder: Path, station: DrillStation, clock: Clock) -> None:
        self._station, self._clock = station, clock
        sweep(folder)
        self._place = private_folder(private_folder(folder) / f"drill-{secrets.token_hex(6)}")
        self._lock = SeatLock(self._place, "a drill")
        self._read, self._told, self._last = 0, float("-inf"), ""
        with contextlib.suppress(OSError):
            _put(self._place / _DRILL, to_json(station.drill))
            self._tell()
        station.watchers.append(self.watch)

    def watch(self) -> None:
        with contextlib.suppress(OSError):
            self._take_marks()
            if self._clock.monotonic() - self._told >= _TELL_AFTER_S:
                self._tell()

    def close(self) -> None:
        """The drill is put away; whoever looks on is told by the free lock."""
        if self.watch in self._station.watchers:
            self._station.watchers.remove(self.watch)
        with contextlib.suppress(OSError):
            self._take_marks()
            self._tell()
        self._lock.release()

    def _tell(self) -> None:
        state = state_of(self._station, self._clock.now())
        # The time alone is no news: the other side has a clock.
        key = to_json(_timeless(state))
        self._told = self._clock.monotonic()
        if key != self._last:
            self._last = key
            _put(self._place / _STATE, to_json(state))

    def _take_marks(self) -> None:
        path = self._place / _MARKS
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            return
        if not self._read < size <= _MOST:
            return
        with path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data.rfind(b"\n") + 1  # a line that is still being written waits
        self._read += whole
        for line in data[:whole].splitlines():
            with contextlib.suppress(ValueError):
                self._take(from_json(line, Wanted))

    def _take(self, wanted: Wanted) -> None:
        by = clean_line(wanted.by, limit=60) or "observer"
        if wanted.what == "note":
            if text := clean_line(wanted.text, limit=500):
                self._station.note(by, text)
        else:
            self._station.mark(by, wanted.what, max(0, min(MOST_POINTS, wanted.points)))


def _timeless(state: CueState) -> tuple[object, ...]:
    left_out = ("written", "seconds")
    return tuple(getattr(state, name) for name in state.__struct_fields__ if name not in left_out)


def state_of(station: DrillStation, now: datetime) -> CueState:
    shown, caller, where = station.view(), station.caller, station.where(station.state)
    began = station.state.started_at

    def second(at: datetime) -> int:
        return max(0, int((at - began).total_seconds())) if began else 0

    entries = station.log_so_far.entries
    marks = [
        CueMark(one.by, one.what, one.points, second(one.at))
        if isinstance(one, Mark)
        else CueMark(one.by, one.text, -1, second(one.at))
        for one in entries
        if isinstance(one, Mark | Noted)
    ]
    return CueState(
        phase=where.phase,
        topic=where.topic,
        step=where.step,
        ask=shown.ask,
        written=now,
        seconds=station.elapsed,
        running=began is not None and not station.over,
        over=station.over,
        card=where.card,
        online=station.online is not False,
        given=tuple(sorted(caller.given)),
        dodged=tuple(sorted(caller.dodged)),
        beats=tuple(sorted(caller.played)),
        marks=tuple(marks),
    )


# ---------------------------------------------------------------- the other terminal
class Watched(NamedTuple):
    """A running drill, seen from outside."""

    place: Path
    drill: Drill

    def state(self) -> CueState | None:
        """None while it can't be read."""
        try:
            return from_json((self.place / _STATE).read_bytes(), CueState)
        except (OSError, ValueError):
            return None

    def alive(self) -> bool:
        return _held(self.place)

    def mark(self, by: str, what: Observed, points: int) -> None:
        self._add(Wanted(by, what, points))

    def note(self, by: str, text: str) -> None:
        self._add(Wanted(by, "note", 0, clean_line(text, limit=500)))

    def _add(self, wanted: Wanted) -> None:
        """Raises OSError."""
        handle = os.open(self.place / _MARKS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"{to_json(wanted)}\n".encode())
        finally:
            os.close(handle)


def running(folder: Path) -> Watched | None:
    """The drill of this account that began last and still runs."""
    return next(_running(folder), None)


def _running(folder: Path) -> Iterator[Watched]:
    places = [place for place in folder.glob("drill-*") if (place / _STATE).exists()]
    for place in sorted(places, key=lambda one: (one / _DRILL).stat().st_mtime, reverse=True):
        if _held(place):
            with contextlib.suppress(OSError, ValueError):
                yield Watched(place, from_json((place / _DRILL).read_bytes(), Drill))


def sweep(folder: Path) -> None:
    """Takes away what drills left that have ended."""
    for place in folder.glob("drill-*"):
        if (place / _STATE).exists() and not _held(place):
            shutil.rmtree(place, ignore_errors=True)


def _held(place: Path) -> bool:
    try:
        SeatLock(place, "the cue sheet").release()
    except SeatInUseError:
        return True
    except OSError:
        return False
    return False


def _put(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)

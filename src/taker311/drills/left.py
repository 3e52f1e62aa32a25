"""Drills that were left in the middle, so that they can be taken up again: after F10, a crash or a kill.

What is kept is the log as far as it came, without the trainee's name: keys pressed for a caller who does not exist, and what
the trainee has seen on the screen. A trainee has no key, and one beside the file would protect nothing; so it lies in the
account's own folder, for its owner alone, with a salted hash of the name by which the trainee is known again. Beside it, with
the name, sealed to the trainers, is the same log as it counts while nobody takes it up: left.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from taker311.base.clock import Clock
from taker311.base.codec import Value, pack, unpack
from taker311.base.files import private_folder
from taker311.base.text import fold
from taker311.call.events import Started
from taker311.cases.seat import SeatInUseError, SeatLock
from taker311.drills.log import Did, Left, Log, read, written
from taker311.drills.results import keep, keep_sealed, sealed_for
from taker311.drills.station import DrillStation
from taker311.drills.trainer_keys import Public

KEPT = timedelta(days=7)
_FILE = "part"
_WRITE_AFTER_S, _HEARTBEAT_S = 0.5, 5.0


class Part(Value, frozen=True):
    """`who` is a salted hash of the trainee's name; `log` has no name in it; `at` is where the drill's clock stood and
    `left` the machine's moment. `sealed` is the log as left, for the trainers, '' where the desk knows none; `result` the
    file among the results under which it counts so."""

    v: int
    salt: bytes
    who: bytes
    log: str
    at: datetime
    left: datetime
    sealed: bytes = b""
    result: str = ""


class Found(NamedTuple):
    """A drill that was left, and its folder."""

    folder: Path
    part: Part
    log: Log

    def away_s(self, now: datetime) -> int:
        return max(0, int((now - self.part.left).total_seconds()))


class Keeper:
    """Writes one running drill down as it goes on. Its lock is free once the program has ended, however it ended."""

    def __init__(
        self, folder: Path, station: DrillStation, trainers: Sequence[Public], clock: Clock, after: Found | None = None
    ) -> None:
        self._folder, self._station, self._trainers, self._clock = folder, station, trainers, clock
        name = after.folder.name if after else secrets.token_hex(8)
        self._place = private_folder(private_folder(folder / "left") / name)
        self._lock = SeatLock(self._place, "a drill")
        salt = after.part.salt if after else secrets.token_bytes(16)
        self._head = salt, _hash(station.desk.agent, salt)
        self._result = after.part.result if after else ""
        self._size, self._written = -1, float("-inf")
        station.watchers.append(self.watch)

    def watch(self) -> None:
        """Writes when something happened, at most twice a second, and now and then so that the clock is known."""
        if self._station.over or not self._station.state.started_at:
            return
        since = self._clock.monotonic() - self._written
        changed = len(self._station.log_so_far.entries) != self._size
        if (changed and since >= _WRITE_AFTER_S) or since >= _HEARTBEAT_S:
            self.save()

    def save(self) -> None:
        """A disk that is full takes the place from which a drill could be taken up; the drill itself goes on."""
        log, now = self._station.log_so_far, self._station.desk.clock.now()
        as_left = log if _is_left(log) else replace(log, entries=(*log.entries, Left(now)))
        sealed = sealed_for(as_left, self._trainers) if self._trainers and not self._result else b""
        salt, who = self._head
        part = Part(1, salt, who, written(_named(log, "")), now, self._clock.now(), sealed, self._result)
        with contextlib.suppress(OSError):
            _put(self._place / _FILE, pack(part))
        self._size, self._written = len(log.entries), self._clock.monotonic()

    def let_go(self) -> None:
        """As when the program ends without a word: what was written stays, and may be taken up."""
        self._lock.release()

    def ended(self, log: Log) -> None:
        """The drill is over, or was left: then it counts as that until it is taken up."""
        if self.watch in self._station.watchers:
            self._station.watchers.remove(self.watch)
        if self._result:
            (self._folder / "results" / self._result).unlink(missing_ok=True)
            self._result = ""
        result = keep(self._folder, log, self._trainers).name if self._trainers else ""
        if _is_left(log) and self._station.state.started_at:
            self._result = result
            self.save()
            self._lock.release()
        else:
            self._lock.release()
            shutil.rmtree(self._place, ignore_errors=True)


def find(folder: Path, trainee: str, drill: Callable[[str], bool]) -> Found | None:
    """The drill that this trainee left last, among those whose id `drill` takes; none that is still running."""
    found = [
        one
        for one in _all(folder)
        if drill(one.log.begun.drill.id) and secrets.compare_digest(one.part.who, _hash(trainee, one.part.salt))
    ]
    last = max(found, key=lambda one: one.part.left, default=None)
    return last._replace(log=_named(last.log, trainee)) if last is not None else None


def give_up(folder: Path, found: Found) -> None:
    """It stays what it was: left."""
    if found.part.sealed and not found.part.result:
        keep_sealed(folder, found.part.sealed)
    shutil.rmtree(found.folder, ignore_errors=True)


def settle(folder: Path, now: datetime) -> None:
    """What was killed counts as left from now on; what nobody took up for a week can't be taken up any more."""
    for one in _all(folder):
        if now - one.part.left > KEPT:
            give_up(folder, one)
        elif one.part.sealed and not one.part.result:
            name = keep_sealed(folder, one.part.sealed).name
            _put(one.folder / _FILE, pack(replace(one.part, sealed=b"", result=name)))


def _all(folder: Path) -> Iterator[Found]:
    """Those that no program has in hand. One that can't be read any more is taken away."""
    for place in sorted((folder / "left").glob("*")):
        try:
            SeatLock(place, "a drill").release()
        except SeatInUseError:
            continue
        try:
            part = unpack((place / _FILE).read_bytes(), Part)
            yield Found(place, part, read(part.log.encode(), place.name))
        except (OSError, ValueError):
            shutil.rmtree(place, ignore_errors=True)


def _named(log: Log, name: str) -> Log:
    """With `name` for the trainee's, in both places where it stands."""
    entries = tuple(
        replace(entry, event=replace(entry.event, agent=name))
        if isinstance(entry, Did) and isinstance(entry.event, Started)
        else entry
        for entry in log.entries
    )
    return Log(replace(log.begun, trainee=name), entries)


def _is_left(log: Log) -> bool:
    return any(isinstance(entry, Left) for entry in log.entries)


def _hash(name: str, salt: bytes) -> bytes:
    """Slow on purpose: names are easy to guess. N, r as RFC 7914 gives them for interactive use."""
    return hashlib.scrypt(fold(name).strip().encode(), salt=salt, n=1 << 14, r=8, p=1)


def _put(path: Path, data: bytes) -> None:
    """Old bytes or new ones; what a power cut takes here nobody misses, so the disk is not waited for."""
    handle = path.with_suffix(".new")
    handle.write_bytes(data)
    handle.chmod(0o600)
    handle.replace(path)

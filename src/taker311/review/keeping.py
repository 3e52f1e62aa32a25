"""What a seat does for the review: a chosen call is sealed when it ends, one that a crash left out is caught up on, and what
has had its time is deleted."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from taker311.base import sealing
from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.people_keys import Public
from taker311.base.sealing import Sealer
from taker311.base.settings import ReviewSettings
from taker311.call.events import Disposed, Started
from taker311.cases.model import JournalEntry
from taker311.cases.reading_calls import reader
from taker311.review import record
from taker311.review.record import Happened, Recorded
from taker311.review.sampling import Reason, reasons
from taker311.station.recorder import events_of

LONGEST = timedelta(days=30)
_FORMS = (".form", ".draft", ".released", ".seen")


class SeatCalls:
    """A seat's journal, read beside its running desk. Nothing is opened to decide which calls are kept."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self.folder, self.sealer = folder, sealer

    def calls(self) -> list[str]:
        journal = reader(self.folder, None)
        return journal.calls() if journal is not None else []

    def ended_since(self, at: datetime) -> list[str]:
        journal = reader(self.folder, None)
        return journal.ended_since(at) if journal is not None else []

    def plain(self, call_id: str) -> list[JournalEntry]:
        journal = reader(self.folder, None)
        return journal.events(call_id) if journal is not None else []

    def opened(self, call_id: str) -> list[JournalEntry]:
        journal = reader(self.folder, self.sealer)
        return journal.events(call_id) if journal is not None else []


def reply_pair(sealer: Sealer) -> tuple[bytes, bytes]:
    """An X25519 pair (public, private) that a seat's key gives again and again: for what a reviewer lets its agent read."""
    private = sealer.mac("review reply", b"")
    return sealing.public_of(private), private


def recorded(
    entries: Sequence[JournalEntry], why: Sequence[Reason], *, desk: str, sealer: Sealer, chosen_by: str = ""
) -> Recorded:
    """The call that these entries tell. Raises UserError where what was said in it is gone, or can't be opened."""
    events = events_of(list(entries))
    started = next((event for _, event in events if isinstance(event, Started)), None)
    if started is None:
        raise UserError("What was said in this call was deleted after its time, or can't be opened with this key.")
    ended = next((at for at, event in reversed(events) if isinstance(event, Disposed)), None)
    return Recorded(
        v=record.VERSION,
        call_id=started.call_id,
        agent=started.agent,
        desk=desk,
        kb_version=started.kb_version,
        began=events[0][0],
        ended=ended,
        why=tuple(why),
        events=tuple(Happened(at, event) for at, event in events),
        chosen_by=chosen_by,
        reply_to=reply_pair(sealer)[0],
    )


class Keeper:
    """`folders`: where sealed calls go, the seat's own first, then shared ones. `reviewers` gives those whom the desk knows now."""

    def __init__(
        self,
        folders: Sequence[Path],
        reviewers: Callable[[], Sequence[Public]],
        wanted: ReviewSettings,
        clock: Clock,
        *,
        desk: str = "",
    ) -> None:
        self._folders = tuple(folders)
        self._reviewers, self._wanted, self._clock, self._desk = reviewers, wanted, clock, desk

    def ended(self, calls: SeatCalls, call_id: str) -> tuple[Reason, ...]:
        """Keeps a call that is over where it is chosen; gives the reasons. Raises UserError."""
        plain = calls.plain(call_id)
        over = _ended(plain)
        why = reasons(plain, self._wanted, calls.sealer.mac) if over else ()
        people = self._reviewers() if why else ()
        if over is None or not people:
            return ()
        if self._lacking(call_id):
            self._seal(recorded(calls.opened(call_id), why, desk=self._desk, sealer=calls.sealer), people, over)
        return why

    def pick(self, calls: SeatCalls, call_id: str, by: str) -> bool:
        """Keeps a call that a person chose; False where it is kept already. Its time runs from now. Raises UserError."""
        people = self._reviewers()
        if not people:
            raise UserError(record.NOBODY)
        plain = calls.plain(call_id)
        if _ended(plain) is None:
            raise UserError("This call is not over yet; pick it when it is, or mark it at the desk.")
        if not self._lacking(call_id):
            return False
        why: list[Reason] = ["picked", *reasons(plain, self._wanted, calls.sealer.mac)]
        found = recorded(calls.opened(call_id), why, desk=self._desk, sealer=calls.sealer, chosen_by=by)
        self._seal(found, people, self._clock.now())
        return True

    def catch_up(self, calls: SeatCalls, within: timedelta = LONGEST) -> int:
        """Keeps what ended lately while nobody sealed it: the desk died, the disk was full, a folder was not there."""
        if not self._reviewers():
            return 0
        count = 0
        for call_id in calls.ended_since(self._clock.now() - min(within, _days(self._wanted.keep_days))):
            if self._lacking(call_id):
                with contextlib.suppress(UserError):
                    count += bool(self.ended(calls, call_id))
        return count

    def purge(self) -> int:
        """Deletes, in all folders, what has had its time; how many files."""
        return sum(purge(folder, self._clock.now(), self._wanted) for folder in self._folders)

    def _lacking(self, call_id: str) -> list[Path]:
        return [folder for folder in self._folders if not record.path_in(folder, call_id).exists()]

    def _seal(self, found: Recorded, people: Sequence[Public], at: datetime) -> None:
        """Into every folder; one that can't be written keeps the others from nothing."""
        troubles = []
        for folder in self._lacking(found.call_id):
            try:
                record.keep(folder, found, people, at, shared=folder != self._folders[0])
            except UserError as error:
                troubles.append(error)
        if troubles:
            logging.getLogger(__name__).warning("a call could not be kept for review in every folder")
            raise troubles[0]


def _ended(entries: Sequence[JournalEntry]) -> datetime | None:
    return next((entry.at for entry in reversed(entries) if entry.kind == "disposed"), None)


def _days(count: float) -> timedelta:
    return timedelta(days=count)


def purge(folder: Path, now: datetime, wanted: ReviewSettings) -> int:
    """Deletes calls and forms whose time is over. A file that can't be read is judged by the disk's own date."""
    count = 0
    for path in _files(folder):
        kept = min(_days(wanted.keep_days), LONGEST) if path.suffix == record.SUFFIX else _days(wanted.keep_forms_days)
        if _dated(path, now) + kept <= now:
            with contextlib.suppress(OSError):
                shred(path)
                count += 1
    return count


def _files(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from [path for path in sorted(folder.iterdir()) if path.suffix in (record.SUFFIX, *_FORMS)]


def _dated(path: Path, now: datetime) -> datetime:
    with contextlib.suppress(UserError):
        return record.read(path, "file").at
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)
    except OSError:
        return now


def shred(path: Path) -> None:
    """Overwrites a file, which holds the wrapped keys of what is sealed in it, and removes it. Raises OSError."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()

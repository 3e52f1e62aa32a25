"""The call's events on their way into the journal: typing is written at most every quarter of a second, all else at once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from taker311.base.codec import from_json, to_json
from taker311.base.errors import UserError
from taker311.base.words import say
from taker311.call.events import AnyEvent, Event, FieldTyped, PlacesFound, PlaceTyped, Typed
from taker311.cases.journal import Journal
from taker311.cases.model import JournalEntry

# A newer one of these makes an older one worthless, so only the last waits to be written.
_SUPERSEDED = (Typed, FieldTyped, PlaceTyped, PlacesFound)
WRITE_AFTER = timedelta(milliseconds=200)
KEPT = timedelta(days=7)


class Recorder:
    """Writes one call after another into `journal`; what was said stays for `kept` after the call. While there is no journal,
    nobody having signed in, the open call's events stay in memory alone; `attach` writes them."""

    def __init__(self, journal: Journal | None, kept: timedelta = KEPT) -> None:
        self.journal = journal
        self._kept = kept
        self.problem = ""
        self._call_id = ""
        self._seq = 0
        self._waiting: dict[type[Event], JournalEntry] = {}
        self._since: datetime | None = None
        self._owed: list[JournalEntry] = []  # what the disk did not take yet

    def begin(self, call_id: str, seq: int = 0) -> None:
        self._call_id, self._seq = call_id, seq
        self._waiting.clear()
        self._since = None
        if self.journal is None:
            self._owed.clear()

    def attach(self, journal: Journal) -> None:
        """Somebody signed in: the open call is written as it was from its beginning."""
        self.journal = journal
        self.flush()

    def note(self, event: Event, at: datetime) -> None:
        """Takes an event over; typing may wait for `flush`, `tick` or the next event that is none."""
        if not self._call_id:
            return
        self._seq += 1
        entry = entry_of(self._call_id, self._seq, at, event)
        if isinstance(event, _SUPERSEDED):
            self._waiting.pop(type(event), None)
            self._waiting[type(event)] = entry
            self._since = self._since or at
            self.tick(at)
            return
        self._write([*self._waiting.values(), entry])
        self._waiting.clear()
        self._since = None

    def tick(self, now: datetime) -> None:
        """Writes typing that has waited long enough."""
        if self._waiting and self._since is not None and abs(now - self._since) >= WRITE_AFTER:
            self.flush()

    def flush(self) -> None:
        if self._waiting or self._owed:
            self._write(list(self._waiting.values()))
            self._waiting.clear()
            self._since = None

    def _write(self, entries: list[JournalEntry]) -> None:
        self._owed += entries
        if self.journal is None:
            return
        try:
            self.journal.append_all(self._owed)
            self._owed = []
            self.problem = ""
        except UserError as error:
            # The call must go on whatever the disk does; the words for the agent stay on the screen until it works again.
            self.problem = say("NOT SAVED: {why}", why=error)
            logging.getLogger(__name__).warning("the journal could not be written")

    def end(self, at: datetime) -> None:
        """The call is over; its words stay for their time, sealed."""
        self.flush()
        if self.journal is None:
            self._owed.clear()
        elif self._call_id:
            try:
                self.journal.end(self._call_id, at, purge_at=at + self._kept)
            except UserError as error:
                self.problem = str(error)
        self._call_id = ""


def entry_of(call_id: str, seq: int, at: datetime, event: Event) -> JournalEntry:
    """An event as the journal keeps it: what is plain of it, and all of it to be sealed."""
    fields = {name: str(getattr(event, name)) for name in event.plain}
    return JournalEntry(call_id, seq, at, str(type(event).__struct_config__.tag), fields, {"event": to_json(event)})


def events_of(entries: list[JournalEntry]) -> list[tuple[datetime, AnyEvent]]:
    """The events of a call as it was journalled; one that can't be opened or read is left out."""
    found: list[tuple[datetime, AnyEvent]] = []
    for entry in entries:
        if entry.sealed is None or "event" not in entry.sealed:
            continue
        try:
            found.append((entry.at, from_json(entry.sealed["event"], AnyEvent)))  # type: ignore[arg-type]
        except ValueError:
            continue
    return found

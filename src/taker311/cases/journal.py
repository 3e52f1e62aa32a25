"""calls.db: what was done in each call, so that a start after a crash offers the call exactly as it was. The kinds, ids and
timings are plain; what the caller said is sealed under a key of the call's own."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from taker311.base import crash, sealing
from taker311.base.clock import Clock
from taker311.base.codec import from_json, pack, to_json, unpack
from taker311.base.errors import UserError
from taker311.base.sealing import Sealer
from taker311.base.words import say
from taker311.cases import damaged
from taker311.cases.database import DamagedError, Database
from taker311.cases.interface import LockedError
from taker311.cases.model import JournalEntry
from taker311.cases.salvage import set_aside

FILE = "calls.db"

MIGRATIONS = (
    """
CREATE TABLE call (
    call_id TEXT PRIMARY KEY, started_at TEXT NOT NULL, ended_at TEXT, call_key BLOB, purge_at TEXT
) WITHOUT ROWID;
CREATE INDEX call_open ON call (started_at) WHERE ended_at IS NULL;
CREATE TABLE event (
    call_id TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, fields TEXT NOT NULL, sealed BLOB,
    PRIMARY KEY (call_id, seq)
) WITHOUT ROWID;
""",
)


class Journal:
    """Made by `open_journal`, under the lock of the seat's store. Without a sealer only plain parts can be written."""

    def __init__(self, database: Database, sealer: Sealer | None) -> None:
        self._database = database
        self._sealer = sealer
        self._keys: dict[str, bytes] = {}
        self.notices: tuple[str, ...] = ()

    def unlock(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def append(
        self,
        call_id: str,
        seq: int,
        at: datetime,
        kind: str,
        fields: Mapping[str, str] | None = None,
        sealed: Mapping[str, str] | None = None,
    ) -> None:
        """One event, committed when this returns. `fields` must hold no caller data; `sealed` may."""
        self.append_all([JournalEntry(call_id, seq, at, kind, dict(fields or {}), dict(sealed) if sealed else None)])

    def append_all(self, entries: Iterable[JournalEntry]) -> None:
        """Several events in one commit. An event that stands there already stays as it is."""
        prepared = []
        new: dict[str, tuple[str, bytes | None]] = {}
        for entry in entries:
            at = entry.at.isoformat(timespec="microseconds")
            blob = None
            if entry.sealed:
                key = self._key(entry.call_id)
                blob = sealing.encrypt(key, pack(entry.sealed), about_event(entry.call_id, entry.seq))
            if entry.call_id not in new:
                new[entry.call_id] = (at, self._wrapped(entry.call_id))
            prepared.append((entry.call_id, entry.seq, at, entry.kind, to_json(entry.fields), blob))

        def work(connection: sqlite3.Connection) -> None:
            for call_id, (at, wrapped) in new.items():
                connection.execute(
                    "INSERT INTO call (call_id, started_at, call_key) VALUES (?, ?, ?) ON CONFLICT (call_id)"
                    " DO UPDATE SET call_key = coalesce(call_key, excluded.call_key)",
                    (call_id, at, wrapped),
                )
            connection.executemany(
                "INSERT OR IGNORE INTO event (call_id, seq, at, kind, fields, sealed) VALUES (?, ?, ?, ?, ?, ?)",
                prepared,
            )
            crash.point("journal.before-commit")

        self._database.write(work)

    def open_calls(self) -> list[str]:
        """Calls that have not ended, oldest first."""
        return self._database.read(
            lambda c: [r[0] for r in c.execute("SELECT call_id FROM call WHERE ended_at IS NULL ORDER BY started_at")]
        )

    def calls(self) -> list[str]:
        """Every call that is still kept, oldest first."""
        return self._database.read(lambda c: [r[0] for r in c.execute("SELECT call_id FROM call ORDER BY started_at")])

    def ended_since(self, at: datetime) -> list[str]:
        """Calls that ended after `at`, oldest first; needs no key."""
        moment = at.isoformat(timespec="microseconds")
        select = "SELECT call_id FROM call WHERE ended_at > ? ORDER BY started_at"
        return self._database.read(lambda c: [r[0] for r in c.execute(select, (moment,))])

    def calls_with(self, kinds: Collection[str]) -> list[str]:
        """Calls in which something of these kinds happened, oldest first; needs no key."""
        marks = ",".join("?" * len(kinds))
        select = (
            f"SELECT call_id FROM call WHERE call_id IN (SELECT call_id FROM event WHERE kind IN ({marks}))"  # noqa: S608 - question marks
            " ORDER BY started_at"
        )
        return self._database.read(lambda c: [r[0] for r in c.execute(select, tuple(kinds))])

    def events(self, call_id: str) -> list[JournalEntry]:
        """In order. `sealed` is None while locked, after the values were purged, where nothing
        was sealed, and where the disk damaged it: the rest of the call is worth having all the same."""
        found = self._database.read(
            lambda c: c.execute(
                "SELECT seq, at, kind, fields, sealed FROM event WHERE call_id=? ORDER BY seq", (call_id,)
            ).fetchall()
        )
        key = self._known_key(call_id) if self._sealer else None
        return [
            JournalEntry(
                call_id,
                seq,
                datetime.fromisoformat(at),
                kind,
                from_json(fields, dict[str, str]),
                opened(key, blob, about_event(call_id, seq)) if key and blob else None,
            )
            for seq, at, kind, fields, blob in found
        ]

    def end(self, call_id: str, at: datetime, *, purge_at: datetime | None = None) -> None:
        """The call is over: it is not offered again. `purge_at`: when its values are shredded."""
        moment = at.isoformat(timespec="microseconds")
        purge = purge_at.isoformat(timespec="microseconds") if purge_at else None
        self._database.write(
            lambda c: c.execute("UPDATE call SET ended_at=?, purge_at=? WHERE call_id=?", (moment, purge, call_id))
        )
        self._keys.pop(call_id, None)

    def purge(self, at: datetime, *, plain_before: datetime | None = None) -> int:
        """Shreds the values of calls past their `purge_at`, and deletes calls that ended before `plain_before` whole.
        Returns how many calls were touched."""
        moment = at.isoformat(timespec="microseconds")
        old = plain_before.isoformat(timespec="microseconds") if plain_before else ""

        def work(connection: sqlite3.Connection) -> int:
            over = [r[0] for r in connection.execute("SELECT call_id FROM call WHERE purge_at <= ?", (moment,))]
            marks = ",".join("?" * len(over))
            keys = connection.execute(
                f"SELECT call_key FROM call WHERE call_key NOT NULL AND call_id IN ({marks})",  # noqa: S608 - question marks
                over,
            )
            damaged.shred(self._database.path.parent, [key for (key,) in keys.fetchall()])
            for call_id in over:
                connection.execute("UPDATE call SET call_key=NULL, purge_at=NULL WHERE call_id=?", (call_id,))
                connection.execute("UPDATE event SET sealed=NULL WHERE call_id=?", (call_id,))
            gone = (
                [r[0] for r in connection.execute("SELECT call_id FROM call WHERE ended_at < ?", (old,))] if old else []
            )
            for call_id in gone:
                connection.execute("DELETE FROM event WHERE call_id=?", (call_id,))
                connection.execute("DELETE FROM call WHERE call_id=?", (call_id,))
            return len({*over, *gone})

        count = self._database.write(work)
        if count:
            self._database.checkpoint()
        return count

    def rewrap(self, sealer: Sealer) -> None:
        """Every call's key under the sealer's current key; the values themselves stay."""

        def work(connection: sqlite3.Connection) -> None:
            for call_id, blob in connection.execute(
                "SELECT call_id, call_key FROM call WHERE call_key NOT NULL"
            ).fetchall():
                connection.execute(
                    "UPDATE call SET call_key=? WHERE call_id=?", (sealer.rewrap(blob, f"call {call_id}"), call_id)
                )

        self._database.write(work)
        self._database.checkpoint()
        self._sealer = sealer

    def close(self) -> None:
        self._database.close()

    def _key(self, call_id: str) -> bytes:
        """The call's own key, made with its first sealed value."""
        if self._sealer is None:
            raise LockedError(say("Nobody has signed in at this seat, so nothing a caller said can be written down."))
        key = self._known_key(call_id)
        if key is None:
            key = sealing.new_secrets().key
            self._keys[call_id] = key
        return key

    def _known_key(self, call_id: str) -> bytes | None:
        if call_id not in self._keys and self._sealer is not None:
            found = self._database.read(
                lambda c: c.execute("SELECT call_key FROM call WHERE call_id=?", (call_id,)).fetchone()
            )
            if found is None or found[0] is None:
                return None
            self._keys[call_id] = self._sealer.open(found[0], f"call {call_id}")
        return self._keys.get(call_id)

    def _wrapped(self, call_id: str) -> bytes | None:
        key = self._keys.get(call_id)
        return self._sealer.seal(key, f"call {call_id}") if key and self._sealer else None


def open_journal(folder: Path, clock: Clock, sealer: Sealer | None = None) -> Journal:
    """The journal in a seat's folder. A damaged file is set aside and what opens is copied over."""
    path = folder / FILE
    aside: Path | None = None
    try:
        database = Database(path, MIGRATIONS)
    except DamagedError:
        aside = set_aside(path, clock.now())
        database = Database(path, MIGRATIONS)
    journal = Journal(database, sealer)
    if aside is not None:
        count = _copy_whole(aside / FILE, database)
        journal.notices = (
            say(
                "{path} was damaged: {count} events were saved from it, the damaged file is kept in {folder}.",
                path=path,
                count=count,
                folder=aside.name,
            ),
        )
    return journal


def _copy_whole(damaged: Path, into: Database) -> int:
    """Rows that can still be read; what is sealed in them proves itself when it is opened."""
    rows: dict[str, list[tuple[object, ...]]] = {"call": [], "event": []}
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(damaged)) as connection:
        for table, found in rows.items():
            with contextlib.suppress(sqlite3.Error):
                found.extend(connection.execute(f"SELECT * FROM {table}"))  # noqa: S608 - two names of our own

    def work(connection: sqlite3.Connection) -> int:
        for table, found in rows.items():
            for row in found:
                with contextlib.suppress(sqlite3.Error):
                    marks = ",".join("?" * len(row))
                    connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)  # noqa: S608 - as above
        return int(connection.execute("SELECT count(*) FROM event").fetchone()[0])

    try:
        return into.write(work)
    except UserError:
        return 0


def opened(key: bytes, blob: bytes, about: bytes) -> dict[str, str] | None:
    """An event's sealed values; None where they are damaged."""
    try:
        return unpack(sealing.decrypt(key, blob, about), dict[str, str])
    except (sealing.SealBrokenError, ValueError):
        return None


def about_event(call_id: str, seq: int) -> bytes:
    """What an event's sealed values are bound to."""
    return f"call {call_id} event {seq}".encode()

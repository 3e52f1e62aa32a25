"""The tables of queue.db, and how a row of them becomes a value and back."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime
from typing import Any

import msgspec

from taker311.base.codec import pack
from taker311.cases.model import OutboxRow

# One script per version; a statement ends with ";" at the end of a line. A script that was released never changes.
MIGRATIONS = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (
    case_id TEXT NOT NULL UNIQUE, ref TEXT NOT NULL UNIQUE, idem_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN
        ('draft', 'queued', 'sending', 'unknown', 'blocked', 'held', 'exported', 'sent', 'purged', 'closed')),
    service_code TEXT NOT NULL, topic_id TEXT NOT NULL, agency TEXT NOT NULL,
    script_id TEXT NOT NULL, script_version INTEGER NOT NULL, kb_version TEXT NOT NULL,
    sealed BLOB, body_sha256 TEXT NOT NULL, key_id TEXT NOT NULL,
    created_at TEXT NOT NULL, finalised_at TEXT NOT NULL, first_sent_at TEXT, ended_at TEXT, next_at TEXT, sent_at TEXT,
    purge_at TEXT, attempts INTEGER NOT NULL, charged INTEGER NOT NULL, ambiguous INTEGER NOT NULL, ever_unknown INTEGER NOT NULL,
    last_class TEXT NOT NULL, last_status INTEGER, last_reason TEXT NOT NULL,
    request_id TEXT NOT NULL, token TEXT NOT NULL, polls INTEGER NOT NULL,
    looks INTEGER NOT NULL, absent_looks INTEGER NOT NULL, absent_at TEXT, promise_day TEXT NOT NULL,
    row_check TEXT NOT NULL
);
CREATE INDEX outbox_due ON outbox (state = 'sent', attempts > 0, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_receipt ON outbox (request_id) WHERE request_id <> '';
CREATE INDEX outbox_purge ON outbox (purge_at) WHERE purge_at IS NOT NULL;
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES outbox (case_id),
    started_at TEXT NOT NULL, ended_at TEXT, status INTEGER, class TEXT
);
CREATE INDEX attempt_open ON attempt (case_id) WHERE ended_at IS NULL;
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, event TEXT NOT NULL, case_id TEXT NOT NULL,
    detail TEXT NOT NULL, said BLOB, hash TEXT NOT NULL, mac TEXT NOT NULL
);
""",
)

_MOMENTS = frozenset(("created_at", "first_sent_at", "ended_at", "next_at", "sent_at", "purge_at", "absent_at"))
_FLAGS = ("ambiguous", "ever_unknown")
_COLUMNS = OutboxRow.__struct_fields__
_CHANGING = tuple(c for c in _COLUMNS if c not in ("case_id", "ref", "created_at"))
SELECT = f"SELECT {', '.join(_COLUMNS)}, row_check FROM outbox"  # noqa: S608 - names of our own fields
UPDATE = f"UPDATE outbox SET {', '.join(f'{c}=:{c}' for c in _CHANGING)}, row_check=:row_check WHERE case_id=:case_id"  # noqa: S608 - as above


def text_of(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with microseconds, so that texts sort as moments do."""
    return None if moment is None else moment.isoformat(timespec="microseconds")


def moment_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def columns_of(row: OutboxRow) -> dict[str, Any]:
    """The row's columns, with a digest over them: SQLite does not notice a flipped bit inside a value."""
    columns: dict[str, Any] = {c: text_of(getattr(row, c)) if c in _MOMENTS else getattr(row, c) for c in _COLUMNS}
    for name in _FLAGS:
        columns[name] = int(getattr(row, name))
    columns["row_check"] = _digest(columns)
    return columns


def row_of(found: sqlite3.Row | dict[str, Any]) -> OutboxRow:
    """Raises sqlite3.DatabaseError where the row is not what was written."""
    fields = {c: found[c] for c in _COLUMNS}
    if _digest(fields) != found["row_check"]:
        raise sqlite3.DatabaseError("a row is damaged")
    for name in _MOMENTS:
        fields[name] = moment_of(fields[name])
    for name in _FLAGS:
        fields[name] = bool(fields[name])
    return msgspec.convert(fields, OutboxRow)


def is_whole(found: dict[str, Any]) -> bool:
    return found.get("row_check") == _digest({c: found.get(c) for c in _COLUMNS})


def _digest(columns: dict[str, Any]) -> str:
    return hashlib.blake2b(pack([columns[c] for c in _COLUMNS]), digest_size=8).hexdigest()


def insert(connection: sqlite3.Connection, row: OutboxRow, extra: dict[str, Any]) -> None:
    values = {**columns_of(row), **extra}
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO outbox ({names}) VALUES ({marks})", values)  # noqa: S608 - names of our own fields

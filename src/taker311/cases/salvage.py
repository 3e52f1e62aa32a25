"""Getting cases out of a damaged queue: row by row, and only those whose seal proves that they are whole."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from taker311.base.codec import unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, sync_folder
from taker311.base.sealing import Sealer
from taker311.base.words import say
from taker311.cases import outbox
from taker311.cases.database import Database
from taker311.cases.schema import MIGRATIONS, insert, is_whole, moment_of, text_of
from taker311.cases.tables import Body, about, queued_row


def set_aside(path: Path, at: datetime) -> Path:
    """Moves the file together with its WAL into a folder of its own beside it; returns that folder."""
    folder = path.parent / f"damaged-{path.stem}-{at:%Y%m%d-%H%M%S}"
    number = 1
    while folder.exists():
        number += 1
        folder = path.parent / f"damaged-{path.stem}-{at:%Y%m%d-%H%M%S}-{number}"
    private_folder(folder)
    try:
        for suffix in ("-wal", "-shm", ""):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(folder / part.name)
        sync_folder(path.parent)
    except OSError as error:
        raise UserError(
            say(
                "{path}: is damaged and can't be set aside ({why}); give write permission.",
                path=path,
                why=error.strerror,
            )
        ) from error
    return folder


def salvage(damaged: Path, into: Database, sealer: Sealer, at: datetime) -> int:
    """Copies every row of `damaged` whose seal opens; returns how many. Each comes back as what is safe: settled ones stay
    settled, all others are in doubt, because what the damage took may have been the note that they were sent."""
    saved = 0
    seen: set[str] = set()
    with tempfile.TemporaryDirectory(dir=damaged.parent) as scratch:
        for found in readable_rows(damaged, Path(scratch)):
            case_id = found.get("case_id")
            if not isinstance(case_id, str) or case_id in seen:
                continue
            with contextlib.suppress(ValueError, TypeError, KeyError, UserError, sqlite3.IntegrityError):
                _restore(found, into, sealer, at)
                seen.add(case_id)
                saved += 1
    return saved


def _restore(found: dict[str, Any], into: Database, sealer: Sealer, at: datetime) -> None:
    blob = found["sealed"]
    if not isinstance(blob, bytes):
        raise TypeError("no body")
    body = unpack(sealer.open(blob, about(found["case_id"], found["script_version"])), Body)
    case = body.case
    row = queued_row(case)
    if is_whole(found) and found["state"] in ("sent", "closed", "held", "exported"):
        row = msgspec.structs.replace(
            row,
            state=found["state"],
            request_id=str(found["request_id"] or ""),
            token=str(found["token"] or ""),
            sent_at=moment_of(found["sent_at"]),
            first_sent_at=moment_of(found["first_sent_at"]),
            purge_at=moment_of(found["purge_at"]),
            next_at=moment_of(found["next_at"]) if found["state"] == "sent" else None,
            ambiguous=found["state"] in ("held", "exported"),
            last_class="salvaged",
            last_reason="Saved from a damaged file.",
        )
    else:
        row = msgspec.structs.replace(
            outbox.doubted(row, at),
            last_class="salvaged",
            last_reason="Saved from a damaged file: it may have been sent.",
        )
    extra = {
        "idem_key": body.submission.idem_key,
        "script_id": case.script_id,
        "script_version": case.script_version,
        "kb_version": case.kb_version,
        "sealed": blob,
        "body_sha256": hashlib.sha256(body.submission.body).hexdigest(),
        "key_id": sealer.key_id,
        "finalised_at": text_of(case.created_at),
    }
    into.write(lambda connection: insert(connection, row, extra))


def readable_rows(damaged: Path, scratch: Path) -> Iterator[dict[str, Any]]:
    """Rows as far as they can be read: from the file as it is, then with a fresh first page (the table of contents of
    every queue.db is the same), each row by itself so that one bad page costs only its own rows."""
    plain = _copied(damaged, scratch / "plain")
    yield from _readable(plain)
    mended = _copied(damaged, scratch / "mended")
    fresh = scratch / "fresh.db"
    Database(fresh, MIGRATIONS).close()
    with contextlib.suppress(OSError):
        page = bytearray(fresh.read_bytes())
        del page[int.from_bytes(page[16:18], "big") :]
        # A count of pages that is no longer valid makes SQLite take the file's size instead (fileformat2, 1.3.7).
        page[28:32] = bytes(4)
        with mended.open("r+b") as file:
            file.write(page)
        yield from _readable(mended)


def _copied(damaged: Path, folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    for suffix in ("-wal", ""):
        part = damaged.with_name(damaged.name + suffix)
        if part.exists():
            shutil.copyfile(part, folder / part.name)
    return folder / damaged.name


def _readable(path: Path) -> Iterator[dict[str, Any]]:
    try:
        connection = sqlite3.connect(path, isolation_level=None)
    except sqlite3.Error:
        return
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA writable_schema=ON")
        # Straight through while the pages are good, then one by one past the bad ones.
        for rowid in _rowids(connection, path):
            with contextlib.suppress(sqlite3.Error):
                found = connection.execute("SELECT * FROM outbox NOT INDEXED WHERE rowid=?", (rowid,)).fetchone()
                if found is not None:
                    yield dict(found)
    finally:
        connection.close()


def _rowids(connection: sqlite3.Connection, path: Path) -> Iterator[int]:
    """1 up to the largest rowid that may exist: rows are only ever added at the end and never deleted, and none is smaller
    than 256 bytes, so the file's size bounds their number whatever a damaged page says."""
    most = path.stat().st_size // 256 + 1_000
    with contextlib.suppress(sqlite3.Error, TypeError):
        found = connection.execute("SELECT max(rowid) FROM outbox").fetchone()[0]
        most = min(most, int(found) + 1_000)
    yield from range(1, most + 1)

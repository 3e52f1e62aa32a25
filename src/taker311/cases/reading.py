"""Looking into a seat's queue from outside, beside a running desk or without one: read-only, no key, no lock."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from taker311.base.codec import unpack
from taker311.base.errors import UserError
from taker311.base.sealing import Sealer
from taker311.cases.chain import verify
from taker311.cases.database import sentence_of
from taker311.cases.model import AuditCheck, AuditHead, Case, OutboxRow
from taker311.cases.opening import FILE
from taker311.cases.schema import MIGRATIONS, SELECT, row_of
from taker311.cases.tables import Body, about, chain_of, meta_of

T = TypeVar("T")


def read_rows(folder: Path) -> list[OutboxRow]:
    """The rows of the seat in `folder`, oldest first; none where there is no queue yet."""

    def work(connection: sqlite3.Connection) -> list[OutboxRow]:
        return [row_of(r) for r in connection.execute(f"{SELECT} ORDER BY created_at, rowid")]

    return _read(folder, work) or []


def read_case(folder: Path, case_id: str, sealer: Sealer) -> Case:
    """What a caller said, with the desk's key. Raises UserError where it is gone or the key does not fit."""

    def work(connection: sqlite3.Connection) -> tuple[bytes | None, int] | None:
        found = connection.execute("SELECT sealed, script_version FROM outbox WHERE case_id=?", (case_id,)).fetchone()
        return None if found is None else (found[0], found[1])

    found = _read(folder, work)
    if found is None or found[0] is None:
        raise UserError("What that case said was deleted after its time; only its reference is left.")
    return unpack(sealer.open(found[0], about(case_id, found[1])), Body).case


def read_paused(folder: Path) -> str:
    """Why the seat's sender stands still, or ''."""
    return _read(folder, lambda c: meta_of(c, "paused")) or ""


def check_audit(folder: Path, sealer: Sealer | None, known: AuditHead | None = None) -> AuditCheck:
    """Walks the seat's audit. Without a sealer the chain is checked and the signatures are not."""
    found = _read(folder, chain_of)
    if found is None:
        raise UserError(f"{folder / FILE}: there is no queue in this folder; check the name of the seat.")
    links, head = found
    return verify(links, head, sealer, known)


def _read(folder: Path, work: Callable[[sqlite3.Connection], T]) -> T | None:
    path = folder / FILE
    if not path.exists():
        return None
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=5)
        with contextlib.closing(connection):
            connection.row_factory = sqlite3.Row
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version == 0:
                return None
            if version != len(MIGRATIONS):
                raise UserError(
                    f"{path}: was written by another version of taker311; start the desk once with this one."
                )
            return work(connection)
    except sqlite3.DatabaseError as error:
        raise UserError(f"{path}: {sentence_of(error)}") from error

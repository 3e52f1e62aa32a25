"""Looking into a seat's journal of calls from outside, beside a running desk or without one: read-only, with the key."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import quote

from taker311.base.errors import UserError
from taker311.base.sealing import Sealer
from taker311.cases.database import Database, Work, sentence_of
from taker311.cases.journal import FILE, MIGRATIONS, Journal
from taker311.cases.model import JournalEntry

T = TypeVar("T")


class _ReadOnly:
    """As much of a Database as a journal reads with: each look opens the file anew and holds no lock afterwards."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, work: Work[T]) -> T:
        try:
            connection = sqlite3.connect(f"file:{quote(str(self.path.absolute()))}?mode=ro", uri=True, timeout=5)
            with contextlib.closing(connection):
                connection.row_factory = sqlite3.Row
                version = int(connection.execute("PRAGMA user_version").fetchone()[0])
                if version != len(MIGRATIONS):
                    raise UserError(
                        f"{self.path}: was written by another version of taker311; start the desk once with this one."
                    )
                return work(connection)
        except sqlite3.DatabaseError as error:
            raise UserError(f"{self.path}: {sentence_of(error)}") from error


def read_calls(folder: Path, sealer: Sealer) -> dict[str, list[JournalEntry]]:
    """Every call that is still kept at the seat in `folder`, oldest first, opened as far as it can be; none where there is
    no journal yet. Raises UserError where the file can't be read."""
    journal = reader(folder, sealer)
    return {call_id: journal.events(call_id) for call_id in journal.calls()} if journal is not None else {}


def reader(folder: Path, sealer: Sealer | None) -> Journal | None:
    """The seat's journal to read from, without a sealer for what stands plain; None where there is none yet. Its methods
    raise UserError where the file can't be read."""
    path = folder / FILE
    return Journal(cast("Database", _ReadOnly(path)), sealer) if path.exists() else None

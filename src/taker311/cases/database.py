"""One SQLite file with one connection in one thread: commits that survive a power cut, and a full disk that harms nothing."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from taker311.base.errors import UserError
from taker311.base.files import sync_folder
from taker311.base.words import say
from taker311.cases.interface import NotSavedError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",  # macOS: fsync alone does not reach the platters
    "checkpoint_fullfsync=ON",
    "secure_delete=ON",
    "busy_timeout=5000",
    "mmap_size=0",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)


class DamagedError(Exception):
    """The file is no sound database any more. Callers set it aside and salvage."""


class Database:
    """`migrations`: scripts that take a file from version n to n+1, in order; `PRAGMA user_version` counts them."""

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self._migrations = migrations
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"taker311 {path.name}")
        self._connection: sqlite3.Connection | None = None
        self._writer = self._thread.submit(threading.get_ident).result()
        try:
            self._thread.submit(self._open, check=True).result()
        except BaseException:
            self.close()
            raise

    def write(self, work: Work[T]) -> T:
        """Runs `work` in one transaction; what it wrote is on the disk when this returns, or nothing of it is.

        Raises NotSavedError where the disk refuses; errors of `work` itself come through after a rollback.
        """
        return self._in_thread(self._write, work)

    def read(self, work: Work[T]) -> T:
        return self._in_thread(self._read, work)

    def _in_thread(self, run: Callable[[Work[T]], T], work: Work[T]) -> T:
        if threading.get_ident() == self._writer:
            raise AssertionError("the store was asked from inside its own transaction")
        try:
            future = self._thread.submit(run, work)
        except RuntimeError as error:  # the pool's word for being shut down
            raise NotSavedError(say("NOT SAVED. {path}: this seat was closed already.", path=self.path)) from error
        return future.result()

    def close(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._thread.submit(self._shut).result()
        self._thread.shutdown()

    def checkpoint(self) -> None:
        """Moves everything from the WAL into the file and empties the WAL: what was deleted is then gone from both."""
        self.read(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    def _open(self, *, check: bool) -> None:
        new = not self.path.exists()
        if new:
            # Before SQLite does it, so that nobody else can read the file even for a moment.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            sync_folder(self.path.parent)
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(self.path, isolation_level=None)
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").fetchall()
            if check and not new:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()
                if found is None or found[0] != "ok":
                    raise DamagedError(str(found))
            self._migrate(connection)
        except sqlite3.OperationalError as error:
            _close(connection)
            raise UserError(f"{self.path}: {sentence_of(error)}") from error
        except sqlite3.DatabaseError as error:
            _close(connection)
            raise DamagedError(str(error)) from error
        except BaseException:
            _close(connection)
            raise
        connection.row_factory = sqlite3.Row
        self._connection = connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(self._migrations):
            raise UserError(f"{self.path}: was written by a newer taker311; update this one.")
        for number, script in enumerate(self._migrations[version:], version + 1):
            connection.execute("BEGIN IMMEDIATE")
            try:
                for statement in script.split(";\n"):
                    if statement.strip():
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version={number}")
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def _held(self) -> sqlite3.Connection:
        if self._connection is None:
            self._open(check=False)
        if self._connection is None:
            raise AssertionError("opened without a connection")
        return self._connection

    def _write(self, work: Work[T]) -> T:
        try:
            connection = self._held()
            connection.execute("BEGIN IMMEDIATE")
            result = work(connection)
            connection.execute("COMMIT")
        except sqlite3.IntegrityError:
            self._roll_back()
            raise
        except sqlite3.DatabaseError as error:
            self._roll_back()
            raise NotSavedError(say("NOT SAVED. {path}: {why}", path=self.path, why=sentence_of(error))) from error
        except BaseException:
            self._roll_back()
            raise
        return result

    def _read(self, work: Work[T]) -> T:
        try:
            return work(self._held())
        except sqlite3.DatabaseError as error:
            raise UserError(f"{self.path}: {sentence_of(error)}") from error

    def _roll_back(self) -> None:
        """Back to what is on the disk. A connection that can't even do that is opened anew before its next use."""
        connection = self._connection
        if connection is None:
            return
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        if connection.in_transaction:
            self._shut()

    def _shut(self) -> None:
        _close(self._connection)
        self._connection = None


def _close(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        with contextlib.suppress(sqlite3.Error):
            connection.close()


def sentence_of(error: sqlite3.Error) -> str:
    """A sentence for a person from SQLite's code."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return say("the disk is full; make room and save again.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return say("this file can't be written; give write permission to it and its folder, then save again.")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return say("another program holds this file; close it and save again.")
        case sqlite3.SQLITE_IOERR:
            return say(
                "the disk does not take it (input/output error, or full); make room or see to the disk, then save again."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return say("this file is damaged; restart taker311, which saves what can be saved.")
        case _:
            return say("the database does not answer as it should ({error}); restart taker311.", error=error)

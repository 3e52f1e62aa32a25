"""A disk whose power can be cut at any write, sync, truncation or deletion: an apsw VFS that keeps what was synced, and of
the rest nothing (a clean cut) or sectors by chance (a torn one). The store's own code runs on it, through a thin coat of the
standard library's sqlite3 over apsw."""

from __future__ import annotations

import itertools
import random
import sqlite3
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import apsw

SECTOR = 512
_PSOW = apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE  # as SQLite's own unix VFS says of every disk
_JOURNALS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
_numbers = itertools.count()


@dataclass
class Entry:
    """A file: as programs see it now, as it was at its last sync, and what was done to it since. `kept` None: its name is
    not on the disk yet; `gone`: its deletion is not."""

    now: bytearray = field(default_factory=bytearray)
    kept: bytearray | None = None
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    gone: bool = False


class Disk:
    def __init__(self, files: dict[str, Entry] | None = None, *, lies: bool = False) -> None:
        self.files = files or {}
        self.cut_at: int | None = None
        self.operations = 0
        self.dead = False
        self.lies = lies
        self.trouble: Callable[[], apsw.Error | None] = lambda: None
        """Asked at each operation: the error that it fails with, if any. A full or a sick disk, with the power on."""

    def tick(self) -> None:
        """Counts an operation that reaches the disk; the one at `cut_at` is the last."""
        self.operations += 1
        if self.cut_at is not None and self.operations >= self.cut_at:
            self.dead = True
        self.alive()
        error = self.trouble()
        if error is not None:
            raise error

    def alive(self) -> None:
        if self.dead:
            raise apsw.IOError("the power is gone")

    def sync_folder(self) -> None:
        """Names that were made and removed are so on the disk, too."""
        for name, entry in list(self.files.items()):
            if entry.gone:
                del self.files[name]
            elif entry.kept is None:
                entry.kept = bytearray()

    def after_cut(self, chance: random.Random, *, torn: bool) -> Disk:
        """What is found when the power is back."""
        found: dict[str, Entry] = {}
        for name, entry in self.files.items():
            named = entry.kept is not None or (torn and chance.random() < 0.5)
            if not named or (entry.gone and torn and chance.random() < 0.5):
                continue
            data = bytearray(entry.kept or b"")
            for offset, written in entry.since if torn else ():
                _survive(data, offset, written, chance)
            found[name] = Entry(bytearray(data), data)
        return Disk(found, lies=self.lies)


def _survive(data: bytearray, offset: int, written: bytes | None, chance: random.Random) -> None:
    """Each sector of a write by itself, in any order; a truncation as a whole."""
    if written is None:
        if chance.random() < 0.5:
            _resize(data, offset)
        return
    at = 0
    while at < len(written):
        step = min(SECTOR - (offset + at) % SECTOR, len(written) - at)
        if chance.random() < 0.5:
            _put(data, offset + at, written[at : at + step])
        at += step


def _put(data: bytearray, offset: int, written: bytes) -> None:
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(written)] = written


def _resize(data: bytearray, size: int) -> None:
    del data[size:]
    data.extend(bytes(size - len(data)))


class PowerVfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self.name = f"power-{next(_numbers)}"
        self.disk = disk
        super().__init__(self.name, "unix")

    def xAccess(self, pathname, flags):  # noqa: N802 - SQLite's names, here and below
        entry = self.disk.files.get(pathname)
        return (entry is not None and not entry.gone) or (entry is None and Path(pathname).exists())

    def xDelete(self, filename, syncdir):  # noqa: N802
        self.disk.tick()
        entry = self.disk.files[filename]
        entry.gone, entry.now = True, bytearray()
        if syncdir:
            del self.disk.files[filename]

    def xOpen(self, name, flags):  # noqa: N802
        filename = name if isinstance(name, str) else name.filename()
        entry = self.disk.files.get(filename)
        if entry is None and Path(filename).exists():
            # Made by our own code, which syncs the folder.
            entry = Entry(kept=bytearray())
        elif entry is None or entry.gone:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError
            entry = Entry(kept=entry.kept if entry else None, since=[(0, None)] if entry else [])
        self.disk.files[filename] = entry
        flags[1] = flags[0]
        # SQLite's unix VFS syncs the folder with the first sync of a journal or WAL that it may have made.
        return PowerFile(self.disk, entry, new_name=bool(flags[0] & _JOURNALS and flags[0] & apsw.SQLITE_OPEN_CREATE))


class PowerFile:
    def __init__(self, disk: Disk, entry: Entry, *, new_name: bool) -> None:
        self.disk, self.entry, self.new_name = disk, entry, new_name

    def xRead(self, amount, offset):  # noqa: N802
        self.disk.alive()
        return bytes(self.entry.now[offset : offset + amount])

    def xWrite(self, data, offset):  # noqa: N802
        data = bytes(data)
        self._noted((offset, data))
        _put(self.entry.now, offset, data)

    def xTruncate(self, size):  # noqa: N802
        self._noted((size, None))
        _resize(self.entry.now, size)

    def _noted(self, change):
        """The one that the power cut falls into may be there in part; one that failed otherwise is not there."""
        self.entry.since.append(change)
        try:
            self.disk.tick()
        except apsw.Error:
            if not self.disk.dead:
                self.entry.since.pop()
            raise

    def xSync(self, flags):  # noqa: N802
        self.disk.tick()
        if self.disk.lies:
            return
        self.entry.since = []
        if self.entry.kept is not None:
            self.entry.kept = bytearray(self.entry.now)
        if self.new_name:
            self.disk.sync_folder()
            self.new_name = False
            self.entry.kept = bytearray(self.entry.now)

    def xFileSize(self):  # noqa: N802
        self.disk.alive()
        return len(self.entry.now)

    def xSectorSize(self):  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self):  # noqa: N802
        return _PSOW

    def xLock(self, level):  # noqa: N802
        return None

    def xUnlock(self, level):  # noqa: N802
        return None

    def xCheckReservedLock(self):  # noqa: N802
        return False

    def xFileControl(self, op, pointer):  # noqa: N802
        return False

    def xClose(self):  # noqa: N802
        return None


class Row:
    """As sqlite3.Row: by number and by name."""

    def __init__(self, names, values):
        self._names, self._values = names, values

    def __getitem__(self, at):
        return self._values[self._names.index(at) if isinstance(at, str) else at]

    def __iter__(self):
        return iter(self._values)

    def keys(self):
        return list(self._names)


class Cursor:
    def __init__(self, rows: list[Row]) -> None:
        self._rows = iter(rows)

    def __iter__(self):
        return self._rows

    def fetchone(self):
        return next(self._rows, None)

    def fetchall(self):
        return list(self._rows)


class Connection:
    row_factory = None

    def __init__(self, path: str, vfs: str) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        self._apsw = _translated(lambda: apsw.Connection(path, flags=flags, vfs=vfs))
        # Without shared memory WAL needs the file for itself; a small checkpoint makes every run cross several of them.
        self.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.execute("PRAGMA wal_autocheckpoint=12")

    @property
    def in_transaction(self) -> bool:
        return self._apsw.in_transaction

    def execute(self, sql, bindings=None):
        def work():
            cursor = self._apsw.cursor()
            found = cursor.execute(sql, bindings)
            return Cursor([Row([name for name, _ in cursor.get_description()], values) for values in found])

        return _translated(work)

    def executemany(self, sql, many):
        for bindings in many:
            self.execute(sql, bindings)

    def close(self) -> None:
        _translated(lambda: self._apsw.close(True))


def _translated(work):
    try:
        return work()
    except apsw.ConstraintError as error:
        raise sqlite3.IntegrityError(str(error)) from error
    except apsw.Error as error:
        code = getattr(error, "result", 0)
        kind = (
            sqlite3.DatabaseError
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            else sqlite3.OperationalError
        )
        made = kind(str(error))
        made.sqlite_errorcode = code
        raise made from error


def sqlite3_on(vfs: PowerVfs) -> types.SimpleNamespace:
    """What stands in for the module `sqlite3` where the store opens its file."""
    names = {**vars(sqlite3), "connect": lambda path, **_: Connection(str(path), vfs.name)}
    return types.SimpleNamespace(**names)

"""A seat's folder: one program at a time, on a local disk, and a memory beside the store of which references were given."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sys
from collections.abc import Collection
from pathlib import Path
from typing import IO

from msgspec.structs import replace

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.words import say
from taker311.cases.reference import desk_code, is_desk_code

LOCK = "seat.lock"
MIRROR = "references.json"
# As they stand in the third field from " - " of /proc/self/mountinfo; SQLite's WAL needs memory that all writers share.
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs"}
_NETWORK_FUSE = ("fuse.sshfs", "fuse.davfs", "fuse.rclone", "fuse.glusterfs", "fuse.s3fs", "fuse.gvfsd-fuse", "davfs")


class SeatInUseError(UserError):
    """Another program writes this seat's files."""


class SeatLock:
    """Held while a program writes this seat's files; the system frees it when the program ends, however it ends."""

    def __init__(self, folder: Path, who: str = "taker311") -> None:
        self._path = folder / LOCK
        try:
            self._file: IO[str] = self._path.open("a+", encoding="utf-8")
            self._path.chmod(0o600)
        except OSError as error:
            raise UserError(
                say(
                    "{path}: can't be written ({why}); give write permission.",
                    path=self._path,
                    why=error.strerror,
                )
            ) from error
        if not _try_lock(self._file):
            self._file.seek(0)
            other = self._file.read(200).strip() or say("another program")
            self._file.close()
            raise SeatInUseError(
                say(
                    "{folder}: this seat is in use by {other}; close it, or start with --seat and another name.",
                    folder=folder,
                    other=other,
                )
            )
        self._file.truncate(0)
        self._file.write(f"{who} (process {os.getpid()})\n")
        self._file.flush()

    def release(self) -> None:
        if self._file.closed:
            return
        with contextlib.suppress(OSError):
            self._file.truncate(0)
        self._file.close()


def _try_lock(file: IO[str]) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            # Far behind the text, so that the name of the holder stays readable.
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def open_folder(folder: Path, mounts: str | None = None) -> Path:
    """Makes the seat's folder 0700; refuses network file systems by name. `mounts`: text of /proc/self/mountinfo."""
    private_folder(folder)
    kind = network_file_system(folder.resolve(), mounted() if mounts is None else mounts)
    if kind:
        raise UserError(
            say(
                "{folder}: lies on a network file system ({kind}), where a saved case can be lost; set TAKER311_HOME to a folder on this machine's own disk.",
                folder=folder,
                kind=kind,
            )
        )
    return folder


def network_file_system(folder: Path, mounts: str) -> str:
    """The kind of network file system that `folder` lies on, or ''."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = Path(fields[4].replace("\\040", " "))
        if (folder == point or point in folder.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split()[0]
    return kind if kind in _NETWORK or kind.startswith(_NETWORK_FUSE) else ""


def mounted() -> str:
    """The machine's table of mounts, '' where there is none to read."""
    try:
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


class Line(Value, frozen=True):
    """The line of references that a store continues: desk code, key of the permutation, how many were given."""

    store: str
    code: str
    key: str  # hex
    counter: int = 0
    allotted: bool = False
    retired: tuple[str, ...] = ()  # codes that this seat must not use again
    print: str = ""  # where and when the file beside the store was written, as only the file system can say


class Mirror:
    """`references.json` beside the store. It is written before the store commits a reference, so of the two it is never
    the one that lags behind; and the store keeps the file's print (inode and change time, which no copying keeps), so a
    folder that was copied, restored or brought back by halves is noticed and takes a new desk code."""

    def __init__(self, folder: Path, database: Path) -> None:
        self._path = folder / MIRROR
        self._folder = folder
        self._database = database

    def read(self) -> Line | None:
        try:
            return from_json(self._path.read_bytes(), Line)
        except (OSError, ValueError):
            return None

    def write(self, line: Line) -> str:
        """Writes and returns the print that the store must keep. Raises OSError."""
        write_atomically(self._path, to_json(replace(line, print=self._home())).encode())
        return self.print_now()

    def print_now(self) -> str:
        try:
            found = self._path.stat()
        except OSError:
            return ""
        return f"{self._home()} {found.st_ino} {found.st_ctime_ns}"

    def continues(self, kept: Line) -> Line | None:
        """The line to go on with, or None where folder and store don't belong together any more."""
        mirror = self.read()
        if mirror is None or (mirror.store, mirror.code, mirror.key) != (kept.store, kept.code, kept.key):
            return None
        if mirror.counter == kept.counter and kept.print == self.print_now():
            return kept
        if mirror.counter == kept.counter + 1 and mirror.print == self._home():
            # The program ended between the two writes: that reference counts as given.
            return replace(kept, counter=mirror.counter)
        return None

    def _home(self) -> str:
        return f"{_machine()} {_inode(self._folder)} {_inode(self._database)}"


def new_line(*, given: str = "", retired: Collection[str] = (), store: str) -> Line:
    """A fresh line: with the code that was allotted to this desk, or with one drawn by chance when none was, or when the
    allotted one has been used by an earlier store of this seat."""
    if given and not is_desk_code(given):
        raise UserError(
            say("desk.code: '{given}' is not a desk code; ask your city for this desk's three characters.", given=given)
        )
    key = secrets.token_hex(16)
    if given and given not in retired:
        return Line(store=store, code=given, key=key, allotted=True, retired=tuple(sorted(retired)))
    while True:
        code = desk_code(secrets.randbelow(6877), source="random")
        if code not in retired:
            return Line(store=store, code=code, key=key, retired=tuple(sorted(retired)))


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _machine() -> str:
    for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with contextlib.suppress(OSError):
            return hashlib.sha256(b"taker311" + Path(name).read_bytes()).hexdigest()[:16]
    import platform

    return hashlib.sha256(b"taker311" + platform.node().encode()).hexdigest()[:16]

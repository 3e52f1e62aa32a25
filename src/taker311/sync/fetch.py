"""Files fetched from the byte where the last attempt ended, across restarts: those whose hash is known, and deltas.

An ETag that changes between two ranges means nothing here: the name is the hash, so the bytes cannot change; what is wrong
all the same is found by the hash and fetched once more from its beginning.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from io import BufferedWriter
from pathlib import Path
from typing import NamedTuple

from taker311.base import crash
from taker311.base.codec import Value
from taker311.base.files import private_folder
from taker311.sync.errors import SyncError
from taker311.sync.origin import Origin


class Pace(Value, frozen=True):
    """An attempt ends after `attempt_s` seconds and goes on in the next one as long as it brought `least` bytes; after
    `attempts` of them the rest waits for the next look."""

    attempt_s: float = 60
    least: int = 8_000
    attempts: int = 200


def fetch(origin: Origin, name: str, size: int, sha256: str, incoming: Path, pace: Pace) -> bytes:
    """The whole file, verified. Raises SyncError; what came so far stays in `incoming` under its hash."""
    path = private_folder(incoming) / sha256
    for _ in range(2):
        resumed = _fill(origin, name, size, path, pace)
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() == sha256:
            crash.point("sync.after-part")
            return data
        path.unlink()
        if not resumed:
            break
    raise SyncError("refused", f"{origin.place}: a file there is not what was signed; nothing of it was used.")


def _begin(file: BufferedWriter, most: int) -> tuple[Callable[[int, bytes], None], bool]:
    """What takes the pieces of a file into `file`, each at its offset, and whether some lay there from an earlier look. What is
    longer than `most` bytes is begun anew."""
    if file.tell() > most:
        file.truncate(0)
        file.seek(0)

    def take(offset: int, chunk: bytes) -> None:
        if offset != file.tell():
            file.truncate(offset)
            file.seek(offset)
        file.write(chunk)

    return take, file.tell() > 0


def _fill(origin: Origin, name: str, size: int, path: Path, pace: Pace) -> bool:
    """Appends until the file has `size` bytes. True when some of them were from an earlier look."""
    try:
        with path.open("ab") as file:
            take, resumed = _begin(file, size)
            for _ in range(pace.attempts):
                start = file.tell()
                if start == size:
                    break
                trouble: SyncError | None = None
                try:
                    origin.pull(name, start, size, take, total_s=pace.attempt_s)
                except SyncError as error:
                    trouble = error
                file.flush()
                if trouble is not None and trouble.kind != "offline":
                    raise trouble
                if file.tell() < size and file.tell() - start < pace.least:
                    raise trouble or _slow(origin, file.tell(), size)
            if file.tell() < size:
                raise _slow(origin, file.tell(), size)
            file.flush()
            os.fsync(file.fileno())
            return resumed
    except OSError as error:
        raise _full(path.parent, error) from error


class Partial(NamedTuple):
    """A file of unknown size that came to its end; `resumed`: some of it was from an earlier look, or another attempt."""

    data: bytes
    resumed: bool


def fetch_delta(origin: Origin, name: str, most: int, incoming: Path, pace: Pace) -> Partial:
    """A delta is not signed, what it makes is: so neither its size nor its hash is known, and whoever finds that it makes
    nothing calls `forget`. Raises SyncError; what came so far stays in `incoming`."""
    path = _delta_path(incoming, name)
    try:
        with path.open("ab") as file:
            take, resumed = _begin(file, most)
            for attempt in range(pace.attempts):
                start = file.tell()
                try:
                    origin.pull(name, start, most, take, total_s=pace.attempt_s, exact=False)
                    break
                except SyncError as error:
                    file.flush()
                    little = file.tell() - start < pace.least
                    if error.kind != "offline" or little or attempt == pace.attempts - 1:
                        raise
                resumed = True
            file.flush()
    except OSError as error:
        raise _full(path.parent, error) from error
    return Partial(path.read_bytes(), resumed)


def forget(name: str, incoming: Path) -> None:
    """What came of a delta is good for nothing."""
    _delta_path(incoming, name).unlink(missing_ok=True)


def _delta_path(incoming: Path, name: str) -> Path:
    return private_folder(incoming) / name.replace("/", "-")


def _full(folder: Path, error: OSError) -> SyncError:
    return SyncError(
        "disk",
        f"{folder}: the new knowledge base can't be written ({error.strerror or error}); free some room there. What the desk has goes on being used.",
    )


def _slow(origin: Origin, have: int, size: int) -> SyncError:
    return SyncError(
        "slow",
        f"{origin.place}: hardly anything comes; {have:,} of {size:,} bytes are here, and the desk goes on from there.",
    )

"""A file whose hash is known, fetched from the byte where the last attempt ended, across restarts.

An ETag that changes between two ranges means nothing here: the name is the hash, so the bytes cannot change; what is wrong
all the same is found by the hash and fetched once more from its beginning.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from taker311.base.codec import Value
from taker311.base.files import private_folder
from taker311.sync.crash import point
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
            point("sync.after-part")
            return data
        path.unlink()
        if not resumed:
            break
    raise SyncError("refused", f"{origin.place}: a file there is not what was signed; nothing of it was used.")


def _fill(origin: Origin, name: str, size: int, path: Path, pace: Pace) -> bool:
    """Appends until the file has `size` bytes. True when some of them were from an earlier look."""
    try:
        with path.open("ab") as file:
            if file.tell() > size:
                file.truncate(0)
                file.seek(0)
            resumed = file.tell() > 0

            def take(offset: int, chunk: bytes) -> None:
                if offset != file.tell():
                    file.truncate(offset)
                    file.seek(offset)
                file.write(chunk)

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
        raise SyncError(
            "disk",
            f"{path.parent}: the new knowledge base can't be written ({error.strerror or error}); free some room there. What the desk has goes on being used.",
        ) from error


def _slow(origin: Origin, have: int, size: int) -> SyncError:
    return SyncError(
        "slow",
        f"{origin.place}: hardly anything comes; {have:,} of {size:,} bytes are here, and the desk goes on from there.",
    )

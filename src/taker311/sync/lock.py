"""One program at a time works in a folder: the desk's worker or the command, one publisher or another."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from taker311.sync.errors import SyncError


@contextlib.contextmanager
def only_one(folder: Path, busy: str = "another program fetches the knowledge base at this moment") -> Iterator[None]:
    """Raises SyncError where another program has it. The lock goes with the program that holds it."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, f"{folder}: {busy}; try again in a minute.")
        yield
    finally:
        os.close(handle)


def _take(handle: int, sentence: str) -> None:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise SyncError("disk", sentence) from error

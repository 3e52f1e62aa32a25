"""Files that are either as they were or as they should be, and folders that only their owner reads."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from taker311.base.errors import UserError


def private_folder(path: Path) -> Path:
    """Makes `path` (and its parents) with mode 0700 and returns it; one clear sentence where that is not allowed."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            path.chmod(0o700)
    except OSError as error:
        raise UserError(
            f"{path}: this folder can't be made or used ({error.strerror or error}); "
            "give write permission there, or set TAKER311_HOME to a folder of yours."
        ) from error
    return path


def write_atomically(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Temp file, fsync, rename, fsync of the folder: a reader sees the old bytes or the new ones, after a power cut too.

    Raises OSError as the disk gave it; nothing of `path` has changed then.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def name_for_file(name: str) -> str:
    """What of `name` may stand in a file's name, 40 characters at most; 'desk' where nothing is left."""
    return "".join(c for c in name if c.isalnum() or c in "-_")[:40] or "desk"


def sync_folder(folder: Path) -> None:
    """Makes a rename in `folder` durable where the system has such a thing."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

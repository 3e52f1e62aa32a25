"""Deleting a folder so that nothing of it can be read again: keys first, every file overwritten before its name goes."""

from __future__ import annotations

import os
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.files import sync_folder
from taker311.base.keyslots import FILE as KEYS

_PIECE = 1 << 20


def shred_folder(folder: Path) -> None:
    """Done again after a crash it goes on. Raises UserError where the disk refuses.

    With the keys gone what is left on a disk that writes elsewhere (flash, copy-on-write) can't be opened by anybody but the
    holder of the city's recovery key.
    """
    if not folder.exists():
        return
    files = sorted((path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()), key=_keys_first)
    try:
        for path in files:
            if path.is_file() and not path.is_symlink():
                _overwrite(path)
            path.unlink(missing_ok=True)
        for inner in sorted((path for path in folder.rglob("*")), key=lambda path: -len(path.parts)):
            inner.rmdir()
        folder.rmdir()
        sync_folder(folder.parent)
    except OSError as error:
        raise UserError(
            f"{error.filename or folder}: can't be deleted ({error.strerror or error}); mend that and give the same command again."
        ) from error


def _keys_first(path: Path) -> tuple[bool, str]:
    return path.name != KEYS, str(path)


def _overwrite(path: Path) -> None:
    left = path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        while left > 0:
            left -= file.write(bytes(min(left, _PIECE)))
        os.fsync(file.fileno())

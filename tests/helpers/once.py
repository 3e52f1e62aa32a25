"""What costs seconds to make is made once for a whole run: the first who asks makes it, the other workers wait for the file.

A run's files are in one folder that conftest.py names in the environment and takes away; nothing is kept for the next run, so
nothing there can be older than the code. Outside pytest (benchmarks use these helpers too) the folder is this process's own.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOM = "TAKER311_TESTS_ROOM"


@cache
def _room() -> Path:
    if ROOM in os.environ:
        return Path(os.environ[ROOM])
    folder = tempfile.mkdtemp(prefix="taker311-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def once(name: str, make: Callable[[Path], object]) -> Path:
    """The file or folder `name`, which `make` writes at the path that it is given; what fails there is tried anew by the next."""
    path = _room() / name
    with (_room() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            partial = _room() / f"{name}.partial"
            make(partial)
            partial.rename(path)
    return path


def once_bytes(name: str, make: Callable[[], bytes]) -> bytes:
    return once(name, lambda path: path.write_bytes(make())).read_bytes()

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
_MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In memory where the machine has room there: a store syncs each commit, and thousands of them wear the tests out."""
    room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 64 << 20
    folder = Path(tempfile.mkdtemp(prefix="taker311-tests-", dir=_MEMORY if room else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)

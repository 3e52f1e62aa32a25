"""Makes `helpers` importable from every test (pytest puts this folder on the path) and finds the shared data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real recorded data: TAKER311_SHARED, or ../shared beside the checkout; skips where it is absent."""
    folder = (
        Path(os.environ.get("TAKER311_SHARED") or Path(__file__).resolve().parent.parent.parent / "shared") / "data"
    )
    if not folder.is_dir():
        pytest.skip(f"the shared data isn't here ({folder}); set TAKER311_SHARED")
    return folder

"""What a desk must not load before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "unloaded"),
    [
        ("taker311.net.http", {"httpx", "ssl"}),
        ("taker311.crm.client", {"httpx", "httpcore", "sqlalchemy", "starlette", "yaml"}),
        ("taker311.cli.hub", {"httpx", "sqlalchemy", "starlette", "uvicorn", "yaml"}),
        ("taker311.cli.kb_import", {"httpx", "yaml"}),
        ("taker311.hub.app", {"httpx", "uvicorn", "yaml"}),
    ],
)
def test_heavy_libraries_stay_out_until_they_are_needed(module: str, unloaded: set[str]) -> None:
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    assert not unloaded & set(loaded)

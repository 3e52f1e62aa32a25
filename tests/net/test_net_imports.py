"""What a desk must not load before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import mini_city
from taker311.knowledge.bundle import encode_bundle


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


@pytest.mark.parametrize("words", [("queue", "list"), ("search", "pothole"), ("doctor",)], ids=lambda words: words[0])
def test_a_command_without_a_screen_loads_neither_a_screen_nor_a_network(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    kb = tmp_path / "city.kb"
    kb.write_bytes(encode_bundle(mini_city.knowledge(), mini_city.gazetteer()))
    given = () if words[0] == "queue" else ("--kb", str(kb))
    code = "import sys; from taker311.cli import main; main(sys.argv[1:]); print('LOADED', *sys.modules)"
    environment = {**os.environ, "TAKER311_HOME": str(tmp_path / "home")}
    said = subprocess.run(
        [sys.executable, "-c", code, *words, *given],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment,
    ).stdout
    loaded = set(said.rpartition("LOADED ")[2].split())
    assert f"taker311.cli.{words[0]}" in loaded
    assert not {"textual", "rich", "httpx", "asyncio", "ssl", "yaml", "cryptography", "tuf"} & loaded
    assert "taker311.call.table" not in loaded

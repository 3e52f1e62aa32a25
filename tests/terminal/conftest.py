"""A demo for each test: as a first start finds it, or with the cache that an earlier start leaves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.demo import Demo, demo_cache


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("warm") / "cache"
    shutil.copytree(demo_cache(), cache)
    return cache


@pytest.fixture
def cold_demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path)


@pytest.fixture
def demo(tmp_path: Path, warm: Path) -> Demo:
    made = Demo(tmp_path)
    shutil.copytree(warm, made.folder / "cache")
    return made

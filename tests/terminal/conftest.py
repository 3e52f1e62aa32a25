"""A demo for each test: as a first start finds it, or with the cache that an earlier start leaves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.demo import Demo


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache as an earlier start leaves it, so that not every test pays for compiling the city."""
    from taker311.cli._city import compiled, demo_city
    from taker311.search import cache as search_cache
    from taker311.search.index import SearchIndex

    cache = tmp_path_factory.mktemp("warm") / "cache"
    bundle = compiled(demo_city(), cache).bundle
    file = search_cache._path(bundle, cache)
    file.parent.mkdir()
    # Without learning, which takes seconds and which no test here depends on.
    file.write_bytes(search_cache._sealed(SearchIndex.build(bundle.knowledge, learn=False).to_bytes()))
    return cache


@pytest.fixture
def cold_demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path)


@pytest.fixture
def demo(tmp_path: Path, warm: Path) -> Demo:
    made = Demo(tmp_path)
    shutil.copytree(warm, made.folder / "cache")
    return made

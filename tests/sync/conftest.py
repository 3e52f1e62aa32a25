"""A publishing city and a server for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.publishing import City
from helpers.static_origin import Origin, static_origin


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


@pytest.fixture
def origin(city: City) -> Iterator[Origin]:
    with static_origin(city.repo.folder) as served:
        yield served

"""Chance, passed in."""

from __future__ import annotations

import random
import secrets
import uuid
from typing import Protocol


class Ids(Protocol):
    def uuid(self) -> str:
        """A version 4 uuid as 36 characters."""
        ...

    def uniform(self, low: float, high: float) -> float: ...


class SystemIds:
    def uuid(self) -> str:
        return str(uuid.uuid4())

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * secrets.randbelow(1 << 53) / (1 << 53)


class SeededIds:
    """The same ids in the same order for the same seed: for tests, drills and replays."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)

"""Which streets a few typed words may mean: exact, another spelling, begun, or misspelt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from taker311.places.normal import TYPE_OF, StreetName, spellings, take_apart

MOST_CORES = 8  # different names that one window of words is taken for
MOST_BEGUN = 12


@dataclass(frozen=True)
class Street:
    id: int
    label: str
    name: StreetName
    houses: int


@dataclass(frozen=True)
class StreetMatch:
    """`quality` in 0..1; `exact` when no word was corrected, completed or contradicted."""

    street: Street
    quality: float
    exact: bool


@dataclass(frozen=True)
class Mention:
    """Words `start` to `end` (exclusive) of the query, taken for a street."""

    start: int
    end: int
    matches: tuple[StreetMatch, ...]


def edits_allowed(length: int) -> int:
    """How many edits (insert, delete, substitute, swap neighbours) a word of so many letters may be away."""
    if length <= 4:
        return int(length >= 3)
    return 2 if length <= 8 else 3


class StreetBook:
    """Every street of the city under every key by which it is looked up."""

    def __init__(self, streets: Iterable[Street]) -> None:
        self._by_key: dict[str, list[tuple[Street, float]]] = {}
        for street in streets:
            self._by_key.setdefault(street.name.core, []).append((street, 1.0))
            for other in spellings(street.name.core):
                self._by_key.setdefault(other, []).append((street, 0.98))
        self._keys = sorted(self._by_key)
        self._by_length: dict[int, list[str]] = {}
        for key in self._keys:
            if not any(c.isdecimal() for c in key):  # another digit is another street, never a slip
                self._by_length.setdefault(len(key), []).append(key)
        self._cores = lru_cache(maxsize=4096)(self._find_cores)

    def knows(self, core: str) -> bool:
        return core in self._by_key

    def knows_exactly(self, words: Sequence[str]) -> bool:
        """Whether some street is called just this, type and direction included where they are typed."""
        typed = take_apart(tuple(words))
        return any(not _agreement(typed, street.name)[1] for street, _ in self._by_key.get(typed.core, ()))

    def match(self, words: Sequence[str], *, last: bool = False) -> tuple[StreetMatch, ...]:
        """Streets that `words` may mean, best first; `last` says that the query ends here, so that a word may be begun."""
        typed = take_apart(tuple(words))
        found = self._matches(typed, last=last and not typed.type)
        if last and not typed.type and len(words) > 1 and _begins_type(words[-1]):
            without = take_apart(tuple(words[:-1]))
            found += [
                StreetMatch(match.street, match.quality * 0.98, False)
                for match in self._matches(without, last=False)
                if match.street.name.type.startswith(words[-1])
            ]
        best: dict[int, StreetMatch] = {}
        for match in found:
            if match.street.id not in best or best[match.street.id].quality < match.quality:
                best[match.street.id] = match
        return tuple(sorted(best.values(), key=lambda m: (-m.quality, -m.street.houses, m.street.id)))

    def _matches(self, typed: StreetName, *, last: bool) -> list[StreetMatch]:
        found: list[StreetMatch] = []
        for key, quality, exact in self._cores(typed.core, last):
            for street, weight in self._by_key[key]:
                agreement, contradicted = _agreement(typed, street.name)
                found.append(StreetMatch(street, quality * weight * agreement, exact and not contradicted))
        return found

    def _find_cores(self, core: str, begun: bool) -> tuple[tuple[str, float, bool], ...]:
        """(key, quality, exact), best first."""
        found: dict[str, tuple[float, bool]] = {}
        if core in self._by_key:
            found[core] = (1.0, True)
        if begun and len(core) >= 2 and not core.isdecimal():
            at = bisect_left(self._keys, core)
            for key in self._keys[at : at + MOST_BEGUN]:
                if not key.startswith(core):
                    break
                found.setdefault(key, (0.72 + 0.2 * len(core) / len(key), False))
        for key, edits in () if len(core) == 3 and found else self._near(core):
            found.setdefault(key, (0.95 - 0.9 * edits / max(len(core), len(key)), False))
        best = sorted(((key, *value) for key, value in found.items()), key=lambda item: (-item[1], item[0]))
        return tuple(best[:MOST_CORES])

    def _near(self, core: str) -> list[tuple[str, int]]:
        allowed = edits_allowed(len(core))
        if not allowed or len(core) > 40 or any(c.isdecimal() for c in core):
            return []
        near: list[tuple[str, int]] = []
        for length in range(len(core) - allowed, len(core) + allowed + 1):
            keys = self._by_length.get(length)
            if keys:
                hits = extract(core, keys, scorer=OSA.distance, score_cutoff=allowed, limit=MOST_CORES)
                near.extend((key, int(edits)) for key, edits, _ in hits)
        return near


def _agreement(typed: StreetName, known: StreetName) -> tuple[float, bool]:
    """How well type and direction agree, and whether something typed is contradicted."""
    factor, contradicted = 1.0, False
    if typed.type and typed.type != known.type:
        factor, contradicted = 0.82, True
    if typed.direction != known.direction:
        factor *= 0.97 if not typed.direction else 0.85
        contradicted = contradicted or bool(typed.direction)
    return factor, contradicted


def _begins_type(word: str) -> bool:
    return len(word) >= 3 and any(name.startswith(word) for name in set(TYPE_OF.values()))

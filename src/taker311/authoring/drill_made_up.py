"""What stands in a drill for what a caller said: made-up names and numbers, other places of the same districts, and of the
caller's words only those that are the knowledge base's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Iterable, Sequence

from taker311.base.text import fold
from taker311.knowledge.model import Gazetteer
from taker311.places.index import PlaceIndex
from taker311.places.model import Place
from taker311.search.suggest import HIDDEN, words_that_may_leave

TODO = "TODO"
_FIRST = ("Ana", "Ben", "Carla", "Dan", "Eva", "Frank", "Gina", "Hugo", "Ines", "Jack", "Lena", "Marco", "Nora", "Omar")
_LAST = ("Alvarez", "Baker", "Castro", "Dalton", "Ellis", "Flores", "Grant", "Harper", "Ibarra", "Jensen", "Keller")
_AREA = "413"
_MOST_TRIED = 40


class MadeUp:
    """The same thing is replaced by the same thing throughout a call. `said` is all that stands in the call, so that nothing
    made up happens to be the truth. `vocabulary` holds the folded words that may leave."""

    def __init__(
        self, seed: int, said: Iterable[str], vocabulary: Container[str], gazetteer: Gazetteer, places: PlaceIndex
    ) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - it chooses among made-up names, it hides nothing
        self._said = " ".join(fold(text) for text in said)
        self._digits = "".join(c for c in self._said if c.isdigit())
        self._vocabulary, self._gazetteer, self._find = vocabulary, gazetteer, places.find
        self._made: dict[tuple[str, str], str] = {}
        self._named = ""

    @property
    def name(self) -> str:
        if not self._named:
            first, last = (self._chance.choice(self._unsaid(pool)) for pool in (_FIRST, _LAST))
            self._named = f"{first} {last}"
        return self._named

    def phone(self, value: str) -> str:
        """Of the numbers that are kept for stories: 555-0100 to 555-0199, after an area code."""
        free = [n for n in range(100, 200) if f"5550{n}" not in self._digits]
        return self._once("phone", value, lambda: f"{_AREA} 555 0{self._chance.choice(free or list(range(100, 200)))}")

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@example.org"

    def number(self, value: float, low: float | None, high: float | None) -> tuple[str, bool]:
        """A small number is a measure and stays; a long one may be an account's. (what to write, whether it is the same)"""
        if abs(value) < 1000:
            return (str(int(value)) if float(value).is_integer() else str(value)), True
        top = min(high if high is not None else 9999.0, 10 ** len(str(int(abs(value)))) - 1)
        bottom = max(low if low is not None else 1000.0, 1000.0)
        if bottom > top:
            return TODO, False
        draw = (str(self._chance.randint(int(bottom), int(top))) for _ in range(_MOST_TRIED))
        return self._once("number", str(value), lambda: next((n for n in draw if n not in self._said), TODO)), False

    def words(self, text: str) -> tuple[str, bool]:
        """(what of a caller's words may leave, whether that is all of them)."""
        kept = words_that_may_leave(text, self._vocabulary)
        return kept, bool(kept) and HIDDEN not in kept

    # ------------------------------------------------------------ places
    def place(self, real: Place) -> str:
        """Another place of the same kind and the same districts, as one types it; TODO where the city has no other."""
        return self._once("place", f"{real.kind} {real.label}", lambda: self._elsewhere(real))

    def _elsewhere(self, real: Place) -> str:
        candidates = self._candidates(real)
        self._chance.shuffle(candidates)
        for typed in candidates[:_MOST_TRIED]:
            hits = self._find(typed)
            place = hits[0].place if hits and hits[0].exact else None
            if (
                place is not None
                and fold(place.label) != fold(real.label)
                and (place.kind, place.districts, place.landmark_kind)
                == (real.kind, real.districts, real.landmark_kind)
            ):
                return typed
        return TODO

    def _candidates(self, real: Place) -> list[str]:
        city, sets = self._gazetteer, self._gazetteer.district_sets
        wanted = tuple(real.districts.get(name, "") for name in sets)

        def same(districts: Sequence[str]) -> bool:
            return tuple(districts) == wanted or not any(districts)

        match real.kind:
            case "address":
                return [f"{one.number} {one.street}" for one in city.addresses if same(one.districts)]
            case "intersection":
                return [f"{one.first} and {one.second}" for one in city.intersections if same(one.districts)]
            case "landmark":
                kind = real.landmark_kind
                return [one.name for one in city.landmarks if one.kind == kind and same(one.districts)]
            case "block":
                blocks = {
                    f"{int(one.number) // 100 * 100} block of {one.street}"
                    for one in city.addresses
                    if one.number.isdecimal() and int(one.number) >= 100 and same(one.districts)
                }
                return sorted(blocks)
            case _:
                return []

    # ------------------------------------------------------------ inside
    def _unsaid(self, pool: Sequence[str]) -> list[str]:
        return [name for name in pool if fold(name) not in self._said] or list(pool)

    def _once(self, kind: str, value: str, make: Callable[[], str]) -> str:
        key = kind, fold(value)
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

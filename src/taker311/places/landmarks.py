"""Which landmarks the typed words may mean: by name, by other names, by their kind in English or Spanish."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from taker311.places.normal import TYPE_OF, words_of
from taker311.places.streets import edits_allowed
from taker311.places.tables import FILLERS, KIND_WORDS, SAINT, WEAK_WORDS

BY_KIND = 0.8  # a kind alone ("the library") means each of its kind a little less than a name means one
AS_WRITTEN = 0.98  # another form of the same word, not a correction
NAME_PART = 0.35  # what the words of a name that were not typed may cost


@dataclass(frozen=True)
class LandmarkMatch:
    """`words` are the positions of the query that the landmark explains; `quality` in 0..1 counts the name's side only."""

    row: int
    quality: float
    exact: bool
    words: frozenset[int]


@dataclass(frozen=True)
class _Phrase:
    row: int
    words: frozenset[str]
    weight: float


class LandmarkBook:
    def __init__(self, rows: Iterable[tuple[int, str, str, tuple[str, ...]]]) -> None:
        """`rows`: id, name, kind, other names."""
        self._phrases: list[_Phrase] = []
        self._by_word: dict[str, list[int]] = {}
        for row, name, kind, also in rows:
            for text, weight in ((name, 1.0), *((other, 1.0) for other in also)):
                self._add(row, words_of(text), weight)
            parts = kind.replace("_", "-").split("-")
            self._add(row, parts, BY_KIND)
            for word in KIND_WORDS.get(kind, ()):
                self._add(row, [word], BY_KIND)
        self._vocabulary = sorted(self._by_word)

    def _add(self, row: int, words: Sequence[str], weight: float) -> None:
        kept = frozenset(_known(word, place, words) for place, word in enumerate(words) if word not in FILLERS)
        kept = frozenset(word for word in kept if word and word != "&")
        if not kept:
            return
        for word in kept:
            self._by_word.setdefault(word, []).append(len(self._phrases))
        self._phrases.append(_Phrase(row, kept, weight))

    def match(self, words: Sequence[str], *, begun: bool = True) -> list[LandmarkMatch]:
        """Landmarks that share a word with `words`; `begun`: the last word may be the beginning of one."""
        # phrase -> typed position -> (similarity, the phrase's word)
        shared: dict[int, dict[int, tuple[float, str]]] = {}
        for place, word in enumerate(words):
            if word in FILLERS or word == "&":
                continue
            for known, similarity in self._alike(word, begun=begun and place == len(words) - 1):
                for phrase in self._by_word[known]:
                    by_place = shared.setdefault(phrase, {})
                    if similarity > by_place.get(place, (0.0, ""))[0]:
                        by_place[place] = (similarity, known)
        best: dict[int, LandmarkMatch] = {}
        for number, places in shared.items():
            judged = self._phrases[number]
            if all(known in WEAK_WORDS for _, known in places.values()) and not judged.words <= WEAK_WORDS:
                continue
            match = self._judge(judged, places)
            if match.row not in best or _order(best[match.row]) > _order(match):
                best[match.row] = match
        return sorted(best.values(), key=lambda m: (_order(m), m.row))[:24]

    def _judge(self, phrase: _Phrase, places: dict[int, tuple[float, str]]) -> LandmarkMatch:
        by_word: dict[str, tuple[float, int]] = {}
        for place, (similarity, known) in places.items():
            if similarity > by_word.get(known, (0.0, 0))[0]:
                by_word[known] = (similarity, place)
        similarities = [similarity for similarity, _ in by_word.values()]
        covered = len(by_word) / len(phrase.words)
        quality = sum(similarities) / len(similarities) * (1 - NAME_PART + NAME_PART * covered) * phrase.weight
        used = frozenset(place for _, place in by_word.values())
        return LandmarkMatch(phrase.row, quality, min(similarities) >= AS_WRITTEN, used)

    def _alike(self, word: str, *, begun: bool) -> list[tuple[str, float]]:
        forms = {word, SAINT, "street"} if word == "st" else {word, TYPE_OF.get(word, word)}
        found = {form: 1.0 for form in forms if form in self._by_word}
        if len(word) >= 4:  # "st marys" is Saint Mary
            plural = word[:-1] if word.endswith("s") else f"{word}s"
            if plural in self._by_word:
                found.setdefault(plural, AS_WRITTEN)
        if begun and len(word) >= 2:
            at = bisect_left(self._vocabulary, word)
            for known in self._vocabulary[at : at + 16]:
                if not known.startswith(word):
                    break
                found.setdefault(known, 0.7 + 0.25 * len(word) / len(known))
        allowed = min(2, edits_allowed(len(word))) if len(word) > 3 else 0
        if not found and allowed and not word.isdecimal():
            near = extract(word, self._vocabulary, scorer=OSA.distance, score_cutoff=allowed, limit=6)
            found.update({known: 0.95 - 0.9 * edits / max(len(word), len(known)) for known, edits, _ in near})
        return list(found.items())


def _known(word: str, place: int, words: Sequence[str]) -> str:
    """A word of a name as it is looked up: 'st' before another word is a saint, abbreviations are written out."""
    if word == "st" and place < len(words) - 1:
        return SAINT
    return TYPE_OF.get(word, word)


def _order(match: LandmarkMatch) -> tuple[float, float]:
    return (-len(match.words) * match.quality, -match.quality)

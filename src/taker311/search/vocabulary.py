"""What a typed word may stand for: the words of the knowledge base near it, each with a weight.

Exact, the same stem, another written form, a beginning (last word only), one or two slips of the keyboard, the same sound, and
two words written as one or one as two. It never replaces what was typed: alternatives stand beside it with lower weights.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from taker311.search import weights
from taker311.search.words import is_filler, other_forms, sound, stem

# Bounds on time and on what is thought of at all.
MOST_COMPLETIONS, FEW_COMPLETIONS, MOST_NEIGHBOURS, MOST_READINGS = 40, 10, 12, 2
SHORTEST_JOIN, SHORTEST_HALF = 5, 3
LETTERS_APART = 3
ALIKE = 0.4  # words of one sound share at least so much of their letters: 'zzzz' is not 'sea'
SHORTEST_SLIP, TWO_SLIPS = 4, 7  # letters from which one, two slips are thought of


class Reading(NamedTuple):
    """What an unknown word most likely is: known `words` with shares; `trust`, 0 to 1, is how far they stand in for it.

    `apart`: the words are its two halves, in order; else each is another guess.
    """

    words: tuple[tuple[str, float], ...] = ()
    trust: float = 0.0
    apart: bool = False


class Slot(NamedTuple):
    """One typed word (or two written apart that belong together): the terms that it may stand for, with weights in (0, 1]."""

    word: str
    terms: dict[int, float]
    filler: bool
    reading: Reading


class Meaning(NamedTuple):
    """What a word may stand for: term number -> weight, and what it is read as where it is unknown."""

    terms: dict[int, float]
    reading: Reading


class Vocabulary:
    """The words of a knowledge base, sorted, each with the terms (stems) it is filed under."""

    def __init__(
        self,
        words: list[str],
        word_terms: list[tuple[int, ...]],
        terms: dict[str, int],
        initials: dict[str, int],
        df: Sequence[int],
        langs: tuple[str, ...],
    ) -> None:
        self.words = words
        self.terms = terms
        self._initials = initials
        self.df = df
        self.langs = langs
        self._place = {word: i for i, word in enumerate(words)}
        self._word_terms = word_terms
        self._by_letter: dict[tuple[int, int, str], list[str]] = {}
        self._by_sound: dict[tuple[str, str], list[int]] = {}
        for i, word in enumerate(words):
            if not word.isdigit():
                for place, letter in enumerate(word[:2]):
                    self._by_letter.setdefault((len(word), place, letter), []).append(word)
            for lang in langs:
                key = sound(word, lang)
                if key:
                    self._by_sound.setdefault((lang, key), []).append(i)
        self._memo: dict[tuple[str, str, int], Meaning] = {}

    def __contains__(self, word: object) -> bool:
        return word in self._place

    def filed(self, word: str) -> tuple[int, ...]:
        """The terms under which a word of the base's own texts is filed; nothing for any other."""
        place = self._place.get(word)
        return () if place is None else self._word_terms[place]

    def slots(self, typed: list[str], lang: str, *, last_open: bool) -> list[Slot]:
        """One slot for each typed word, fillers marked; `last_open`: the last word may still grow."""
        typed = self._mended(typed, lang)
        slots = []
        for i, word in enumerate(typed):
            opened = last_open and i == len(typed) - 1
            filler = is_filler(word, lang) and not (opened and len(typed) == 1)
            completions = 0
            if opened:  # a first letter after other words says next to nothing, and would cost the most
                completions = MOST_COMPLETIONS if len(word) > 1 or len(typed) == 1 else FEW_COMPLETIONS
            terms, reading = self.alternatives(word, lang, completions)
            if i and not filler:
                terms = self._with_joined(terms, typed[i - 1] + word)
            if i + 1 < len(typed) and not filler:
                terms = self._with_joined(terms, word + typed[i + 1])
            slots.append(Slot(word, terms, filler, reading))
        return slots

    def _mended(self, typed: list[str], lang: str) -> list[str]:
        """Two typed words become one where only the one is known ('side walk'), and letters typed apart ('s n a p')."""
        typed = _together(typed)
        mended: list[str] = []
        i = 0
        while i < len(typed):
            joined = "".join(typed[i : i + 2])
            if (
                i + 1 < len(typed)
                and len(joined) >= SHORTEST_JOIN
                and not all(self._certain(w, lang) for w in typed[i : i + 2])
                and self._certain(joined, lang)
            ):
                mended.append(joined)
                i += 2
            else:
                mended.append(typed[i])
                i += 1
        return mended

    def _with_joined(self, terms: dict[int, float], joined: str) -> dict[int, float]:
        found = self._place.get(joined)
        if found is None or len(joined) < SHORTEST_JOIN:
            return terms
        terms = dict(terms)
        _add(terms, self._word_terms[found], weights.JOINED)
        return terms

    def alternatives(self, word: str, lang: str, completions: int) -> Meaning:
        """What `word`, typed by somebody who speaks `lang`, may stand for; at most so many completions. Remembered."""
        key = (word, lang, completions)
        known = self._memo.get(key)
        if known is None:
            known = self._alternatives(word, lang, completions)
            if len(self._memo) > 5_000:
                self._memo.clear()
            self._memo[key] = known
        return known

    def _alternatives(self, word: str, lang: str, completions: int) -> Meaning:
        found = self._certain(word, lang)
        certain = bool(found)
        cut = self._complete(word, completions) if completions else {}
        near = dict(cut)
        if not certain:
            for other, weight in self._near(word, lang).items():
                near[other] = max(weight, near.get(other, 0.0))
        for other, weight in near.items():
            _add(found, self._word_terms[self._place[other]], weight)
        reading = Reading()
        if not certain:
            halves = self._halves(word, lang)
            sure = max((near[other] for other in near if other not in cut), default=0.0) >= weights.SLIP[1]
            if halves and not (sure and min(map(len, halves)) < SHORTEST_HALF):
                for half in halves:
                    _add(found, self._certain(half, lang), weights.SPLIT)
                reading = Reading(tuple((half, 1.0) for half in halves), weights.TRUST_CUT, apart=True)
            elif near:
                reading = self._read(near, cut)
        return Meaning(found, reading)

    def _read(self, near: dict[str, float], cut: dict[str, float]) -> Reading:
        """The likeliest few words, by nearness and by how many entries hold them."""
        likely = {
            word: weight**4 * (1 + self.df[self._word_terms[self._place[word]][0]]) ** 0.5
            for word, weight in near.items()
        }
        if cut:
            for word in likely.keys() - cut.keys():
                likely[word] *= weights.SLIP_BESIDE_CUT
        best = sorted(likely, key=lambda word: (-likely[word], word))[:MOST_READINGS]
        total = sum(likely[word] for word in best)
        return Reading(
            tuple((word, likely[word] / total) for word in best),
            weights.TRUST_CUT if best[0] in cut else weights.TRUST_SLIP,
        )

    def _certain(self, word: str, lang: str) -> dict[int, float]:
        found: dict[int, float] = {}
        place = self._place.get(word)
        if place is not None:
            _add(found, self._word_terms[place], 1.0)
        for spoken in (lang, *self.langs):
            term = self.terms.get(stem(word, spoken))
            if term is not None:
                _add(found, (term,), weights.STEM if spoken == lang else weights.STEM - 0.05)
        if word in self._initials:
            _add(found, (self._initials[word],), weights.INITIALS if found else 1.0)
        for form in other_forms(word, lang):
            place = self._place.get(form)
            if place is not None:
                _add(found, self._word_terms[place], weights.FORM)
        return found

    def _complete(self, start: str, most: int) -> dict[str, float]:
        low, high = bisect_left(self.words, start), bisect_right(self.words, start + "\U0010ffff")
        places: Iterable[int] = range(low, high)
        if high - low > most:
            df, filed = self.df, self._word_terms
            places = sorted(places, key=lambda i: (-df[filed[i][0]], i))[:most]
        return {
            self.words[i]: weights.PREFIX_LOW + weights.PREFIX_SPAN * len(start) / len(self.words[i]) for i in places
        }

    def _near(self, word: str, lang: str) -> dict[str, float]:
        size = len(word)
        found: dict[str, float] = {}
        if size < SHORTEST_SLIP or word.isdigit():
            return found
        most = 1 if size < TWO_SLIPS else 2
        first, second = word[0], word[1]
        # A slip leaves one of the first two letters at its place, or shifts it by one.
        for place, letter in dict.fromkeys(((0, first), (1, second), (1, first), (0, second))):
            for length in range(size - most, size + most + 1):
                bucket = self._by_letter.get((length, place, letter))
                if not bucket:
                    continue
                for near, slips, _ in process.extract(
                    word, bucket, scorer=OSA.distance, score_cutoff=most, limit=MOST_NEIGHBOURS
                ):
                    found[near] = weights.SLIP[slips] * (1.0 if near[0] == first else weights.OTHER_FIRST_LETTER)
        for spoken in dict.fromkeys((lang, *self.langs)):
            for i in self._by_sound.get((spoken, sound(word, spoken)), ())[:MOST_NEIGHBOURS]:
                if OSA.normalized_similarity(word, self.words[i]) >= ALIKE:
                    found[self.words[i]] = max(weights.SOUND, found.get(self.words[i], 0.0))
        if len(found) > MOST_NEIGHBOURS:
            likely = sorted(
                found, key=lambda near: (-found[near], -self.df[self._word_terms[self._place[near]][0]], near)
            )
            found = {near: found[near] for near in likely[:MOST_NEIGHBOURS]}
        return found

    def _halves(self, word: str, lang: str) -> tuple[str, ...]:
        """The two known words that `word` is made of, the longest shorter one first; of equals the commonest."""
        best: tuple[tuple[int, int], tuple[str, ...]] = ((0, 0), ())
        for cut in range(2, len(word) - 1):
            pair = word[:cut], word[cut:]
            if all(half in self._place for half in pair):
                common = min(self.df[self._word_terms[self._place[half]][0]] for half in pair)
                best = max(best, ((min(map(len, pair)), common), pair))
        if best[1]:
            return best[1]
        for cut in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1):
            pair = word[:cut], word[cut:]
            if any(half in self._place for half in pair) and all(self._certain(half, lang) for half in pair):
                return pair
        return ()


def _add(found: dict[int, float], terms: Iterable[int], weight: float) -> None:
    for term in terms:
        if weight > found.get(term, 0.0):
            found[term] = weight


def _together(typed: list[str]) -> list[str]:
    together: list[str] = []
    run: list[str] = []
    for word in [*typed, ""]:
        if len(word) == 1:
            run.append(word)
            continue
        together.extend(["".join(run)] if len(run) >= LETTERS_APART else run)
        run = []
        together.append(word)
    return together[:-1]

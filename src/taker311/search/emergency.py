"""Emergency words in what a caller says: typo-tolerant, not trigger-happy ("gas bill" is not "gas smell").

A phrase is there when its words stand in order within a sentence; where it has no small words, one other word may stand between
them. The other way round it counts only with a small word between or a person before ("smell of gas", "I smell gas" for "gas
smell"; "fire house" is not "house fire"). Words that belong to a phrase of the city's `unless` list count for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from taker311.knowledge.model import EmergencyWords
from taker311.search.model import EmergencyHit
from taker311.search.words import is_filler, split, stem, tokens

# Small words that may be missing or stand between.
_SOFT = {
    "en": frozenset(["a", "an", "the", "is", "are", "was", "were", "be", "being", "of", "my", "her", "his", "our"]),
    "es": frozenset(["el", "la", "los", "las", "un", "una", "se", "esta", "es", "de"]),
    "de": frozenset(["der", "die", "das", "ist", "ein", "eine"]),
}
_PEOPLE = frozenset(
    "i we you they he she people neighbors can could still yo nosotros ich wir".split()  # noqa: SIM905  a line, not fifteen
)
# A slip is only thought of in phrase words this long, where both begin alike and the typed one is no word of the knowledge
# base; in shorter ones, of phrases of several words, only a letter typed twice or two swapped ("guy" is not "gun", "shoot" is
# not "shot"). Exceptions are heard more freely.
SHORTEST_SLIP, SHORTEST_UNLESS = 5, 4
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_STOP = re.compile(r"[.!?;,:]")


class _Phrase(NamedTuple):
    """`words` are stems; `plain` when none of them is a small one."""

    text: str
    words: tuple[str, ...]
    plain: bool


class _Said(NamedTuple):
    """The typed words: what each may be, which are soft, and after which a pause stands."""

    heard: list[frozenset[str]]
    words: list[str]
    soft: list[bool]
    pauses: list[bool]


class EmergencyListener:
    """Hears the city's emergency phrases in a query; made once, asked on every key."""

    def __init__(self, phrases: Mapping[str, EmergencyWords], known: Callable[[str], bool]) -> None:
        self._known = known
        self._langs = {
            lang: (_compiled(words.phrases, lang), _compiled(words.unless, lang)) for lang, words in phrases.items()
        }
        self._unless = {
            lang: sorted({w for phrase in words.unless for w in split(phrase) if len(w) >= SHORTEST_UNLESS})
            for lang, words in phrases.items()
        }
        self._short = {
            lang: sorted(
                {
                    w
                    for phrase in words.phrases
                    for w in split(phrase)
                    if len(split(phrase)) > 1 and 3 <= len(w) < SHORTEST_SLIP
                }
            )
            for lang, words in phrases.items()
        }
        self._surface = {
            lang: sorted(
                {w for phrase in (*words.phrases, *words.unless) for w in split(phrase) if len(w) >= SHORTEST_SLIP}
            )
            for lang, words in phrases.items()
        }

    def hear(self, query: str, lang: str) -> EmergencyHit | None:
        """The first phrase that stands in `query`: those of `lang` first, then those of the city's other languages."""
        typed = tokens(query)
        if not typed:
            return None
        pauses = [bool(_STOP.search(query[one.end : after.start])) for one, after in pairwise(typed)] + [True]
        words = [token.word for token in typed]
        for spoken in sorted(self._langs, key=lambda one: (one != lang, one)):
            raise_it, unless = self._langs[spoken]
            heard = [self._heard(word, spoken) for word in words]
            freely = [known | self._freely(word, spoken) for known, word in zip(heard, words, strict=True)]
            soft = [word in _SOFT.get(spoken, ()) for word in words]
            excepted = _Said(freely, words, soft, pauses)
            covered = {place for phrase in unless for found in _places(phrase, excepted) for place in found}
            free: list[frozenset[str]] = [frozenset() if i in covered else known for i, known in enumerate(heard)]
            for phrase in raise_it:
                for found in _places(phrase, _Said(free, words, soft, pauses)):
                    matched = query[typed[found[0]].start : typed[found[-1]].end]
                    return EmergencyHit(phrase=phrase.text, matched=matched, lang=spoken)
        return None

    def _heard(self, word: str, lang: str) -> frozenset[str]:
        """The stems that a typed word may be: its own and, where nobody knows it, those one slip away."""
        own = stem(word, lang)
        if len(word) < SHORTEST_SLIP - 1 or self._known(word) or word in self._surface[lang] or is_filler(word, lang):
            return frozenset((own,))
        near = [other for other in _one_slip(word, self._surface[lang]) if _is_keyboards(word, other)]
        near += [short for short in self._short[lang] if _twice_or_swapped(word, short)]
        return frozenset((own, *(stem(other, lang) for other in near)))

    def _freely(self, word: str, lang: str) -> frozenset[str]:
        if len(word) < SHORTEST_UNLESS - 1 or self._known(word):
            return frozenset()
        return frozenset(stem(other, lang) for other in _one_slip(word, self._unless[lang]))


def _one_slip(word: str, words: list[str]) -> list[str]:
    near = process.extract(word, words, scorer=OSA.distance, score_cutoff=1, limit=5)
    return [other for other, _, _ in near if other[0] == word[0]]


def _twice_or_swapped(typed: str, word: str) -> bool:
    if typed[0] != word[0] or OSA.distance(typed, word, score_cutoff=1) > 1:
        return False
    if len(typed) == len(word):
        return typed != word and sorted(typed) == sorted(word)
    return len(typed) == len(word) + 1 and any(typed == word[:i] + word[i] + word[i:] for i in range(len(word)))


def _is_keyboards(typed: str, word: str) -> bool:
    """True for a slip that fingers make: a letter lost, doubled, swapped, or its neighbour on the keyboard struck. "Attached" is
    not "attacked", and "tripped" not "trapped"."""
    if len(typed) < len(word) or sorted(typed) == sorted(word):
        return True
    place = next((i for i, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), len(word))
    if len(typed) > len(word):
        return typed[place] in typed[max(0, place - 1) : place] + typed[place + 1 : place + 2]
    return any(
        abs(row.find(typed[place]) - row.find(word[place])) == 1
        for row in _ROWS
        if typed[place] in row and word[place] in row
    )


def _compiled(phrases: tuple[str, ...], lang: str) -> tuple[_Phrase, ...]:
    made = []
    for text in phrases:
        words = split(text)
        hard = [word for word in words if word not in _SOFT.get(lang, ())]
        kept = hard if len(hard) > 1 else words
        made.append(
            _Phrase(text, tuple(stem(word, lang) for word in kept), not any(is_filler(word, lang) for word in words))
        )
    return tuple(made)


def _places(phrase: _Phrase, said: _Said) -> list[tuple[int, ...]]:
    """Every run of places at which the phrase stands."""
    between = 1 if phrase.plain else 0
    found = _in_order(phrase.words, said, between)
    if phrase.plain and len(phrase.words) == 2:
        for first, second in _in_order(phrase.words[::-1], said, 0):
            if second > first + 1 or (first and said.words[first - 1] in _PEOPLE):
                found.append((first, second))
    return found


def _in_order(words: tuple[str, ...], said: _Said, most_between: int) -> list[tuple[int, ...]]:
    runs = []
    for start, first in enumerate(said.heard):
        if not words or words[0] not in first:
            continue
        run = [start]
        place, between = start + 1, 0
        while len(run) < len(words) and place < len(said.heard) and not said.pauses[place - 1]:
            if words[len(run)] in said.heard[place]:
                run.append(place)
                between = 0
            elif not said.soft[place]:
                between += 1
            if between > most_between:
                break
            place += 1
        if len(run) == len(words):
            runs.append(tuple(run))
    return runs

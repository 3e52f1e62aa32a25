"""What must never be learned from callers' texts: names, streets, numbers, addresses of any kind.

A word of the knowledge base's own, reviewed texts is public and stays, also where somebody is called so ("light", "park"),
unless what stands around it says that a person or a street is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from taker311.knowledge.model import Gazetteer, Knowledge
from taker311.search.words import is_filler, split, tokens

_REACH = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+|@\w+", re.IGNORECASE)
_SUFFIXES = frozenset(
    """street st avenue ave av road rd boulevard blvd drive dr lane ln court ct place pl square sq highway hwy parkway pkwy terrace
    ter circle cir way alley row calle avenida carretera camino strasse str weg platz allee gasse apartment apt unit suite
    floor""".split()  # noqa: SIM905  forty words in a list of strings would be forty lines
)
# After these a name follows: "my name is ...", "Mrs ...".
_TITLES = frozenset(
    "mr mrs ms miss dr sr sra don dona senor senora herr frau officer sergeant name named nombre llamo heisse".split()  # noqa: SIM905  as above
)
_LINKS = frozenset(["is", "es", "se", "de", "me", "mi", "my"])
_LONGEST_STREET = 4


def personal_names() -> frozenset[str]:
    """The commonest given names and surnames, folded."""
    return _listed("personal_names.txt")


@cache
def _listed(name: str) -> frozenset[str]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def public_words(knowledge: Knowledge) -> frozenset[str]:
    """Every word of the topics' own texts, folded."""
    words: set[str] = set()
    for topic in knowledge.topics:
        for text in topic.texts.values():
            asked = [part for one in text.asked for part in (one.question, one.answer)]
            for piece in (text.title, *text.said, *text.keywords, text.say, text.details, *asked):
                words.update(split(piece))
    return frozenset(words)


class PrivateWords:
    """Reads callers' texts as words, with None in the place of each that must not be learned."""

    def __init__(self, public: frozenset[str], gazetteer: Gazetteer, lang: str) -> None:
        self._public = public
        self._lang = lang
        named = {address.street for address in gazetteer.addresses}
        for crossing in gazetteer.intersections:
            named.update((crossing.first, crossing.second))
        self._streets = {tuple(split(name)) for name in named}
        self._streets |= {words[:-1] for words in self._streets if len(words) > 1 and words[-1] in _SUFFIXES}
        self._street_words = frozenset(word for words in self._streets for word in words) - _SUFFIXES
        self._proper: frozenset[str] = frozenset()

    def study(self, texts: Iterable[str]) -> None:
        """Counts which unknown words people mostly write with a capital inside a sentence: names that no list knows."""
        capital: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for text in texts:
            found = tokens(text)
            capitals = sum(text[token.start].isupper() for token in found)
            if (
                not capitals or 2 * capitals > len(found) + 1
            ):  # nothing to tell from "all small" and "Written As A Title"
                continue
            for place, token in enumerate(found):
                if token.word in self._public:
                    continue
                before = text[: token.start].rstrip()
                if place and before and before[-1] not in ".!?:\n":
                    total[token.word] += 1
                    capital[token.word] += text[token.start].isupper()
        self._proper = frozenset(word for word, n in total.items() if 2 * capital[word] > n)

    def words(self, text: str) -> list[str | None]:
        """The words of `text` in order; None stands for one or more that were left out, and nothing reaches across it."""
        text = _REACH.sub(" 0 ", text)
        found = [token.word for token in tokens(text)]
        hidden = {i for i, word in enumerate(found) if self._is_private(word)}
        hidden |= self._streets_in(found) | self._addresses_in(found) | self._people_in(found)
        kept: list[str | None] = []
        for i, word in enumerate(found):
            if i not in hidden:
                kept.append(word)
            elif kept[-1:] != [None]:
                kept.append(None)
        return kept

    def _is_private(self, word: str) -> bool:
        if any(c.isdigit() for c in word):
            return True
        if word in self._public or is_filler(word, self._lang):
            return False
        if word in self._street_words or word in self._proper:
            return True
        return word in personal_names() and word not in _listed("ordinary_names.txt")

    def _streets_in(self, found: Sequence[str]) -> set[int]:
        """Names of two words and more wherever they stand; of one word when 'street' or the like follows."""
        hidden: set[int] = set()
        for start in range(len(found)):
            for length in range(1, _LONGEST_STREET + 1):
                run = tuple(found[start : start + length])
                followed = found[start + length : start + length + 1]
                if (
                    len(run) == length
                    and run in self._streets
                    and (length > 1 or (followed and followed[0] in _SUFFIXES))
                ):
                    hidden.update(range(start, start + length))
        return hidden

    def _addresses_in(self, found: Sequence[str]) -> set[int]:
        """'1204 Old Mill Road': from a number to the kind of street within three words."""
        hidden: set[int] = set()
        for start, word in enumerate(found):
            if not word.isdigit():
                continue
            for length in range(1, 4):
                end = start + 1 + length
                if end < len(found) and found[end] in _SUFFIXES:
                    hidden.update(range(start, end))
                    break
        return hidden

    def _people_in(self, found: Sequence[str]) -> set[int]:
        """The words after 'Mrs' and 'my name is', and two names in a row of which not both are words of the base."""
        hidden: set[int] = set()
        names = personal_names()
        for i, word in enumerate(found):
            if word in _TITLES:
                after = i + 1
                while after < len(found) and found[after] in _LINKS:
                    after += 1
                hidden.update(at for at in (after, after + 1) if at < len(found) and self._may_be_name(found[at]))
            pair = found[i : i + 2]
            if len(pair) == 2 and all(one in names for one in pair) and not all(one in self._public for one in pair):
                hidden.update((i, i + 1))
        return hidden

    def _may_be_name(self, word: str) -> bool:
        return word in personal_names() or (word not in self._public and not is_filler(word, self._lang))

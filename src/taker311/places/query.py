"""A typed place taken apart: its words, and which of them are numbers, units, relations or nothing to go by."""

from __future__ import annotations

from dataclasses import dataclass, field

from taker311.places.normal import DIRECTION_OF, HouseNumber, house_number, words_of
from taker311.places.streets import Mention, StreetBook
from taker311.places.tables import BLOCK_WORDS, CONNECTORS, FILLERS, RELATIONS, UNIT_WORDS

LONGEST_NAME = 6  # words in a street's name, type and direction included
MOST_MENTIONS = 24


@dataclass(frozen=True)
class TypedNumber:
    """A house number at words `start` to `end`; `joined` when it was typed in pieces ('12 o4')."""

    start: int
    end: int
    number: HouseNumber
    joined: bool = False


@dataclass
class Query:
    """`words` without units; `quiet` marks words that say nothing about where; `detail` is what a crew may want to know."""

    words: list[str]
    quiet: list[bool] = field(default_factory=list)
    relation: str = ""
    unit: str = ""
    block_words: frozenset[int] = frozenset()
    numbers: list[TypedNumber] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)

    @property
    def detail(self) -> str:
        return ", ".join(part for part in (self.unit, self.relation) if part)

    def loud(self) -> frozenset[int]:
        """Positions of the words that ought to be explained by a hit."""
        return frozenset(place for place, quiet in enumerate(self.quiet) if not quiet)


def take_query_apart(text: str, book: StreetBook) -> Query:
    words, unit = _without_unit(words_of(text))
    words, second = _without_unit(words) if unit else (words, "")
    unit = " ".join(part for part in (unit, second) if part)
    query = Query(words, [word in FILLERS or word in CONNECTORS for word in words], unit=unit)
    _mark_relation(query)
    query.block_words = frozenset(place for place, word in enumerate(words) if word in BLOCK_WORDS)
    query.numbers = _numbers(words)
    query.mentions = _mentions(query, book)
    return query


def _without_unit(words: list[str]) -> tuple[list[str], str]:
    """The words before and after 'apt 3', '# 2', '2nd floor', and the unit as it was meant. It never stands first, so
    that 'lot 5' and 'floor' alone stay words."""
    for place in range(1, len(words)):
        if words[place] not in UNIT_WORDS:
            continue
        following = words[place + 1] if place + 1 < len(words) else ""
        if following == "#" and place + 2 < len(words):
            return words[:place] + words[place + 3 :], f"{words[place]} {words[place + 2]}"
        before = words[place - 1]
        if words[place] in ("floor", "fl", "piso") and before[:1].isdecimal() and not before.isdecimal():
            return words[: place - 1] + words[place + 1 :], f"{before} floor"
        if following and (following[0].isdecimal() or len(following) <= 2):
            name = "" if words[place] == "#" else f"{words[place]} "
            return words[:place] + words[place + 2 :], f"{name}{following}" if name else f"#{following}"
    return words, ""


def _mark_relation(query: Query) -> None:
    words = query.words
    for start in range(len(words)):
        for phrase in RELATIONS:
            if tuple(words[start : start + len(phrase)]) == phrase:
                for place in range(start, start + len(phrase)):
                    query.quiet[place] = True
                query.relation = query.relation or " ".join(phrase)
                break


def _numbers(words: list[str]) -> list[TypedNumber]:
    found: list[TypedNumber] = []
    for place, word in enumerate(words):
        number = house_number(word)
        if number is None:
            continue
        found.append(TypedNumber(place, place + 1, number))
        following = words[place + 1] if place + 1 < len(words) else ""
        repaired = following.replace("o", "0").replace("l", "1")
        if word.isdecimal() and repaired.isdecimal():
            joined = house_number(word + repaired)
            if joined:
                found.append(TypedNumber(place, place + 2, joined, joined=True))
        elif word.isdecimal() and len(following) == 1 and following in "abcdf":
            lettered = house_number(word + following)
            if lettered:
                found.append(TypedNumber(place, place + 2, lettered))
    return found


def _mentions(query: Query, book: StreetBook) -> list[Mention]:
    """Every run of words that may be a street, long and certain ones first."""
    words = query.words
    found: list[Mention] = []
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + LONGEST_NAME) + 1):
            if words[end - 1] == "&" or end - 1 in query.block_words:
                break
            run = words[start:end]
            if not _may_be_street(run, query.quiet[start:end], book):
                continue
            matches = book.match(run, last=end == len(words))
            if matches:
                found.append(Mention(start, end, matches[:6]))
    found.sort(key=lambda m: (-m.matches[0].quality * (m.end - m.start), m.start))
    return found[:MOST_MENTIONS]


def _may_be_street(run: list[str], quiet: list[bool], book: StreetBook) -> bool:
    """A run that begins with a word that says nothing ('a', 'on') is a street only when the city has just that; 'e' and
    'n' may be east and north of a misspelt name."""
    if len(run) > 1 and quiet[0] and run[0] in DIRECTION_OF and not quiet[1]:
        return True
    if quiet[0] or (quiet[-1] and len(run) > 1):
        return len(run) > 1 and book.knows_exactly(run)
    if len(run) == 1 and run[0].isdecimal():
        return book.knows(run[0])
    if run[0].isdecimal():
        return book.knows_exactly(run)
    return True

"""From what people type to words that can be compared, and from a street's written name to how it is read out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from taker311.base.text import clean_line, fold
from taker311.places.tables import DIRECTIONS, ORDINAL_WORDS, SAINT, SPELLED, STREET_TYPES, TENS, WORDS

LONGEST_QUERY = 240
MOST_WORDS = 18

TYPE_OF = {form: full for full, forms in STREET_TYPES.items() for form in (full, *forms)}
DIRECTION_OF = {form: full for full, forms in DIRECTIONS.items() for form in (full, *forms)}
_SIGNS = str.maketrans({"&": " & ", "+": " & ", "@": " & ", "/": " & ", "#": " # ", "'": "", "’": "", "`": ""})
_WORD = re.compile(r"[&#]|\d+[a-z]{0,2}-\d+[a-z]{0,2}|[^\W_]+")
_HALF = re.compile(r"(\d)(?:[\s-]+1/2|\s*½)")
_ORDINAL = re.compile(r"(\d{1,3})(?:st|nd|rd|th|a|o)?")
_NUMBER = re.compile(r"(\d{1,6})(?!(?:st|nd|rd|th)$)([a-z]{0,2}|half)(?:-(\d{1,6})[a-z]{0,2})?")


@dataclass(frozen=True)
class StreetName:
    """A street's name taken apart: `core` without blanks ("saintjames"), `type` and `direction` in full or ''."""

    core: str
    type: str
    direction: str


@dataclass(frozen=True)
class HouseNumber:
    """`first` to `last` (equal for one house) and `text` as it is compared: '17A', '12-14', '12 1/2'."""

    first: int
    last: int
    text: str


def words_of(text: str) -> list[str]:
    """Folded words in order; `&`, `+`, `@`, `/` become '&'; "twenty first", "21st" and "third" become '21st' and '3rd'."""
    line = fold(_HALF.sub(r"\1half", clean_line(text[: LONGEST_QUERY * 4], limit=LONGEST_QUERY)))
    found = _WORD.findall(line.translate(_SIGNS))[: MOST_WORDS * 2]
    words: list[str] = []
    for word in found:
        if word in ORDINAL_WORDS:
            number = ORDINAL_WORDS[word]
            if words and words[-1] in TENS and number < 10:
                number += TENS[words.pop()]
            words.append(ordinal(number))
        elif word[-1:].isalpha() and word[0].isdecimal() and word[-2:] in ("st", "nd", "rd", "th"):
            match = _ORDINAL.fullmatch(word)
            words.append(ordinal(int(match[1])) if match else word)
        else:
            words.append(WORDS.get(word, word))
    return words[:MOST_WORDS]


def ordinal(number: int) -> str:
    """3 -> '3rd'."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@lru_cache(maxsize=4096)
def take_apart(words: tuple[str, ...]) -> StreetName:
    """The street's name in `words`: a last word that can be a type is one when something is left before it, and a
    direction at either end likewise. 'n main st', 'main st n', 'e st' (a street called E), 'st james ave'."""
    rest = list(words)
    kind = direction = ""
    if len(rest) > 2 and rest[-1] in DIRECTION_OF and rest[-2] in TYPE_OF:
        direction = DIRECTION_OF[rest.pop()]
    if len(rest) > 1 and rest[-1] in TYPE_OF:
        kind = TYPE_OF[rest.pop()]
    if len(rest) > 1 and not direction and rest[0] in DIRECTION_OF:
        direction = DIRECTION_OF[rest.pop(0)]
    if len(rest) > 1 and rest[0] == "st":
        rest[0] = SAINT
    return StreetName("".join(rest), kind, direction)


def spellings(core: str) -> tuple[str, ...]:
    """Other keys under which a core is looked up: '3rd' also as 'third' and '3', 'saintjames' also as 'stjames'."""
    match = re.fullmatch(r"(\d{1,3})(st|nd|rd|th)", core)
    if match:
        number = int(match[1])
        return (match[1], SPELLED[number]) if number in SPELLED else (match[1],)
    return ("st" + core[len(SAINT) :],) if core.startswith(SAINT) and core != SAINT else ()


def read_out(name: str) -> str:
    """A street's name as it is said: 'W Broadway' -> 'West Broadway', 'St James Ave' -> 'Saint James Avenue'."""
    words = clean_line(name, limit=120).split()
    folded = [fold(word).strip(".,") for word in words]
    said = list(words)
    last = len(words) - 1
    if last >= 2 and folded[last] in DIRECTION_OF and folded[last - 1] in TYPE_OF:
        said[last] = DIRECTION_OF[folded[last]].capitalize()
        last -= 1
    if last >= 1 and folded[last] in TYPE_OF:
        said[last] = TYPE_OF[folded[last]].capitalize()
        last -= 1
    first = 0
    if last >= 1 and folded[0] in DIRECTION_OF:
        said[0] = DIRECTION_OF[folded[0]].capitalize()
        first = 1
    if last > first and folded[first] == "st":
        said[first] = "Saint"
    return " ".join(said)


def house_number(text: str) -> HouseNumber | None:
    """'1204', '17a', '12 1/2', '12-14', '11-13A'; None for anything else."""
    match = _NUMBER.fullmatch(fold(_HALF.sub(r"\1half", text)).replace(" ", ""))
    if not match:
        return None
    low, letters, high = match.groups()
    if high and len(high) < len(low):  # '124-26' is 124 to 126
        high = low[: -len(high)] + high
    first, last = int(low), int(high or low)
    plain = match[0].upper()
    return HouseNumber(first, max(first, last), plain.replace("HALF", " 1/2") if letters == "half" else plain)

"""The short number made at the desk: three characters of desk code, four that count without showing the count, one check.

Nobody can read "how many cases has this desk made" from a reference, and no single wrong or swapped character passes.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

import msgspec

from taker311.base.errors import UserError

# Ten digits and the letters that look and sound least like one another or like a digit: no vowels, so no words either.
# The length is prime, which is what makes the check character catch every single slip.
ALPHABET = "0123456789CDFHJKMQRTWXY"
_BASE = len(ALPHABET)
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_HALF = _BASE * _BASE
CAPACITY = _HALF * _HALF  # references that one desk code can make: 279,841
_ROUNDS = 8

# Characters outside the alphabet that people write or read for one inside.
_MEANT = str.maketrans("OILSZBG", "0115286")
_IGNORED = str.maketrans("", "", " \t-‐‑–—._")

_WORDS = {
    "en": dict(
        zip(
            ALPHABET,
            (
                *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
                *("Charlie", "Delta", "Foxtrot", "Hotel", "Juliett", "Kilo", "Mike", "Quebec", "Romeo", "Tango"),
                *("Whiskey", "X-ray", "Yankee"),
            ),
            strict=True,
        )
    ),
    "es": dict(
        zip(
            ALPHABET,
            (
                *("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
                *("Carmen", "Dolores", "Francia", "Historia", "José", "Kilo", "México", "Querétaro", "Ramón", "Tomás"),
                *("Washington", "Xilófono", "Yolanda"),
            ),
            strict=True,
        )
    ),
}


def _check(seven: str) -> str:
    """The character that makes the sum of position times value divisible by 23. Positions 1 to 8 differ and are no
    multiples of the prime, so a changed character or two swapped ones change the sum."""
    total = sum(position * _VALUE[c] for position, c in enumerate(seven, 1))
    # 8 times 3 is 1 modulo 23, so 3 undoes the weight of the eighth place.
    return ALPHABET[-total * 3 % _BASE]


def is_ref(ref: str) -> bool:
    """True for eight characters of the alphabet whose check character is right."""
    return len(ref) == 8 and all(c in _VALUE for c in ref) and _check(ref[:7]) == ref[7]


def parse_ref(text: str) -> str | None:
    """The reference that somebody typed or read out, or None where it can't be one.

    Dashes, blanks and case don't matter; O and 0, I, L and 1, S and 5, Z and 2, B and 8, G and 6 are taken for each other.
    """
    if len(text) > 60:
        return None
    ref = text.translate(_IGNORED).upper().translate(_MEANT)
    return ref if is_ref(ref) else None


def format_ref(ref: str) -> str:
    """In groups for reading: 'K3F7QX2D' becomes 'K3F-7QX2-D'. Anything else than eight characters stays as it is."""
    return f"{ref[:3]}-{ref[3:7]}-{ref[7:]}" if len(ref) == 8 else ref


def spoken(ref: str, lang: str = "en") -> tuple[tuple[str, ...], ...]:
    """The groups of `format_ref` as words to say: (('Kilo', 'three', 'Foxtrot'), ...). A language that is not known here
    gets English, a character outside the alphabet stays itself."""
    words = _WORDS.get(lang, _WORDS["en"])
    return tuple(tuple(words.get(c, c) for c in group) for group in format_ref(ref).split("-"))


def is_desk_code(code: str) -> bool:
    return len(code) == 3 and all(c in _VALUE for c in code)


def desk_code(number: int, *, source: Literal["allotted", "random"]) -> str:
    """The desk code of that number. Allotted codes begin with a digit (5,290 of them) and codes drawn by chance with a
    letter (6,877), so that no draw ever meets a code that a hub or a list gave out."""
    first = ALPHABET[:10] if source == "allotted" else ALPHABET[10:]
    number, last = divmod(number, _BASE)
    number, middle = divmod(number, _BASE)
    if not 0 <= number < len(first):
        raise UserError("There is no desk code left to give; retire the codes of desks that are gone.")
    return first[number] + ALPHABET[middle] + ALPHABET[last]


class References(msgspec.Struct, frozen=True):
    """The references of one desk code: a permutation of the counter under a key, so that they never repeat below
    CAPACITY and don't tell the count. `desk_code` is three characters, `key` 16 bytes or more."""

    desk_code: str
    key: bytes

    def __repr__(self) -> str:
        return f"References(desk_code={self.desk_code!r})"

    def at(self, counter: int) -> str:
        """The reference of that counter, 0 <= counter < CAPACITY."""
        if not 0 <= counter < CAPACITY:
            raise ValueError("the counter of a desk code ran out")
        left, right = divmod(counter, _HALF)
        for turn in range(_ROUNDS):
            left, right = right, (left + self._round(turn, right)) % _HALF
        digits = (*divmod(left, _BASE), *divmod(right, _BASE))
        seven = self.desk_code + "".join(ALPHABET[d] for d in digits)
        return seven + _check(seven)

    def _round(self, turn: int, half: int) -> int:
        message = bytes((turn,)) + half.to_bytes(2, "big")
        return int.from_bytes(hmac.digest(self.key, message, hashlib.sha256)[:8], "big")

"""Whether an answer is the one that the script wanted: exact, near, wrong or missing."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal

from taker311.base.text import fold
from taker311.intake.model import AnswerValue

Fit = Literal["exact", "near", "wrong", "missing"]
SHARE: dict[Fit, Fraction] = {
    "exact": Fraction(1),
    "near": Fraction(1, 2),
    "wrong": Fraction(0),
    "missing": Fraction(0),
}
_WORD = re.compile(r"\w+")
_NEAR_NUMBER = Fraction(1, 5)  # of the right one
UNKNOWN = "unknown"


def as_text(value: AnswerValue | None) -> str:
    """An answer as a drill writes it down: 'yes', '14', 'furnace,things'; 'unknown' for "doesn't know"."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(sorted(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def fit(wanted: str, given: str | None) -> Fit:
    """`given` None: not asked. Numbers within a fifth and texts with half of the words are near; so is "doesn't know" where
    the caller knew."""
    if given is None:
        return "missing"
    if given == wanted or fold(given) == fold(wanted):
        return "exact"
    if given == UNKNOWN:
        return "near"
    first, second = _number(wanted), _number(given)
    if first is not None and second is not None:
        return "near" if abs(first - second) <= abs(first) * _NEAR_NUMBER else "wrong"
    return _words(wanted, given)


def _number(text: str) -> Fraction | None:
    return Fraction(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", text, re.ASCII) else None


def _words(wanted: str, given: str) -> Fit:
    """By the share of the wanted words that stand in what was written, in any order."""
    first, second = _WORD.findall(fold(wanted)), set(_WORD.findall(fold(given)))
    if not first or not second:
        return "wrong"
    held = Fraction(sum(word in second for word in first), len(first))
    if held >= Fraction(4, 5):
        return "exact"
    return "near" if held >= Fraction(1, 2) else "wrong"

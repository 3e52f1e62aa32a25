"""A name's domain cut into cells that the given conditions cannot tell apart: one value stands for each cell."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations

from taker311.authoring.condition_domain import Domain
from taker311.base.text import clean_line
from taker311.intake.condition import same
from taker311.intake.model import AnswerValue
from taker311.knowledge.model import And, Compare, Condition, Const, In, Name, Not, Or, Scalar, Size

MOST_MEMBERS = 12  # of one `choices` question, in conditions that are looked at together: 4,096 subsets
AND_ANOTHER = " and another"  # choice that no condition names
_MOST_CHARACTERS = 2_000
_OTHER = "\ue000"  # private use, so no constant begins with it unless its author means harm


class TooManyCombinationsError(Exception):
    """More than can be enumerated; the proof is not made."""


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of numbers; None: no end on that side. `low_in` and `high_in`: the end belongs to it."""

    low: float | None = None
    high: float | None = None
    low_in: bool = False
    high_in: bool = False

    def words(self) -> str:
        low, high = (None if end is None else f"{end:g}" for end in (self.low, self.high))
        if low is None or high is None:
            below = f"{high} or less" if self.high_in else f"under {high}"
            above = f"{low} or more" if self.low_in else f"over {low}"
            return below if high is not None else above if low is not None else "any number"
        if self.low == self.high:
            return low
        if self.low_in == self.high_in:
            return f"{low} to {high}" if self.low_in else f"between {low} and {high}"
        return f"{low} or more but under {high}" if self.low_in else f"over {low} up to {high}"


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` stands for all values of the cell; None is no value. `words` is what people read for it."""

    value: AnswerValue | None
    words: str
    span: Span | None = None


@dataclass(slots=True)
class Usage:
    """What the conditions compare a name with."""

    constants: list[Scalar] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    ordered: bool = False
    linked: bool = False  # with another name
    obscure: bool = False  # in a way that cells cannot follow


class Usages(dict[str, Usage]):
    """What conditions compare each name with, gathered over all that are looked at together."""

    def __missing__(self, name: str) -> Usage:
        self[name] = Usage()
        return self[name]

    def gather(self, condition: Condition) -> None:
        match condition:
            case And(items) | Or(items):
                for item in items:
                    self.gather(item)
            case Not(item):
                self.gather(item)
            case Compare(op, left, right):
                self._pair(left, right, ordered=op not in ("==", "!="))
                self._pair(right, left, ordered=op not in ("==", "!="))
                self.gather(left)
                self.gather(right)
            case In(item, among, name):
                self._membership(item, among, name)
                self.gather(item)
            case _:
                pass

    def _pair(self, left: Condition, right: Condition, *, ordered: bool) -> None:
        if isinstance(left, Size):
            if isinstance(right, Const):
                self._size(left.name, right.value)
            else:
                self[left.name].obscure = True
        if not isinstance(left, Name):
            return
        usage = self[left.id]
        usage.ordered |= ordered
        if isinstance(right, Const):
            usage.constants.append(right.value)
        elif isinstance(right, Name):
            usage.linked = True
        elif isinstance(right, Size):
            usage.obscure = True

    def _membership(self, item: Condition, among: Sequence[Scalar], name: str) -> None:
        if name:
            if isinstance(item, Const) and isinstance(item.value, str):
                self[name].members.append(item.value)
            elif isinstance(item, Name | Size):
                self[name].obscure = True
                self[item.id if isinstance(item, Name) else item.name].obscure = True
        elif isinstance(item, Name):
            self[item.id].constants.extend(among)
        elif isinstance(item, Size):
            for value in among:
                self._size(item.name, value)

    def _size(self, name: str, value: Scalar) -> None:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            self[name].sizes.append(value)


def cells(domain: Domain, usage: Usage, shared: Sequence[Scalar] = (), links: int = 0) -> list[Cell] | None:
    """The cells of every value but "no value", or None where values cannot be told into cells exactly.

    `shared` are the constants and bounds of all names that are compared with other names, `links` how many they are.
    """
    if usage.linked:
        usage = Usage([*usage.constants, *shared], usage.sizes, usage.members, usage.ordered, True, usage.obscure)
    match domain.kind:
        case "truth":
            return [Cell(True, "yes"), Cell(False, "no")]
        case "choice":
            return _of_choice(domain, usage)
        case "choices":
            return _of_choices(domain, usage)
        case "number":
            return None if usage.obscure else _of_number(domain, usage, links if usage.linked else 1)
        case "date":
            return None if usage.obscure or usage.sizes or usage.linked else _of_date(usage)
        case "text":
            return _of_text(usage, links if usage.linked else 1)
        case "note":
            return []


def _of_choice(domain: Domain, usage: Usage) -> list[Cell]:
    apart = usage.linked or usage.obscure or usage.ordered or bool(usage.sizes)
    named = [key for key in domain.choices if apart or key in usage.constants]
    rest = [key for key in domain.choices if key not in named]
    found = [Cell(key, _safe(domain.label(key))) for key in named]
    if rest:
        words = " or ".join(_safe(domain.label(key)) for key in rest)
        found.append(Cell(rest[0], words if len(rest) <= 5 else f"one of the {len(rest)} that no row names"))
    return found


def _of_choices(domain: Domain, usage: Usage) -> list[Cell]:
    members = [key for key in domain.choices if usage.obscure or key in usage.members]
    others = [key for key in domain.choices if key not in members]
    if len(members) > MOST_MEMBERS:
        raise TooManyCombinationsError
    counts = range(len(others) + 1) if usage.sizes else range(min(1, len(others)) + 1)
    found = []
    for count in range(len(members) + 1):
        for chosen in combinations(members, count):
            for more in counts:
                value = (*chosen, *others[:more])
                words = " and ".join(_safe(domain.label(key)) for key in chosen)
                if more:
                    words += AND_ANOTHER if more == 1 else f" and {more} others"
                if value:
                    found.append(Cell(value, words.removeprefix(" and ")))
    return found


def _of_number(domain: Domain, usage: Usage, points: int) -> list[Cell]:
    low, high = domain.minimum, domain.maximum
    inside = sorted(
        {
            value
            for value in usage.constants
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and (low is None or value >= low)
            and (high is None or value <= high)
        }
    )
    found: list[Cell] = []
    start, start_in = low, low is not None
    for end in inside:
        found += _between(Span(start, end, low_in=start_in), points)
        found.append(_number_cell(end, Span(end, end, low_in=True, high_in=True)))
        start, start_in = end, False
    return found + _between(Span(start, high, low_in=start_in, high_in=high is not None), points)


def _between(span: Span, points: int) -> list[Cell]:
    low, high = span.low, span.high
    if low is not None and high is not None and low >= high:
        single = low == high and span.low_in and span.high_in
        return [_number_cell(low, span)] if single else []
    step = float(max(1.0, abs(low or 0.0), abs(high or 0.0)))
    found: list[float] = []
    for index in range(1, points + 1):
        if low is not None and high is not None:
            found.append(low + (high - low) * index / (points + 1))
        elif high is not None:
            found.append(high - step * index)
        else:
            found.append((low or 0.0) + step * index)
    if low is not None and high is not None and span.low_in and span.high_in:
        # A whole domain without constants: its ends are as good as its middle, and look like answers.
        found[0] = low
    return [_number_cell(value, span) for value in sorted(set(found))]


def _number_cell(value: float, span: Span) -> Cell:
    return Cell(int(value) if float(value).is_integer() else value, span.words(), span)


def _of_date(usage: Usage) -> list[Cell]:
    days = sorted({day for value in usage.constants if (day := as_date(value)) is not None})
    if not days:
        return [Cell("2026-11-25", "any date")]
    found: list[Cell] = []
    for index, day in enumerate(days):
        if index == 0 and day > date.min:
            found.append(Cell((day - timedelta(1)).isoformat(), f"before {day}"))
        found.append(Cell(day.isoformat(), str(day)))
        following = days[index + 1] if index + 1 < len(days) else date.max
        if day < date.max and (following - day).days > 1:
            until = f" and before {following}" if index + 1 < len(days) else ""
            found.append(Cell((day + timedelta(1)).isoformat(), f"after {day}{until}"))
    return found


def as_date(value: object) -> date | None:
    """The day that an ISO text (2026-11-25) names, or None."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _of_text(usage: Usage, points: int) -> list[Cell] | None:
    texts = sorted({value for value in usage.constants if isinstance(value, str) and value})
    if usage.obscure or (usage.sizes and (usage.ordered or usage.linked)) or (usage.ordered and usage.linked):
        return None
    if any(size > _MOST_CHARACTERS for size in usage.sizes) or any(_OTHER in text for text in texts):
        return None
    found = [Cell(text, f'"{_safe(text)}"') for text in texts]
    if usage.ordered:
        return _around(texts)
    if usage.sizes:
        lengths = {n for size in usage.sizes for n in range(math.floor(size), math.ceil(size) + 2) if n > 0}
        return found + [Cell(_OTHER * n, f"a text of {n} characters") for n in sorted(lengths | {1})]
    words = "another text" if texts else "any text"
    return found + [Cell(_OTHER * n, words) for n in range(1, points + 1)]


def _around(texts: Sequence[str]) -> list[Cell]:
    """In the order of texts, `x` + NUL comes right after `x`, and NUL alone before every text that does not begin so."""
    found: list[Cell] = []
    if texts and texts[0] > "\0":
        found.append(Cell("\0", f'before "{_safe(texts[0])}"'))
    for text in texts:
        found.append(Cell(text, f'"{_safe(text)}"'))
        if text + "\0" not in texts:
            found.append(Cell(text + "\0", f'after "{_safe(text)}"'))
    return found or [Cell(_OTHER, "any text")]


def stopping(value: AnswerValue | None, stops: Iterable[Scalar]) -> bool:
    """Whether an answer ends the interview: equal to one of `stops`, or with one among its choices."""
    if value is None:
        return False
    held = value if isinstance(value, tuple) else (value,)
    return any(same(one, stop) for one in held for stop in stops)


def _safe(text: str) -> str:
    return clean_line(text, limit=60)

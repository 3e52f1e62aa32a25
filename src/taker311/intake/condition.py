"""What a condition means: one small evaluator for a script's questions and routes, pure and total.

Two-valued on purpose. An unanswered question gives no value, and whatever compares with it is false: `width > 3` and
`width <= 3` and `width != 3` alike. `!` turns the result round, so `!sparks` is true while nothing is known of `sparks`,
and `sparks == false` is not.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from taker311.intake.model import Answer, AnswerValue
from taker311.knowledge.model import And, Answered, Compare, Condition, Const, In, Name, Not, Or, Scalar, Size
from taker311.places.model import Place

Values = Mapping[str, AnswerValue]

# The parser never makes a deeper tree; a tree that does go deeper came from elsewhere, and what lies below is false.
MAX_DEPTH = 64

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(condition: Condition, values: Values) -> bool:
    """Whether `condition` holds for the given answers; never raises.

    `values` maps question ids, and `place.kind`, `place.landmark`, `place.<district set>`, to values; a name that is
    missing is unanswered. A side without a value, and two sides of different kinds, make a comparison false.
    """
    return _holds(condition, values, MAX_DEPTH)


def _holds(condition: Condition, values: Values, depth: int) -> bool:
    if depth <= 0:
        return False
    match condition:
        case And(items):
            return all(_holds(item, values, depth - 1) for item in items)
        case Or(items):
            return any(_holds(item, values, depth - 1) for item in items)
        case Not(item):
            return not _holds(item, values, depth - 1)
        case Compare(op, left, right):
            return _compare(op, _value(left, values, depth - 1), _value(right, values, depth - 1))
        case In(item, among, name):
            found = values.get(name) if name else among
            value = _value(item, values, depth - 1)
            return isinstance(found, tuple) and any(_compare("==", value, one) for one in found)
        case Answered(name):
            return values.get(name) is not None
        case _:
            return _value(condition, values, depth) is True


def _value(condition: Condition, values: Values, depth: int) -> object:
    match condition:
        case Const(value):
            return value
        case Name(id):
            return values.get(id)
        case Size(name):
            sized = values.get(name)
            return len(sized) if isinstance(sized, str | tuple) else None
        case _:
            return _holds(condition, values, depth)


def _compare(op: str, left: object, right: object) -> bool:
    kind = kind_of(left)
    return kind is not None and kind == kind_of(right) and op in _COMPARE and bool(_COMPARE[op](left, right))


def kind_of(value: object) -> str | None:
    """'truth', 'number' or 'text' for what can be compared; None for no value and for a `choices` answer."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else None


def same(left: Scalar, right: Scalar) -> bool:
    """Equal as conditions see it: `1` is `1.0` and is not `true`."""
    return _compare("==", left, right)


def names(condition: Condition) -> tuple[str, ...]:
    """The names a condition looks at, each once, as they come."""
    found: dict[str, None] = {}
    stack: list[Condition] = [condition]
    while stack:
        match stack.pop():
            case And(items) | Or(items):
                stack.extend(reversed(items))
            case Not(item):
                stack.append(item)
            case Compare(_, left, right):
                stack += [right, left]
            case In(item, _, name):
                stack += [Name(name), item] if name else [item]
            case Name(id):
                found[id] = None
            case Size(name) | Answered(name):
                found[name] = None
            case Const():
                pass
    return tuple(found)


def values_of(answers: Mapping[str, Answer], place: Place | None = None) -> dict[str, AnswerValue]:
    """The values that conditions look at. "Doesn't know", an empty text and an empty choice are no value.

    `place.landmark` is given for landmarks only, so that the proof of the routes need not think of a park that is an
    address. Leaving hidden questions out is the caller's part.
    """
    values: dict[str, AnswerValue] = {
        question: answer.value
        for question, answer in answers.items()
        if answer.how != "unknown" and answer.value is not None and answer.value not in ("", ())
    }
    if place is not None:
        values["place.kind"] = place.kind
        if place.kind == "landmark" and place.landmark_kind:
            values["place.landmark"] = place.landmark_kind
        for district_set, name in place.districts.items():
            if name and district_set not in ("kind", "landmark"):
                values[f"place.{district_set}"] = name
    return values

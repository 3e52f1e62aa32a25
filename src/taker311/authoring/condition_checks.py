"""Everything that can be wrong with a condition before it ever runs, told in words with the cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from taker311.authoring.condition_cells import TooManyCombinationsError, as_date
from taker311.authoring.condition_domain import Domain, Kind
from taker311.authoring.condition_lexer import shown
from taker311.authoring.condition_space import NotExactError, space
from taker311.authoring.condition_text import ConditionError, Mark, Written, mapping_marked, parse_marked, to_text
from taker311.base.text import did_you_mean
from taker311.intake.condition import kind_of
from taker311.knowledge.model import And, Answered, Compare, Condition, Const, In, Name, Not, Or, Scalar, Size

Code = Literal[
    "unknown-name",
    "later-question",
    "not-a-choice",
    "type-clash",
    "always-true",
    "always-false",
    "condition-syntax",
]
MOST_COMBINATIONS = 20_000

_Type = Kind | None  # None: a problem is already told
_PLAIN: dict[str | None, Kind] = {"truth": "truth", "number": "number", "text": "text"}
_TEXTS = ("text", "choice", "date")


@dataclass(frozen=True, slots=True)
class Problem:
    """`offset` is the 0-based column in a condition's line; for a mapping `key` is where it is, and `item` the position
    in that key's list (-1: the key's value is no list, or the key itself is meant)."""

    code: Code
    sentence: str
    offset: int = 0
    key: str = ""
    item: int = -1


def check_condition(
    condition: Condition | str | Mapping[str, Written], earlier: Mapping[str, Domain], later: Set[str] = frozenset()
) -> tuple[Condition | None, list[Problem]]:
    """The condition (None: it cannot be read) with all that is wrong with it.

    `earlier` holds the questions that stand before, in their order, and the names `place.*`; `later` the ids that stand
    at or after the condition. Whether it is always true or always false is asked only of one without other problems,
    by enumeration: where that is not exact or goes above 20,000 combinations, nothing is said.
    """
    mark = Mark()
    try:
        if isinstance(condition, str):
            tree, mark = parse_marked(condition)
        elif isinstance(condition, Mapping):
            tree, mark = mapping_marked(condition, earlier)
        else:
            tree = condition
    except ConditionError as error:
        return None, [Problem("condition-syntax", error.sentence, error.offset)]
    checker = _Checker(earlier, later)
    checker.truth(tree, mark)
    problems = sorted(checker.problems, key=lambda problem: problem.offset)
    return tree, problems or _constant(tree, mark, earlier)


class _Checker:
    """Finds the type of every node and tells what cannot be."""

    def __init__(self, earlier: Mapping[str, Domain], later: Set[str]) -> None:
        self.problems: list[Problem] = []
        self._earlier = earlier
        self._later = later

    def _tell(self, code: Code, sentence: str, mark: Mark) -> None:
        problem = Problem(code, sentence, mark.offset, mark.key, mark.item)
        if problem not in self.problems:
            self.problems.append(problem)

    def truth(self, node: Condition, mark: Mark) -> None:
        """`node` stands where only true or false can stand."""
        kind = self._type(node, mark)
        if kind is None or kind == "truth":
            return
        cure = f"; compare it with something, or write answered({node.id})" if isinstance(node, Name) else ""
        self._tell("type-clash", f"{_short(node)} is {_A[kind]} and cannot be true or false{cure}", mark)

    def _type(self, node: Condition, mark: Mark) -> _Type:
        match node:
            case And(items) | Or(items):
                for index, item in enumerate(items):
                    self.truth(item, mark.kid(index))
            case Not(item):
                self.truth(item, mark.kid(0))
            case Compare():
                self._compare(node, mark)
            case In(_, _, name) if name:
                self._in_name(node, mark)
            case In():
                self._in_list(node, mark)
            case Answered(name):
                self._name(name, mark.kid(0))
            case Size(name):
                return self._size(name, mark)
            case Const(value):
                return _PLAIN[kind_of(value)]
            case Name(id):
                domain = self._name(id, mark)
                return domain.kind if domain else None
        return "truth"

    def _name(self, name: str, mark: Mark) -> Domain | None:
        domain = self._earlier.get(name)
        if domain is None:
            self._unknown(name, mark)
        elif domain.kind == "note":
            self._tell("type-clash", f"'{shown(name)}' is a note; it asks nothing and has no answer", mark)
            return None
        return domain

    def _unknown(self, name: str, mark: Mark, other: Condition | None = None) -> None:
        beside = self._earlier.get(other.id) if isinstance(other, Name) else None
        if name in self._later:
            sentence = f"'{shown(name)}' is not asked before this; a condition may look only at earlier questions"
            self._tell("later-question", sentence, mark)
            return
        if beside and name in beside.choices:
            cure = f'; put quotes around a choice: "{shown(name)}"'
        elif name.lower() in ("yes", "no"):
            cure = f"; write {'true' if name.lower() == 'yes' else 'false'}"
        else:
            cure = did_you_mean(name, tuple(self._earlier))
        what = "there is no" if name.startswith("place.") else "no earlier question is called"
        self._tell("unknown-name", f"{what} '{shown(name)}'{cure}", mark)

    def _size(self, name: str, mark: Mark) -> _Type:
        domain = self._name(name, mark.kid(0))
        if domain and domain.kind not in ("choices", "text"):
            sentence = (
                f"'{shown(name)}' is {_A[domain.kind]}; only a text and a question with several choices have a size"
            )
            self._tell("type-clash", sentence, mark)
        return "number"

    def _side(self, node: Condition, mark: Mark, other: Condition) -> _Type:
        if isinstance(node, Name) and node.id not in self._earlier:
            self._unknown(node.id, mark, other)
            return None
        return self._type(node, mark)

    def _compare(self, node: Compare, mark: Mark) -> None:
        if self._not_reaches_too_short(node):
            written = f"{_short(node.left)} {node.op} {_short(node.right)}"
            cure = f"write not {written.removeprefix('!')}"
            self._tell("type-clash", f"in {written} the ! belongs to {_short(node.left)[1:]} alone; {cure}", mark)
            return
        left = self._side(node.left, mark.kid(0), node.right)
        right = self._side(node.right, mark.kid(1), node.left)
        if left is None or right is None:
            return
        for kind, side, other in ((left, node.left, node.right), (right, node.right, node.left)):
            if kind == "choices":
                cure = f"; write {_short(other)} in {_short(side)}" if isinstance(other, Const | Name) else ""
                self._tell("type-clash", f"{_short(side)} holds several choices and cannot be compared{cure}", mark)
                return
        if not _alike(left, right):
            self._clash(node, left, right, mark)
            return
        unordered = next((kind for kind in (left, right) if kind in ("truth", "choice")), None)
        if node.op not in ("==", "!=") and unordered:
            self._tell("type-clash", f"{_A[unordered]} has no order; {node.op} cannot compare it", mark)
            return
        self._constant_fits(node.left, node.right, mark.kid(1))
        self._constant_fits(node.right, node.left, mark.kid(0))

    def _not_reaches_too_short(self, node: Compare) -> bool:
        inner = node.left.item if isinstance(node.left, Not) else None
        domain = self._earlier.get(inner.id) if isinstance(inner, Name) else None
        return domain is not None and domain.kind not in ("truth", "note")

    def _clash(self, node: Compare, left: Kind, right: Kind, mark: Mark) -> None:
        cure = ""
        for name, constant in ((node.left, node.right), (node.right, node.left)):
            domain = self._earlier.get(name.id) if isinstance(name, Name) else None
            if domain and isinstance(constant, Const):
                cure = _constant_cure(domain, constant.value)
        sides = f"{_short(node.left)} is {_A[left]} and {_short(node.right)} is {_A[right]}"
        self._tell("type-clash", f"{sides}; they cannot be compared{cure}", mark)

    def _constant_fits(self, name: Condition, constant: Condition, mark: Mark) -> None:
        if isinstance(name, Name) and isinstance(constant, Const) and name.id in self._earlier:
            self._fits(name.id, self._earlier[name.id], constant.value, mark)

    def _fits(self, name: str, domain: Domain, value: Scalar, mark: Mark) -> None:
        if domain.kind in ("choice", "choices"):
            if not isinstance(value, str):
                sentence = f"'{shown(name)}' is {_A[domain.kind]} and {_short(Const(value))} is none of them"
                self._tell("type-clash", sentence + _constant_cure(domain, value), mark)
            elif value not in domain.choices:
                cure = did_you_mean(value, domain.choices) or _listed(domain.choices)
                if value == "unknown":
                    cure = f'; for "doesn\'t know" write not answered({name})'
                self._tell("not-a-choice", f"'{shown(value)}' is no choice of '{shown(name)}'{cure}", mark)
        elif domain.kind == "date" and as_date(value) is None:
            self._tell("type-clash", f"'{shown(name)}' is a date; write it as \"2026-11-25\"", mark)

    def _in_name(self, node: In, mark: Mark) -> None:
        item = self._side(node.item, mark.kid(0), Name(node.name))
        domain = self._name(node.name, mark.kid(1))
        if domain is None:
            return
        if domain.kind != "choices":
            cure = f"; write {node.name} == {_short(node.item)}" if isinstance(node.item, Const) else ""
            sentence = (
                f"'{shown(node.name)}' is {_A[domain.kind]}; only a question with several choices stands after in"
            )
            self._tell("type-clash", sentence + cure, mark.kid(1))
        elif isinstance(node.item, Const):
            self._fits(node.name, domain, node.item.value, mark.kid(0))
        elif item is not None and item not in ("text", "choice"):
            self._tell("type-clash", f"{_short(node.item)} is {_A[item]} and no choice of '{node.name}'", mark.kid(0))

    def _in_list(self, node: In, mark: Mark) -> None:
        item = self._type(node.item, mark.kid(0))
        if item is None:
            return
        if item == "choices":
            cure = f'; write ".." in {_short(node.item)}, joined with ||'
            self._tell("type-clash", f"{_short(node.item)} holds several choices and is no one of a list{cure}", mark)
            return
        for index, value in enumerate(node.among):
            kind = _PLAIN[kind_of(value)]
            domain = self._earlier.get(node.item.id) if isinstance(node.item, Name) else None
            if not _alike(item, kind):
                cure = _constant_cure(domain, value) if domain else ""
                sentence = f"{_short(node.item)} is {_A[item]} and {_short(Const(value))} is {_A[kind]}{cure}"
                self._tell("type-clash", sentence, mark.kid(1 + index))
            elif domain and isinstance(node.item, Name):
                self._fits(node.item.id, domain, value, mark.kid(1 + index))


_A: dict[str, str] = {
    "truth": "a yes or no",
    "number": "a number",
    "choice": "a choice",
    "choices": "a question with several choices",
    "text": "a text",
    "date": "a date",
    "note": "a note",
}


def _alike(left: Kind, right: Kind) -> bool:
    return left == right or (left in _TEXTS and right in _TEXTS)


def _short(node: Condition) -> str:
    return shown(to_text(node))


def _constant_cure(domain: Domain, value: Scalar) -> str:
    if domain.kind == "truth" and isinstance(value, str) and value.lower() in ("yes", "no"):
        return f"; write {'true' if value.lower() == 'yes' else 'false'}"
    if domain.kind == "truth":
        return "; write true or false (yes or no in a mapping)"
    if domain.kind == "number" and isinstance(value, str):
        return "; write a number, without quotes"
    if domain.kind in ("choice", "choices") and not isinstance(value, str):
        written = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        return f'; write "{written}"' if written in domain.choices else _listed(domain.choices)
    return ""


def _listed(choices: tuple[str, ...]) -> str:
    return f" (it has {', '.join(choices)})" if 0 < len(choices) <= 8 else ""


def _constant(tree: Condition, mark: Mark, earlier: Mapping[str, Domain]) -> list[Problem]:
    found = _truths(tree, earlier)
    if found == {True}:
        return [Problem("always-true", "this is true whatever the answers are; leave it out", *_where(mark))]
    if found == {False}:
        return [Problem("always-false", "no answers make this true", *_where(mark))]
    problems = []
    for atom, at in _atoms(tree, mark):
        found = _truths(atom, earlier)
        if found == {True}:
            sentence = f"{_short(atom)} is true whatever the answers are; leave it out"
            problems.append(Problem("always-true", sentence, *_where(at)))
        elif found == {False}:
            problems.append(Problem("always-false", f"no answers make {_short(atom)} true", *_where(at)))
    return problems


def _where(mark: Mark) -> tuple[int, str, int]:
    return mark.offset, mark.key, mark.item


def _truths(tree: Condition, earlier: Mapping[str, Domain]) -> set[bool]:
    """What the condition can be; empty where that is not known."""
    try:
        return set(space([tree], earlier, limit=MOST_COMBINATIONS).holds(tree))
    except (NotExactError, TooManyCombinationsError):
        return set()


def _atoms(tree: Condition, mark: Mark) -> Iterator[tuple[Condition, Mark]]:
    match tree:
        case And(items) | Or(items):
            for index, item in enumerate(items):
                yield from _atoms(item, mark.kid(index))
        case Not(item):
            yield from _atoms(item, mark.kid(0))
        case Const() | Compare() | In():
            yield tree, mark
        case _:
            pass

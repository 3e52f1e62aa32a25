"""Conditions as authors write them, one line or a mapping, and back into one line.

The line is a subset of CEL (github.com/google/cel-spec): comparisons, `in`, `size`, `&&`, `||`, `!`. Beyond CEL stand
`answered(x)`, `not` (which, unlike `!`, reaches over a comparison) and dashes in names. Nothing is evaluated here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from taker311.authoring.condition_domain import Domain
from taker311.authoring.condition_lexer import RESERVED, ConditionError, Token, shown, tokens
from taker311.knowledge.model import And, Answered, Compare, Condition, Const, In, Name, Not, Or, Scalar, Size

__all__ = ["RESERVED", "ConditionError", "Mark", "from_mapping", "mapping_marked", "parse", "parse_marked", "to_text"]

# Each nesting adds at most four levels of tree, so that the evaluator's MAX_DEPTH is never reached.
MAX_NESTING = 15
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a node was written: the 0-based column in a line, or the `key` of a mapping and the position in its list
    (-1: the value is no list). `kids` are the marks of the node's parts, in the order of the tree's fields."""

    offset: int = 0
    kids: tuple[Mark, ...] = ()
    key: str = ""
    item: int = -1

    def kid(self, index: int) -> Mark:
        """The mark of a part; a tree that was never written has only this one."""
        return self.kids[index] if index < len(self.kids) else self


_Marked = tuple[Condition, Mark]


def parse(text: str) -> Condition:
    """The condition that `text` writes. Raises ConditionError with the column of the first thing that is wrong."""
    return parse_marked(text)[0]


def parse_marked(text: str) -> tuple[Condition, Mark]:
    """`parse`, with where each node stands."""
    return _Parser(tokens(text)).whole()


class _Parser:
    """Recursive descent, one method a level of precedence."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._nesting = 0

    def whole(self) -> _Marked:
        if self._peek().kind == "end":
            raise ConditionError("the condition is empty", 0)
        result = self._either()
        if self._peek().kind != "end":
            raise self._unexpected("&& or || or the end")
        return result

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _is(self, *words: str) -> bool:
        return self._peek().kind in ("sign", "name") and self._peek().text in words

    def _take(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, sign: str, why: str) -> Token:
        if not self._is(sign):
            raise self._unexpected(f"{sign} {why}")
        return self._take()

    def _unexpected(self, wanted: str) -> ConditionError:
        token = self._peek()
        if self._is("and", "or"):
            return ConditionError(f"write {'&&' if token.text == 'and' else '||'} for '{token.text}'", token.offset)
        if self._is("not") and self._tokens[self._at + 1].text == "in":
            return ConditionError("write not (x in [..]) for 'x not in [..]'", token.offset)
        found = "the end of the condition" if token.kind == "end" else f"'{shown(token.text)}'"
        return ConditionError(f"{found} where {wanted} was expected", token.offset)

    def _nested(self, token: Token) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise ConditionError(f"more than {MAX_NESTING} brackets or ! within each other", token.offset)

    def _either(self) -> _Marked:
        parts = [self._all()]
        while self._is("||"):
            self._take()
            parts.append(self._all())
        if len(parts) == 1:
            return parts[0]
        return Or(tuple(c for c, _ in parts)), Mark(parts[0][1].offset, tuple(m for _, m in parts))

    def _all(self) -> _Marked:
        parts = [self._negation()]
        while self._is("&&"):
            self._take()
            parts.append(self._negation())
        if len(parts) == 1:
            return parts[0]
        return And(tuple(c for c, _ in parts)), Mark(parts[0][1].offset, tuple(m for _, m in parts))

    def _negation(self) -> _Marked:
        if not self._is("not"):
            return self._relation()
        word = self._take()
        if self._is("in"):
            raise ConditionError("write not (x in [..]) for 'x not in [..]'", word.offset)
        self._nested(word)
        item, mark = self._negation()
        self._nesting -= 1
        return Not(item), Mark(word.offset, (mark,))

    def _relation(self) -> _Marked:
        left, mark = self._unary()
        if self._is(*_COMPARISONS):
            op = self._take().text
            right, right_mark = self._unary()
            result: _Marked = (
                Compare(op, left, right),  # type: ignore[arg-type]  # one of _COMPARISONS
                Mark(mark.offset, (mark, right_mark)),
            )
        elif self._is("in"):
            self._take()
            result = self._membership(left, mark)
        else:
            return left, mark
        if self._is(*_COMPARISONS, "in"):
            raise ConditionError("one comparison at a time; join two with &&", self._peek().offset)
        return result

    def _membership(self, item: Condition, mark: Mark) -> _Marked:
        if self._peek().kind == "name" and self._peek().text not in RESERVED:
            name = self._take()
            return In(item, name=name.text), Mark(mark.offset, (mark, Mark(name.offset)))
        if not self._is("["):
            raise self._unexpected("a list [..] or a question's id")
        self._take()
        among: list[Scalar] = []
        marks = [mark]
        while not self._is("]"):
            if among:
                self._expect(",", "or ]")
            word = self._peek()
            if word.kind == "name" and word.text not in RESERVED:
                raise ConditionError(f"a list holds no ids; put quotes around '{shown(word.text)}'", word.offset)
            marks.append(Mark(word.offset))
            among.append(self._constant())
        self._take()
        return In(item, tuple(among)), Mark(mark.offset, tuple(marks))

    def _unary(self) -> _Marked:
        if self._is("!"):
            sign = self._take()
            self._nested(sign)
            item, mark = self._unary()
            self._nesting -= 1
            return Not(item), Mark(sign.offset, (mark,))
        if self._is("("):
            self._nested(self._take())
            inner = self._either()
            self._expect(")", "or && or ||")
            self._nesting -= 1
            return inner
        token = self._peek()
        if token.kind == "name" and token.text not in RESERVED:
            return self._named(self._take())
        mark = Mark(token.offset)
        return Const(self._constant()), mark

    def _named(self, token: Token) -> _Marked:
        if not self._is("("):
            return Name(token.text), Mark(token.offset)
        if token.text not in ("size", "answered"):
            raise ConditionError(
                f"there is no '{shown(token.text)}(..)'; only size(x) and answered(x) are known", token.offset
            )
        self._take()
        if self._peek().kind != "name" or self._peek().text in RESERVED:
            raise self._unexpected("a question's id")
        name = self._take()
        self._expect(")", "")
        mark = Mark(token.offset, (Mark(name.offset),))
        return (Size(name.text) if token.text == "size" else Answered(name.text)), mark

    def _constant(self) -> Scalar:
        if self._is("true", "false"):
            return self._take().text == "true"
        if self._is("-"):
            self._take()
            token = self._peek()
            if token.kind != "constant" or isinstance(token.value, str):
                raise self._unexpected("a number")
            return -cast("float", self._take().value)
        if self._peek().kind != "constant":
            raise self._unexpected("a question's id, a number or a text in quotes")
        return self._take().value


# ---------------------------------------------------------------- the mapping
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
Written = Scalar | Sequence[Scalar]


def from_mapping(mapping: Mapping[str, Written], domains: Mapping[str, Domain] | None = None) -> Condition:
    """`{where: wires, width: [1, 2]}`: all of the keys; a list means any of; for `choices` the value is among the
    chosen. `domains` says what a text means at its key ('yes' at a yesno is true, '3' at a number is 3); where it
    cannot mean that, it stays a text. Raises ConditionError for an empty mapping."""
    return mapping_marked(mapping, domains)[0]


def mapping_marked(mapping: Mapping[str, Written], domains: Mapping[str, Domain] | None = None) -> _Marked:
    if not mapping:
        raise ConditionError("the condition is empty", 0)
    parts = [_entry(key, value, (domains or {}).get(key)) for key, value in mapping.items()]
    if len(parts) == 1:
        return parts[0]
    return And(tuple(c for c, _ in parts)), Mark(kids=tuple(m for _, m in parts))


def _entry(key: str, written: Written, domain: Domain | None) -> _Marked:
    listed = not isinstance(written, str | int | float)
    several = (written,) if isinstance(written, str | int | float) else written
    values = tuple(_typed(one, domain) for one in several)
    key_mark = Mark(key=key)
    marks = tuple(Mark(key=key, item=index if listed else -1) for index in range(len(values)))
    if domain is not None and domain.kind == "choices" and values:
        chosen: list[_Marked] = [
            (In(Const(value), name=key), Mark(kids=(mark, key_mark), key=key))
            for value, mark in zip(values, marks, strict=True)
        ]
        if len(chosen) == 1:
            return chosen[0]
        return Or(tuple(c for c, _ in chosen)), Mark(kids=tuple(m for _, m in chosen), key=key)
    if listed:
        return In(Name(key), values), Mark(kids=(key_mark, *marks), key=key)
    return Compare("==", Name(key), Const(values[0])), Mark(kids=(key_mark, marks[0]), key=key)


def _typed(value: Scalar, domain: Domain | None) -> Scalar:
    if domain is None or not isinstance(value, str):
        return value
    if domain.kind == "truth":
        return _TRUTH.get(value.lower(), value)
    if domain.kind == "number":
        try:
            found = tokens(value.lstrip("-"))
        except ConditionError:
            return value
        if len(found) == 2 and not isinstance(found[0].value, str) and not value.startswith("--"):
            return -found[0].value if value.startswith("-") else found[0].value
    return value


# ---------------------------------------------------------------- back into one line
_OR, _AND, _RELATION, _UNARY = range(4)
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_text(condition: Condition) -> str:
    """The condition on one line, in the form that `parse` reads: `parse(to_text(c)) == c` for whatever it made."""
    return _written(condition, _OR)


def _written(condition: Condition, place: int) -> str:
    """`place` is the loosest form that may stand here without brackets."""
    match condition:
        case Or(items) | And(items) if len(items) == 1:
            return _written(items[0], place)
        case Or(items):
            level, text = _OR, " || ".join(_written(item, _AND) for item in items) or "false"
        case And(items):
            level, text = _AND, " && ".join(_written(item, _RELATION) for item in items) or "true"
        case Compare(op, left, right):
            level, text = _RELATION, f"{_written(left, _UNARY)} {op} {_written(right, _UNARY)}"
        case In(item, among, name):
            listed = name or "[" + ", ".join(_constant_text(one) for one in among) + "]"
            level, text = _RELATION, f"{_written(item, _UNARY)} in {listed}"
        case Not(item):
            level, text = _UNARY, "!" + _written(item, _UNARY)
        case Const(value):
            level, text = _UNARY, _constant_text(value)
        case Name(id):
            level, text = _UNARY, id
        case Size(name):
            level, text = _UNARY, f"size({name})"
        case Answered(name):
            level, text = _UNARY, f"answered({name})"
    return text if level >= place else f"({text})"


def _constant_text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return repr(value)
    return '"' + "".join(_ESCAPED.get(c) or (c if c.isprintable() else _hex(c)) for c in value) + '"'


def _hex(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

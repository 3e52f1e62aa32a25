"""A condition's line cut into tokens, with the usual slips of people who do not program named and cured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from taker311.base.text import clean_line

MAX_LENGTH = 2_000

# Words that no question may be called; `and` and `or` are kept back so that the cure can be told.
RESERVED = frozenset({"true", "false", "in", "not", "and", "or", "null"})

_BLANK = re.compile(r"[ \t\r\n]+")
# An id may hold dashes; there is no arithmetic that they could be taken for.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*(?:\.[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)*")
_NUMBER = re.compile(r"(?:[0-9]*\.[0-9]+|[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIGN = re.compile(r"&&|\|\||==|!=|<=|>=|[<>!()\[\],-]")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"} | {
    c: c for c in "\\\"'`?"
}
_CURES = {
    "=": "write == to compare",
    "&": "write && for 'and'",
    "|": "write || for 'or'",
    "“": 'use the straight quotes "',
    "”": 'use the straight quotes "',
    "„": 'use the straight quotes "',
    "‘": "use the straight quotes '",
    "’": "use the straight quotes '",
    "≥": "write >=",
    "≤": "write <=",
    "≠": "write !=",
    "+": "conditions compare and do not calculate",
    "*": "conditions compare and do not calculate",
    "/": "conditions compare and do not calculate",
    "%": "conditions compare and do not calculate",
    "{": "write a list as [..]",
    ";": "write && for 'and' and || for 'or'",
    "?": "conditions have no ? : form; use && and ||",
}


class ConditionError(ValueError):
    """A condition that cannot be read. `sentence` says why and what to write; `offset` is the 0-based column."""

    def __init__(self, sentence: str, offset: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the sign, the word or the written constant; `value` a constant's value."""

    kind: Literal["sign", "name", "constant", "end"]
    text: str
    offset: int
    value: str | int | float = ""


def shown(text: str) -> str:
    """A stranger's text in a sentence: one line, safe for a terminal, at most 40 characters."""
    return clean_line(text, limit=40)


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, closed by one of kind 'end'. Raises ConditionError."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"the condition is longer than {MAX_LENGTH} characters; split it", MAX_LENGTH)
    found: list[Token] = []
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        token, at = _token(text, at)
        found.append(token)
    found.append(Token("end", "the end", len(text)))
    return found


def _token(text: str, at: int) -> tuple[Token, int]:
    if text[at] in "\"'":
        return _string(text, at)
    if number := _NUMBER.match(text, at):
        return _number(text, number), number.end()
    if name := _NAME.match(text, at):
        return Token("name", name[0], at), name.end()
    if sign := _SIGN.match(text, at):
        return Token("sign", sign[0], at), sign.end()
    cure = _CURES.get(text[at])
    raise ConditionError(f"'{shown(text[at])}' has no meaning in a condition" + (f"; {cure}" if cure else ""), at)


def _number(text: str, number: re.Match[str]) -> Token:
    at, end = number.span()
    written = number[0]
    if end < len(text) and (text[end].isalnum() or text[end] in "_."):
        raise ConditionError(f"'{shown(text[at : end + 10])}' is no number; put quotes around a text", at)
    if len(written) > 1 and written[0] == "0" and written[1].isdigit():
        raise ConditionError(f"a number does not begin with 0; put quotes around {shown(written)} if it is a text", at)
    value: int | float = int(written) if written.isdigit() else float(written)
    if (isinstance(value, int) and value >= 2**63) or value == float("inf"):
        raise ConditionError(f"the number {shown(written)} is too large", at)
    return Token("constant", written, at, value)


def _string(text: str, start: int) -> tuple[Token, int]:
    quote = text[start]
    parts: list[str] = []
    at = start + 1
    while at < len(text) and text[at] != quote:
        if text[at] != "\\":
            parts.append(text[at])
            at += 1
            continue
        escape = _ESCAPE.match(text, at)
        parts.append(_unescaped(escape, at))
        at = escape.end() if escape else at + 1
    if at >= len(text):
        raise ConditionError(f"the text that begins here is not closed; end it with {quote}", start)
    return Token("constant", text[start : at + 1], start, "".join(parts)), at + 1


def _unescaped(escape: re.Match[str] | None, at: int) -> str:
    if escape is not None:
        if escape[4] in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[escape[4]]
        code = int(escape[1] or escape[2] or escape[3] or "-1", 16)
        if 0 <= code < 0xD800 or 0xDFFF < code <= 0x10FFFF:
            return chr(code)
    raise ConditionError("this \\ begins no known escape; write \\\\ for a backslash", at)

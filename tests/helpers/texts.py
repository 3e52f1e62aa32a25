"""Every text of the interface, read out of the code: what `say`, `noted` and `plural` are given."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import taker311

ROOT = Path(taker311.__file__).parent
# Function -> the arguments that are texts. A table's own constructor may hold texts too: the label of an Action, the title of a
# Page are given to `say` by whoever draws them.
_TAKES: dict[str, tuple[int, ...]] = {"say": (0,), "noted": (0,), "plural": (1, 2), "Action": (2,), "Page": (0,)}
_MUST_BE_LITERAL = ("noted", "plural", "Action")


class Text(NamedTuple):
    english: str
    where: str


class Found(NamedTuple):
    texts: tuple[Text, ...]
    wrong: tuple[str, ...]


def _name(call: ast.Call) -> str:
    """`say` and `words.say`; not somebody's own `.say`."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="words"), attr=name):
            return name
        case ast.Attribute(attr="format" | "join" | "replace" as method):
            return method
        case _:
            return ""


def _read(node: ast.expr) -> list[str] | None:
    """The texts of an argument; None where it is put together, which no catalogue can know."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        both = [_read(node.body), _read(node.orelse)]
        return None if None in both else [text for texts in both if texts for text in texts]
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        return None
    if isinstance(node, ast.Call) and _name(node) in ("format", "join", "replace", "str"):
        return None
    return []  # a variable of a table that is noted where it is written, or a text that is said already


@lru_cache(maxsize=1)
def in_code() -> Found:
    """All texts in src/, and what is given to `say` although no translator could have seen it."""
    texts: list[Text] = []
    wrong: list[str] = []
    for file in sorted(ROOT.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        if not any(f"{name}(" in source for name in _TAKES):
            continue
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call) or _name(node) not in _TAKES:
                continue
            name = _name(node)
            where = f"{file.relative_to(ROOT.parent)}:{node.lineno}"
            for index in _TAKES[name]:
                if index >= len(node.args) or isinstance(node.args[index], ast.Starred):
                    continue
                read = _read(node.args[index])
                if read is None or (not read and name in _MUST_BE_LITERAL):
                    wrong.append(f"{where}: {name}() wants one literal text")
                texts += [Text(text, where) for text in read or () if text]
    return Found(tuple(texts), tuple(wrong))

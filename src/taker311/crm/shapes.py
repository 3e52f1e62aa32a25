"""The shapes that endpoints wrap things in, and the ways in which they write a text, a number, a truth or a moment."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from taker311.base.text import clean, clean_line
from taker311.crm.tree import MIXED, Tree

_LISTS = frozenset(
    {
        "services",
        "service_requests",
        "requests",
        "errors",
        "data",
        "tokens",
        "service_request_updates",
        "results",
        "items",
    }
)
_ITEMS = frozenset({"service", "service_request", "request", "error", "token", "request_update"})
_NONE = frozenset({"", "null", "none", "nil", "undefined"})


# ---------------------------------------------------------------- shapes
def items_of(tree: Tree) -> Iterator[dict[str, Tree]]:
    """The things of a reply, out of a list, a wrapper of any depth, or a single object. An empty element is an empty thing."""
    tree = _listed(tree)
    if isinstance(tree, list):
        for item in tree:
            yield from items_of(item)
        return
    if not isinstance(tree, dict):
        return
    for name, inner in tree.items():
        if name not in _LISTS and name not in _ITEMS:
            continue
        if isinstance(inner, dict | list):
            for item in inner if isinstance(inner, list) else [inner]:
                if item is None and name in _ITEMS:
                    yield {}
                else:
                    yield from items_of(item)
            return
        if inner is None and len(tree) == 1:
            if name in _ITEMS and name != "token":
                yield {}
            return
    yield tree


def _listed(tree: Tree) -> Tree:
    """A list that came as an object, {"0": ..., "1": ...}, is a list again."""
    if isinstance(tree, dict) and tree and all(name.isdigit() for name in tree):
        return list(tree.values())
    return tree


def inner_of(tree: Tree, name: str) -> Iterator[dict[str, Tree]]:
    """The dicts in a container whose elements may or may not be wrapped in `name`."""
    tree = _listed(tree)
    if isinstance(tree, list):
        for item in tree:
            yield from inner_of(item, name)
    elif isinstance(tree, dict):
        if isinstance(tree.get(name), dict | list):
            yield from inner_of(tree[name], name)
        else:
            yield tree


def unwrapped(tree: Tree, *names: str) -> Tree:
    while isinstance(tree, dict):
        inner = next((tree[name] for name in names if isinstance(tree.get(name), dict | list)), None)
        if inner is None:
            break
        tree = inner
    return tree


# ---------------------------------------------------------------- scalars
def texts_of(tree: Tree) -> Iterator[str]:
    if isinstance(tree, bool):
        yield "true" if tree else "false"
    elif isinstance(tree, str):
        if not is_blank(tree):
            yield tree
    elif isinstance(tree, list):
        for item in tree:
            yield from texts_of(item)
    elif isinstance(tree, dict):
        for item in [tree[MIXED]] if MIXED in tree else tree.values():
            yield from texts_of(item)


def is_blank(tree: Tree) -> bool:
    return tree is None or (isinstance(tree, str) and tree.strip().lower() in _NONE)


def text_of(tree: Tree) -> str:
    return clean(next(texts_of(tree), "")).strip()


def line_of(tree: Tree) -> str:
    return clean_line(next(texts_of(tree), ""))


def words_of(keywords: str) -> list[str]:
    return [word for part in re.split(r"[,;\n]", keywords) if (word := clean_line(part))]


def truth_of(tree: Tree, *, missing: bool = False) -> bool:
    return missing if is_blank(tree) else line_of(tree).lower() in {"true", "1", "yes", "t", "y"}


def number_of(tree: Tree) -> float | None:
    try:
        number = float(line_of(tree))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


_FRACTION = re.compile(r"([.,]\d+)")


def moment_of(tree: Tree, zone: tzinfo) -> datetime | None:
    """ISO 8601 with and without 'T', zone, or fractions of any length; aware. None where it is no moment."""
    text = line_of(tree)
    if not text:
        return None
    text = _FRACTION.sub(lambda found: "." + (found[1][1:] + "000000")[:6], text, count=1)
    text = re.sub(r"\s*(?:UTC|GMT)\Z", "Z", text)
    text = re.sub(r"\s+([+-]\d\d:?\d\d)\Z", r"\1", text)
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def formats_of(tree: Tree) -> tuple[str, ...]:
    found = list(texts_of(tree))
    return tuple(line for text in found if (line := clean_line(text)))

"""Cleaning of a decoded part at load: a quick look at all of it, and the thorough way only where something was seen."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, TypeVar

import msgspec

from taker311.base.text import clean

T = TypeVar("T")

_ASCII = bytes(range(128))
_ESCAPED = re.compile(rb'\\[^nt"]')  # how JSON writes controls; newline and tab are allowed


def scrubbed(value: T, kind: type[T]) -> T:
    """`value` itself when every text in it is clean, else a copy with each text cleaned.

    Raises msgspec.ValidationError where cleaning leaves no `kind`.
    """
    encoded = msgspec.json.encode(value)
    if b"\x7f" not in encoded and not _ESCAPED.search(encoded):
        # What is left without ASCII is few characters, so each is looked at once.
        letters = set(encoded.translate(None, _ASCII).decode())
        if all(map(_plain, letters)):
            return value
    return msgspec.convert(_walk(msgspec.to_builtins(value)), kind)


def _plain(letter: str) -> bool:
    return clean(letter) == letter and not unicodedata.combining(letter) and not "\u1100" <= letter <= "\u11ff"


def _walk(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_walk(key): _walk(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(item) for item in value]
    return value

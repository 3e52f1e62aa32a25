"""A table from numbers to rows of (entry, value), as flat arrays: quick to load, small in memory, read by bisection."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Literal

from taker311.base.codec import Value


class Packed(Value, frozen=True, array_like=True):
    """A `Table` as bytes, little-endian; `kind` is the array code of the values ('B' or 'b')."""

    kind: Literal["B", "b"]
    keys: bytes
    notes: bytes
    starts: bytes
    holders: bytes
    values: bytes


class Table:
    """Sorted keys; each with a note (0..255) and a row of entries with small integer values, biggest magnitude first."""

    __slots__ = ("holders", "keys", "notes", "starts", "values")

    def __init__(self, packed: Packed) -> None:
        self.keys = _read("I", packed.keys)
        self.notes = packed.notes
        self.starts = _read("I", packed.starts)
        self.holders = _read("I", packed.holders)
        self.values = _read(packed.kind, packed.values)

    def find(self, key: int) -> int:
        """The row's number, or -1."""
        place = bisect_left(self.keys, key)
        return place if place < len(self.keys) and self.keys[place] == key else -1

    def size(self, row: int) -> int:
        return self.starts[row + 1] - self.starts[row]

    def row(self, row: int, most: int = 1 << 31) -> Iterable[tuple[int, int]]:
        start = self.starts[row]
        end = min(self.starts[row + 1], start + most)
        return zip(self.holders[start:end], self.values[start:end], strict=True)


def packed(
    rows: Mapping[int, Iterable[tuple[int, int]]], kind: Literal["B", "b"], notes: Mapping[int, int] | None = None
) -> Packed:
    """Rows by key; values must fit `kind`."""
    keys, starts, holders, values = array("I"), array("I", [0]), array("I"), array(kind)
    noted = bytearray()
    for key in sorted(rows):
        keys.append(key)
        noted.append(notes[key] if notes else 0)
        for holder, value in sorted(rows[key], key=lambda pair: (-abs(pair[1]), pair[0])):
            holders.append(holder)
            values.append(value)
        starts.append(len(holders))
    return Packed(kind, _write(keys), bytes(noted), _write(starts), _write(holders), _write(values))


def _read(kind: str, data: bytes) -> array[int]:
    numbers: array[int] = array(kind)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _write(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()

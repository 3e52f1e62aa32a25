"""Combinations of answers told in few words: a set of leaves is covered by cubes, and a cube is a short sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taker311.authoring.condition_cells import AND_ANOTHER, Cell, Span
from taker311.authoring.condition_space import HIDDEN, Space

Cube = dict[int, frozenset[int]]  # index of a name -> the cells of it; a name that is not there may hold anything


@dataclass(frozen=True, slots=True)
class Leaves:
    """Sets of leaves as bits of whole numbers, so that a whole table's worth of them is one `&`."""

    space: Space
    at: tuple[dict[int, int], ...]  # for each name: cell -> the leaves that hold it
    every: int

    @classmethod
    def of(cls, space: Space) -> Leaves:
        count = len(space.leaves)
        columns: list[dict[int, bytearray]] = [{} for _ in space.names]
        for number, leaf in enumerate(space.leaves):
            for column, cell in zip(columns, leaf, strict=True):
                bits = column.get(cell)
                if bits is None:
                    bits = column[cell] = bytearray(count // 8 + 1)
                bits[number >> 3] |= 1 << (number & 7)
        at = tuple({cell: int.from_bytes(bits, "little") for cell, bits in column.items()} for column in columns)
        return cls(space, at, (1 << count) - 1)

    def where(self, truths: Iterator[bool]) -> int:
        """The set of leaves at which `truths`, given in their order, is true."""
        bits = bytearray(len(self.space.leaves) // 8 + 1)
        for number, holds in enumerate(truths):
            if holds:
                bits[number >> 3] |= 1 << (number & 7)
        return int.from_bytes(bits, "little")

    def inside(self, cube: Cube) -> int:
        found = self.every
        for name, cells in cube.items():
            held = 0
            for cell in cells:
                held |= self.at[name].get(cell, 0)
            found &= held
        return found

    def cubes(self, leaves: int) -> Iterator[tuple[Cube, int]]:
        """Cubes that lie wholly within `leaves` and cover it, each with the leaves it is the first to cover. A cube is
        as wide as it goes, less the cells that earlier cubes have told already."""
        left = leaves
        while left:
            first = self.space.leaves[(left & -left).bit_length() - 1]
            cube = self._widened({name: frozenset({cell}) for name, cell in enumerate(first)}, leaves)
            for name in cube:
                told = {cell for cell in cube[name] if not self.inside({**cube, name: frozenset({cell})}) & left}
                cube[name] -= told
            covered = self.inside(cube)
            yield cube, left & covered
            left &= ~covered

    def _widened(self, cube: Cube, leaves: int) -> Cube:
        for name in reversed(range(len(self.space.names))):
            without = {other: cells for other, cells in cube.items() if other != name}
            rest = self.inside(without)
            if not rest & ~leaves:
                cube = without
                continue
            cells = cube[name] | {cell for cell, held in self.at[name].items() if not rest & held & ~leaves}
            cube[name] = frozenset(cells)
        return cube

    def words(self, cube: Cube) -> str:
        """'where = Private land, width = doesn't know'; 'everything' for the cube that holds all leaves."""
        parts = []
        for name in sorted(cube):
            cells = sorted(cell for cell in cube[name] if self.inside({**cube, name: frozenset({cell})}))
            if not cells:
                continue
            texts = self._texts(name, cells)
            others = self._texts(name, sorted(self.at[name].keys() - set(cells)))
            listed = " or ".join(texts)
            if len(texts) > 3 and len(others) * 2 < len(texts):
                listed = "anything but " + " or ".join(others)
            parts.append(f"{self.space.names[name]} = {listed}")
        return ", ".join(parts) or "everything"

    def _texts(self, name: int, cells: list[int]) -> list[str]:
        texts = list(dict.fromkeys(_runs([self.space.cells[name][cell] for cell in cells], cells)))
        return [
            text
            for text in texts
            if text.removesuffix(AND_ANOTHER) == text or text.removesuffix(AND_ANOTHER) not in texts
        ]


def _runs(cells: list[Cell], indexes: list[int]) -> Iterator[str]:
    """The words of cells, values before "doesn't know", with neighbouring spans of numbers told as one."""
    nothing = [cell.words for cell in cells if cell.value is None]
    span: Span | None = None
    last = HIDDEN
    for cell, index in zip(cells, indexes, strict=True):
        if cell.value is None:
            continue
        if cell.span is None:
            yield cell.words
        elif span is not None and index == last + 1:
            span = Span(span.low, cell.span.high, low_in=span.low_in, high_in=cell.span.high_in)
        else:
            if span is not None:
                yield span.words()
            span = cell.span
        last = index
    if span is not None:
        yield span.words()
    yield from nothing

"""A terminal's screen as cells: which text stands in each and how it looks. Knows no widget and no terminal."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes

BOLD, DIM, ITALIC, UNDERLINE, REVERSE, STRIKE = (1 << n for n in range(6))
SEEN_ON_BLANKS = UNDERLINE | REVERSE | STRIKE
UNKNOWN = "\0"  # stands in a cell of which nobody knows what the terminal shows


class Look(NamedTuple):
    """`fg` and `bg` are the parameters that select them in SGR ('38;5;111', '1', '' for the terminal's own)."""

    fg: str = ""
    bg: str = ""
    flags: int = 0


PLAIN = Look()


@lru_cache(maxsize=512)
def ground(look: Look) -> Look:
    """What is seen of a look on a blank: its background, unless a line or an inversion makes the rest visible."""
    return look if look.flags & SEEN_ON_BLANKS else Look("", look.bg, 0)


class Grid:
    """`text[y][x]` is what stands in a cell (one character with its combining marks); '' is the right half of a wide one.
    `look[y][x]` is how; a blank's look is its `ground`."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.text = [[" "] * width for _ in range(height)]
        self.look = [[PLAIN] * width for _ in range(height)]

    def resized(self, width: int, height: int) -> Grid:
        """A grid of that size with what still fits; the rest is blank."""
        grid = Grid(width, height)
        for y in range(min(height, self.height)):
            shared = min(width, self.width)
            grid.text[y][:shared] = self.text[y][:shared]
            grid.look[y][:shared] = self.look[y][:shared]
            if shared < self.width and self.text[y][shared] == "":
                grid._blank(shared - 1, y)
        return grid

    def forget(self, rows: range | None = None) -> None:
        """From now on nothing is known of these rows, or of any."""
        for y in rows if rows is not None else range(self.height):
            self.text[y] = [UNKNOWN] * self.width

    def put(self, x: int, y: int, written: str, look: Look) -> int:
        """Writes text from column `x` on, cut at the edge, and gives the column after it."""
        if not 0 <= y < self.height:
            return x
        if written.isascii():
            return self._put_ascii(x, y, written, look)
        spans, _ = split_graphemes(written)
        for start, end, cells in spans:
            cluster = written[start:end]
            if cells == 0:
                self._append(x - 1, y, cluster)
            elif x + cells <= self.width:
                self._break_wide(x, y)
                self._break_wide(x + cells, y)
                self.text[y][x : x + cells] = [cluster, ""][:cells]
                self.look[y][x : x + cells] = [ground(look) if cluster == " " else look] * cells
            x += cells
        return x

    def _put_ascii(self, x: int, y: int, written: str, look: Look) -> int:
        end = x + len(written)
        shown = written[: max(0, self.width - x)]
        if shown:
            self._break_wide(x, y)
            self._break_wide(x + len(shown), y)
            blank = ground(look)
            self.text[y][x : x + len(shown)] = shown
            self.look[y][x : x + len(shown)] = [blank if c == " " else look for c in shown]
        return end

    def _append(self, x: int, y: int, mark: str) -> None:
        """A combining mark joins what stands before it, also where that was written in another look."""
        if x >= 0 and x < self.width:
            if self.text[y][x] == "" and x > 0:
                x -= 1
            self.text[y][x] += mark

    def _break_wide(self, x: int, y: int) -> None:
        """A wide character of which a half is about to be written over leaves a blank."""
        if 0 < x < self.width and self.text[y][x] == "":
            self._blank(x - 1, y)
            self._blank(x, y)

    def _blank(self, x: int, y: int) -> None:
        self.text[y][x] = " "
        self.look[y][x] = ground(self.look[y][x])

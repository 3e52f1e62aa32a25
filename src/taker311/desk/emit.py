"""What to send to a terminal that shows one Grid so that it shows another: as few bytes as can be had without guessing.

Uses only what every terminal since the VT100's heirs does: cursor moves, SGR, erase to the end of the line and of characters,
deleting and inserting lines in a scrolling region. Nothing is scrolled or erased where that could leave a cell in doubt.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeVar

from taker311.desk.grid import (
    BOLD,
    DIM,
    ITALIC,
    PLAIN,
    REVERSE,
    SEEN_ON_BLANKS,
    STRIKE,
    UNDERLINE,
    Grid,
    Look,
    ground,
)

_Row = TypeVar("_Row")
_ON = ((BOLD, "1"), (DIM, "2"), (ITALIC, "3"), (UNDERLINE, "4"), (REVERSE, "7"), (STRIKE, "9"))
_OFF = ((ITALIC, "23"), (UNDERLINE, "24"), (REVERSE, "27"), (STRIKE, "29"))
_ERASE_FROM = 4  # blanks in a row from which on erasing to the end of the line is shorter than writing them
_ERASE_SOME_FROM = 12  # the same where text follows: to erase doesn't move the cursor
_BIG = 160  # bytes from which on the cursor is hidden while it runs over the screen
_WORTH_SCROLLING = 3  # rows that a scroll must move
_SPARED = 60  # characters that it must spare
_FARTHEST = 12


@lru_cache(maxsize=4096)
def change(old: Look, new: Look) -> str:
    """The shortest SGR that turns `old` into `new`; empty where nothing changes."""
    if old == new:
        return ""
    whole = ";".join(["", *(code for flag, code in _ON if new.flags & flag), *filter(None, (new.fg, new.bg))])
    codes = []
    lost = old.flags & ~new.flags
    kept = old.flags
    if lost & (BOLD | DIM):
        codes.append("22")
        kept &= ~(BOLD | DIM)
    codes += [code for flag, code in _OFF if lost & flag]
    codes += [code for flag, code in _ON if new.flags & ~kept & flag]
    if old.fg != new.fg:
        codes.append(new.fg or "39")
    if old.bg != new.bg:
        codes.append(new.bg or "49")
    return f"\x1b[{min((whole, ';'.join(codes)), key=len)}m"


def disputed(cluster: str) -> bool:
    """True for what terminals don't agree on the width of: joined emoji, marks, pictures."""
    return len(cluster) > 1 or ord(cluster) >= 0x1F000


class Run(NamedTuple):
    """Cells of one look to write from (x, y) on; `cells` 0 for a sequence that erases and doesn't move the cursor."""

    y: int
    x: int
    text: str
    look: Look
    cells: int
    blank: bool = False
    doubt: bool = False


def _add(runs: list[Run], new: Run) -> None:
    """Joins what follows in the same look, or as a blank on the same ground, to the run before."""
    last = runs[-1] if runs else None
    if last and last.cells and last.x + last.cells == new.x and not last.doubt and not new.doubt:
        if new.look == last.look or (new.blank and ground(last.look) == new.look):
            look, blank = last.look, last.blank and new.blank
            runs[-1] = Run(last.y, last.x, last.text + new.text, look, last.cells + new.cells, blank=blank)
            return
        if last.blank and ground(new.look) == last.look:
            runs[-1] = Run(last.y, last.x, last.text + new.text, new.look, last.cells + new.cells)
            return
    runs.append(new)


class Emitter:
    """`front` is what the terminal shows, `target` what it shall show. `erases` is whether erased cells take the background
    that is selected (most do; GNU screen doesn't)."""

    def __init__(self, width: int, height: int, *, erases: bool = True) -> None:
        self.target = Grid(width, height)
        self.cursor: tuple[int, int] | None = None  # the text cursor's place; None hides it
        self.rest: tuple[int, int] | None = None  # where it stands hidden: braille displays follow it there too
        self._erases = erases
        self._out: list[str] = []
        self.begin()

    def begin(self) -> None:
        """From now on nothing is known of the terminal: it was just entered, or something else wrote on it."""
        self.front = Grid(self.target.width, self.target.height)
        self.front.forget()
        self._fresh = True
        self._pen: Look | None = None
        self._x: int | None = None
        self._y: int | None = None
        self._shown: bool | None = None

    def resize(self, width: int, height: int) -> None:
        self.target = self.target.resized(width, height)
        self.begin()

    def update(self, room: int | None = None) -> str:
        """What to send now; afterwards `front` is `target`. With `room`, rows are sent one by one until so many characters are
        full, the typed one in any case; the others are owed."""
        self._out = []
        if self._fresh:
            self._clear()
        elif room is None or room:
            self._scroll()
        drawn = "".join(self._out)
        rows = [y for y in self._rows_in_order() if not self._stands(y)]
        if room is None:
            drawn += self._draw(rows)
        else:
            typed = self.cursor[1] if self.cursor else None
            for y in rows:
                if y == typed or len(drawn) < room:
                    drawn += self._draw([y])
        return self._with_cursor(drawn)

    @property
    def owes(self) -> bool:
        """True while the terminal shows something else than it shall."""
        return not all(map(self._stands, range(self.target.height)))

    def _draw(self, rows: list[int]) -> str:
        runs = [run for y in rows for run in self._runs(y)]
        for y in {run.y for run in runs}:
            self.front.text[y], self.front.look[y] = self.target.text[y][:], self.target.look[y][:]
        return self._shortest(self._orders(runs))

    def _rows_in_order(self) -> list[int]:
        """The row of the text cursor first: whoever types sees the letter before anything else."""
        typed = self.cursor[1] if self.cursor else 0
        return sorted(range(self.target.height), key=lambda y: y != typed)

    def _orders(self, runs: list[Run]) -> list[list[Run]]:
        """Row by row; or the runs of one look together, so that the pen is changed less often; or the same but for
        underlining, which is switched in few bytes. Where widths are disputed a row stays whole."""
        whole = {run.y for run in runs if run.doubt} | ({self.cursor[1]} if self.cursor else set())
        first = [run for run in runs if run.y in whole]
        rest = [run for run in runs if run.y not in whole]
        orders = [runs]
        for kept in (~0, ~UNDERLINE):
            order: dict[Look, int] = {}
            looks = [run.look._replace(flags=run.look.flags & kept) for run in rest]
            for look in looks:
                order.setdefault(look, len(order))
            by_look = sorted(zip(looks, rest, strict=True), key=lambda pair: order[pair[0]])
            orders.append(first + [run for _, run in by_look])
        return orders

    def _shortest(self, orders: list[list[Run]]) -> str:
        """Writes the runs in that order which takes least."""
        before = self._pen, self._x, self._y
        best: tuple[str, tuple[Look | None, int | None, int | None]] | None = None
        for runs in orders:
            self._pen, self._x, self._y = before
            written = self._write(runs)
            if best is None or len(written) < len(best[0]):
                best = written, (self._pen, self._x, self._y)
        if best is None:
            return ""
        written, (self._pen, self._x, self._y) = best
        return written

    # ------------------------------------------------------------ the whole screen
    def _clear(self) -> None:
        """Begins on a screen of the most frequent background, where erasing gives that."""
        self._fresh = False
        counts: dict[Look, int] = {}
        for y in range(self.target.height):
            for text, look in zip(self.target.text[y], self.target.look[y], strict=True):
                if text == " ":
                    counts[look] = counts.get(look, 0) + 1
        if not counts:
            return
        blank = max(counts, key=counts.__getitem__)
        if self._may_erase(blank):
            self._select(blank, blank=True)
            self._out.append("\x1b[2J")
            self.front = Grid(self.target.width, self.target.height)
            self.front.look = [[blank] * self.target.width for _ in range(self.target.height)]

    def _scroll(self) -> None:
        """Moves rows that stand elsewhere, when that spares enough."""
        found = self._moved()
        if found is None:
            return
        top, bottom, by = found
        count = abs(by)
        self._out.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H\x1b[{count}{'M' if by > 0 else 'L'}\x1b[r")
        self._x = self._y = None
        turn = count if by > 0 else bottom + 1 - top - count
        self.front.text[top : bottom + 1] = _turned(self.front.text[top : bottom + 1], turn)
        self.front.look[top : bottom + 1] = _turned(self.front.look[top : bottom + 1], turn)
        self.front.forget(range(bottom + 1 - count, bottom + 1) if by > 0 else range(top, top + count))

    def _moved(self) -> tuple[int, int, int] | None:
        """(top, bottom, by): of the rows top..bottom those that stay shall stand `by` higher (lower where negative)."""
        stands = [self._stands(y) for y in range(self.target.height)]
        if len(stands) - sum(stands) < _WORTH_SCROLLING:
            return None
        best: tuple[int, int, int] | None = None
        most = _SPARED
        for by in (n * sign for n in range(1, _FARTHEST + 1) for sign in (1, -1)):
            rows = [y for y in range(len(stands)) if not stands[y] and self._stands(y, y + by)]
            if len(rows) < _WORTH_SCROLLING:
                continue
            top, bottom = min(rows[0], rows[0] + by), max(rows[-1], rows[-1] + by)
            lost = sum(self._filled(y) for y in range(top, bottom + 1) if stands[y] and not self._stands(y, y + by))
            spared = sum(map(self._filled, rows)) - lost
            if spared > most:
                best, most = (top, bottom, by), spared
        return best

    def _stands(self, y: int, at: int | None = None) -> bool:
        """True when the terminal shows row `y` of the target (at row `at`)."""
        at = y if at is None else at
        if not 0 <= at < self.front.height:
            return False
        return self.front.text[at] == self.target.text[y] and self.front.look[at] == self.target.look[y]

    def _filled(self, y: int) -> int:
        return self.target.width - self.target.text[y].count(" ")

    # ------------------------------------------------------------ a row
    def _runs(self, y: int) -> list[Run]:
        """What has to be written of row `y`, from left to right."""
        text, look = self.target.text[y], self.target.look[y]
        old_text, old_look = self.front.text[y], self.front.look[y]
        tail = self._tail(y)
        erase = self._may_erase(look[-1]) and self._differing(y, tail, self.target.width) >= _ERASE_FROM
        end = tail if erase else self.target.width
        runs: list[Run] = []
        anew = False  # from here on everything is written: how far the terminal got is in doubt
        x = 0
        while x < end:
            if text[x] == "" or (not anew and text[x] == old_text[x] and look[x] == old_look[x]):
                x += 1
                continue
            blanks = self._blanks(y, x, end)
            if blanks >= _ERASE_SOME_FROM and self._may_erase(look[x]):
                runs.append(Run(y, x, f"\x1b[{blanks}X", look[x], 0, blank=True))
                x += blanks
                continue
            wide = x + 1 < self.target.width and text[x + 1] == ""
            doubt = disputed(text[x])
            _add(runs, Run(y, x, text[x], look[x], 2 if wide else 1, blank=text[x] == " ", doubt=doubt))
            anew = anew or doubt
            x += 1
        if erase:
            start = tail
            while not anew and text[start] == old_text[start] and look[start] == old_look[start]:
                start += 1
            runs.append(Run(y, start, "\x1b[K", look[start], 0, blank=True))
        return runs

    def _write(self, runs: list[Run]) -> str:
        self._out = []
        for run in runs:
            self._reach(run.x, run.y)
            self._select(run.look, blank=run.blank)
            if run.doubt and run.cells == 2:  # a terminal that draws it narrow must not leave what stood there before
                self._out.append("  ")
                self._x = run.x + 2
                self._move(run.x, run.y)
            self._out.append(run.text)
            after = run.x + run.cells
            self._x = None if run.doubt or after >= self.target.width else after
        return "".join(self._out)

    def _tail(self, y: int) -> int:
        """The column from which on the row is blank in one look."""
        text, look = self.target.text[y], self.target.look[y]
        x, last = self.target.width, look[-1]
        while x > 0 and text[x - 1] == " " and look[x - 1] == last:
            x -= 1
        return x

    def _differing(self, y: int, start: int, end: int) -> int:
        text, look, old_text, old_look = (
            self.target.text[y],
            self.target.look[y],
            self.front.text[y],
            self.front.look[y],
        )
        return sum(text[x] != old_text[x] or look[x] != old_look[x] for x in range(start, end))

    def _blanks(self, y: int, x: int, end: int) -> int:
        """How many blanks of one look begin at `x` and all have to be written."""
        text, look, old_text, old_look = (
            self.target.text[y],
            self.target.look[y],
            self.front.text[y],
            self.front.look[y],
        )
        first, start = look[x], x
        while x < end and text[x] == " " and look[x] == first and (old_text[x] != " " or old_look[x] != first):
            x += 1
        return x - start

    # ------------------------------------------------------------ cursor and look
    def _may_erase(self, look: Look) -> bool:
        return not look.flags & SEEN_ON_BLANKS and (self._erases or not look.bg)

    def _select(self, look: Look, *, blank: bool) -> None:
        """Makes the pen write in `look`; on a blank whatever isn't seen there stays as it is."""
        if self._pen is None:
            self._out.append("\x1b[m")
            self._pen = PLAIN
        if blank and self._suits(look):
            return
        if blank and not look.flags:  # the colour of letters isn't seen on a blank: the next letter may want it
            look = Look(self._pen.fg, look.bg, self._pen.flags & ~SEEN_ON_BLANKS)
        self._out.append(change(self._pen, look))
        self._pen = look

    def _suits(self, look: Look) -> bool:
        """A blank of this look can be written with the pen as it is."""
        return self._pen is not None and ground(self._pen) == look

    def _reach(self, x: int, y: int) -> None:
        """To a cell on the right: writing what stands between again is shorter than a move when it is little."""
        if self._y == y and self._x is not None and 0 < x - self._x <= 4:
            text, look = self.target.text[y], self.target.look[y]
            between = range(self._x, x)
            if all(
                len(text[i]) == 1
                and text[i].isascii()
                and (self._suits(look[i]) if text[i] == " " else self._pen == look[i])
                for i in between
            ):
                self._out.append("".join(text[i] for i in between))
                self._x = x
        self._move(x, y)

    def _move(self, x: int, y: int) -> None:
        if self._x == x and self._y == y:
            return
        ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"]
        if self._y is not None:
            up_down = _steps(y - self._y, "B", "A")
            if self._x is not None:
                ways.append(up_down + _steps(x - self._x, "C", "D"))
                if -4 < x - self._x < 0:
                    ways.append(up_down + "\b" * (self._x - x))
            ways.append("\r" + up_down + _steps(x, "C", "D"))
        self._out.append(min(ways, key=len))
        self._x, self._y = x, y

    def _with_cursor(self, drawn: str) -> str:
        """Puts the text cursor where typing happens; hidden where nothing is typed, and on its way over the screen."""
        self._out = []
        wanted = self.cursor is not None
        before = ""
        if self._shown is not False and (not wanted or len(drawn) >= _BIG):
            before = "\x1b[?25l"
            self._shown = False
        place = self.cursor or self.rest
        if place is not None:
            self._move(min(place[0], self.target.width - 1), min(place[1], self.target.height - 1))
        if wanted and self._shown is not True:
            self._out.append("\x1b[?25h")
            self._shown = True
        return before + drawn + "".join(self._out)


def _steps(count: int, forward: str, back: str) -> str:
    if count == 0:
        return ""
    number = "" if abs(count) == 1 else str(abs(count))
    return f"\x1b[{number}{forward if count > 0 else back}"


def _turned(rows: list[_Row], count: int) -> list[_Row]:
    return rows[count:] + rows[:count]

"""The frugal driver shows, cell by cell, what Textual's own would: both streams are replayed in an emulator and compared."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from helpers.screens import screens, strips
from taker311.desk.emit import Emitter, change
from taker311.desk.frames import FrameReader, looked
from taker311.desk.grid import PLAIN, SEEN_ON_BLANKS, Grid, Look
from taker311.desk.theme import THEMES


def console(colors: str = "256") -> Console:
    return Console(color_system=colors, force_terminal=True, legacy_windows=False)


def frame(rows: Sequence[tuple[int, Strip]], to: Console, cursor: tuple[int, int] = (0, 0)) -> str:
    """A frame as Textual writes it: each row from its first column on, then the cursor's place."""
    drawn = "\n".join(f"\x1b[{y + 1};1H{strip.render(to)}" for y, strip in rows)
    return f"{drawn}\x1b[{cursor[1] + 1};{cursor[0] + 1}H"


class Twins:
    """One emulator that gets Textual's stream, and one that gets what the Emitter makes of it."""

    def __init__(self, width: int, height: int, *, erases: bool = True) -> None:
        self.size = width, height
        self.emitter = Emitter(width, height, erases=erases)
        self.reader = FrameReader()
        self.stock, self.frugal = pyte.Screen(width, height), pyte.Screen(width, height)
        self._streams = pyte.Stream(self.stock), pyte.Stream(self.frugal)
        self.bytes = [0, 0]
        for stream in self._streams:
            stream.feed("\x1b[?7l")
        self._fill()

    def _fill(self) -> None:
        """pyte erases a screen in colour only where a cell has been written before; terminals do it everywhere."""
        for screen in (self.stock, self.frugal):
            for y in range(screen.lines):
                for x in range(screen.columns):
                    screen.buffer[y][x] = screen.buffer[y][x]

    def show(self, data: str, cursor: tuple[int, int] | None = None) -> str:
        self.reader.read(data, self.emitter.target)
        self.emitter.cursor = cursor
        update = self.emitter.update()
        for number, sent in enumerate((data.replace("\n", "\r\n"), update)):
            self._streams[number].feed(sent)
            self.bytes[number] += len(sent.encode())
        if cursor is not None:
            assert (self.frugal.cursor.x, self.frugal.cursor.y, self.frugal.cursor.hidden) == (*cursor, False)
        else:
            assert self.frugal.cursor.hidden
        return update

    def resize(self, width: int, height: int) -> None:
        self.size = width, height
        self.emitter.resize(width, height)
        for screen in (self.stock, self.frugal):
            screen.resize(height, width)
        self._fill()

    def differing(self) -> list[tuple[int, int, object, object]]:
        width, height = self.size
        return [
            (x, y, self.stock.buffer[y][x], self.frugal.buffer[y][x])
            for y in range(height)
            for x in range(width)
            if self.stock.buffer[y][x] != self.frugal.buffer[y][x]
            and seen(self.stock.buffer[y][x]) != seen(self.frugal.buffer[y][x])
        ]


def seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    """What a person sees of a cell: the colour and weight of letters are not seen on a blank."""
    if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
        return " ", cell.bg
    return tuple(cell)


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 36)])
@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_screen_of_the_desk_comes_out_as_textual_draws_it(theme: str, size: tuple[int, int]):
    to = console("256" if theme != "contrast" else "truecolor")
    twins = Twins(*size)
    names = []
    for shown in screens(*size):
        rows = list(enumerate(strips(shown.lines, theme, size[0])))
        twins.show(frame(rows, to), shown.cursor)
        assert twins.differing() == [], shown.name
        names.append(shown.name)
    assert len(names) > 25
    assert twins.bytes[1] < twins.bytes[0]


# ---------------------------------------------------------------- any screen at all
WORDS = [
    "tree",
    "Señal",
    "漢字",
    "hole in the road",
    "ä",
    "e\u0301",
    "·",
    "─────────",
    "  ",
    "      ",
    "x",
    "本",
    "Straße",
    "!",
]
STYLES = [
    Style.parse(text)
    for text in (
        "#d7dce2 on #101418",
        "#8b96a3 on #101418",
        "bold #ffffff on #101418",
        "underline #d7dce2 on #101418",
        "#ffffff on #26445e",
        "reverse",
        "bold",
        "dim",
        "none",
        "bold italic #00ff00 on #303030",
        "strike red on blue",
    )
]


def some_row(chance: random.Random, width: int) -> Strip:
    segments = [
        Segment(chance.choice(WORDS) * chance.randint(1, 3), chance.choice(STYLES[: chance.randint(1, 11)]))
        for _ in range(chance.randint(1, 6))
    ]
    if chance.random() < 0.3:
        segments = []
    return Strip(segments).adjust_cell_length(width, chance.choice(STYLES[:3])).crop(0, width)


def changed(chance: random.Random, rows: list[Strip], width: int) -> list[int]:
    """Changes some rows as screens change: some anew, some scrolled, all blank, one letter; gives their numbers."""
    height = len(rows)
    kind = chance.random()
    if kind < 0.5:
        numbers = chance.sample(range(height), chance.randint(1, min(4, height)))
        for y in numbers:
            rows[y] = some_row(chance, width)
        return numbers
    if kind < 0.75:
        top = chance.randint(0, height // 3)
        bottom = chance.randint(2 * height // 3, height)
        by = chance.choice((1, -1, 2, -3, 5))
        block = rows[top:bottom]
        rows[top:bottom] = block[by:] + block[:by]
        if chance.random() < 0.7:
            rows[chance.randrange(top, bottom)] = some_row(chance, width)
        return list(range(top, bottom))
    if kind < 0.8:
        blank = Strip([Segment(" " * width, STYLES[0])])
        rows[:] = [blank] * height
        return list(range(height))
    if kind < 0.85:
        rows[:] = [some_row(chance, width) for _ in rows]
        return list(range(height))
    y = chance.randrange(height)
    x = chance.randrange(width - 1)
    left, _, right = rows[y].divide([x, x + 1, width])
    rows[y] = Strip.join([left, Strip([Segment(chance.choice("abc "), chance.choice(STYLES))]), right])
    return [y]


def screens_that_change(count: int, seed: int, *, erases: bool) -> None:
    chance = random.Random(seed)
    width, height = 40, 14
    twins, to = Twins(width, height, erases=erases), console()
    rows = [some_row(chance, width) for _ in range(height)]
    numbers = list(range(height))
    for number in range(count):
        cursor = (chance.randrange(width), chance.randrange(height)) if chance.random() < 0.8 else None
        twins.show(frame([(y, rows[y]) for y in sorted(numbers)], to), cursor)
        differing = twins.differing()
        assert not differing, (number, differing[:3])
        if number % 97 == 96:
            width, height = chance.choice(((40, 14), (33, 9), (52, 17)))
            twins.resize(width, height)
            rows = [some_row(chance, width) for _ in range(height)]
            numbers = list(range(height))
        elif number % 89 == 88:
            twins.emitter.begin()  # as after the shell's stop
            numbers = []
        else:
            numbers = changed(chance, rows, width)
    assert twins.bytes[1] < twins.bytes[0] / 2


@pytest.mark.parametrize("erases", [True, False], ids=["erases in colour", "erases plainly"])
def test_two_thousand_changes_of_a_screen_leave_no_cell_different(erases: bool):
    screens_that_change(2_000, 311 + erases, erases=erases)


@pytest.mark.soak
@pytest.mark.parametrize("erases", [True, False], ids=["erases in colour", "erases plainly"])
def test_twenty_thousand_changes_of_a_screen_leave_no_cell_different(erases: bool):
    screens_that_change(20_000, 7, erases=erases)


# ---------------------------------------------------------------- small parts
looks = st.builds(
    Look,
    st.sampled_from(["", "31", "95", "38;5;111", "38;2;1;2;3"]),
    st.sampled_from(["", "41", "105", "48;5;111", "48;2;1;2;3"]),
    st.integers(0, 63),
)


@given(looks, looks)
def test_a_change_of_look_always_arrives_at_the_look(old: Look, new: Look):
    sent = change(old, new)
    if old == new:
        assert sent == ""
    else:
        assert looked(old, sent.removeprefix("\x1b[").removesuffix("m")) == new


@settings(max_examples=200)
@given(st.text(max_size=60), st.integers(0, 29), st.integers(0, 4))
def test_a_grid_keeps_every_wide_character_whole_whatever_is_written_where(text: str, x: int, y: int):
    grid = Grid(30, 5)
    grid.put(0, 2, "漢字" * 7, PLAIN)
    reader = FrameReader()
    reader.read(f"\x1b[{y + 1};{x + 1}H{text}", grid)
    for row in grid.text:
        assert len(row) == 30
        for at, cell in enumerate(row):
            if cell == "":
                assert at > 0
                assert row[at - 1] not in ("", " ")
            assert "\x1b" not in cell
            assert "\n" not in cell


def test_where_terminals_differ_on_a_width_the_rest_of_the_row_is_written_from_its_own_column():
    emitter, reader = Emitter(20, 2), FrameReader()
    reader.read("\x1b[1;1Hab the rest", emitter.target)
    emitter.update()
    reader.read("\x1b[1;1H👩‍🚒 the rest", emitter.target)
    sent = emitter.update()
    assert "👩‍🚒\x1b[" in sent or "👩‍🚒\r" in sent
    assert sent.endswith(" the rest\x1b[?25l") or "the rest" in sent


def test_nothing_is_sent_when_nothing_changed():
    emitter, reader = Emitter(20, 2), FrameReader()
    emitter.cursor = (3, 0)
    reader.read("\x1b[1;1H\x1b[1mhello\x1b[0m", emitter.target)
    assert emitter.update()
    reader.read("\x1b[1;1H\x1b[1mhello\x1b[0m", emitter.target)
    assert emitter.update() == ""


def test_a_blank_shows_no_colour_of_letters():
    assert SEEN_ON_BLANKS
    emitter, reader = Emitter(20, 2), FrameReader()
    reader.read("\x1b[1;1H\x1b[31m   \x1b[0m", emitter.target)
    emitter.update()
    reader.read("\x1b[1;1H\x1b[32m   \x1b[0m", emitter.target)
    assert emitter.update() == ""

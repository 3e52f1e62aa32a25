"""The demo in a terminal of its own, with a state folder that a test can look into, and the steps of a call that many tests share."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers.once import once
from helpers.terminal import Terminal
from taker311.cases.model import OutboxRow
from taker311.cases.reading import read_rows

HERE = "1204 washington street"


def demo_cache() -> Path:
    """The demo city as an earlier start leaves it in the cache, for reading, so that not every test pays for compiling it; a
    test that starts a desk on it gives it a copy."""
    return once("demo-cache", _fill)


def _fill(cache: Path) -> None:
    from taker311.cli._city import compiled, demo_city
    from taker311.search import cache as search_cache
    from taker311.search.index import SearchIndex

    bundle = compiled(demo_city(), cache).bundle
    file = search_cache._path(bundle, cache)
    file.parent.mkdir()
    # Without learning, which takes seconds and which no test on a warm cache depends on.
    file.write_bytes(search_cache._sealed(SearchIndex.build(bundle.knowledge, learn=False).to_bytes()))


class Demo:
    """One demo folder; `start` runs the program in it, as often as a test likes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "demo"
        self.environment = {**os.environ, "HOME": str(home), "TAKER311_HOME": str(home / "taker311")}

    def start(self, **size: int) -> Terminal:
        command = [sys.executable, "-m", "taker311", "demo", "--folder", str(self.folder)]
        return Terminal(command, self.environment, **size)

    def rows(self) -> list[OutboxRow]:
        """The desk's queue, as another program sees it."""
        return read_rows(self.folder / "seat")

    def at_the_city(self) -> int:
        """How many cases the CRM has."""
        return int(self._ask(self.folder / "hub.db", "SELECT count(*) FROM hub_case") or 0)

    def journal_reaches(self, moment: str) -> Callable[[], bool]:
        """True once an event of `moment` or later is on the disk."""

        def reached() -> bool:
            last = self._ask(self.folder / "seat" / "calls.db", "SELECT max(at) FROM event")
            return last is not None and str(last) >= moment

        return reached

    @staticmethod
    def _ask(path: Path, sql: str) -> Any:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(sql).fetchone()[0]


def moment() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def to_the_place(terminal: Terminal) -> None:
    """From ready to the question for the place, as a caller with a pothole takes one there."""
    terminal.see("Type what the caller says", "F10 leave")
    terminal.press("pothole")
    terminal.see("1 Pothole in a street")
    terminal.press("enter")
    terminal.see("Enter questions")
    terminal.press("enter")
    terminal.see("ASK", "Where is it?")


def to_the_readback(terminal: Terminal) -> None:
    to_the_place(terminal)
    terminal.press(HERE)
    terminal.see("1204 Washington Street", "(exact)")
    terminal.press("enter")
    terminal.see("I have 1204 Washington Street")
    terminal.press("enter")
    from_the_first_question(terminal)


def from_the_first_question(terminal: Terminal) -> None:
    """Every question by its digit, without a name, up to the read-back."""
    for question, digit in (
        ("Is it in a traffic lane?", "1"),
        ("bigger or smaller than a dinner plate?", "3"),
        ("deeper than a hand is wide", "1"),
        ("Has it damaged a car?", "2"),
        ("Shall we keep you informed?", "4"),
    ):
        terminal.see("ASK " + question if question[0].isupper() else question)
        terminal.press(digit)
    terminal.see("SAY Let me read back what I have.", "Without a name")


def say_goodbye(terminal: Terminal) -> None:
    terminal.press("enter")
    terminal.see("How did the call end?", "› 2 Request taken")
    terminal.press("enter")
    terminal.see("Type what the caller says", "1 call,")

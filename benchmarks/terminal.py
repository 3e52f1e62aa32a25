"""What the desk sends over the line, act by act: the frugal driver beside Textual's own on the same screens, and beside a curses
list of the same results. Counted on a real pseudo-terminal, 80x24 in 256 colours. Prints JSON.

'with card' counts the card too that is drawn after a pause of 150 ms, as if each letter were followed by one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from helpers.desk_bytes import SENTENCES, demo_city, information_call, measure, request
from helpers.desk_terminal import City, DeskTerminal
from helpers.terminal import Terminal

BITS_A_BYTE = 10  # on a serial line: a start bit, eight, a stop bit


def driver(name: str, city: City, folder: Path) -> dict[str, Any]:
    with DeskTerminal(city, folder / f"acts-{name}", driver=name) as desk:
        table = measure(desk).table()
    with DeskTerminal(city, folder / f"calls-{name}", driver=name) as desk:
        desk.started()
        calls = {"information call": information_call(desk), "request": request(desk)}
    return {"bytes": table, "whole calls": calls}


def results_of(city: City, folder: Path) -> list[list[str]]:
    """The typed line and the list of results after each letter, without the card."""
    screens = []
    with DeskTerminal(city, folder / "results") as desk:
        desk.started()
        for sentence in SENTENCES:
            for letter in sentence:
                desk.press(letter)
                rows = [row.split("┃")[0].rstrip() for row in desk.terminal.text.splitlines()]
                screens.append([rows[0][:50].rstrip(), *rows[2:-2]])
            desk.press("\x15")
    return screens


def curses_list(screens: list[list[str]], folder: Path) -> dict[str, float]:
    shown, done = folder / "screens.json", folder / "done"
    shown.write_text(json.dumps(screens), encoding="utf-8")
    done.touch()
    command = [sys.executable, str(Path(__file__).with_name("_curses_list.py")), str(shown), str(done)]
    counts = []
    with Terminal(command, dict(os.environ)) as terminal:
        for number in range(len(screens)):
            before = len(terminal.raw)
            terminal.wait(lambda number=number: done.stat().st_size > number, f"list {number}")
            terminal._read(0.01)  # noqa: SLF001 - what was written before the byte in DONE is there by now
            counts.append(len(terminal.raw) - before)
            terminal.press(" ")
    counts = counts[1:]
    return {"median": sorted(counts)[len(counts) // 2], "worst": max(counts), "sum": sum(counts)}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="terminal-") as name:
        folder = Path(name)
        city = demo_city(folder / "cache")
        found: dict[str, Any] = {
            "frugal": driver("", city, folder),
            "stock": driver("stock", city, folder),
            "curses list of the same results, a letter": curses_list(results_of(city, folder), folder),
        }
    total = found["frugal"]["whole calls"]["request"]
    found["a whole request takes on the line, seconds"] = {
        str(speed): round(total * BITS_A_BYTE / speed, 1) for speed in (1_200, 9_600, 56_000)
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

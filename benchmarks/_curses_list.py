"""A plain curses program that shows lists of lines, the next at each key: what a desk's results cost without a desk around them.

Run as  _curses_list.py SCREENS DONE ; SCREENS is a JSON list of lists of lines, and a byte is added to DONE after each is shown.
"""

from __future__ import annotations

import curses
import json
import locale
import sys
from pathlib import Path
from typing import Any


def main(window: Any, screens: list[list[str]], done: Path) -> None:
    curses.curs_set(1)
    for lines in screens:
        height, width = window.getmaxyx()
        window.erase()
        for y, line in enumerate(lines[:height]):
            window.addnstr(y, 0, line, width - 1, curses.A_BOLD if y == 0 else curses.A_NORMAL)
        window.move(0, min(len(lines[0]), width - 1))
        window.refresh()
        with done.open("ab") as file:
            file.write(b".")
        window.getch()


if __name__ == "__main__":
    locale.setlocale(locale.LC_ALL, "")
    shown = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    curses.wrapper(main, shown, Path(sys.argv[2]))

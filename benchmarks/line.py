"""What the line sends for a whole call on the demo city, act by act, and how long that takes at 1,200 bit/s. Counts what is
written, with a CR before each LF as a terminal gets it. Prints JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from helpers.demo import HERE
from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cli._city import compiled, demo_city
from taker311.line.commands import Commands
from taker311.line.session import run_plain
from taker311.station.queueing import QueueDesk
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

BITS_A_BYTE = 10  # on a serial line: a start bit, eight, a stop bit
SPEED = 1_200
INFORMATION = ["when is the library open", "1", "a", ""]
REQUEST = ["big hole in the road", "1", "", HERE, "1", "", "1", "3", "1", "2", "4", "", "", ""]
MORE = ["?", ".desk", ".bulletins", ".queue"]


def bytes_of(text: str) -> int:
    return len(text.replace("\n", "\r\n").encode()) + 2


def counted(place: Workplace, commands: Commands, lines: list[str]) -> dict[str, int]:
    """Bytes after each line typed; the line itself, which the terminal echoes, is counted with it."""
    found: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        out: list[str] = []
        run_plain(place.station, [line], out.append, commands)
        shown = bytes_of(line) + sum(bytes_of(text) for text in out[1:])  # a session begins by telling where it stands
        found[f"{number}. {line or 'Enter'}"] = shown
    return found


def told(acts: dict[str, int]) -> dict[str, Any]:
    total = sum(acts.values())
    longest = max(acts.values())
    return {
        "bytes": total,
        "seconds at 1,200 bit/s": round(total * BITS_A_BYTE / SPEED, 1),
        "longest wait, s": round(longest * BITS_A_BYTE / SPEED, 1),
        "acts": acts,
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="line-") as name:
        folder = Path(name)
        known, clock = compiled(demo_city(), folder / "cache"), SystemClock()
        seat = Seat(folder / "seat", clock, open_throwaway(folder / "seat"))
        place = Workplace(known.bundle, known.file, seat, Settings(), clock, SeededIds(1), agent="Sam")
        place.make_ready(folder / "cache")()
        queue = QueueDesk(lambda: place.store, clock, lambda: "Sam", lambda: False, lambda: None)
        commands = Commands(place, queue, crm=lambda: None, sign_in=None)
        try:
            found = {
                "information call": told(counted(place, commands, INFORMATION)),
                "request": told(counted(place, commands, REQUEST)),
                "on demand": told(counted(place, commands, MORE)),
            }
            if place.station.calls != 2 or len(place.store.rows()) != 1:
                raise SystemExit("the two calls did not come to their end")
        finally:
            place.stop()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

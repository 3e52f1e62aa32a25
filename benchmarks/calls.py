"""How many control keys real calls take at the desk on the demo city, and what a key costs up to the drawn screen.

Control keys are all but the letters of what the caller says. Prints one JSON object.
"""

from __future__ import annotations

import itertools
import json
import statistics
import tempfile
import time
from pathlib import Path

from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cli._city import compiled, demo_city
from taker311.desk.control import Control
from taker311.desk.screen import draw
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

BUDGETS = {"information": 14, "request": 45, "second_topic_to_its_card": 6, "emergency_card": 1}


class Hands:
    """Types and presses at a desk, draws after every key as the screen does, and counts."""

    def __init__(self, workplace: Workplace) -> None:
        self.control = Control(workplace.station)
        self.workplace = workplace
        self.pressed = 0
        self.typed = 0
        self.costs: list[float] = []

    def says(self, words: str) -> None:
        for character in words:
            self._key("space" if character == " " else character, character)
        self.typed += len(words)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._key(key, key if len(key) == 1 else None)
        self.pressed += len(keys)

    def _key(self, key: str, character: str | None) -> None:
        began = time.process_time()
        self.control.key(key, character)
        draw(self.control, self.workplace.status(), 80, 24, 5)
        self.costs.append(time.process_time() - began)

    def arrived(self, state: str, words: str = "") -> None:
        view = self.control.view
        if view.state != state or words not in view.title + view.ask + view.say:
            raise SystemExit(f"expected {state} {words!r}, found {view.state}: {view.title} {view.ask} {view.problem}")


def information(hands: Hands) -> None:
    hands.says("is alternate side parking on tomorrow")
    hands.press("enter")
    hands.arrived("bulletin" if hands.control.view.state == "bulletin" else "topic")
    hands.press("a", "enter")
    hands.arrived("ready")


def request(hands: Hands) -> None:
    hands.says("pothole")
    hands.press("enter", "enter")
    hands.says("1204 washington st")
    hands.press("enter", "enter", "1", "3", "1", "1", "enter")
    hands.arrived("interview", "informed")
    hands.press("1")
    hands.says("978 555 0142")
    hands.press("enter")
    hands.says("Ann Lee")
    hands.press("enter")
    hands.arrived("readback")
    hands.press("enter")
    hands.arrived("done")


def second_topic(hands: Hands) -> None:
    hands.press("n")
    hands.says("library hours")
    hands.press("enter")
    hands.arrived("topic")


def emergency(hands: Hands) -> None:
    hands.press("f9")
    hands.arrived("emergency")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), SystemClock()
        known = compiled(demo_city(), folder / "cache")
        seat = Seat(folder / "seat", clock, open_throwaway(folder / "seat"))
        workplace = Workplace(known.bundle, known.file, seat, Settings(), clock, SeededIds(1), agent="bench")
        for take in itertools.islice(workplace.make_ready_in_steps(folder / "cache"), 2):
            take()
        hands = Hands(workplace)
        counts = {}
        calls = {"information": information, "request": request, "second_topic_to_its_card": second_topic}
        for what, call in {**calls, "emergency_card": emergency}.items():
            before = hands.pressed
            call(hands)
            counts[what] = hands.pressed - before
        workplace.stop()
    costs = sorted(hands.costs)
    result = {
        "benchmark": "calls",
        "control_keys": counts,
        "budgets": BUDGETS,
        "letters_typed": hands.typed,
        "key_cpu_ms_p50": round(statistics.median(costs) * 1000, 2),
        "key_cpu_ms_p99": round(costs[int(len(costs) * 0.99)] * 1000, 2),
        "passed": all(counts[what] <= most for what, most in BUDGETS.items()),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

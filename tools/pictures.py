"""Draws the pictures of the guide from the real program: `python3 tools/dev.py pictures` writes docs/pictures/*.svg.

The desk runs without a terminal on the demo city, with its own store in a throw-away folder, a still clock and set ids, so
that the same program draws the same pictures.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cli._city import compiled, demo_city
from taker311.desk.app import DeskApp
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
NOW = datetime(2026, 11, 23, 14, 41, tzinfo=UTC)

# picture -> keys that lead to it from the last one; a word of several letters is typed
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ready", ()),
    ("search", ("big hole in the rode",)),
    ("card", ("enter",)),
    ("place", ("enter", "1204 washin")),
    ("interview", ("enter", "enter", "1")),
    ("readback", ("3", "1", "2", "4")),
    ("done", ("enter",)),
)


async def draw(folder: Path) -> None:
    clock = ManualClock(NOW)
    known = compiled(demo_city(), folder / "cache")
    seat = Seat(folder / "seat", clock, open_throwaway(folder / "seat"), desk_code="1K3")
    workplace = Workplace(known.bundle, known.file, seat, Settings(), clock, SeededIds(7), agent="Sam")
    workplace.make_ready(folder / "index")()
    app = DeskApp(workplace.station, workplace.status, lambda _app: None)
    async with app.run_test(size=(80, 24)) as pilot:
        for name, keys in STEPS:
            for key in keys:
                await pilot.press(*(key if len(key) == 1 or " " in key else (key,)))
                clock.advance(4)
            app.show_all()
            await pilot.pause()
            svg = app.export_screenshot(title="taker311")
            svg = re.sub(r"terminal-\d+", "terminal", svg)
            svg = re.sub(
                r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL
            )  # the reader's own font: nothing is fetched
            svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
            (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")
    workplace.stop()


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(draw(Path(folder)))
    print(*sorted(path.name for path in PICTURES.glob("*.svg")))


if __name__ == "__main__":
    main()

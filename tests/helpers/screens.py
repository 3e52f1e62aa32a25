"""Every screen of the desk, drawn without a terminal: for tests of what stands there and of how it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain

from rich.segment import Segment
from textual.strip import Strip

from helpers.keys import Hands
from helpers.stations import station
from taker311.desk.canvas import Canvas
from taker311.desk.draw import Drawn, Line
from taker311.desk.screen import draw
from taker311.station.model import Notice, OpenCall, Status

STATUS = Status(
    city="Minton",
    agent="Sam",
    desk_code="K3F",
    now=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    kb_age_s=720.0,
    searching=True,
    signed_in=True,
    crm="the CRM",
    online=True,
    waiting=2,
    attention=1,
    oldest_s=300.0,
    calls=23,
    handled_s=5_600.0,
    notices=(
        Notice(kind="bulletin", text="Boil-water notice, Harbor district"),
        Notice(kind="note", text="Señal, 漢字"),
    ),
    open_calls=(OpenCall(call_id="1", began=datetime(2026, 11, 24, 9, 0, tzinfo=UTC), about="Pothole"),),
)
_OFF = STATUS.__class__(
    **{f: getattr(STATUS, f) for f in STATUS.__struct_fields__} | {"online": False, "signed_in": False, "crm": ""}
)


def _walk() -> Iterator[tuple[str, Hands]]:
    """(name, hands at that screen), each made by the keys that an agent presses."""
    made = Hands(station())
    yield "ready", made
    for overlay in ("f1", "f5", "f6"):
        yield f"ready {overlay}", made.press(overlay)
        made.press("escape")
    yield "menu", made.press("ctrl+g")
    made.press("escape")
    yield "nothing found", made.says("zzzz qqqq")
    made.press("ctrl+u")
    yield "hits", made.says("hole in the road")
    yield "hits, another selected", made.press("down")
    made.press("up")
    yield "language asked", made.press("f2")
    made.press("escape")
    yield "card", made.press("enter")
    yield "card scrolled", made.press("pagedown")
    yield "emergency", made.press("f9")
    made.press("escape")
    yield "place", made.press("enter")
    yield "place, found", made.says("100 wash")
    yield "as it stands", made.press("f3")
    made.press("escape")
    yield "place read back", made.press("enter")
    made.press("enter")
    for number in range(1, 5):
        yield f"question {number}", made
        made.press("1")
        if made.control.typing:
            yield "typed answer", made.says("413 555 0142")
            made.press("enter")
    for _ in range(8):
        if made.view.state != "interview":
            break
        yield f"question {made.view.step}", made
        made.press("enter") if made.view.kind in ("choices", "confirm") else made.press("1")
        if made.control.typing:
            made.says("413 555 0142").press("enter")
    yield "read back", made
    yield "jump", made.press("f7")
    made.press("escape", "enter")
    yield "done", made
    yield "wrap-up", made.press("f4")
    yield "held", made.press("f8")


def _transferred() -> Iterator[tuple[str, Hands]]:
    made = Hands(station()).says("brown water").press("enter")
    yield "card with an alert", made
    if "transfer" in made.view.allowed:
        yield "transfer", made.press("f7")
    made = Hands(station()).says("smell of gas")
    yield "the gate raised by words", made


class Shown:
    """One screen at one size: its name, its lines and where the text cursor stands."""

    def __init__(self, name: str, drawn: Drawn, hints: str) -> None:
        self.name, self.lines, self.cursor, self.state = name, drawn.lines, drawn.cursor, hints

    @property
    def text(self) -> list[str]:
        return ["".join(piece for piece, _ in row) for row in self.lines]


def screens(width: int = 80, height: int = 24) -> Iterator[Shown]:
    for number, (name, made) in enumerate(chain(_walk(), _transferred())):
        status = STATUS if number % 2 == 0 else _OFF
        drawn = draw(made.control, status, width, height, 75 + number)
        yield Shown(name, drawn, made.view.state)


@lru_cache(maxsize=8)
def canvas(theme: str) -> Canvas:
    return Canvas(theme)


def strips(lines: list[Line], theme: str, width: int) -> list[Strip]:
    """What the canvas hands to Textual for these lines."""
    styles = canvas(theme)._styles
    return [Strip([Segment(text, styles[role]) for text, role in row], width) for row in lines]

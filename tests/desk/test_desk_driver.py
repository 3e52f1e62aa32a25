"""Which driver draws the desk, what it says of itself, and what of a paste reaches the keys."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from itertools import pairwise

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color, ColorSystem
from rich.style import Style
from textual import events
from textual._xterm_parser import XTermParser

from taker311.desk.driver import choose_driver, driver_note
from taker311.desk.emit import Emitter
from taker311.desk.frames import FrameReader, shortened
from taker311.desk.frugal import FrugalDriver
from taker311.desk.keyboard import PasteGate
from taker311.desk.pace import LinePace
from taker311.desk.theme import THEMES, looks

START, END = "\x1b[200~", "\x1b[201~"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch):
    for name in ("TAKER311_DRIVER", "TEXTUAL_DRIVER", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


def test_the_frugal_driver_is_the_default_and_doctor_can_say_so():
    assert choose_driver().__name__ == "FrugalDriver"
    assert "only cells that change" in driver_note()


@pytest.mark.parametrize(
    ("name", "value", "word"), [("TAKER311_DRIVER", "stock", "asks for it"), ("TEXTUAL_DRIVER", "a:B", "browser")]
)
def test_the_stock_driver_is_used_where_it_is_asked_for_and_doctor_says_why(monkeypatch, name, value, word):
    monkeypatch.setenv(name, value)
    assert getattr(choose_driver(), "__name__", "") != "FrugalDriver"
    assert word in driver_note()


def test_windows_gets_what_textual_chooses(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert choose_driver() is None
    assert "Windows" in driver_note()


def test_over_ssh_doctor_says_that_less_is_asked(monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "a b c d")
    assert "ssh" in driver_note()


def test_what_doctor_asks_of_the_driver_loads_no_textual():
    code = "import sys; from taker311.desk.driver import driver_note; driver_note(); sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---------------------------------------------------------------- pastes
def events_of(pieces: list[str]) -> list[events.Event]:
    gate, parser = PasteGate(), XTermParser()
    let_through = filter(None, map(gate.through, pieces))
    return [event for piece in let_through for event in parser.feed(piece)]


@given(st.text(alphabet="ab\x1b[]20~1\r\n\x07OP\x9b;u", max_size=60), st.lists(st.integers(0, 80), max_size=4))
def test_a_paste_presses_no_key_however_it_is_cut_and_whatever_is_in_it(pasted: str, cuts: list[int]):
    pasted = pasted.replace(END, "")
    if END in pasted:  # what was left of two may be one
        return
    data = START + pasted + END
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    found = events_of([data[a:b] for a, b in pairwise(edges)])
    assert not any(isinstance(event, events.Key) for event in found)
    text = "".join(event.text for event in found if isinstance(event, events.Paste))
    assert "\x1b" not in text
    assert len(text) == len(pasted)


@given(st.text(alphabet="ab\x1b[]20~1\r", max_size=40))
def test_what_is_typed_goes_through_untouched(typed: str):
    if START not in typed:
        assert PasteGate().through(typed) == typed


def test_after_a_paste_keys_are_keys_again():
    found = events_of([f"{START}a\x1b[21~b{END}x"])
    assert [type(event).__name__ for event in found] == ["Paste", "Key"]


class Behind:
    """Stands for Textual's writer: takes what it is given, and says how much of it the terminal has not taken yet."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.waiting = 0
        self._queue = self

    def qsize(self) -> int:
        return self.waiting

    def write(self, data: str) -> None:
        self.sent.append(data)


def unplugged(writer: Behind) -> FrugalDriver:
    """A driver without a terminal: only what is sent matters here."""
    driver = object.__new__(FrugalDriver)
    driver._emitter, driver._reader, driver._writer_thread = Emitter(20, 2), FrameReader(), writer
    driver._new_size = driver._retry = None
    driver._letters = ""
    driver._pace = LinePace(0, time.monotonic)
    driver._frames_held = driver._drawn = driver._anew = False
    driver._ready = True
    driver._loop = asyncio.get_running_loop()
    return driver


# ---------------------------------------------------------------- old terminals
@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("role", [role for role in THEMES["dark"] if role not in ("background", "rule")])
def test_every_text_can_be_read_in_256_colours_too(theme: str, role: str):
    def shown(colour: str) -> tuple[int, int, int]:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        near = shortened(f"38;2;{red};{green};{blue}")
        assert near.startswith("38;5;")
        return tuple(Color.from_ansi(int(near.rpartition(";")[2])).get_truecolor())

    def luminance(colour: str) -> float:
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in shown(colour))
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    style = THEMES[theme][role]
    front, *ground = re.findall(r"#[0-9a-f]{6}", style)
    light, dark = sorted(
        (luminance(front), luminance(ground[0] if ground else THEMES[theme]["background"])), reverse=True
    )
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.2 AA


@pytest.mark.anyio
async def test_a_terminal_without_utf_8_gets_letters_that_it_has(anyio_backend):
    writer = Behind()
    driver = unplugged(writer)
    driver._letters = "latin-1"
    driver.write("\x1b[1;1H─── › é … 漢")
    driver.flush()
    assert "--- > é . ?" in "".join(writer.sent)


# What 16 colours look like: the text mode of VGA, which the Linux console has, and xterm's defaults.
VGA = "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
XTERM = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)


@pytest.mark.parametrize("palette", [VGA, XTERM], ids=["VGA", "xterm"])
@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_every_text_can_be_read_in_16_colours(theme: str, palette: str):
    def luminance(number: int | None) -> float:
        colour = palette.split()[number or 0]
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for role, look in looks(theme, sixteen=True).items():
        style = Style.parse(look)
        assert style.color is not None
        assert style.bgcolor is not None
        front, ground = (c.downgrade(ColorSystem.STANDARD).number for c in (style.color, style.bgcolor))
        light, dark = sorted((luminance(front), luminance(ground)), reverse=True)
        assert role == "rule" or (light + 0.05) / (dark + 0.05) >= 4.5, role


# ---------------------------------------------------------------- a slow terminal
@pytest.mark.anyio
async def test_a_terminal_that_is_behind_gets_the_newest_screen_and_none_of_those_between(anyio_backend):
    writer = Behind()
    driver = unplugged(writer)
    driver.write("\x1b[1;1Hone  ")
    driver.flush()
    assert "one" in "".join(writer.sent)
    writer.waiting = 1
    for word in ("two  ", "three", "four "):
        driver.write(f"\x1b[1;1H{word}")
        driver.flush()
    assert len(writer.sent) == 1
    writer.waiting = 0
    with anyio.fail_after(60):
        while len(writer.sent) == 1:  # noqa: ASYNC110 - the driver looks again by itself and tells nobody
            await anyio.sleep(0.005)
    assert "three" not in writer.sent[1]
    assert "four" in writer.sent[1]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_a_slow_line_gets_the_typed_row_first_and_the_others_as_it_has_room():
    emitter, reader = Emitter(40, 6), FrameReader()
    emitter.update()
    emitter.cursor = (3, 0)
    reader.read(
        "".join(f"\x1b[{row};1H{word * 9}" for row, word in enumerate(("typ", "one", "two", "six"), 1)), emitter.target
    )
    first = emitter.update(0)
    assert "typtyp" in first
    assert "one" not in first
    assert emitter.owes
    second = emitter.update(30)
    assert "oneone" in second
    assert "six" not in second
    assert "sixsix" in emitter.update(1_000)
    assert not emitter.owes


def test_what_a_slow_line_still_owes_is_sent_as_it_stands_by_then():
    emitter, reader = Emitter(40, 4), FrameReader()
    emitter.update()
    emitter.cursor = (0, 0)
    reader.read("\x1b[1;1Ht\x1b[3;1Hpassing", emitter.target)
    emitter.update(0)
    reader.read("\x1b[1;1Htr\x1b[3;1Hresting", emitter.target)
    sent = emitter.update(1_000)
    assert "resting" in sent
    assert "passing" not in sent


def test_a_line_is_never_given_more_than_a_quarter_of_a_second_of_work():
    now = [0.0]
    pace = LinePace(9_600, lambda: now[0])
    assert pace.room() == 240
    pace.sent(240)
    assert pace.room() == 0
    assert 0 < pace.wait_s() < 0.1
    now[0] = 0.1
    assert pace.room() == 96
    now[0] = 99.0
    assert pace.room() == 240


def test_a_line_of_unknown_speed_is_not_paced():
    pace = LinePace(0, lambda: 0.0)
    pace.sent(10_000)
    assert pace.room() is None
    assert pace.wait_s() == 0.0

"""The driver in a real terminal: a change of size, the shell's stop, colours, and a terminal left as it was found."""

from __future__ import annotations

import os
import re
import signal
import termios
from pathlib import Path

import pytest

from helpers.desk_bytes import demo_city
from helpers.desk_terminal import City, DeskTerminal
from helpers.screens import screens
from taker311.desk.theme import THEMES

COLOURS = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")


@pytest.fixture(scope="module")
def city(warm: Path) -> City:
    return demo_city(warm)


def test_a_change_of_size_draws_the_whole_screen_anew_and_a_small_window_says_so(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        desk.started()
        desk.press(*"big hole")
        for columns, lines, words in (
            (60, 20, "Esc back"),
            (120, 36, "Sinkhole"),
            (50, 12, "needs 60 by 20"),
            (80, 24, "Esc back"),
        ):
            desk.terminal.resize(columns, lines)
            desk.terminal.see(words)
            desk.card()
            assert len(desk.terminal.screen.display[0]) == columns
        assert desk.terminal.text.startswith(" big hole")
        assert (desk.terminal.screen.cursor.x, desk.terminal.screen.cursor.y) == (9, 0)


def test_after_the_shells_stop_the_screen_comes_back_as_it_was(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        desk.started()
        desk.press(*"big hole")
        desk.card()
        before = desk.terminal.text
        raw = len(desk.terminal.raw)
        os.kill(desk.terminal.process.pid, signal.SIGTSTP)
        desk.terminal.wait(lambda: b"\x1b[?1049l" in desk.terminal.raw[raw:], "the other screen to be left")
        desk.terminal.wait(lambda: _stopped(desk.terminal.process.pid), "the desk to stop")
        desk.terminal.screen.reset()
        desk.terminal.screen.erase_in_display(2)
        os.kill(desk.terminal.process.pid, signal.SIGCONT)
        desk.terminal.see("big hole", "Esc back")
        desk.advance(0)
        assert desk.terminal.text == before
        desk.press("s")
        assert desk.terminal.text.startswith(" big holes")


def _stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_leaving_gives_the_terminal_back_as_it_was(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        ours = desk.terminal._ours
        desk.started()
        assert not termios.tcgetattr(ours)[3] & termios.ECHO
        desk.terminal.press("f10")
        assert desk.terminal.ended() == 0
        left = desk.terminal.raw[-200:]
        assert termios.tcgetattr(ours)[3] & termios.ECHO
    for mode in (b"\x1b[m", b"\x1b[0 q", b"\x1b[?2004l", b"\x1b[?7h", b"\x1b[?1049l", b"\x1b[?25h"):
        assert mode in left
    assert b"\x1b]" not in desk.terminal.raw, "no title, no clipboard, no link"


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {}], ids=["NO_COLOR", "theme"])
def test_the_terminals_own_theme_sends_no_colour_at_all(environment: dict[str, str], city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home", theme="terminal", environment=environment) as desk:
        desk.started()
        desk.press(*"big hole")
        desk.card()
        desk.press("down")
        desk.press("f9")
        assert not COLOURS.search(desk.terminal.raw)
        assert re.search(rb"\x1b\[[0-9;]*7m", desk.terminal.raw), "what is selected stands out all the same"


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_a_theme_paints_every_cell_in_its_own_ground(theme: str, city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home", theme=theme, environment={"TEXTUAL_COLOR_SYSTEM": "truecolor"}) as desk:
        desk.started()
        red, green, blue = (int(THEMES[theme]["background"][i : i + 2], 16) for i in (1, 3, 5))
        grounds = re.findall(rb"48;2;(\d+;\d+;\d+)", desk.terminal.raw)
        assert set(grounds) == {f"{red};{green};{blue}".encode()}
        assert b"\x1b[49m" not in desk.terminal.raw
        assert desk.terminal.raw.index(b"48;2;") < desk.terminal.raw.index(b"\x1b[2J")


def test_over_ssh_a_terminal_of_many_colours_gets_the_short_ones(city: City, tmp_path: Path):
    many = {"TEXTUAL_COLOR_SYSTEM": "truecolor"}
    with DeskTerminal(city, tmp_path / "near", environment=many) as desk:
        desk.started()
        assert b"38;2;" in desk.terminal.raw
    with DeskTerminal(city, tmp_path / "far", environment={**many, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}) as desk:
        desk.started()
        desk.press(*"big hole")
        assert b"38;2;" not in desk.terminal.raw
        assert b"38;5;" in desk.terminal.raw


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (200, 60)])
def test_every_screen_fills_its_size_and_keeps_the_way_out(size: tuple[int, int]):
    for shown in screens(*size):
        assert len(shown.lines) == size[1], shown.name
        out = shown.text[-1]
        assert any(word in out for word in ("Esc", "F10 leave", "Enter", "F8")), (shown.name, out)
        if shown.state == "ready" and shown.name == "ready":
            assert "F10 leave" in out

"""How much the desk sends: gates on counted bytes, on a real pseudo-terminal at 80x24 in 256 colours."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest

from helpers.desk_bytes import REQUEST_S, Figures, demo_city, information_call, measure, request
from helpers.desk_terminal import City, DeskTerminal


@pytest.fixture(scope="module")
def city(warm: Path) -> City:
    return demo_city(warm)


@pytest.fixture(scope="module")
def figures(city: City, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    with DeskTerminal(city, tmp_path_factory.mktemp("desk") / "home") as desk:
        return measure(desk)


def test_the_first_screen_takes_at_most_6500_bytes(figures: Figures):
    assert 500 < figures["first screen"][0] <= 6_500


def test_an_idle_desk_sends_nothing_and_little_when_a_minute_turns(figures: Figures):
    assert figures["idle for 10 s"] == [0]
    assert 0 < figures["a minute turns"][0] <= 60


def test_the_first_letter_changes_the_whole_screen_in_at_most_2500_bytes(figures: Figures):
    assert max(figures["first letter of a search, with card"]) <= 2_500


def test_a_letter_that_leaves_the_results_as_they_are_takes_at_most_150_bytes(figures: Figures):
    assert len(figures["letter, same results"]) >= 10
    assert max(figures["letter, same results"]) <= 150


def test_a_letter_with_new_results_takes_500_bytes_at_the_median_and_1000_at_worst(figures: Figures):
    found = figures["letter, new results"]
    assert len(found) >= 50
    assert median(found) <= 500
    assert max(found) <= 1_000
    assert median(figures["letter, new results, with card"]) <= 500


def test_an_arrow_takes_at_most_250_bytes(figures: Figures):
    assert max(figures["arrow"]) <= 250


def test_the_timer_takes_at_most_30_bytes_a_second(figures: Figures):
    assert 0 < max(figures["a second of a call"]) <= 30


def test_a_whole_information_call_fits_in_25000_bytes_and_a_whole_request_in_70000(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        desk.started()
        assert 0 < information_call(desk) <= 25_000
        sent = request(desk)
    assert 0 < sent <= 70_000
    # Ten bits a byte: a request of four minutes leaves a line of 9,600 bit/s idle for most of the time.
    assert sent * 10 / 9_600 <= REQUEST_S / 5
    assert sent * 10 / 56_000 <= REQUEST_S / 30


def test_a_letter_typed_at_the_end_is_sent_as_itself_and_comes_before_anything_else(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        desk.started()
        desk.press("t", "r")
        sent = desk.press("e").decode()
        visible = sent.replace("\x1b[?25l", "")
        while visible.startswith("\x1b"):  # a change of colour
            visible = visible[visible.index("m") + 1 :]
        assert visible.startswith("e")
        # At 9,600 bit/s, ten bits a byte, the letter is there in far less than half a second.
        assert len(sent) - len(visible) < 0.5 * 9_600 / 10 / 4
        assert (desk.terminal.screen.cursor.x, desk.terminal.screen.cursor.y) == (4, 0)
        assert not desk.terminal.screen.cursor.hidden


def test_the_card_waits_for_a_pause_and_the_letter_does_not(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        desk.started()
        desk.press(*"pothole")
        assert "SAY" not in desk.terminal.text
        assert "1 Pothole in a street" in desk.terminal.text
        assert len(desk.card()) > 100
        assert "SAY" in desk.terminal.text
        before = _card(desk)
        desk.press("down")
        assert _card(desk) == before
        desk.card()
        assert _card(desk) != before


def _card(desk: DeskTerminal) -> list[str]:
    return [row.partition("┃")[2] for row in desk.terminal.text.splitlines()]


def test_where_nothing_is_typed_the_hidden_cursor_rests_on_the_line_to_read_first(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        desk.started()
        desk.press(*"big hole", "enter")
        screen = desk.terminal.screen
        assert screen.cursor.hidden
        assert "SAY" in screen.display[screen.cursor.y]
        desk.press("\x07", "down")
        assert "›" in screen.display[screen.cursor.y]


def test_over_ssh_the_desk_asks_the_terminal_nothing(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home", environment={"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}) as desk:
        remote = desk.started()
    with DeskTerminal(city, tmp_path / "here") as desk:
        local = desk.started()
    assert b"$p" not in remote
    assert len(remote) < len(local)


def test_both_drivers_show_the_same_screens(city: City, tmp_path: Path):
    shown = []
    for driver in ("", "stock"):
        with DeskTerminal(city, tmp_path / (driver or "frugal"), driver=driver) as desk:
            desk.started()
            screens = [desk.terminal.text]
            for keys in (list("big hole"), ["down"], ["enter"], ["esc"], ["f9"], ["esc"], ["f1"], ["esc"], ["\x07"]):
                desk.press(*keys)
                desk.card()
                screens.append(desk.terminal.text)
            shown.append(screens)
    # Each desk draws a code of its own.
    assert [re.sub(r"desk \w{3}", "desk K3F", text) for text in shown[0]] == [
        re.sub(r"desk \w{3}", "desk K3F", text) for text in shown[1]
    ]

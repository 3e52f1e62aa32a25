"""The idle lock at the desk: what is hidden, what still works, and that nothing is lost under it."""

from __future__ import annotations

import pytest

from helpers.stations import NOW, station
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.desk.control import Control
from taker311.desk.draw import plain
from taker311.desk.screen import draw
from taker311.station.idle import IdleLock
from taker311.station.model import Status


def verify(passphrase: str) -> None:
    if passphrase != "a b":
        raise UserError("That is not the passphrase of Sam.")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def control(clock: ManualClock) -> Control:
    made = Control(station(clock=clock))
    made.lock = IdleLock(clock, 600, verify)
    for letter in "hole at zanzibar":
        made.key("space" if letter == " " else letter, letter)
    return made


def screen(control: Control) -> str:
    status = Status("Alder Falls", "Sam", "7QX", NOW, "v", 0.0, True, True, "", None)
    return plain(draw(control, status, 80, 24, 75).lines)


def test_after_the_time_nothing_of_the_call_is_shown_but_how_long_it_runs(control: Control, clock: ManualClock) -> None:
    assert "zanzibar" in screen(control)
    clock.advance(601)
    shown = screen(control)
    assert "zanzibar" not in shown
    assert "1:15" in shown
    assert "Passphrase of Sam" in shown


def test_keys_at_a_hidden_desk_are_the_passphrase_and_never_shown(control: Control, clock: ManualClock) -> None:
    clock.advance(601)
    for letter in "a x":
        control.key("space" if letter == " " else letter, letter)
    assert "•••" in screen(control)
    control.key("enter")
    assert "not the passphrase" in screen(control)
    assert control.station.state.typed == "hole at zanzibar"


def test_the_right_passphrase_shows_the_call_exactly_as_it_was(control: Control, clock: ManualClock) -> None:
    before = screen(control)
    clock.advance(601)
    assert control.hidden
    for letter in "a b":
        control.key("space" if letter == " " else letter, letter)
    control.key("enter")
    assert screen(control) == before


def test_the_911_card_is_one_key_away_and_what_lies_under_it_stays_hidden(control: Control, clock: ManualClock) -> None:
    clock.advance(601)
    assert control.hidden
    control.key("f9")
    assert "911" in screen(control)
    control.key("escape")
    assert "zanzibar" not in screen(control)


def test_a_paste_at_a_hidden_desk_goes_nowhere(control: Control, clock: ManualClock) -> None:
    clock.advance(601)
    assert control.hidden
    control.paste("words")
    assert control.station.state.typed == "hole at zanzibar"


def test_where_nobody_signed_in_nothing_is_ever_hidden(clock: ManualClock) -> None:
    made = Control(station(clock=clock))
    made.lock = IdleLock(clock, 600, None)
    clock.advance(100_000)
    assert not made.hidden

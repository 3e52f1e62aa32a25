"""The volunteer's screens: big words and nothing beside them, one key to each card, the self-test, and the way out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from helpers.keys import Hands
from helpers.screens import STATUS
from helpers.stations import NOW, station
from helpers.volunteers import ELSEWHERE, flood_bundle
from taker311.base.clock import ManualClock
from taker311.base.settings import Settings
from taker311.call import model as m
from taker311.call.world import World
from taker311.desk.actions import keymap
from taker311.desk.draw import Line, plain, width_of
from taker311.desk.key_trial import KeyTrial
from taker311.desk.screen import draw
from taker311.desk.volunteer_app import Begin, VolunteerDesk, dress
from taker311.station.station import Station
from taker311.station.volunteer import BreakTimer

ALLOWED = m.Permissions(must_acknowledge=True, look_up=False, decide=False, elsewhere=ELSEWHERE)


def volunteer_station(clock: ManualClock, *, read: bool = True) -> Station:
    made = station(permissions=ALLOWED, clock=clock)
    made.desk.bundle = flood_bundle()
    made.world = World(made.desk.bundle, ALLOWED)
    must = tuple(one.id for one in made.desk.bundle.knowledge.bulletins if one.must_read)
    made.state = m.CallState(acknowledged=must if read else ())
    return made


class Desk:
    """Hands on a volunteer's desk, dressed as the program dresses it."""

    def __init__(self, *, read: bool = True) -> None:
        self.clock = ManualClock(NOW)
        made = volunteer_station(self.clock, read=read)
        self.hands = Hands(made)
        self.control = self.hands.control
        self.notices = lambda: ()
        self.finished: list[bool] = []
        self.control.commands["desk.finish"] = lambda: self.finished.append(True)
        self.app = SimpleNamespace(
            control=self.control, trial=None, add_notices=lambda more: setattr(self, "notices", more)
        )
        place = SimpleNamespace(clock=self.clock, zone=ZoneInfo("UTC"), station=made, settings=Settings(), taken=[])
        self.timer = BreakTimer(self.clock, 60)
        until = NOW + timedelta(days=1)
        begin = Begin("Flood 2026", until, ("All is well.",), Path("/nonexistent/keys-tried"), hub=False)
        dress(self.app, place, begin, self.timer)

    def lines(self, width: int = 80, height: int = 24) -> list[Line]:
        status = replace(STATUS, notices=(*self.notices(), *STATUS.notices), open_calls=())
        return draw(self.control, status, width, height, 75).lines

    @property
    def screen(self) -> str:
        return plain(self.lines())


def test_the_words_to_say_stand_alone_over_the_whole_width_and_details_come_with_a_key():
    desk = Desk()
    desk.hands.says("hole in the road").press("enter")
    card = desk.hands.view.card
    assert card is not None
    said = next(row for row in desk.screen.splitlines() if row.strip().startswith(card.say[:20]))
    assert said.startswith("        ")
    assert "┃" not in desk.screen
    assert card.facts[0] not in desk.screen
    desk.hands.press("d")
    assert card.facts[0] in desk.screen
    desk.hands.press("d")
    assert card.facts[0] not in desk.screen


def test_the_hits_stand_over_the_whole_width_without_a_card_beside_them():
    desk = Desk()
    desk.hands.says("hole in the road").press("down")
    desk.control.card_arrives()
    assert "┃" not in desk.screen


def test_what_must_be_read_stands_on_the_ready_screen_until_it_was_read():
    desk = Desk(read=False)
    assert "Read this before your next call." in desk.screen
    assert "Type what the caller says" not in desk.screen
    desk.hands.says("h")
    assert "must be read" in desk.screen
    assert desk.hands.view.state == "ready"
    desk.hands.press("enter")
    assert "Type what the caller says" in desk.screen
    desk.hands.says("h")
    assert desk.hands.view.state == "talking"


def test_one_key_shows_the_rumours_and_the_distress_card_from_a_call():
    desk = Desk()
    desk.hands.says("hole").press("f5")
    claim = flood_bundle().knowledge.rumours[0].claims["en"]
    assert claim[:30] in desk.screen
    desk.hands.press("escape", "ctrl+c")
    assert "I hear you." in desk.screen
    assert "555-0142" in desk.screen
    desk.hands.press("escape")
    assert desk.hands.view.state == "talking"
    assert desk.control.entry.text == "hole"


def test_where_nothing_answers_one_key_leads_to_the_card_and_one_more_to_a_call_back():
    desk = Desk()
    desk.hands.says("my passport").press("f3")
    assert "c to be called back" in desk.screen
    desk.hands.press("c").says("413 555 0142; tonight").press("enter")
    assert desk.hands.view.state == "wrapup"
    assert "› 5" in desk.screen


def test_the_queue_and_the_look_up_of_cases_are_no_keys_here():
    desk = Desk()
    desk.hands.press("ctrl+e")
    assert desk.control.prompt is None
    desk.hands.press("ctrl+g")
    assert desk.control.menu is not None
    assert "queue" not in [item.label for item in desk.control.menu.items]


def test_a_break_is_one_key_and_a_call_ends_it():
    desk = Desk()
    desk.clock.advance(61 * 60)
    assert "61 minutes without a break" in desk.screen
    desk.hands.press("f8")
    assert "You are on a break" in desk.screen
    desk.hands.says("h")
    assert not desk.timer.on_break


def test_leaving_for_now_and_finishing_for_good_are_two_answers():
    desk = Desk()
    desk.hands.press("f10")
    assert not desk.control.leaving
    desk.hands.press("escape", "f10", "2")
    assert desk.finished == [True]
    desk.hands.press("f10", "1")
    assert desk.control.leaving


def test_the_last_hours_are_told_on_the_ready_screen():
    desk = Desk()
    desk.clock.advance(24 * 3600 - 30 * 60)
    assert "takes new calls for another 30 min" in desk.screen
    desk.clock.advance(3600)
    assert "take no new call" in desk.screen


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
@pytest.mark.parametrize("read", [True, False])
def test_every_screen_fits(size: tuple[int, int], read: bool):
    desk = Desk(read=read)
    for keys in (("f8",), ("f5", "escape"), ("f6", "escape"), ("f10", "escape")):
        desk.hands.press(*keys)
        assert all(width_of(row) <= size[0] for row in desk.lines(*size))
    desk.hands.press("enter").says("hole in the road")
    for key in ("enter", "d", "ctrl+c", "escape", "escape", "f3", "escape"):
        desk.hands.press(key)
        lines = desk.lines(*size)
        assert len(lines) <= size[1]
        assert all(width_of(row) <= size[0] for row in lines)


# ---------------------------------------------------------------- the self-test
def test_a_key_that_this_terminal_keeps_for_itself_is_told_with_the_way_around_it():
    trial = KeyTrial(keymap({}), ("The pack is the city's.",), hub=True)
    for key in trial.missing:
        if key != "f10":
            assert not trial.key(key)
    assert not trial.key("enter")
    shown = plain(trial.rows(80, 24, online=None))
    assert "Not come: F10." in shown
    assert "Ctrl+G" in shown
    assert "Asking the hub" in shown
    assert trial.key("enter")


def test_with_every_key_pressed_the_test_is_over_at_once():
    trial = KeyTrial(keymap({}), (), hub=True)
    for key in trial.missing:
        trial.key(key)
    assert "cases wait sealed" in plain(trial.rows(80, 24, online=False))
    assert trial.key("enter")


def test_a_key_that_was_rebound_is_tried_under_its_own_name():
    trial = KeyTrial(keymap({"call.distress": "f7"}), (), hub=False)
    assert "f7" in trial.missing
    assert "ctrl+c" not in trial.missing


def test_the_self_test_stands_before_the_first_call_and_is_not_asked_again(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    made = volunteer_station(clock, read=False)
    place = SimpleNamespace(clock=clock, zone=ZoneInfo("UTC"), station=made, settings=Settings(), taken=[])
    begin = Begin("Flood 2026", NOW + timedelta(days=1), ("All is well.",), tmp_path / "tried", hub=False)
    app = VolunteerDesk(made, lambda: STATUS, lambda _app: None)
    dress(app, place, begin, BreakTimer(clock, 60))  # type: ignore[arg-type]

    def shown() -> str:
        return "\n".join(app._canvas.render_line(y).text.rstrip() for y in range(app.size.height))

    async def play() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            assert "✓ All is well." in shown()
            await pilot.press("f9", "h", "i")
            assert made.view().state == "ready"
            await pilot.press("enter", "enter")
            assert "Read this before your next call." in shown()
            await pilot.press("enter", *"hole", "ctrl+c")
            assert "I hear you." in shown()

    asyncio.run(play())
    assert begin.tried.exists()
    again = VolunteerDesk(volunteer_station(clock), lambda: STATUS, lambda _app: None)
    dress(again, place, begin, BreakTimer(clock, 60))  # type: ignore[arg-type]
    assert again.trial is None

"""Hands on a desk without a terminal: types text and presses keys, and counts those that are not the caller's own words."""

from __future__ import annotations

from taker311.desk.control import Control
from taker311.station.station import Station

_NAMED = {
    "enter",
    "escape",
    "backspace",
    "delete",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "pageup",
    "pagedown",
    "tab",
}


class Hands:
    def __init__(self, station: Station) -> None:
        self.control = Control(station)
        self.pressed = 0  # control keys: all but the letters of what the caller says

    def says(self, words: str) -> Hands:
        """Types the caller's words, place or name."""
        for character in words:
            self.control.key("space" if character == " " else character, character)
        return self

    def press(self, *keys: str) -> Hands:
        for key in keys:
            self.pressed += 1
            character = " " if key == "space" else key if len(key) == 1 else None
            self.control.key(key, character)
        return self

    @property
    def view(self):
        return self.control.view

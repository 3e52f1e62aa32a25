"""What may stand over the screen for a moment: a menu to pick from, or a line to type."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from taker311.call.shown import View
from taker311.desk.actions import Action, key_name
from taker311.desk.entry import Entry

_KEYS = "123456789abcdefghijklmopqrstuvwxz"


class Item(NamedTuple):
    label: str
    verb: str
    value: str = ""
    aside: str = ""


class Menu:
    """Items with a key each; arrows and Enter work as well."""

    def __init__(self, title: str, items: list[Item]) -> None:
        self.title = title
        self.items = items[: len(_KEYS)]
        self.selected = 0

    def labels(self) -> list[tuple[str, Item]]:
        return list(zip(_KEYS, self.items, strict=False))

    def key(self, key: str, character: str | None) -> Item | None:
        """The item that a key picks, if it picks one."""
        if not self.items:
            return None
        if key in ("up", "down"):
            self.selected = (self.selected + (1 if key == "down" else -1)) % len(self.items)
            return None
        if key == "enter":
            return self.items[self.selected]
        index = _KEYS.find(character) if character and len(character) == 1 else -1
        return self.items[index] if 0 <= index < len(self.items) else None


class Prompt:
    """One line to type; `secret` shows dots."""

    def __init__(self, title: str, done: Callable[[str], None], *, secret: bool = False) -> None:
        self.title = title
        self.done = done
        self.secret = secret
        self.entry = Entry()


REASONS = (
    "New or unnamed street",
    "The caller is not sure",
    "Outside the street list",
    "Described by a landmark only",
    "In the water or off the road",
)


def reasons_menu() -> Menu:
    """Why a place is taken as it stands."""
    return Menu("Take the place as it stands, because", [Item(reason, "unverified", reason) for reason in REASONS])


def jump_menu(shown: View) -> Menu:
    """Every step of the interview."""
    return Menu("Jump to", [Item(line.label, "jump", line.id, line.value) for line in shown.outline])


def verbs_menu(actions: list[Action], keys: dict[str, tuple[str, ...]]) -> Menu:
    """Everything that is possible now, each once."""
    items: dict[str, Item] = {}
    for action in sorted(actions, key=lambda a: a.first):
        if action.id != "desk.menu" and action.label not in items:
            names = " ".join(key_name(key) for key in keys[action.id])
            items[action.label] = Item(action.label, f"action:{action.id}", aside=names)
    return Menu("Possible now", list(items.values()))

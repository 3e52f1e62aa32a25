"""What may stand over the screen for a moment: a menu to pick from, or a line to type."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from taker311.base.text import fold
from taker311.base.words import noted, say
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
    """Items with a key each; arrows and Enter work as well. `/` begins a filter: what is typed then leaves only the items that
    have it in them, and Enter alone picks. A menu with more items than keys filters from the start."""

    def __init__(self, title: str, items: list[Item]) -> None:
        self.title = title
        self.items = items
        self.selected = 0
        self.filter: str | None = "" if len(items) > len(_KEYS) else None

    def labels(self) -> list[tuple[str, Item]]:
        """What is shown, each with its key; none while letters filter."""
        if self.filter is None:
            return list(zip(_KEYS, self.items, strict=False))
        words = fold(self.filter).split()
        return [(" ", item) for item in self.items if all(w in fold(f"{item.label} {item.aside}") for w in words)]

    def key(self, key: str, character: str | None) -> Item | None:
        """The item that a key picks, if it picks one."""
        shown = self.labels()
        if key in ("up", "down"):
            self.selected = (self.selected + (1 if key == "down" else -1)) % len(shown) if shown else 0
        elif key == "enter":
            return shown[self.selected][1] if shown else None
        elif self.filter is None and character == "/":
            self.filter, self.selected = "", 0
        elif self.filter is not None and key == "backspace":
            self.filter, self.selected = (self.filter[:-1] if self.filter else self._unfiltered()), 0
        elif self.filter is None:
            return next((item for label, item in shown if label == character), None)
        elif character and character.isprintable():
            self.filter, self.selected = self.filter + character, 0
        return None

    def _unfiltered(self) -> str | None:
        return "" if len(self.items) > len(_KEYS) else None


class Prompt:
    """One line to type; `secret` shows dots."""

    def __init__(self, title: str, done: Callable[[str], None], *, secret: bool = False) -> None:
        self.title = title
        self.done = done
        self.secret = secret
        self.entry = Entry()


# They are kept with the case as they stand here, whatever the screen's language.
REASONS = (
    noted("New or unnamed street"),
    noted("The caller is not sure"),
    noted("Outside the street list"),
    noted("Described by a landmark only"),
    noted("In the water or off the road"),
)


def reasons_menu() -> Menu:
    """Why a place is taken as it stands."""
    return Menu(
        say("Take the place as it stands, because"), [Item(say(reason), "unverified", reason) for reason in REASONS]
    )


def jump_menu(shown: View) -> Menu:
    """Every step of the interview."""
    return Menu(say("Jump to"), [Item(line.label, "jump", line.id, line.value) for line in shown.outline])


def verbs_menu(actions: list[Action], keys: dict[str, tuple[str, ...]]) -> Menu:
    """Everything that is possible now, each once."""
    items: dict[str, Item] = {}
    for action in sorted(actions, key=lambda a: a.first):
        if action.id != "desk.menu" and action.label not in items:
            names = " ".join(key_name(key) for key in keys[action.id])
            items[action.label] = Item(say(action.label), f"action:{action.id}", aside=names)
    return Menu(say("Possible now"), list(items.values()))

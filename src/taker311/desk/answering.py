"""Keys that answer: what they type into a field, and what they pick among the lines of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taker311.base.words import say
from taker311.desk.actions import key_name
from taker311.desk.prompts import reasons_menu

if TYPE_CHECKING:
    from taker311.desk.control import Control

TYPED_KINDS = frozenset({"search", "text", "number", "date", "phone", "email", "place"})


def type_or_pick(control: Control, key: str, character: str | None) -> None:
    """A key that no action and no list has taken."""
    if control.typing:
        _in_field(control, key, character)
    elif character:
        pick(control, character)
    elif key == "enter":
        _enter_on_choice(control)


def _in_field(control: Control, key: str, character: str | None) -> None:
    if key == "enter":
        _enter_in_field(control)
    elif control.entry.key(key):
        if key in ("backspace", "delete", "ctrl+u", "ctrl+k"):
            typed(control)
    elif character and character.isprintable():
        before = control.entry.text
        at_end = control.entry.cursor == len(before)
        if _digit_picks(control, character, before, at_end=at_end):
            control.picked = before + character
            control.do("open", character)
            return
        control.entry.insert(character)
        typed(control)


def _digit_picks(control: Control, character: str, before: str, *, at_end: bool) -> bool:
    """A digit picks a hit only in an empty box or after a blank."""
    if control.view.kind != "search" or character not in "123456789" or not at_end:
        return False
    return (not before or before.endswith(" ")) and int(character) <= len(control.view.hits)


def typed(control: Control) -> None:
    """Tells the call what the field holds now."""
    if control.view.kind == "search":
        control.selected = 0
        control.do("type", control.entry.text)
    elif control.view.kind == "place":
        control.selected = 0
        control.do("answer", control.entry.text)
    else:
        control.do("draft", control.entry.text)


def _enter_in_field(control: Control) -> None:
    if control.view.kind == "search":
        if control.view.hits:
            control.do("open", str(control.selected + 1))
    elif control.view.kind == "place":
        if control.view.choices:
            control.do("pick", str(control.selected + 1))
        elif "confirm" in control.view.allowed:
            control.do("confirm")
        elif control.station.desk.places is None:
            control.note = say("The street list is still being opened; press Enter again in a moment.")
        elif control.entry.text.strip():
            control.menu = reasons_menu()
        elif "skip" in control.view.allowed:
            control.do("skip")
    elif control.entry.text.strip():
        control.do("answer", control.entry.text)
    elif "skip" in control.view.allowed:
        control.do("skip")
    else:
        control.note = say(
            "Type the answer; {key} says that the caller doesn't know.", key=key_name(control.keys["call.unknown"][0])
        )


def pick(control: Control, character: str) -> None:
    """The line of the screen that has `character` before it."""
    shown = control.view
    keys = [choice.key for choice in shown.choices]
    if shown.state == "readback" and shown.kind != "duplicates" and character.isdecimal():
        if 0 < int(character) <= len(shown.lines):
            control.do("jump", shown.lines[int(character) - 1].id)
    elif shown.kind == "duplicates":
        control.do("new") if character == "0" else control.do("join", character)
    elif character == "0" and shown.kind in ("choice", "choices", "yesno") and shown.state == "interview":
        control.do("unknown")
    elif shown.kind == "choices" and character in keys:
        control.chosen = tuple(k for k in keys if (k in control.chosen) != (k == character))
    elif shown.state == "interview" and (character in keys or (shown.kind == "yesno" and character in "yn")):
        control.do("answer", character)
    elif character in keys and shown.state == "wrapup":
        control.do("end", character)


def _enter_on_choice(control: Control) -> None:
    shown = control.view
    if shown.kind == "choices":
        if control.chosen:
            control.do("answer", ",".join(control.chosen))
        elif "skip" in shown.allowed:
            control.do("skip")
        else:
            control.note = say("Pick one or more by their keys, then Enter; 0 says that the caller doesn't know.")
    elif shown.kind == "duplicates":
        pick(control, shown.choices[control.selected].key)
    elif shown.kind in ("choice", "yesno") and shown.choices and shown.state == "interview":
        control.do("answer", shown.choices[control.selected].key)

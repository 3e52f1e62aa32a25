"""Leaving the desk and signing out: who goes while cases wait is told how many, and asked once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from taker311.base.words import say
from taker311.desk.actions import key_of

if TYPE_CHECKING:
    from taker311.desk.control import Control


def leave(control: Control, waits: Callable[[], str]) -> None:
    """`waits` says what waits here, '' where nothing does. The same key right after leaves all the same."""
    told = waits()
    if told:
        told = say("{waits} {key} once more leaves.", waits=told, key=key_of(control.keys, "desk.leave"))
    _twice(control, told)


def sign_out(control: Control, waits: Callable[[], str]) -> None:
    """The desk closes: only with the process does the key surely leave the memory, and the next agent starts a desk of
    their own."""
    told = say(
        "{key} once more signs out: the key is forgotten, and this desk closes.",
        key=key_of(control.keys, "desk.sign-out"),
    )
    _twice(control, f"{waits()} {told}".strip())


def _twice(control: Control, told: str) -> None:
    if not told or control.note == told:
        control.leave()
    else:
        control.note = told

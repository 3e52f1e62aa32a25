"""The flag key on a card: once flags the answer for its owner, once more asks what is wrong with it. The call goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taker311.base.words import noted, say
from taker311.desk.actions import key_name

if TYPE_CHECKING:
    from taker311.desk.control import Control

# Verbs after which the screen looks as before: what the agent is told.
SAID = {"call-back": noted("The call back is noted."), "help-me": noted("Help is called for.")}


def flag(control: Control) -> None:
    state = control.station.state
    about = state.bulletin_id if state.phase == "bulletin" else state.topic_id
    if about in state.flagged:
        control.ask(
            say("What is wrong with this answer? Nothing of the caller, please"), lambda text: _told(control, text)
        )
        return
    control.do("flag")
    if not control.view.problem:
        key = key_name(control.keys["call.flag"][0]) if control.keys["call.flag"] else say("once more in the menu")
        control.note = say("Flagged for its owner. {key} again says what is wrong.", key=key)


def _told(control: Control, text: str) -> None:
    if not text.strip():
        return
    control.do("flag", text)
    if not control.view.problem:
        control.note = say("Flagged for its owner, with your words.")

"""The words in the box when something else takes the keys: Esc puts them away and brings them back, and what is typed while a
card opens over them goes on beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taker311.base.words import say
from taker311.desk import answering
from taker311.desk.actions import key_of

if TYPE_CHECKING:
    from taker311.desk.control import Control

_BY_HAND = ("", "key", "911")  # the card's reasons that are a key press; any other is a phrase that was heard
_REFLEX_S = 1.0  # an Enter this soon after the card opened by itself was meant for the list beneath


class Box:
    """`put_away`: the search words that Esc took out of the box. `beneath`: what was typed since a card came up by itself."""

    def __init__(self) -> None:
        self.put_away = ""
        self.beneath = ""
        self._warned = False

    def left(self, state: str) -> None:
        """Told of each change of the screen: one caller's words never come back in another's box."""
        self.put_away = "" if state != "talking" else self.put_away
        self.beneath = "" if state != "emergency" else self.beneath
        self._warned = False

    def key(self, control: Control, key: str, character: str | None) -> bool:
        """True when the key belonged to the words under a card that opened while they were typed."""
        state = control.station.state
        if control.view.state != "emergency" or state.card_why in _BY_HAND or control.overlay:
            return False
        if key == "enter" and not self._warned and self._just_opened(control):
            self._warned = True
            control.note = say("The card opened while you were typing: Enter once more when 911 has the caller.")
            return True
        if key == "backspace":
            self.beneath = self.beneath[:-1]
        elif character:
            self.beneath += character
        else:
            return False
        control.note = say("Kept for the box: {words}", words=self.beneath) if self.beneath else ""
        return True

    @staticmethod
    def _just_opened(control: Control) -> bool:
        since = control.station.desk.clock.now() - control.station.state.emergencies[-1]
        return since.total_seconds() < _REFLEX_S


def back(control: Control) -> None:
    """One step back. In the search it empties the box, and from the empty box it brings the words back."""
    if control.view.state != "talking":
        control.do("back")
        return
    typed, before = control.entry.text, control.box.put_away
    if typed.strip():
        control.do("back")
        control.entry.set("")
        control.box.put_away = typed
        control.note = say("Esc once more brings the words back.")
    elif before:
        control.entry.set(before)
        control.box.put_away = ""
        control.do("type", before)
    else:
        control.note = say(
            "Esc never ends a call: {wrap} wraps it up, {park} puts it aside.",
            wrap=key_of(control.keys, "call.wrap-up"),
            park=key_of(control.keys, "call.park"),
        )


def put_card_away(control: Control) -> None:
    """What was typed under the card goes on where it was being typed."""
    beneath, control.box.beneath = control.box.beneath, ""
    control.do("close")
    if beneath and control.typing:
        control.entry.insert(beneath)
        answering.typed(control)

"""Enter at the end of a call: it takes the ending that is preset, and where none is it says how to pick one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taker311.base.words import say

if TYPE_CHECKING:
    from taker311.desk.control import Control


def preset(control: Control) -> bool:
    return any(choice.mark == "chosen" for choice in control.view.choices)


def end(control: Control) -> None:
    if preset(control):
        control.do("end")
    else:
        control.note = say("Pick how the call ended by its digit.")

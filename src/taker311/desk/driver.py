"""Which terminal driver the desk draws with: the frugal one where it works, else Textual's own. No Textual in here."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver

STOCK = "stock"


def _asked_for_stock() -> bool:
    return os.environ.get("TAKER311_DRIVER", "").strip().lower() == STOCK


def _why_not_ours() -> str:
    """Why no driver of ours can be used, as a part of a sentence; empty when one can."""
    if sys.platform == "win32":
        return "this is Windows, where programs don't write to a terminal as they do elsewhere"
    if os.environ.get("TEXTUAL_DRIVER"):
        return "TEXTUAL_DRIVER names another, as a browser's desk does"
    return ""


def choose_driver() -> type[Driver] | None:
    """The frugal driver, or Textual's own with our gate for what is pasted, or None for whatever Textual chooses."""
    if _why_not_ours():
        return None
    if _asked_for_stock():
        from taker311.desk.keyboard import SafeInputDriver

        return SafeInputDriver
    from taker311.desk.frugal import FrugalDriver

    return FrugalDriver


def is_reference(text: str) -> bool:
    """True for what may be put on a clipboard."""
    return re.fullmatch(r"[A-Z0-9-]{4,24}", text) is not None


def over_ssh() -> bool:
    return bool(os.environ.get("SSH_CONNECTION"))


def is_frugal() -> bool:
    return not _why_not_ours() and not _asked_for_stock()


def driver_note() -> str:
    """One sentence for doctor."""
    why = _why_not_ours() or ("TAKER311_DRIVER=stock asks for it" if _asked_for_stock() else "")
    if why:
        return f"Textual's own driver draws the screen: {why}. On a thin line it sends several times as much."
    link = ", and over ssh leaves out what the far end need not be asked" if over_ssh() else ""
    return f"The frugal driver draws the screen: only cells that change are sent{link}."

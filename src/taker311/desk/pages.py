"""A page: what another room shows over the body of the screen. It gives rows for a width, and may take keys."""

from __future__ import annotations

from collections.abc import Callable

from taker311.desk.draw import Line

# Draws the body of a screen: control, status, width and height give its lines and the text cursor's place among them.
Draw = Callable[..., tuple[list[Line], tuple[int, int] | None]]


def _no_key(_key: str, _character: str | None) -> bool:
    return False


class Page:
    """`rows` draws it whole, the screen scrolls it; `key` is True when the key meant something here, so that nothing else
    takes it; `hints` are (key, what it does) pairs for the last line, before the way out."""

    def __init__(
        self,
        title: str,
        rows: Callable[[int], list[Line]],
        *,
        key: Callable[[str, str | None], bool] = _no_key,
        hints: Callable[[], tuple[tuple[str, str], ...]] = tuple,
    ) -> None:
        self.title = title
        self.rows = rows
        self.key = key
        self.hints = hints

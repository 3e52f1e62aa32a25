"""A line of text being typed: what a key does to it. Knows nothing of where it is shown."""

from __future__ import annotations

from rich.cells import cell_len

_LIMIT = 2_000


class Entry:
    """`text` with the cursor before character `cursor`."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.cursor = len(text)

    def set(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.cursor = len(text)

    def insert(self, typed: str) -> None:
        room = _LIMIT - len(self.text)
        typed = typed[: max(0, room)]
        self.text = self.text[: self.cursor] + typed + self.text[self.cursor :]
        self.cursor += len(typed)

    def key(self, key: str) -> bool:
        """Does what an editing key does; False when the key is none."""
        match key:
            case "backspace":
                self._cut(self.cursor - 1, self.cursor)
            case "delete":
                self._cut(self.cursor, self.cursor + 1)
            case "left":
                self.cursor = max(0, self.cursor - 1)
            case "right":
                self.cursor = min(len(self.text), self.cursor + 1)
            case "home":
                self.cursor = 0
            case "end":
                self.cursor = len(self.text)
            case "ctrl+u":
                self._cut(0, self.cursor)
            case "ctrl+k":
                self._cut(self.cursor, len(self.text))
            case _:
                return False
        return True

    def _cut(self, start: int, end: int) -> None:
        start = max(0, start)
        self.text = self.text[:start] + self.text[end:]
        self.cursor = start

    def window(self, width: int) -> tuple[str, int]:
        """The part to show in `width` cells and the cell at which the cursor stands in it."""
        start = 0
        while cell_len(self.text[start : self.cursor]) > width - 1:
            start += 1
        shown = self.text[start:]
        while cell_len(shown) > width - 1:
            shown = shown[:-1]
        return shown, cell_len(self.text[start : self.cursor])

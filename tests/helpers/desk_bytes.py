"""What the desk sends for each kind of act at 80x24 in 256 colours, counted on a real pseudo-terminal."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

from helpers.desk_terminal import City, DeskTerminal

SENTENCES = (
    "big hole in the road",
    "tree fell on my street",
    "they didn't pick up my trash",
    "neighbor plays loud music all night",
    "when is the library open",
    "there is no heat in my apartment",
)
INFORMATION = "when is the library open"
EMPTY_THE_BOX = "\x15"
EMPTY_THE_BOX = "\x15"
CALL_S, REQUEST_S = 120, 240


class Figures(dict[str, list[int]]):
    """Bytes of every act, by what it was."""

    def note(self, what: str, sent: bytes) -> int:
        self.setdefault(what, []).append(len(sent))
        return len(sent)

    def table(self) -> dict[str, dict[str, float]]:
        return {
            what: {"count": len(found), "median": median(found), "worst": max(found), "sum": sum(found)}
            for what, found in self.items()
        }


def demo_city(cache: Path) -> City:
    """The demo city compiled, with its index in the cache."""
    from taker311.cli._city import compiled
    from taker311.cli._city import demo_city as source
    from taker311.search.cache import open_index

    known = compiled(source(), cache)
    open_index(known.bundle, cache)
    return City(known.file, cache)


def _results(desk: DeskTerminal) -> list[str]:
    """The list of hits as it stands there, without the card beside it."""
    return [row.split("┃")[0] for row in desk.terminal.text.splitlines()[2:-2]]


def measure(desk: DeskTerminal, *, sentences: tuple[str, ...] = SENTENCES) -> Figures:
    """Every kind of act, in one sitting. 'with card' adds the card that is drawn after a pause, as if each letter were followed
    by one: the dearest way to type."""
    figures = Figures()
    figures.note("first screen", desk.started())
    figures.note("idle for 10 s", b"".join(desk.advance(1) for _ in range(10)))
    figures.note("a minute turns", desk.advance(60))
    _letters(desk, figures, sentences)
    for key in ("down", "down", "down", "up", "down"):
        sent = desk.press(key)
        figures.note("arrow", sent)
        figures.note("arrow with card", sent + desk.card())
    for _ in range(30):
        figures.note("a second of a call", desk.advance(1))
    return figures


def _letters(desk: DeskTerminal, figures: Figures, sentences: tuple[str, ...]) -> None:
    for number, sentence in enumerate(sentences):
        if number:
            desk.press(EMPTY_THE_BOX)
            desk.card()
        for place, letter in enumerate(sentence):
            before = _results(desk)
            sent = desk.press(letter)
            kind = "letter, same results" if _results(desk) == before else "letter, new results"
            kind = kind if place else "first letter of a search"
            figures.note(kind, sent)
            figures.note(f"{kind}, with card", sent + desk.card())


def _timer(desk: DeskTerminal, seconds: int) -> int:
    """What the timer costs in that time, from the dearest of 15 seconds."""
    return seconds * max(len(desk.advance(1)) for _ in range(15))


def information_call(desk: DeskTerminal) -> int:
    """Bytes of a whole call that ends with an answer: every card drawn, the timer running, back to ready."""
    total = 0
    for letter in INFORMATION:
        total += len(desk.press(letter)) + len(desk.card())
    total += _timer(desk, CALL_S)
    total += len(desk.press("enter")) + len(desk.press("a"))
    assert "How did the call end?" in desk.terminal.text, desk.terminal.text
    total += len(desk.press("enter"))
    assert "Type what the caller says" in desk.terminal.text, desk.terminal.text
    return total


def request(desk: DeskTerminal, until: str = "ready") -> int:
    """Bytes of a whole request, from the first letter over the saved case back to ready, or until 'done'."""
    total = 0

    def press(*keys: str) -> None:
        nonlocal total
        for key in keys:
            total += len(desk.press(key)) + len(desk.card())

    press(*"big hole in the road")
    row = next(row for row in desk.terminal.text.splitlines() if re.match(r"[› ]\d Pothole in a street", row))
    press(*["down"] * (int(row[1]) - 1), "enter", "enter")
    press(*"1204 washington street", "enter", "enter")
    total += _timer(desk, REQUEST_S)
    press("1", "3", "1", "2", "4")
    assert "Let me read back" in desk.terminal.text, desk.terminal.text
    press("enter")
    assert "Your reference is" in desk.terminal.text, desk.terminal.text
    if until == "done":
        return total
    press("enter", "enter")
    assert "Type what the caller says" in desk.terminal.text, desk.terminal.text
    return total

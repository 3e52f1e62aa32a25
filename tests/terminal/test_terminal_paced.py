"""A whole request over a really slow line, typed as a person types, in `make soak`: each letter is there in half a second."""

from __future__ import annotations

import json
import time
from statistics import median

import pytest

from helpers.demo import Demo
from helpers.modem import Modem

BETWEEN_LETTERS_S = 0.18  # a quick typist: more than five letters a second, sixty words a minute
ECHO_S = 0.5


class Typist:
    """Types without waiting for the screen, and notes when each letter came to stand where it was typed."""

    def __init__(self, modem: Modem) -> None:
        self.modem = modem
        self.echoes: list[float] = []

    def type(self, text: str, row: int, before: str = "") -> None:
        due = time.monotonic()
        waiting: list[tuple[float, str]] = []
        typed = ""
        for letter in text:
            while time.monotonic() < due:
                waiting = self._look(waiting, row)
                time.sleep(0.002)
            typed += letter
            self.modem.terminal.press(letter)
            waiting.append((time.monotonic(), (before + typed).strip()))
            due += BETWEEN_LETTERS_S
        self.modem.waited(lambda: not (waiting and self._look(waiting, row)), f"the echo of {text!r}")

    def _look(self, waiting: list[tuple[float, str]], row: int) -> list[tuple[float, str]]:
        """Those that are not there yet; in place, so that whoever holds the list sees it too."""
        shown, now = self.modem.row(row).strip(), time.monotonic()
        for at, text in [entry for entry in waiting if shown.startswith(entry[1])]:
            self.echoes.append(now - at)
            waiting.remove((at, text))
        return waiting


@pytest.mark.soak
@pytest.mark.parametrize(("bits_s", "told"), [(9_600, True), (56_000, False)])
def test_a_whole_request_on_a_slow_line_echoes_each_letter_within_half_a_second(bits_s: int, told: bool, demo: Demo):
    with demo.start() as terminal, Modem(terminal, bits_s, told=told) as modem:
        typist = Typist(modem)
        first = modem.waited(lambda: "Type what the caller says" in modem.text(), "the first screen")
        began, at_first = time.monotonic(), modem.arrived
        typist.type("big hole in the road", 0)
        settled = modem.waited(lambda: "2 Pothole in a street" in modem.text(), "the hits")
        terminal.press("down")
        modem.waited(lambda: "›2 Pothole in a street" in modem.text(), "the arrow")
        terminal.press("enter")
        card = modem.waited(lambda: "questions" in modem.row(23) and "SAY" in modem.text(), "the card")
        terminal.press("enter")
        modem.waited(lambda: "Where is it?" in modem.text(), "the place")
        typist.type("1204 washington street", _entry_row(modem), "› ")
        modem.waited(lambda: "(exact)" in modem.text(), "the address")
        terminal.press("enter")
        modem.waited(lambda: "I have 1204 Washington Street" in modem.text(), "the place read back")
        terminal.press("enter")
        for asked, digit in (("traffic lane", "1"), ("dinner plate", "3"), ("deeper", "1"), ("damaged a car", "2")):
            modem.waited(lambda asked=asked: asked in modem.text().partition("ASK")[2], asked)  # type: ignore[misc]
            terminal.press(digit)
        modem.waited(lambda: "keep you informed" in modem.text(), "the last question")
        terminal.press("4")
        modem.waited(lambda: "Let me read back" in modem.text(), "the read-back")
        terminal.press("enter")
        modem.waited(lambda: "Your reference is" in modem.text(), "the reference")
        terminal.press("enter")
        modem.waited(lambda: "How did the call end?" in modem.text(), "the wrap-up")
        terminal.press("enter")
        modem.waited(lambda: "Type what the caller says" in modem.text(), "ready")
        print(  # noqa: T201 - the soak's figures
            json.dumps(
                {
                    "line": bits_s,
                    "letters": len(typist.echoes),
                    "echo median s": round(median(typist.echoes), 3),
                    "echo worst s": round(max(typist.echoes), 3),
                    "first screen s": round(first, 2),
                    "hits after the last letter s": round(settled, 2),
                    "card s": round(card, 2),
                    "bytes": modem.arrived - at_first,
                    "whole request s": round(time.monotonic() - began, 1),
                }
            )
        )
        assert len(typist.echoes) == len("big hole in the road") + len("1204 washington street")
        assert max(typist.echoes) <= ECHO_S


def _entry_row(modem: Modem) -> int:
    """Where the place is typed: the row that begins with the mark of a field, below the question."""
    rows = [modem.row(number) for number in range(24)]
    asked = next(number for number, row in enumerate(rows) if "Where is it?" in row)
    return next(number for number in range(asked, 24) if rows[number].strip().startswith("›"))

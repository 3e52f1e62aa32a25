"""The card for callers in distress, drawn: calm, few words, no alarm colour."""

from __future__ import annotations

from taker311.base.words import say
from taker311.call.shown import View
from taker311.desk.draw import BLANK, Line, line, padded, paragraph, tag, wrap


def distress(shown: View, width: int) -> list[Line]:
    rows: list[Line] = [BLANK]
    for i, row in enumerate(wrap(shown.say, width - 8)):
        rows.append(line((tag("SAY") if i == 0 else tag(""), "key"), (row, "say")))
    rows.append(BLANK)
    for number, choice in enumerate(shown.choices, 1):
        for i, text in enumerate(wrap(choice.label, width - 11)):
            rows.append(
                line((f"       {number}. " if i == 0 else " " * 10, "key"), (text, "title" if i == 0 else "text"))
            )
    rows.append(BLANK)
    rows += [line((f"       {padded(entry.label, 36)}", "dim"), (entry.value, "title")) for entry in shown.lines]
    rows += paragraph(
        say("Enter when the other line has the caller · Esc puts this away · F9 is 911"), width, "dim", indent=7
    )
    return rows

"""The body of the screen while questions are asked and while they are read back."""

from __future__ import annotations

from taker311.base.words import say
from taker311.call.shown import MARKS
from taker311.desk.answering import TYPED_KINDS
from taker311.desk.control import Control
from taker311.desk.draw import BLANK, Line, beside, cut, line, padded, paragraph, tag, wrap
from taker311.desk.labels import lead
from taker311.desk.theme import Role
from taker311.intake.model import OutlineLine

_MARKS = {"done": "✓", "here": "›", "open": " ", "unknown": "?", "inferred": "~", "note": "·"}


def interview(control: Control, width: int, height: int) -> tuple[list[Line], tuple[int, int] | None]:
    """The outline above, the question below it; where there is room, the outline stands at the right."""
    shown = control.view
    asked, cursor = _asked(control, width if width < 110 else width - 44)
    if width >= 110:
        side = [_outline_row(control, row, 40) for row in shown.outline[: height - 2]]
        rows = max(len(asked), height - 1)
        joined = beside(asked + [BLANK] * (rows - len(asked)), [BLANK, *side], width - 44, width, rule=" ")
        return joined, cursor
    outline = _outline(control, width, max(1, height - len(asked) - 1))
    rows_above = [*outline, BLANK]
    if cursor is not None:
        cursor = (cursor[0], cursor[1] + len(rows_above))
    return [*rows_above, *asked], cursor


def _outline(control: Control, width: int, room: int) -> list[Line]:
    """As much of the outline as fits, always with the step that is being asked."""
    rows = list(control.view.outline)
    here = next((i for i, row in enumerate(rows) if row.state == "here"), 0)
    start = max(0, min(here - room // 2, len(rows) - room))
    return [_outline_row(control, row, width - 2) for row in rows[start : start + room]]


def _outline_row(control: Control, row: OutlineLine, width: int) -> Line:
    label_width = min(34, width // 2)
    role: Role = "title" if row.state == "here" else "dim" if row.state in ("open", "note") else "text"
    value = cut(row.value, width - label_width - 4)
    return line(
        (f" {lead(control, f'step:{row.id}', _MARKS[row.state])} ", "key"),
        (padded(row.label, label_width), role),
        (" " + value, "text"),
    )


def _asked(control: Control, width: int) -> tuple[list[Line], tuple[int, int] | None]:
    shown = control.view
    rows: list[Line] = []
    cursor = None
    if shown.say:
        rows += _labelled("SAY", shown.say, width, "say")
    if shown.ask:
        rows += _labelled("ASK", shown.ask, width, "ask")
        if shown.why:
            rows += paragraph(shown.why, width, "dim", indent=7)
    if shown.kind in TYPED_KINDS:
        text, at = control.entry.window(width - 12)
        rows += [BLANK, line(("     › ", "key"), (text, "title"))]
        cursor = (7 + at, len(rows) - 1)
    if shown.choices:
        rows += [BLANK, *_choices(control, width)]
    if shown.notice:
        rows += [BLANK, *paragraph(shown.notice, width, "dim", indent=7)]
    if shown.heard:
        take, leave = ("Ctrl+F", "Ctrl+D") if control.typing else ("y", "n")
        rows += [
            BLANK,
            line((f' {say("heard")} "', "dim"), (shown.heard, "match"), (f'"  → {shown.heard_question}?', "text")),
        ]
        rows.append(
            line((f"   {take}", "key"), (f" {say('take it')}  ", "dim"), (leave, "key"), (f" {say('leave it')}", "dim"))
        )
    return rows, cursor


def _labelled(label: str, text: str, width: int, role: Role) -> list[Line]:
    rows = wrap(text, width - 8)
    return [line((tag(label if i == 0 else ""), "key"), (row, role)) for i, row in enumerate(rows)]


def _choices(control: Control, width: int) -> list[Line]:
    """One below another; two columns when they are many and short."""
    shown = control.view
    cells: list[tuple[str, str, Role]] = []
    for i, choice in enumerate(shown.choices):
        marked = choice.key in control.chosen if shown.kind == "choices" else choice.mark == "chosen"
        pointed = shown.kind in ("place", "duplicates") and i == control.selected
        mark = "✓" if marked else "›" if pointed else " "
        note = f"  ({say(MARKS[choice.mark])})" if choice.mark in ("exact", "city") else ""
        role: Role = "pick" if pointed else "title" if marked else "text"
        key = lead(control, f"choice:{choice.key}", choice.key if shown.kind != "place" else " ")
        cells.append((f"   {mark} {key}  ", choice.label + note, role))
    longest = max((len(text) for _, text, _ in cells), default=0)
    if len(cells) <= 6 or longest > width // 2 - 12 or shown.kind in ("place", "duplicates"):
        return [line((head, "key"), (cut(text, width - 9), role)) for head, text, role in cells]
    half = (len(cells) + 1) // 2
    rows: list[Line] = []
    for i in range(half):
        head, text, role = cells[i]
        pieces = [(head, "key"), (padded(text, width // 2 - 8), role)]
        if i + half < len(cells):
            head, text, role = cells[i + half]
            pieces += [(head, "key"), (cut(text, width // 2 - 8), role)]
        rows.append(line(*pieces))
    return rows


def readback(control: Control, width: int) -> list[Line]:
    shown = control.view
    rows: list[Line] = [BLANK, *_labelled("SAY", shown.say, width, "say"), BLANK]
    label_width = min(36, width // 2 - 6)
    for number, entry in enumerate(shown.lines, 1):
        value = wrap(entry.value, width - label_width - 10) or [""]
        rows.append(
            line(
                (f"    {lead(control, f'line:{entry.id}', str(number)):>2}  ", "key"),
                (padded(entry.label, label_width), "dim"),
                (" " + value[0], "title"),
            )
        )
        rows += [line((" " * (label_width + 9), "text"), (more, "title")) for more in value[1:]]
    if shown.kind == "duplicates":
        rows += [BLANK, *_labelled("ASK", shown.ask, width, "ask"), BLANK, *_choices(control, width)]
    else:
        rows += [
            BLANK,
            *paragraph(say("Enter when the caller agrees · a digit changes that line"), width, "dim", indent=7),
        ]
    return rows

"""The little Markdown that a city's answers use, as lines: paragraphs, bullets, bold lead-ins, tables. The rest stays as it is."""

from __future__ import annotations

import re

from rich.cells import cell_len

from taker311.desk.draw import BLANK, Line, line, padded, wrap
from taker311.desk.theme import Role

_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_RULE = re.compile(r":?-{2,}:?|")
_LAST_COLUMN = 8  # the fewest cells in which a table's last column can still be read
_ITALIC = re.compile(r"(?<![\w*])\*([^*\n]+?)\*(?![\w*])")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


def render(text: str, width: int) -> list[Line]:
    """Lines of at most `width` cells."""
    rows: list[Line] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        if rows:
            rows.append(BLANK)
        if block.lstrip().startswith("|"):
            rows += _table(block, width)
            continue
        for entry in _entries(block):
            rows += _entry(entry, width)
    return rows


def _table(block: str, width: int) -> list[Line]:
    """Cells side by side, the last one wrapped; a row a line where there is no room for columns."""
    cells = [[_plain(cell) for cell in row.strip().strip("|").split("|")] for row in block.splitlines()]
    cells = [row for row in cells if not all(_RULE.fullmatch(cell) for cell in row)]
    columns = max((len(row) for row in cells), default=0)
    if not columns:
        return []
    most = max(6, width * 3 // 5 // max(1, columns - 1))
    widths = [min(most, max(cell_len(row[i]) for row in cells if i < len(row))) for i in range(columns - 1)]
    if sum(widths) + 2 * len(widths) + _LAST_COLUMN > width:
        return [line((text, "text")) for row in cells for text in wrap(" · ".join(row), width)]
    rows: list[Line] = []
    for number, row in enumerate(cells):
        role: Role = "title" if number == 0 else "text"
        wrapped = [wrap(cell, size) or [""] for cell, size in zip(row, widths, strict=False)]
        wrapped.append(wrap(row[-1], width - sum(widths) - 2 * len(widths)) or [""])
        for at in range(max(len(part) for part in wrapped)):
            parts = [part[at] if at < len(part) else "" for part in wrapped]
            left = "".join(padded(part, size + 2) for part, size in zip(parts, widths, strict=False))
            rows.append(line((left, role), (parts[-1], role)))
    return rows


def _plain(cell: str) -> str:
    return _LINK.sub(r"\1", _BOLD.sub(r"\1", cell)).replace("`", "").strip()


def _entries(block: str) -> list[str]:
    """Joins the source's line breaks; a bullet or heading begins anew."""
    entries: list[str] = []
    for raw in block.splitlines():
        if not entries or _BULLET.match(raw) or raw.startswith("#") or entries[-1].startswith("#"):
            entries.append(raw.strip())
        else:
            entries[-1] += " " + raw.strip()
    return entries


def _entry(entry: str, width: int) -> list[Line]:
    entry = _ITALIC.sub(r"\1", _LINK.sub(r"\1", entry)).replace("`", "")
    if entry.startswith("#"):
        return [line((row, "title")) for row in wrap(entry.lstrip("# "), width)]
    bullet = _BULLET.match(entry)
    mark = ""
    if bullet:
        mark = "• " if not bullet[0].strip()[0].isdigit() else bullet[0].strip() + " "
        entry = entry[bullet.end() :]
    rows: list[Line] = []
    bold_words = {word for phrase in _BOLD.findall(entry) for word in phrase.split()}
    lead = _BOLD.match(entry)
    plain = _BOLD.sub(r"\1", entry)
    for i, row in enumerate(wrap(plain, max(10, width - len(mark)))):
        indent = mark if i == 0 else " " * len(mark)
        if lead and i == 0 and row.startswith(lead[1]):
            rows.append(line((indent, "dim"), (lead[1], "title"), (row[len(lead[1]) :], "text")))
        elif bold_words and lead is not None and lead[1].startswith(row):
            rows.append(line((indent, "dim"), (row, "title")))
        else:
            rows.append(line((indent, "dim"), (row, "text")))
    return rows

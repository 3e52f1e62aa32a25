"""The open format of a day file: CSV, UTF-8, a header, one call a line, columns as docs/shift.md has them. Read by the header's
names, so that a newer desk's further columns do no harm."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from taker311.base.text import clean_line, spreadsheet_cell
from taker311.shift.calls import CallRow

VERSION = "1"
COLUMNS = (
    *("v", "day", "start", "agent", "desk", "seat", "kb", "lang", "mode", "talk_s", "hold_s", "after_s", "disposition"),
    *("topics", "outcomes", "services", "agencies", "searches", "no_result", "ranks", "cases", "joined", "left"),
    *("transfers", "emergencies", "card_s", "helped", "call_back", "bulletins"),
)
HEADER = ",".join(COLUMNS) + "\n"
MOST_CHARACTERS = 4_000  # of a line; what is longer is none of ours
_NEEDED = frozenset(COLUMNS)
_LONGEST_S = 10 * 86400
_LISTS = 40


def line_of(row: CallRow) -> str:
    """The row with its line end. No cell holds one."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([VERSION, *(_cell(getattr(row, name)) for name in COLUMNS[1:])])
    return out.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case tuple():
            return spreadsheet_cell(";".join(str(item).replace("%", "%25").replace(";", "%3B") for item in value))
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return spreadsheet_cell(str(value))


@lru_cache(maxsize=4096)
def _text(cell: str) -> str:
    cell = clean_line(cell, limit=400)
    return cell[1:] if re.match(r"'[=+\-@]", cell) else cell


@lru_cache(maxsize=4096)
def _list(cell: str) -> tuple[str, ...]:
    if not cell:
        return ()
    return tuple(part.replace("%3B", ";").replace("%25", "%") for part in _text(cell).split(";")[:_LISTS])


@lru_cache(maxsize=1024)
def _ranks(cell: str) -> tuple[int, ...]:
    return tuple(int(part) for part in cell.split(";")[:_LISTS]) if cell else ()


def places(header: str) -> dict[str, int] | None:
    """Column -> where it stands; None where this is no header of ours, or one of a version that must be read otherwise."""
    names = cells_of(header.lstrip("\ufeff"))
    found = {name.strip(): i for i, name in enumerate(names)}
    return found if found.keys() >= _NEEDED else None


def cells_of(line: str) -> list[str]:
    line = line.rstrip("\r\n")
    if '"' not in line:
        return line.split(",")
    return next(csv.reader((line,)), [])


def row_of(line: str, at: Mapping[str, int]) -> CallRow:
    """The call on a line. Raises ValueError (IndexError is none: a short line is wrong too) where it is none."""
    cells = cells_of(line)
    if len(cells) != len(at) or cells[at["v"]] != VERSION:
        raise ValueError("another number of cells, or another version")
    start = datetime.fromisoformat(cells[at["start"]])
    day = date.fromisoformat(cells[at["day"]])
    if start.tzinfo is None or start.date() != day:
        raise ValueError("the day is not that of the start")
    topics = _list(cells[at["topics"]])
    counts = {name: _count(cells[at[name]]) for name in _COUNTS}
    return CallRow(
        day=day,
        start=start,
        agent=_text(cells[at["agent"]]),
        desk=_text(cells[at["desk"]]),
        seat=_text(cells[at["seat"]]),
        kb=_text(cells[at["kb"]]),
        lang=_text(cells[at["lang"]]),
        mode=_text(cells[at["mode"]]),
        disposition=_text(cells[at["disposition"]]),
        topics=topics,
        outcomes=_beside(topics, cells[at["outcomes"]]),
        services=_beside(topics, cells[at["services"]]),
        agencies=_beside(topics, cells[at["agencies"]]),
        ranks=_ranks(cells[at["ranks"]]),
        card_s=_count(cells[at["card_s"]]) if cells[at["card_s"]] else None,
        helped=cells[at["helped"]] == "1",
        call_back=cells[at["call_back"]] == "1",
        bulletins=_list(cells[at["bulletins"]]),
        **counts,
    )


_COUNTS = (
    *("talk_s", "hold_s", "after_s", "searches", "no_result", "cases", "joined", "left", "transfers", "emergencies"),
)


def _count(cell: str) -> int:
    value = int(cell)
    if not 0 <= value <= _LONGEST_S:
        raise ValueError("out of bounds")
    return value


def _beside(topics: Sequence[str], cell: str) -> tuple[str, ...]:
    found = _list(cell)[: len(topics)]
    return found + ("",) * (len(topics) - len(found))

"""A report as text for a terminal, as CSV, and as JSON."""

from __future__ import annotations

import csv
import io
from typing import Any

from taker311.base.charts import sparkline
from taker311.base.codec import to_json
from taker311.base.text import clean, spreadsheet_cell
from taker311.shift.report import DIMENSIONS, Report
from taker311.shift.report_words import (
    IN_A_TERMINAL,
    SHOWN,
    SWITCH_HEADS,
    TITLES,
    cells,
    counted,
    key_figures,
    remarks,
    switch_rows,
)
from taker311.shift.sums import MEASURES, Measures, measures
from taker311.shift.switch import Switch

VERSION = 1
# In the CSV alone: of the whole, of days and of hours; empty without the switch's file and in all other rows.
SWITCH_COLUMNS = (
    *("switch_offered", "switch_answered", "switch_answered_in_time", "switch_abandoned"),
    *("service_level", "asa_s", "abandonment"),
)
_MOST_ROWS = 20  # of a dimension in the terminal; the files have them all
_NAME = 24
_SWITCH = tuple(head.removeprefix("service ") for head in SWITCH_HEADS)


def as_text(report: Report) -> list[str]:
    total = measures(report.total)
    rows = [
        f"Calls from {report.first} to {report.last}: {counted(len(report.desks), 'desk')}, {counted(report.files, 'day file')}",
        "",
    ]
    rows += [f"  {name:<50} {value}" for name, value in key_figures(report, total)]
    rows += ["", *(f"! {text}" for text in remarks(report))]
    days = report.measured("day")
    rows += ["", f"Calls by day   {sparkline([one.calls if one else None for one in days.values()])}"]
    rows += [f"AHT by day     {sparkline([one.aht_s if one else None for one in days.values()])}"]
    for dimension in DIMENSIONS:
        rows += _block(dimension, report.measured(dimension))
    if switch := switch_rows(report):
        rows += ["", *(f"{row[0]:<14}" + "".join(f"{cell:>10.10}" for cell in row[1:]) for row in (_SWITCH, *switch))]
    if report.problems:
        rows += ["", "Left out:", *(f"  {text}" for text in report.problems)]
        if report.broken > len(report.problems):
            rows.append(f"  and {report.broken - len(report.problems):,} more")
    if report.switch is not None and report.switch.problems:
        rows += ["", "Left out of the switch's file:", *(f"  {text}" for text in report.switch.problems)]
    return [clean(row, limit=500) for row in rows]


def _block(dimension: str, found: dict[str, Measures | None]) -> list[str]:
    if not found:
        return []
    heads = "".join(f"{head:>{wide}}" for head, wide in IN_A_TERMINAL)
    rows = ["", f"{TITLES[dimension]:<{_NAME}}{heads}"]
    most = len(found) if dimension in ("day", "hour") else _MOST_ROWS
    for key, one in list(found.items())[:most]:
        name = key if len(key) < _NAME else f"{key[: _NAME - 2]}…"
        told = dict(zip((head for head, *_ in SHOWN), cells(one), strict=True))
        row = "".join(f"{told[head]:>{wide}}" for head, wide in IN_A_TERMINAL)
        rows.append(f"  {name:<{_NAME - 2}}{row}")
    if len(found) > most:
        rows.append(f"  and {len(found) - most} more; --csv, --json and --html have them all")
    return rows


def as_csv(report: Report) -> str:
    """`dimension,key`, the measures and the switch's; the first row is the whole. What is not known is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["dimension", "key", *MEASURES, *SWITCH_COLUMNS])
    whole = report.switch.total if report.switch is not None else None
    span = f"{report.first} to {report.last}"
    writer.writerow(["all", span, *_values(measures(report.total)), *_switch_values(whole)])
    for dimension in DIMENSIONS:
        measured, by_switch = report.measured(dimension), _switch_by(report, dimension)
        for key in (*measured, *sorted(by_switch.keys() - measured.keys())):
            cells_of = *_values(measured.get(key)), *_switch_values(by_switch.get(key))
            writer.writerow([dimension, spreadsheet_cell(key), *cells_of])
    return out.getvalue()


def _switch_by(report: Report, dimension: str) -> dict[str, Switch]:
    if report.switch is None:
        return {}
    return {"day": report.switch.by_day, "hour": report.switch.by_hour}.get(dimension, {})


def _switch_values(found: Switch | None) -> list[str]:
    if found is None:
        return [""] * len(SWITCH_COLUMNS)
    known = (found.offered, found.answered, found.in_time, found.abandoned)
    shares = (found.service_level, found.asa_s, found.abandonment)
    return [*map(str, known), *("" if one is None else str(one) for one in shares)]


def _values(found: Measures | None) -> list[str]:
    if found is None:
        return [""] * len(MEASURES)
    return ["" if (value := getattr(found, name)) is None else str(value) for name in MEASURES]


def as_json(report: Report) -> str:
    """One object; docs/shift.md has its fields."""
    return to_json(
        {
            "version": VERSION,
            "from": report.first,
            "to": report.last,
            "desks": report.desks,
            "files": report.files,
            "total": _whole(measures(report.total)),
            "by": {
                dimension: {key: _whole(found) for key, found in report.measured(dimension).items()}
                for dimension in DIMENSIONS
            },
            "gaps": report.gaps,
            "days_without_files": report.silent,
            "broken": report.broken,
            "twice": report.twice,
            "agents_missing": report.agents_missing,
            "problems": report.problems,
            "switch": _switch(report),
        }
    )


def _whole(found: Measures | None) -> dict[str, Any] | None:
    return {name: getattr(found, name) for name in MEASURES} if found is not None else None


def _switch(report: Report) -> dict[str, Any] | None:
    if report.switch is None:
        return None

    def told(one: Any) -> dict[str, Any]:
        return {
            "offered": one.offered,
            "answered": one.answered,
            "answered_in_time": one.in_time,
            "abandoned": one.abandoned,
            "service_level": one.service_level,
            "asa_s": one.asa_s,
            "abandonment": one.abandonment,
        }

    found = report.switch
    return {
        "total": told(found.total),
        "by_day": {day: told(one) for day, one in found.by_day.items()},
        "by_hour": {hour: told(one) for hour, one in found.by_hour.items()},
        "broken": found.broken,
        "problems": found.problems,
    }

"""A report as one HTML file: opens offline, prints well, light and dark, no script."""

from __future__ import annotations

from taker311.base.charts import bars, columns, document, paragraph, section, table
from taker311.shift.report import DIMENSIONS, Report
from taker311.shift.report_words import (
    SHOWN,
    SWITCH_HEADS,
    TITLES,
    cells,
    counted,
    key_figures,
    remarks,
    switch_rows,
    written,
)
from taker311.shift.sums import Measures, measures

_MOST_BARS = 15


def as_html(report: Report, title: str = "") -> str:
    total = measures(report.total)
    days = report.measured("day")
    named = title or f"Calls from {report.first} to {report.last}"
    parts = [
        paragraph(
            f"{counted(len(report.desks), 'desk')}, {counted(report.files, 'day file')}, from {report.first} to {report.last}."
        ),
        table(("", ""), key_figures(report, total)),
        *(paragraph(text, "gap") for text in remarks(report)),
        section(
            "Calls by day",
            columns([(day[5:], one.calls if one else None, _calls(one)) for day, one in days.items()], "Calls by day"),
        ),
        section(
            "Average handle time by day",
            columns(
                [
                    (day[5:], one.aht_s if one else None, written(one.aht_s, "s") if one else "no file")
                    for day, one in days.items()
                ],
                "Average handle time by day, in seconds",
            ),
        ),
        section("Calls by hour of the day", columns(_hours(report.measured("hour")), "Calls by hour of the day")),
        *(_named(report, dimension) for dimension in ("topic", "agency", "disposition")),
        *(_table(report, dimension) for dimension in DIMENSIONS),
        *_switch(report),
        *_left_out(report),
        paragraph(
            "AHT = talk, hold and after-call time of handled calls / handled calls. FCR = resolved at first contact / handled, "
            "as far as a desk knows: a caller who rings again about the same matter is not seen.",
            "soft",
        ),
    ]
    return document(named, parts)


def _calls(one: Measures | None) -> str:
    return f"{one.calls:,} calls" if one is not None else "no file"


def _hours(found: dict[str, Measures | None]) -> list[tuple[str, float | None, str]]:
    keys = sorted(found)
    if not keys:
        return []
    return [
        (key, one.calls if one is not None else 0, _calls(one) if one is not None else "0 calls")
        for key in (f"{hour:02d}" for hour in range(int(keys[0]), int(keys[-1]) + 1))
        for one in (found.get(key),)
    ]


def _named(report: Report, dimension: str) -> str:
    found = [(key, one) for key, one in report.measured(dimension).items() if one is not None][:_MOST_BARS]
    if not found:
        return ""
    rows = [(key, float(one.calls), f"{one.calls:,}") for key, one in found]
    return section(f"{TITLES[dimension]}: calls", bars(rows, f"{TITLES[dimension]}, calls"))


def _table(report: Report, dimension: str) -> str:
    found = report.measured(dimension)
    if not found:
        return ""
    head = (TITLES[dimension], *(heading for heading, *_ in SHOWN))
    return section(TITLES[dimension], table(head, [(key, *cells(one)) for key, one in found.items()]), long=True)


def _switch(report: Report) -> list[str]:
    rows = switch_rows(report)
    return [section(SWITCH_HEADS[0], table(SWITCH_HEADS, rows), long=True)] if rows else []


def _left_out(report: Report) -> list[str]:
    told = [*report.problems, *(report.switch.problems if report.switch is not None else ())]
    return [section("Left out", *(paragraph(text) for text in told), long=True)] if told else []

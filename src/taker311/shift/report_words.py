"""A report's numbers in words, for the terminal and for paper alike: what is not known is said, never shown as zero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from taker311.base.words import stopwatch
from taker311.shift.report import Report
from taker311.shift.sums import Measures

NOT_AVAILABLE = "not available"
TITLES = {
    "day": "Days",
    "hour": "Hours of the day",
    "desk": "Desks",
    "agent": "Agents",
    "topic": "Topics",
    "service": "Services",
    "agency": "Agencies",
    "disposition": "How calls ended",
    "language": "Languages",
}
# What the tables on paper show: (heading, measure, how it is written).
SHOWN: tuple[tuple[str, str, str], ...] = (
    ("calls", "calls", "n"),
    ("AHT", "aht_s", "s"),
    ("talk", "talk_s", "s"),
    ("hold", "hold_s", "s"),
    ("after", "after_s", "s"),
    ("no result", "no_result_rate", "%"),
    ("FCR", "first_contact", "%"),
    ("cases", "cases", "n"),
    ("joined", "joined", "n"),
    ("left", "left", "n"),
)

# And those of a terminal, with the width of each: 80 columns hold them beside a name.
IN_A_TERMINAL = (("calls", 8), ("AHT", 7), ("no result", 10), ("FCR", 9), ("cases", 7), ("joined", 7), ("left", 6))


def written(value: float | None, how: str) -> str:
    """n a number, s minutes and seconds, % a share in percent, x a mean with two places."""
    if value is None:
        return "–"
    match how:
        case "s":
            return stopwatch(round(value))
        case "%":
            return f"{100 * value:.1f} %"
        case "x":
            return f"{value:.2f}"
        case _:
            return f"{round(value):,}"


def cells(found: Measures | None) -> list[str]:
    """The row of a table; a day without a file has none of it."""
    if found is None:
        return ["no file", *[""] * (len(SHOWN) - 1)]
    return [written(getattr(found, name), how) for _, name, how in SHOWN]


def key_figures(report: Report, found: Measures) -> list[tuple[str, str]]:
    switch = report.switch.total if report.switch is not None else None

    def from_switch(value: float | None, how: str) -> str:
        return NOT_AVAILABLE if value is None else written(value, how)

    return [
        ("Calls", f"{found.calls:,}, handled {found.handled:,}"),
        ("Average handle time (AHT)", written(found.aht_s, "s")),
        (
            "  talk, hold, after the call",
            ", ".join(written(value, "s") for value in (found.talk_s, found.hold_s, found.after_s)),
        ),
        ("Resolved at first contact, as far as a desk knows", written(found.first_contact, "%")),
        ("Searches a call", written(found.searches_per_call, "x")),
        ("Searches that opened nothing", written(found.no_result_rate, "%")),
        ("Rank of the opened hit", f"{written(found.rank_mean, 'x')}, first {written(found.rank_first, '%')}"),
        ("Cases made, joined, forms left", f"{found.cases:,}, {found.joined:,}, {found.left:,}"),
        ("Transferred, to be called back", f"{found.transferred:,}, {found.call_backs:,}"),
        (
            "Calls with the 911 card",
            f"{found.emergencies:,}"
            + (f", {written(found.card_s, 's')} to the card" if found.card_s is not None else ""),
        ),
        ("Calls for help, bulletins acknowledged", f"{found.helped:,}, {found.bulletins:,}"),
        ("Service level (answered in time / offered)", from_switch(switch.service_level if switch else None, "%")),
        ("Average speed of answer", from_switch(switch.asa_s if switch else None, "s")),
        ("Abandoned / offered", from_switch(switch.abandonment if switch else None, "%")),
    ]


SWITCH_HEADS = ("Phone switch", "offered", "answered", "in time", "abandoned", "service level", "ASA")


def switch_rows(report: Report) -> list[tuple[str, ...]]:
    """The switch's days and the whole, for a table below SWITCH_HEADS; nothing where there is no switch."""
    if report.switch is None:
        return []
    return [
        (
            name,
            *(written(count, "n") for count in (one.offered, one.answered, one.in_time, one.abandoned)),
            written(one.service_level, "%"),
            written(one.asa_s, "s"),
        )
        for name, one in (*report.switch.by_day.items(), ("all", report.switch.total))
    ]


def remarks(report: Report) -> list[str]:
    """What a reader must know before trusting the numbers."""
    rows = []
    days = len(report.days)
    if report.silent:
        rows.append(f"{counted(len(report.silent), 'day')} of {days} without any day file: {spans(report.silent)}.")
    whole = [desk for desk, gaps in report.gaps.items() if len(gaps) == days]
    if whole:
        rows.append(f"No day file at all from {', '.join(whole)}.")
    some = {desk: gaps for desk, gaps in report.gaps.items() if len(gaps) < days}
    silent = set(report.silent)
    for desk, gaps in some.items():
        own = [day for day in gaps if day not in silent]
        if own:
            rows.append(f"Desk {desk} left no day file on {counted(len(own), 'day')}: {spans(own)}.")
    if report.broken:
        rows.append(f"Broken lines and files, left out: {report.broken:,}.")
    if report.twice:
        rows.append(f"Counted once although in two files: {counted(report.twice, 'call')}.")
    if report.agents_missing and report.total[0]:
        rows.append(
            f"{report.agents_missing:,} of {counted(report.total[0], 'call')} without the agent's name (desk.report_agent is off there)."
        )
    if report.switch is None:
        rows.append("Service level, speed of answer and abandonment are the phone switch's to know: --switch FILE.csv.")
    elif report.switch.broken:
        rows.append(f"Left out of the switch's file: {counted(report.switch.broken, 'line')}.")
    return rows


def spans(days: Sequence[date]) -> str:
    """'2026-11-01, 2026-11-05 to 2026-11-08'."""
    found: list[list[date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1][1] = day
        else:
            found.append([day, day])
    told = [one.isoformat() if one == last else f"{one} to {last}" for one, last in found[:12]]
    return ", ".join(told) + (f" and {len(found) - 12} more" if len(found) > 12 else "")


def counted(count: int, one: str) -> str:
    """'1 day', '2 days'."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"

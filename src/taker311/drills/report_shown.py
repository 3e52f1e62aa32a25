"""A trainer's report for a terminal, as CSV, and as one HTML file that opens offline and prints well."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence

from taker311.base import charts
from taker311.base.text import spreadsheet_cell
from taker311.drills.report import Agreement, Progress, Report
from taker311.drills.rubric import CRITICAL, TITLES, tenths

_BAR = 20
_FULL = 1000  # a whole score or share, in tenths
COLUMNS = (
    "taken",
    "trainee",
    "drill",
    "version",
    "result",
    "score",
    "pass_mark",
    "seconds",
    "critical",
    "left_out",
    "away_s",
)


def sparkline(scores: Sequence[int]) -> str:
    """Scores from 0 to 100."""
    return charts.sparkline(scores, _FULL)


def as_text(found: Report) -> list[str]:
    rows = [in_all(found), ""]
    for one in found.trainees:
        rows += _told(one)
    if found.criteria:
        rows += ["", "Over all attempts, of what could be observed:"]
        rows += [
            f"  {TITLES[name]:36} {tenths(share):>5} %  {_bar(share)}"
            for name, share in sorted(found.criteria.items(), key=lambda pair: pair[1])
        ]
    rows += [_agreed(one) for one in found.agreements]
    return rows


def _bar(share: int) -> str:
    """Twenty cells for a whole share."""
    return "█" * (share * _BAR // _FULL) + "·" * (_BAR - share * _BAR // _FULL)


def _told(one: Progress) -> list[str]:
    rows = [f"{one.trainee}: {counted(one.attempts, 'attempt')}, {one.passed} passed  {sparkline(one.scores)}"]
    if one.first is not None and one.last is not None:
        rows.append(f"  first against last of the same drills: {tenths(one.first)} -> {tenths(one.last)}")
    if one.weakest:
        rows.append(f"  weakest: {TITLES[one.weakest].lower()}, {tenths(one.weakest_share)} % of its points")
    rows += [f"  {CRITICAL[name]} ({count})" for name, count in one.critical.items()]
    if one.left_to_do:
        rows.append(f"  still to pass: {', '.join(one.left_to_do)}")
    return rows


def _agreed(one: Agreement) -> str:
    value = "not defined" if one.kappa is None else f"{one.kappa / 1000:.2f}"
    return f"{one.raters[0]} and {one.raters[1]} on {one.what}: {one.equal} of {one.pairs} equal, Cohen's kappa {value}"


def as_csv(found: Report) -> str:
    """One attempt a row. Scores as in '87.5'; lists with ';' between."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for card in found.cards:
        writer.writerow(
            [
                *(
                    card.taken,
                    spreadsheet_cell(card.trainee),
                    card.drill,
                    card.version,
                    card.result,
                    tenths(card.score),
                ),
                *(card.pass_mark, card.seconds, ";".join(one.id for one in card.critical), ";".join(card.left_out)),
                sum(card.away_s),
            ]
        )
    return out.getvalue()


def as_html(found: Report, title: str) -> str:
    """Whole in itself: no script, no link, no font from elsewhere."""
    parts = [
        charts.paragraph(f"{in_all(found)}."),
        *(_section(one) for one in found.trainees),
        _criteria(found),
        _attempts(found),
        *(charts.paragraph(f"{_agreed(one)} (J. Cohen, 1960).") for one in found.agreements),
    ]
    return charts.document(title, parts)


def _section(one: Progress) -> str:
    rows = "".join(charts.paragraph(row.strip()) for row in _told(one)[1:])
    told = charts.paragraph(f"{counted(one.attempts, 'attempt')}, {one.passed} passed.")
    return charts.section(one.trainee, told, _curve(one.scores, one.trainee), rows)


def _curve(scores: Sequence[int], who: str) -> str:
    """Scores of one attempt after another, 0 to 100 from bottom to top."""
    if not scores:
        return ""
    width, height, left = 560, 120, 30
    step = (width - left - 10) / max(1, len(scores) - 1)
    points = [(left + i * step, 10 + (1000 - score) * (height - 30) / 1000) for i, score in enumerate(scores)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" class="bar"><title>attempt {i}: {tenths(score)}</title></circle>'
        for i, ((x, y), score) in enumerate(zip(points, scores, strict=True), 1)
    )
    marks = "".join(
        f'<line x1="{left}" x2="{width - 10}" y1="{y}" y2="{y}" class="rule"/><text x="0" y="{y + 4}" font-size="11">{label}</text>'
        for label, y in ((100, 10), (50, 55), (0, 100))
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="Scores of {html.escape(who, quote=True)}: '
        f'{", ".join(map(tenths, scores))}">{marks}<polyline points="{line}" class="line"/>{dots}</svg>'
    )


def _criteria(found: Report) -> str:
    if not found.criteria:
        return ""
    ordered = sorted(found.criteria.items(), key=lambda pair: pair[1])
    rows = [(TITLES[name], float(share), f"{tenths(share)} %") for name, share in ordered]
    return charts.section("Criteria, the weakest first", charts.bars(rows, "Criteria", _FULL))


def in_all(found: Report) -> str:
    return f"{counted(len(found.cards), 'attempt')} of {counted(len(found.trainees), 'trainee')}"


def counted(count: int, one: str) -> str:
    """'1 attempt', '2 attempts'."""
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def _attempts(found: Report) -> str:
    head = ("Taken", "Trainee", "Drill", "Result", "Critical", "Score", "Time")
    rows = [
        (
            *(card.taken, card.trainee, card.drill, card.result, ", ".join(one.id for one in card.critical)),
            *(tenths(card.score), f"{card.seconds} s"),
        )
        for card in found.cards
    ]
    return charts.section("Attempts", charts.table(head, rows, numbers_from=5), long=True)

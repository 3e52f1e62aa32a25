"""A trainer's report for a terminal, as CSV, and as one HTML file that opens offline and prints well."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence

from taker311.drills.report import Agreement, Progress, Report
from taker311.drills.rubric import CRITICAL, TITLES, tenths

_BARS = "▁▂▃▄▅▆▇█"
COLUMNS = ("taken", "trainee", "drill", "version", "result", "score", "pass_mark", "seconds", "critical", "left_out")


def sparkline(scores: Sequence[int]) -> str:
    """Eight steps from 0 to 100."""
    return "".join(_BARS[min(len(_BARS) - 1, score * len(_BARS) // 1001)] for score in scores)


def as_text(found: Report) -> list[str]:
    rows = [f"{len(found.cards)} attempts of {len(found.trainees)} trainees", ""]
    for one in found.trainees:
        rows += _told(one)
    if found.criteria:
        rows += ["", "Over all attempts, of what could be observed:"]
        rows += [
            f"  {TITLES[name]:36} {tenths(share):>5} %"
            for name, share in sorted(found.criteria.items(), key=lambda pair: pair[1])
        ]
    rows += [_agreed(one) for one in found.agreements]
    return rows


def _told(one: Progress) -> list[str]:
    rows = [f"{one.trainee}: {one.attempts} attempts, {one.passed} passed  {sparkline(one.scores)}"]
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
                *(card.taken, _harmless(card.trainee), card.drill, card.version, card.result, tenths(card.score)),
                *(card.pass_mark, card.seconds, ";".join(one.id for one in card.critical), ";".join(card.left_out)),
            ]
        )
    return out.getvalue()


def _harmless(text: str) -> str:
    """A spreadsheet takes a cell that begins like a formula for one."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#1c2024;background:#fff}
h1{font-size:1.4em}h2{font-size:1.1em;margin:1.6em 0 .3em;break-after:avoid}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25em .6em;border-bottom:1px solid #ccc}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}section{break-inside:avoid}
.pass{font-weight:600}svg{display:block;max-width:100%}
@media print{body{margin:0;max-width:none;font-size:11pt}}
"""


def as_html(found: Report, title: str) -> str:
    """Whole in itself: no script, no link, no font from elsewhere."""
    name = html.escape(title)
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style></head><body>\n<h1>{name}</h1>",
        f"<p>{len(found.cards)} attempts of {len(found.trainees)} trainees.</p>",
        *(_section(one) for one in found.trainees),
        _criteria(found),
        _attempts(found),
        *(f"<p>{html.escape(_agreed(one))} (J. Cohen, 1960).</p>" for one in found.agreements),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _section(one: Progress) -> str:
    rows = "".join(f"<p>{html.escape(row.strip())}</p>" for row in _told(one)[1:])
    return (
        f"<section><h2>{html.escape(one.trainee)}</h2><p>{one.attempts} attempts, {one.passed} passed.</p>"
        f"{_curve(one.scores, one.trainee)}{rows}</section>"
    )


def _curve(scores: Sequence[int], who: str) -> str:
    """Scores of one attempt after another, 0 to 100 from bottom to top."""
    if not scores:
        return ""
    width, height, left = 560, 120, 30
    step = (width - left - 10) / max(1, len(scores) - 1)
    points = [(left + i * step, 10 + (1000 - score) * (height - 30) / 1000) for i, score in enumerate(scores)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#0b5394"><title>attempt {i}: {tenths(score)}</title></circle>'
        for i, ((x, y), score) in enumerate(zip(points, scores, strict=True), 1)
    )
    marks = "".join(
        f'<line x1="{left}" x2="{width - 10}" y1="{y}" y2="{y}" stroke="#ccc"/><text x="0" y="{y + 4}" font-size="11">{label}</text>'
        for label, y in ((100, 10), (50, 55), (0, 100))
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="Scores of {html.escape(who, quote=True)}: '
        f'{", ".join(map(tenths, scores))}">{marks}<polyline points="{line}" fill="none" stroke="#0b5394" stroke-width="2"/>{dots}</svg>'
    )


def _criteria(found: Report) -> str:
    if not found.criteria:
        return ""
    ordered = sorted(found.criteria.items(), key=lambda pair: pair[1])
    rows = "".join(
        f'<text x="0" y="{22 * i + 15}" font-size="13">{html.escape(TITLES[name])}</text>'
        f'<rect x="260" y="{22 * i + 4}" width="{share * 230 // 1000}" height="14" fill="#0b5394"/>'
        f'<text x="500" y="{22 * i + 15}" font-size="13">{tenths(share)} %</text>'
        for i, (name, share) in enumerate(ordered)
    )
    return f'<section><h2>Criteria, the weakest first</h2><svg viewBox="0 0 560 {22 * len(ordered)}" width="560" role="img">{rows}</svg></section>'


def _attempts(found: Report) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(card.taken)}</td><td>{html.escape(card.trainee)}</td><td>{html.escape(card.drill)}</td>"
        f'<td>{html.escape(card.result)}</td><td class="n">{tenths(card.score)}</td><td class="n">{card.seconds} s</td>'
        f"<td>{html.escape(', '.join(one.id for one in card.critical))}</td></tr>"
        for card in found.cards
    )
    head = '<tr><th>Taken</th><th>Trainee</th><th>Drill</th><th>Result</th><th class="n">Score</th><th class="n">Time</th><th>Critical</th></tr>'
    return f"<section><h2>Attempts</h2><table>{head}{rows}</table></section>"

"""Pictures of numbers: block letters for a terminal, and inline SVG in one HTML file that opens offline, prints well, and needs
no script. Every text given here is escaped here."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
GAP = "·"


def sparkline(values: Sequence[float | None], most: float | None = None) -> str:
    """Eight steps from 0 to `most`, half of it half as high (the largest value where none is given); None, where nothing is known, is a dot."""
    top = max((value for value in values if value is not None), default=0.0) if most is None else most
    if top <= 0:
        return "".join(GAP if value is None else _BARS[0] for value in values)
    steps = len(_BARS)
    return "".join(
        GAP if value is None else _BARS[min(steps, max(1, math.ceil(value * steps / top))) - 1] for value in values
    )


_STYLE = """
:root{color-scheme:light dark;--ink:#1c2024;--paper:#fff;--rule:#ccc;--soft:#5b6570;--bar:#0b5394;--gap:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e4e7ea;--paper:#16191c;--rule:#3a4147;--soft:#9aa5ae;--bar:#7db4e6;--gap:#f2867e}}
body{font:15px/1.45 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:var(--ink);background:var(--paper)}
h1{font-size:1.4em}h2{font-size:1.1em;margin:1.6em 0 .3em;break-after:avoid}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25em .6em;border-bottom:1px solid var(--rule)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}section{break-inside:avoid}section.long{break-inside:auto}
tr{break-inside:avoid}.pass{font-weight:600}.gap{color:var(--gap)}.soft{color:var(--soft)}
svg{display:block;max-width:100%;height:auto}svg text{fill:var(--ink);font-size:12px}svg .soft{fill:var(--soft)}
svg .bar{fill:var(--bar)}svg .line{fill:none;stroke:var(--bar);stroke-width:2}svg .rule{stroke:var(--rule)}svg .missing{fill:none;stroke:var(--gap);stroke-dasharray:3 2}
@media print{:root{--ink:#000;--paper:#fff;--rule:#bbb;--soft:#444;--bar:#0b5394;--gap:#b3261e}body{margin:0;max-width:none;font-size:10pt}thead{display:table-header-group}}
"""


def document(title: str, parts: Sequence[str], lang: str = "en") -> str:
    """A whole HTML file; `parts` are HTML already. No script, no link, no font from elsewhere, and the file forbids them."""
    name = html.escape(title)
    head = (
        f'<!doctype html>\n<html lang="{html.escape(lang, quote=True)}"><head><meta charset="utf-8"><title>{name}</title>',
        '<meta name="viewport" content="width=device-width">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style></head><body>\n<h1>{name}</h1>",
    )
    return "\n".join([*head, *parts, "</body></html>\n"])


def section(title: str, *parts: str, long: bool = False) -> str:
    return f"<section{' class=long' if long else ''}><h2>{html.escape(title)}</h2>{''.join(parts)}</section>"


def paragraph(text: str, kind: str = "") -> str:
    return f"<p{f' class={kind}' if kind else ''}>{html.escape(text)}</p>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers_from: int = 1) -> str:
    """The columns from `numbers_from` on hold numbers and stand to the right."""

    def line(cells: Sequence[str], tag: str) -> str:
        marked = (' class="n"' if i >= numbers_from else "" for i in range(len(cells)))
        return "".join(f"<{tag}{mark}>{html.escape(cell)}</{tag}>" for mark, cell in zip(marked, cells, strict=True))

    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{line(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def bars(rows: Sequence[tuple[str, float, str]], label: str, most: float | None = None) -> str:
    """Lying bars: (name, value, the value in words) each. `label` is what a screen reader says of the picture."""
    top = max((value for _, value, _ in rows), default=0.0) if most is None else most
    drawn = "".join(
        f'<text x="0" y="{22 * i + 15}">{html.escape(_short(name, 36))}</text>'
        f'<rect class="bar" x="260" y="{22 * i + 4}" width="{value * 230 / top if top > 0 else 0:.1f}" height="14">'
        f"<title>{html.escape(name)}: {html.escape(words)}</title></rect>"
        f'<text x="500" y="{22 * i + 15}">{html.escape(words)}</text>'
        for i, (name, value, words) in enumerate(rows)
    )
    return _picture(560, 22 * max(1, len(rows)), label, drawn)


def columns(values: Sequence[tuple[str, float | None, str]], label: str) -> str:
    """Standing bars: (name, value, the value in words) each; None is drawn as a dashed gap, never as a bar of no height."""
    width, height, left, foot = 720, 150, 40, 20
    top, said_top = max(((value, words) for _, value, words in values if value is not None), default=(0.0, ""))
    step = (width - left) / max(1, len(values))
    every = max(1, round(len(values) / 12))
    parts = [f'<line class="rule" x1="{left}" x2="{width}" y1="{height - foot}" y2="{height - foot}"/>']
    parts.append(f'<text class="soft" x="0" y="14">{html.escape(said_top.split(" ")[0])}</text>')
    for i, (name, value, words) in enumerate(values):
        x = left + i * step
        tall = (height - foot - 8) * (value / top if value and top > 0 else 0.0)
        said = f"<title>{html.escape(name)}: {html.escape(words)}</title>"
        parts.append(
            f'<rect class="missing" x="{x + 1:.1f}" y="8" width="{max(1.0, step - 2):.1f}" height="{height - foot - 8}">{said}</rect>'
            if value is None
            else f'<rect class="bar" x="{x + 1:.1f}" y="{height - foot - tall:.1f}" width="{max(1.0, step - 2):.1f}" height="{tall:.1f}">{said}</rect>'
        )
        if i % every == 0 and x + 8 * len(name) < width + 8:
            parts.append(f'<text class="soft" x="{x:.1f}" y="{height - 5}">{html.escape(name)}</text>')
    return _picture(width, height, label, "".join(parts))


def _picture(width: int, height: int, label: str, inside: str) -> str:
    said = html.escape(label, quote=True)
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{said}">{inside}</svg>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"

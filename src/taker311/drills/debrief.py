"""After a drill: each criterion with the moment at which it was won or lost, and what the script wanted."""

from __future__ import annotations

from taker311.drills.rubric import CRITICAL, TITLES, Criterion, Scorecard, tenths
from taker311.knowledge.drills import Drill

RESULTS = {"passed": "PASSED", "failed": "NOT PASSED", "left": "LEFT BEFORE THE END"}


def debrief(card: Scorecard, drill: Drill) -> list[str]:
    """Lines of text, unwrapped; every state is said in words."""
    rows = [
        f"DRILL {drill.title}",
        f"{RESULTS[card.result]}: {tenths(card.score)} of 100 (to pass: {card.pass_mark}), {_clock(card.seconds)}",
        "",
    ]
    rows += [f"CRITICAL at {_clock(error.at_s)}: {CRITICAL[error.id]} {error.what}" for error in card.critical]
    if card.critical:
        rows += ["A critical error fails the drill whatever the score.", ""]
    rows += [_row(one) for one in card.criteria if one.of]
    if card.left_out:
        rows += ["", f"Not observed, so left out: {', '.join(TITLES[name].lower() for name in card.left_out)}."]
    if drill.debrief:
        rows += ["", drill.debrief]
    return rows


def _row(one: Criterion) -> str:
    mark = "won " if one.points == one.of else "lost" if not one.points else "part"
    head = f"{mark} {_points(one.points):>5} of {_points(one.of):<3} {TITLES[one.id]}, {_clock(one.at_s)}: {one.why}"
    return head if one.points == one.of or not one.wanted else f"{head}. Wanted: {one.wanted}"


def _points(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"

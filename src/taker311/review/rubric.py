"""The review's criteria: those of a drill, with courtesy and listening apart, in hundredths of a point that add up to 100."""

from __future__ import annotations

from taker311.base.words import noted
from taker311.drills.rubric import CRITICAL, TITLES
from taker311.knowledge.drills import WEIGHTS

__all__ = ["BEST", "CRITERIA", "CRITICAL", "POINTS", "WANTED"]

BEST = 5  # a mark is 0 to 5 fifths of a criterion's points
_HUNDRED = 100
_HALF = WEIGHTS["courtesy"] * _HUNDRED // 2

POINTS: dict[str, int] = {
    **{name: weight * _HUNDRED for name, weight in WEIGHTS.items() if name != "courtesy"},
    "courtesy": _HALF,
    "listening": _HALF,
}
CRITERIA: dict[str, str] = {
    **{name: title for name, title in TITLES.items() if name in POINTS and name != "courtesy"},
    "courtesy": noted("Courtesy"),
    "listening": noted("Listening"),
}
WANTED: dict[str, str] = {
    "safety": noted("Danger is asked for and met with 911 first; the card in time, the caller handed over."),
    "topic": noted("The topic that the caller meant, without a wrong card first."),
    "answer": noted("The right answer, in force, in the caller's language, with the bulletin where one was needed."),
    "location": noted("The place found, read back and agreed to."),
    "facts": noted("What the caller said stands in the answers as they said it."),
    "needless": noted("Nothing asked that was known, or that the case did not need."),
    "duplicate": noted("Where an open case lay nearby: the right choice between joining it and a new one."),
    "promise": noted("Who takes it, by when and the number: said, and read to the end."),
    "wrapup": noted("Coded as what it was."),
    "time": noted("No longer than such a call takes."),
    "courtesy": noted("Greeting, tone, thanks; the caller's name where it was given."),
    "listening": noted("Lets the caller finish; what was said is not asked again."),
}

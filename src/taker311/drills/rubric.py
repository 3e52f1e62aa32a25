"""The rubric's words and the values of a scorecard."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from taker311.base.codec import Value
from taker311.base.words import noted

Result = Literal["passed", "failed", "left"]

TITLES: dict[str, str] = {
    "safety": noted("Safety gate"),
    "topic": noted("Right topic"),
    "answer": noted("Right answer, opened and current"),
    "location": noted("Location verified and read back"),
    "facts": noted("Facts right"),
    "needless": noted("No needless question"),
    "duplicate": noted("Duplicate decision"),
    "promise": noted("Route, promise and number said"),
    "wrapup": noted("Wrap-up"),
    "time": noted("Time"),
    "courtesy": noted("Courtesy and listening"),
}

CRITICAL: dict[str, str] = {
    "emergency-missed": noted("An emergency was missed."),
    "emergency-late": noted("The 911 card was opened too late."),
    "wrong-answer": noted("A wrong answer was given as fact."),
    "wrong-location": noted("A crew was sent to the wrong place."),
    "personal-data": noted("Personal data stands where it must not be."),
    "false-promise": noted("A promise was made that the city does not keep."),
    "caller-dropped": noted("The caller was dropped."),
}


class Criterion(Value, frozen=True):
    """`points` of `of`, in hundredths; `at_s` the second of the call at which it was won or lost; `why` in a sentence what
    was done, `wanted` what the script wanted. `of` 0: nobody could observe it."""

    id: str
    points: int
    of: int
    why: str = ""
    wanted: str = ""
    at_s: int = 0


class Critical(Value, frozen=True):
    id: str
    at_s: int
    what: str


class Scorecard(Value, frozen=True):
    """`score` in tenths of a point out of 100: the criteria that could be observed, scaled. A critical error fails the drill
    whatever the score. `taken` is the machine's moment, ISO. `left_out` are criteria that nobody could observe."""

    drill: str
    version: int
    trainee: str
    taken: str
    kb_version: str
    result: Result
    score: int
    pass_mark: int
    seconds: int
    criteria: tuple[Criterion, ...]
    critical: tuple[Critical, ...]
    left_out: tuple[str, ...]
    away_s: tuple[int, ...] = ()  # how long the trainee was away, each time that the drill was taken up again

    @property
    def passed(self) -> bool:
        return self.result == "passed"


def tenths(score: int) -> str:
    """'87.5' for 875."""
    return f"{score // 10}.{score % 10}" if score % 10 else str(score // 10)


def mean_score(scores: Sequence[int]) -> int | None:
    """The mean, halves upwards; None of none."""
    return int(Fraction(sum(scores), len(scores)) + Fraction(1, 2)) if scores else None

"""Scripted callers as plain values: what a drill's caller says and when, and what a good call-taker makes of it.

A *step* is what an interview stands at: a question's id, `place`, or one of `caller.contact`, `caller.phone`,
`caller.email`, `caller.name`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from taker311.base.codec import Value

Given = Literal["opening", "asked", "pressed", "never"]
Ending = Literal["answered", "requested", "transferred", "referred", "emergency"]
FaultKind = Literal["network-drop", "error-after-submit", "stale-article", "slow"]

# Points of the rubric's criteria; they add up to 100. Courtesy is an observer's alone.
WEIGHTS: dict[str, int] = {
    "safety": 15,
    "topic": 10,
    "answer": 15,
    "location": 15,
    "facts": 15,
    "needless": 5,
    "duplicate": 5,
    "promise": 8,
    "wrapup": 4,
    "time": 3,
    "courtesy": 5,
}
PASS_MARK = 80


class Spot(Value, frozen=True):
    """A place of the city, as it was found when the drill was checked: `typed` finds `label`. `lat`, `lon` are WGS84
    degrees, None for one that can't be verified."""

    kind: str
    label: str
    typed: str
    lat: float | None = None
    lon: float | None = None


class Fact(Value, frozen=True):
    """Something the caller knows. `says` are the caller's words; `step` the step whose question brings it out while topic
    `of` is open ('' any); `asks` how else somebody may ask for it; `dodge` what is said instead until somebody insists."""

    id: str
    says: str
    when: Given = "asked"
    step: str = ""
    of: str = ""
    asks: tuple[str, ...] = ()
    dodge: str = ""


class Beat(Value, frozen=True):
    """What the caller says unasked: `at` 'topic' (a card is open), 'intake', 'readback', 'done', a step (once it is
    answered), or `after_s` seconds after the call began. `kind` names a distractor; `gives` are facts that come out with it."""

    says: str
    at: str = ""
    after_s: int = 0
    kind: str = ""
    gives: tuple[str, ...] = ()


class Persona(Value, frozen=True):
    name: str = ""
    manner: str = ""
    lang: str = ""  # the language the caller needs; '': the city's first


class Problem(Value, frozen=True):
    """One thing the caller needs. `topics`: the expected one first, then others that will do. `answers`: step -> as an agent
    would type it; `values` the same as the interview reads it, as text; `skip` steps that need not be asked. `place` is what stands in the case, None: none."""

    topics: tuple[str, ...] = ()
    bulletin: str = ""
    ending: Ending = "answered"
    answers: dict[str, str] = {}
    values: dict[str, str] = {}
    place: Spot | None = None
    gates: tuple[str, ...] = ()  # steps among the answers at which an emergency would show
    skip: tuple[str, ...] = ()
    duplicate: Literal["", "new", "join"] = ""
    route: str = ""
    promise: str = ""
    agency: str = ""  # to whom a transfer goes


class Alarm(Value, frozen=True):
    """The 911 card must stand open within `within_s` seconds of the fact `after` ('': of the call's begin)."""

    within_s: int
    after: str = ""


class Fault(Value, frozen=True):
    """Trouble in the sealed world. `at` as in a beat; `topic` is the stale one; `seconds` what slow means."""

    kind: FaultKind
    at: str = ""
    topic: str = ""
    seconds: int = 0


class Nearby(Value, frozen=True):
    """A case that is open already when the call begins."""

    topic: str
    service: str
    place: Spot
    hours_ago: int = 24


class Drill(Value, frozen=True):
    """A scripted caller. `at` is the aware moment, UTC, at which the call comes in; `par_s` seconds a good call takes."""

    id: str
    version: int
    title: str
    category: str
    difficulty: Literal["easy", "medium", "hard"]
    at: datetime
    opening: str
    problems: tuple[Problem, ...]
    disposition: str
    par_s: int
    minutes: int = 5
    author: str = ""
    goals: tuple[str, ...] = ()
    persona: Persona = Persona()
    facts: tuple[Fact, ...] = ()
    beats: tuple[Beat, ...] = ()
    emergency: Alarm | None = None
    faults: tuple[Fault, ...] = ()
    nearby: tuple[Nearby, ...] = ()
    secrets: tuple[str, ...] = ()  # words and numbers that belong in no text that others read
    hints: tuple[str, ...] = ()
    debrief: str = ""
    weights: dict[str, int] = {}
    pass_mark: int = PASS_MARK
    seed: int = 1
    shuffle: bool = False  # facts that come on asking change places by the seed

    def weight(self, criterion: str) -> int:
        return (self.weights or WEIGHTS)[criterion]


class Quiz(Value, frozen=True):
    ask: str
    choices: tuple[str, ...]
    right: int  # from 1
    why: str = ""


class CourseScreen(Value, frozen=True):
    """A screen of a course, to be read."""

    title: str
    text: str


class DrillSet(Value, frozen=True):
    """Drills in the order in which they are to be taken; a course has screens before and a quiz after them."""

    id: str
    title: str
    drills: tuple[str, ...]
    minutes: int = 0
    screens: tuple[CourseScreen, ...] = ()
    quiz: tuple[Quiz, ...] = ()
    pass_mark: int = PASS_MARK

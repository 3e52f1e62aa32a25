"""Plays a drill as it is meant to be played, in its sealed world: what shows that a drill can be passed at all."""

from __future__ import annotations

from typing import NamedTuple

from taker311.base.clock import ManualClock
from taker311.call.asking import needs_duplicate_choice
from taker311.drills.log import Log
from taker311.drills.station import DrillStation
from taker311.intake.steps import PLACE, READBACK, REFERRED, STOPPED
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.drills import Drill, Problem
from taker311.places.index import PlaceIndex

SECONDS_AN_INPUT = 2.0  # quicker than people are: a par time that this can't keep, nobody can
_MOST_STEPS = 200


class Played(NamedTuple):
    """`trouble` is a sentence on where it went no further, '' when the call came to its end. `unasked` are answers that
    the script wants and that no fact of the caller's gave."""

    log: Log
    trouble: str
    unasked: tuple[str, ...]


class _StuckError(Exception):
    pass


class _HandedOverError(Exception):
    """911 has the caller; nothing else is asked."""


def play(drill: Drill, bundle: Bundle, places: PlaceIndex | None) -> Played:
    clock = ManualClock(drill.at)
    station = DrillStation(drill, bundle, trainee="the checker", clock=clock, places=places)
    player = _Player(station, clock)
    trouble = ""
    try:
        player.call()
    except _StuckError as error:
        trouble = str(error)
    return Played(station.log_so_far, trouble, tuple(player.unasked))


class _Player:
    def __init__(self, station: DrillStation, clock: ManualClock) -> None:
        self.station, self.clock, self.drill = station, clock, station.drill
        self.unasked: list[str] = []
        self.hands_over = any(problem.ending == "emergency" for problem in self.drill.problems)

    def do(self, verb: str, value: str = "") -> None:
        self.clock.advance(SECONDS_AN_INPUT)
        shown = self.station.do(verb, value)
        if shown.problem:
            raise _StuckError(f"{verb}{f' {value!r}' if value else ''}: {shown.problem}")
        if verb not in ("emergency", "connected", "close", "end"):
            self._mind_the_card()

    def _mind_the_card(self) -> None:
        """The card is opened the moment the caller gives the emergency away, and put away or handed over at once."""
        alarm, state = self.drill.emergency, self.station.state
        due = alarm is not None and not state.emergencies and (not alarm.after or self._knows(alarm.after))
        if due:
            self.do("emergency")
        if self.station.state.card_open:
            self.do("connected" if self.hands_over else "close")
            if self.hands_over:
                raise _HandedOverError

    def call(self) -> None:
        try:
            self.do("type", " ".join(self.drill.opening.split()[:8]))
            lang = self.drill.persona.lang
            if lang:
                known = lang in self.station.world.city.languages
                self.do("language", lang if known else f"{lang} interpreter")
            for number, problem in enumerate(self.drill.problems):
                if number:
                    self.do("second")
                self._problem(problem)
        except _HandedOverError:
            pass
        if self.station.state.phase != "wrapup":
            self.do("wrapup")
        self.do("end", self.drill.disposition)

    def _knows(self, fact: str) -> bool:
        return fact in self.station.caller.given

    def _problem(self, problem: Problem) -> None:
        if problem.bulletin:
            self.do("open", problem.bulletin)
        if problem.topics:
            self.do("open", problem.topics[0])
        if problem.answers or problem.ending in ("requested", "referred"):
            self._interview(problem)
        match problem.ending:
            case "answered":
                self.do("answered")
            case "requested":
                self.do("confirm")
            case "transferred":
                self.do("transfer")
                self.do("confirm")
            case "emergency":
                self.do("emergency")
                self._mind_the_card()
            case "referred":
                pass

    def _interview(self, problem: Problem) -> None:
        self.do("intake")
        for _ in range(_MOST_STEPS):
            state = self.station.state
            at = state.interview.at if state.interview else ""
            if at in (READBACK, REFERRED, STOPPED):
                return
            self._step(problem, at)
        raise _StuckError("the questions come to no end")

    def _step(self, problem: Problem, step: str) -> None:
        state = self.station.state
        topic = state.topic_id
        if needs_duplicate_choice(state):
            self.do("join", "1") if problem.duplicate == "join" else self.do("new")
        elif step == PLACE and problem.place is not None:
            self._hear(step, topic)
            self._place(problem)
        elif step in problem.answers:
            self._hear(step, topic)
            value = problem.answers[step]
            self.do("unknown") if value == "unknown" else self.do("answer", value)
        elif "skip" in self.station.view().allowed:
            self.do("skip")
        elif "confirm" in self.station.view().allowed:
            self.do("confirm")
        else:
            raise _StuckError(f"the script asks '{step}', and 'answers' has no answer to it")

    def _hear(self, step: str, topic: str) -> None:
        """Gets the answer out of the caller, who may have to be pressed."""
        if self.station.state.picked is not None:
            return
        fact = self.station.caller.fact_of(step, topic)
        if fact is not None and fact.when == "pressed" and not self._knows(fact.id):
            self.do("say", "please")
        known = fact is not None and self._knows(fact.id)
        needed = step == PLACE or self._wanted(step) != "unknown"
        if needed and not known and step not in self.unasked:
            self.unasked.append(step)

    def _wanted(self, step: str) -> str:
        return next((p.answers[step] for p in self.drill.problems if step in p.answers), "")

    def _place(self, problem: Problem) -> None:
        spot, state = problem.place, self.station.state
        if spot is None:
            return
        if state.picked is not None:
            self.do("confirm")
            return
        self.do("answer", spot.typed)
        if spot.kind == "unverified":
            self.do("unverified", "The caller is not sure")
            return
        hits = self.station.state.places
        number = next((i for i, hit in enumerate(hits, 1) if hit.place.label == spot.label), 0)
        if not number:
            raise _StuckError(f"'{spot.typed}' does not find '{spot.label}'")
        self.do("pick", str(number))
        self.do("confirm")

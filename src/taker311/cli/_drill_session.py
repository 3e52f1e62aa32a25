"""A trainee's sitting: each drill's station, and what becomes of its log. A log is kept only where a trainer's key can seal
it, like callers' data; a trainee without a trainer sees the debrief and nothing is stored."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from taker311.base.clock import SystemClock
from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.base.words import say, span
from taker311.cli._drills import Training
from taker311.drills.cue_live import LiveCue
from taker311.drills.left import Found, Keeper, find, give_up, settle
from taker311.drills.log import save
from taker311.drills.rubric import Scorecard
from taker311.drills.score import score
from taker311.drills.station import DrillStation
from taker311.drills.trainer_keys import trusted
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.drills import Drill


class Session:
    def __init__(self, arguments: argparse.Namespace, training: Training) -> None:
        self.training = training
        self.trainee = clean_line(arguments.trainee, limit=60) or _login_name()
        self.trainer = clean_line(arguments.trainer, limit=60)
        self.pair: bool = arguments.pair
        self._seed: int | None = arguments.seed
        self._log = arguments.log
        self.cards: list[Scorecard] = []
        self.quiz_passed = True
        self.clock = SystemClock()
        self.taken_up: Found | None = None  # the drill that was left and is taken up again
        self._keeper: Keeper | None = None
        self._cue: LiveCue | None = None

    def choose(self, drills: tuple[Drill, ...], *, resume: bool, ask: Callable[[str], bool]) -> tuple[Drill, ...]:
        """What is to be taken: where one of `drills` (any at all, where there are none) was left in the middle and is taken
        up again, that one and what comes behind it."""
        drills = self._possible(drills)
        ids = {drill.id for drill in drills}
        settle(self.training.folder, self.clock.now())
        found = find(self.training.folder, self.trainee, lambda drill: not ids or drill in ids)
        if found is None:
            if resume:
                raise UserError(
                    say("No drill was left here by {trainee}; a week later it can't be taken up.", trainee=self.trainee)
                )
            return drills
        title, time = found.log.begun.drill.title, span(found.away_s(self.clock.now()))
        if not resume and not ask(
            say("You left “{title}” {time} ago. Take it up where you left it?", title=title, time=time)
        ):
            give_up(self.training.folder, found)
            return drills
        self.taken_up = found
        at = next((i for i, drill in enumerate(drills) if drill.id == found.log.begun.drill.id), -1)
        return (found.log.begun.drill, *drills[at + 1 :])

    def _possible(self, drills: tuple[Drill, ...]) -> tuple[Drill, ...]:
        """Without those whose topic has left the knowledge base; a sentence says so. Raises UserError where none is left."""
        gone = {drill.id: name for drill in drills if (name := missing(drill, self.training.bundle))}
        told = [
            say(
                "The drill {drill} is about {topic}, which is no longer in this knowledge base.",
                drill=drill,
                topic=topic,
            )
            for drill, topic in gone.items()
        ]
        if told and len(told) == len(drills):
            raise UserError(" ".join(told))
        for sentence in told:
            print(sentence, file=sys.stderr)
        return tuple(drill for drill in drills if drill.id not in gone)

    def begin(self, drill: Drill) -> DrillStation:
        """A station for the next drill, taken up where it was left if it was."""
        found = self.taken_up if not self.cards else None
        if found is None:
            station = self.station(drill)
        else:
            station = self.station(drill, seed=found.log.begun.seed, pair=found.log.begun.mode == "pair")
            station.resume(found.log, found.part.at, found.away_s(self.clock.now()))
        trainers = trusted(self.training.folder)
        self._keeper = Keeper(self.training.folder, station, trainers, self.clock, found)
        self._cue = LiveCue(self.training.run_folder, station, self.clock)
        return station

    def station(self, drill: Drill, *, seed: int | None = None, pair: bool | None = None) -> DrillStation:
        training = self.training
        return DrillStation(
            drill,
            training.bundle,
            trainee=self.trainee,
            clock=self.clock,
            seed=self._seed if seed is None else seed,
            index=training.index(),
            places=training.places(),
            pair=self.pair if pair is None else pair,
        )

    def ended(self, station: DrillStation) -> Scorecard:
        """Scores the drill as it stands (left, where it did not end) and seals its log to the trainer."""
        if self._cue is not None:
            self._cue.close()
        station.leave()
        log = station.log_so_far
        card = score(log)
        self.cards.append(card)
        if self._log is not None:
            save(log, self._log)
        if self._keeper is not None:
            self._keeper.ended(log)
        return card

    def say_where(self, of: str = "") -> None:
        """`of`: the set that was taken, so that what is taken up again goes on with the rest of it."""
        if self.cards and self.cards[-1].result == "left":
            again = f"taker311 drill run {of} --resume" if of else "taker311 drill run --resume"
            print(
                say("It counts as left. Within a week it can be taken up again:  {command}", command=again),
                file=sys.stderr,
            )
        if not trusted(self.training.folder) and self._log is None:
            print(say("No trainer's key is on this desk, so the result was not kept."), file=sys.stderr)

    @property
    def code(self) -> int:
        """0 when everything was passed, a course's quiz too."""
        return 0 if self.cards and all(card.passed for card in self.cards) and self.quiz_passed else 1


def missing(drill: Drill, bundle: Bundle) -> str:
    """What the drill expects and the knowledge base does not have, ''."""
    for problem in drill.problems:
        for topic in problem.topics[:1]:
            if bundle.topic(topic) is None:
                return topic
        name = problem.bulletin
        if name and bundle.bulletin(name) is None and bundle.rumour(name) is None:
            return name
    return ""


def _login_name() -> str:
    # The place of work that real calls are taken at, and the CRM's room with it, stays unloaded here.
    return clean_line(os.environ.get("USER") or os.environ.get("USERNAME") or "", limit=40) or "trainee"

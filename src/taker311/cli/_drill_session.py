"""A trainee's sitting: each drill's station, and what becomes of its log. A log is kept only where a trainer's key can seal
it, like callers' data; a trainee without a trainer sees the debrief and nothing is stored."""

from __future__ import annotations

import argparse
import os
import sys

from taker311.base.clock import SystemClock
from taker311.base.text import clean_line
from taker311.cli._drills import Training
from taker311.drills.log import save
from taker311.drills.results import keep
from taker311.drills.rubric import Scorecard
from taker311.drills.score import score
from taker311.drills.station import DrillStation
from taker311.drills.trainer_keys import trusted
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

    def station(self, drill: Drill, *, with_index: bool = True) -> DrillStation:
        training = self.training
        return DrillStation(
            drill,
            training.bundle,
            trainee=self.trainee,
            clock=SystemClock(),
            seed=self._seed,
            index=training.index() if with_index else None,
            places=training.places() if with_index else None,
            pair=self.pair,
        )

    def ended(self, station: DrillStation) -> Scorecard:
        """Scores the drill as it stands (left, where it did not end) and seals its log to the trainer."""
        station.leave()
        log = station.log_so_far
        card = score(log)
        self.cards.append(card)
        if self._log is not None:
            save(log, self._log)
        trainers = trusted(self.training.folder)
        if trainers:
            keep(self.training.folder, log, trainers)
        return card

    def say_where(self) -> None:
        if not trusted(self.training.folder) and self._log is None:
            print("No trainer's key is on this desk, so the result was not kept.", file=sys.stderr)

    @property
    def code(self) -> int:
        """0 when everything was passed."""
        return 0 if self.cards and all(card.passed for card in self.cards) else 1


def _login_name() -> str:
    # The place of work that real calls are taken at, and the CRM's room with it, stays unloaded here.
    return clean_line(os.environ.get("USER") or os.environ.get("USERNAME") or "", limit=40) or "trainee"

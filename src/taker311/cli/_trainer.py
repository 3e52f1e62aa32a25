"""What the trainer's commands share: where the key is and how it is opened."""

from __future__ import annotations

import argparse
from pathlib import Path

from taker311.base.paths import find_paths
from taker311.cli import _people
from taker311.drills.trainer_keys import Trainer


def add_key(parser: argparse.ArgumentParser) -> None:
    _people.add_key(parser, "trainer")


def drills_folder() -> Path:
    """Where this desk keeps results and the trainers whom it knows."""
    return Path(find_paths().data) / "drills"


def open_trainer(arguments: argparse.Namespace) -> Trainer:
    return _people.open_person(arguments, "trainer")

"""A trainer's key: it signs certificates and opens trainees' results. The public half goes to the desks where people
practise."""

from __future__ import annotations

from pathlib import Path

from taker311.base import people_keys
from taker311.base.people_keys import PLAIN, Public, trust
from taker311.base.people_keys import Holder as Trainer

__all__ = ["PLAIN", "PRIVATE", "Public", "Trainer", "is_sealed", "make", "open_key", "public_of", "read_public", "trust", "trusted"]  # fmt: skip

PRIVATE = people_keys.file_of("trainer")


def make(folder: Path, name: str, passphrase: str) -> Trainer:
    """A new key in `folder`; `passphrase` '' keeps it plain. Raises UserError where one is there already."""
    return people_keys.make(folder, "trainer", name, passphrase)


def is_sealed(folder: Path) -> bool:
    return people_keys.is_sealed(folder, "trainer")


def public_of(folder: Path) -> Public:
    return people_keys.public_of(folder, "trainer")


def open_key(folder: Path, passphrase: str) -> Trainer:
    return people_keys.open_key(folder, "trainer", passphrase)


def read_public(path: Path) -> Public:
    return people_keys.read_public(path, "trainer")


def trusted(folder: Path) -> tuple[Public, ...]:
    """The trainers whom this desk knows; a file that can't be read is none."""
    return people_keys.trusted(folder, "trainer")

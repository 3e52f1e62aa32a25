"""Trainees' results: each drill's log sealed to the trainers whom the desk knows, so that only they read who did how well."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.people_keys import open_for, seal_for
from taker311.drills.log import Log, read, written
from taker311.drills.trainer_keys import Public, Trainer

_ABOUT = b"taker311 drill result"
_MOST = 20_000_000


def keep(folder: Path, log: Log, trainers: Sequence[Public]) -> Path:
    """Seals a log into `folder`/results."""
    return keep_sealed(folder, sealed_for(log, trainers))


def sealed_for(log: Log, trainers: Sequence[Public]) -> bytes:
    return seal_for(trainers, written(log).encode(), _ABOUT)


def keep_sealed(folder: Path, data: bytes) -> Path:
    """The file's name says nothing of the trainee."""
    path = private_folder(folder / "results") / f"{secrets.token_hex(8)}.drill"
    try:
        write_atomically(path, data)
    except OSError as error:
        raise UserError(f"{path}: the result can't be written ({error.strerror or error}); make room.") from error
    return path


def open_all(folder: Path, trainer: Trainer) -> Iterator[tuple[Path, Log | str]]:
    """Every result in `folder`/results as its log, or a sentence on why it can't be opened."""
    for path in sorted((folder / "results").glob("*.drill")):
        try:
            yield path, open_one(path, trainer)
        except UserError as error:
            yield path, str(error)


def open_one(path: Path, trainer: Trainer) -> Log:
    try:
        if path.stat().st_size > _MOST:
            raise UserError(f"{path}: this is no drill's result; it is too large.")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror or error}).") from error
    return read(open_for(trainer, data, _ABOUT, str(path), "result"), path.name)

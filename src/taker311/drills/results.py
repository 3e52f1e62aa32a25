"""Trainees' results: each drill's log sealed to the trainers whom the desk knows, so that only they read who did how well."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from taker311.base import sealing
from taker311.base.codec import Value, pack, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.sealing import KEY_BYTES, SealBrokenError
from taker311.drills.log import Log, read, written
from taker311.drills.trainer_keys import Public, Trainer

_ABOUT = b"taker311 drill result"
_MOST = 20_000_000


class Sealed(Value, frozen=True):
    """`boxes`: trainer's id -> the record's key, sealed to that trainer; `body` the log under it."""

    v: int
    boxes: dict[str, bytes]
    body: bytes


def keep(folder: Path, log: Log, trainers: Sequence[Public]) -> Path:
    """Seals a log into `folder`/results. The file's name says nothing of the trainee."""
    key = secrets.token_bytes(KEY_BYTES)
    boxes = {one.id: sealing.seal_to(one.box, key, _ABOUT) for one in trainers}
    sealed = Sealed(1, boxes, sealing.encrypt(key, written(log).encode(), _ABOUT))
    path = private_folder(folder / "results") / f"{secrets.token_hex(8)}.drill"
    try:
        write_atomically(path, pack(sealed))
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
        sealed = unpack(path.read_bytes(), Sealed)
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror or error}).") from error
    except ValueError as error:
        raise UserError(f"{path}: this result is damaged; it can't be opened any more.") from error
    if sealed.v != 1:
        raise UserError(f"{path}: this result is damaged, or was written by a newer taker311.")
    box = sealed.boxes.get(trainer.public.id)
    if box is None:
        raise UserError(f"{path}: this result is sealed to another trainer.")
    try:
        return read(sealing.decrypt(trainer.open(box, _ABOUT), sealed.body, _ABOUT), path.name)
    except SealBrokenError as error:
        raise UserError(f"{path}: this result was altered; it can't be opened any more.") from error

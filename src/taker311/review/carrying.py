"""Kept calls and forms carried from one machine to another in one file: sealed before, sealed after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from taker311.base.codec import Value, pack, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.settings import ReviewSettings
from taker311.review.forms import FINISHED, RELEASED
from taker311.review.keeping import purge
from taker311.review.record import LARGEST, SUFFIX, Envelope, is_call_id

_MOST = 2_000_000_000
_NAME = re.compile(r"(?P<call>[0-9a-f-]{36})(?:\.call|\.[0-9a-f]{16}\.(?:form|released))")


class _Parcel(Value, frozen=True):
    v: int
    files: dict[str, bytes]


class Taken(NamedTuple):
    """`new` were put there, `known` lay there already, `other` are not taken: another file of that name lies there."""

    new: int
    known: int
    other: tuple[str, ...]
    over: int


def export(folders: Sequence[Path], to: Path, only: Iterable[str] = ()) -> int:
    """Writes what lies in `folders`, of the calls `only` where some are named; returns how many files. Raises UserError."""
    wanted, files = frozenset(only), {}
    for folder in folders:
        for suffix in (SUFFIX, FINISHED, RELEASED):
            for path in sorted(folder.glob(f"*{suffix}")):
                call_id = path.name.split(".", 1)[0]
                if path.name not in files and _NAME.fullmatch(path.name) and (not wanted or call_id in wanted):
                    files[path.name] = _bytes(path)
    if not files:
        raise UserError("There is nothing to carry: no kept call and no finished form lies here.")
    try:
        write_atomically(to, pack(_Parcel(1, files)))
    except OSError as error:
        raise UserError(f"{to}: can't be written ({error.strerror or error}); name another place.") from error
    return len(files)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror or error}).") from error


def take_in(source: Path, folder: Path, wanted: ReviewSettings, now: datetime) -> Taken:
    """Puts the files of a parcel into `folder`; what has had its time is deleted at once. Raises UserError."""
    try:
        if source.stat().st_size > _MOST:
            raise UserError(f"{source}: this is no export of the review; it is too large.")
        parcel = unpack(source.read_bytes(), _Parcel)
    except OSError as error:
        raise UserError(f"{source}: can't be read ({error.strerror or error}); check the path.") from error
    except ValueError as error:
        raise UserError(f"{source}: this is no export of the review, or it is damaged.") from error
    if parcel.v != 1:
        raise UserError(f"{source}: was written by a newer taker311; update this one.")
    for name, data in parcel.files.items():
        _sound(name, data, source)
    private_folder(folder)
    new = known = 0
    other = []
    for name, data in sorted(parcel.files.items()):
        path = folder / name
        if not path.exists():
            _write(path, data)
            new += 1
        elif path.read_bytes() == data:
            known += 1
        else:
            other.append(name)
    return Taken(new, known, tuple(other), purge(folder, now, wanted))


def _sound(name: str, data: bytes, source: Path) -> None:
    found = _NAME.fullmatch(name)
    try:
        if found is None or not is_call_id(found["call"]) or len(data) > LARGEST:
            raise ValueError
        unpack(data, Envelope)
    except ValueError as error:
        raise UserError(f"{source}: holds something that is no call and no form; nothing was taken.") from error


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror or error}); make room.") from error

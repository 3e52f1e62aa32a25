"""A seat's day files: one small CSV a day, a line a call, written as calls end and kept for somewhat more than a year."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import IO, NamedTuple

from msgspec.structs import replace

from taker311.base.files import name_for_file, private_folder, sync_folder, write_atomically
from taker311.shift.calls import CallRow
from taker311.shift.columns import HEADER, MOST_CHARACTERS, line_of, places, row_of

FOLDER = "days"
KEPT = timedelta(days=400)
# "2026-11-22.csv" in a seat's own folder, "7QX-main-2026-11-22.csv" where several desks leave theirs.
_NAME = re.compile(r"(?:(?P<desk>[0-9A-Za-z]{1,10})-(?:(?P<seat>[^/]{1,60})-)?)?(?P<day>\d{4}-\d\d-\d\d)\.csv")


class DayName(NamedTuple):
    """What a day file's name says. `desk` and `seat` are '' for one in a seat's own folder."""

    day: date
    desk: str
    seat: str


def day_name(path: Path) -> DayName | None:
    """None for a file that is no day file by its name."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    try:
        return DayName(date.fromisoformat(found["day"]), found["desk"] or "", found["seat"] or "")
    except ValueError:
        return None


class Problem(NamedTuple):
    """What could not be read: line 0 is the file as a whole."""

    file: Path
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}" if self.line else f"{self.file}: {self.sentence}"


def rows_in(path: Path, problems: list[Problem]) -> Iterator[CallRow]:
    """The calls of one file, streamed. What is broken is skipped and told in `problems`; a last line without its end is a
    call that was being written when the desk or this copy stopped, and is skipped too. Never raises for what stands there."""
    name = day_name(path)
    try:
        with path.open("r", encoding="utf-8", errors="replace", newline="\n") as file:
            at = places(file.readline(MOST_CHARACTERS))
            if at is None:
                if path.stat().st_size:
                    problems.append(
                        Problem(path, 0, "is no day file of this version: its first line has other columns")
                    )
                return
            number = 1
            while line := file.readline(MOST_CHARACTERS):
                number += 1
                if not line.endswith("\n"):
                    if len(line) < MOST_CHARACTERS:
                        problems.append(Problem(path, number, "the last line is torn; it is left out"))
                        return
                    while line and not line.endswith("\n"):
                        line = file.readline(MOST_CHARACTERS)
                    line = ""
                try:
                    row = row_of(line, at)
                    if name is not None and row.day != name.day:
                        raise ValueError("a call of another day")
                except (ValueError, IndexError, OverflowError):
                    problems.append(Problem(path, number, "this line is no call; it is left out"))
                    continue
                yield row
    except OSError as error:
        problems.append(Problem(path, 0, f"can't be read ({error.strerror or error})"))


class DayFiles:
    """The day files of one seat, in a folder that only its owner reads."""

    def __init__(self, seat_folder: Path) -> None:
        self.folder = seat_folder / FOLDER
        self._writing = threading.Lock()

    def file(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.csv"

    def begin(self, day: date) -> None:
        """Makes the day's file: from here on, no calls means none and not unknown. Raises OSError and UserError."""
        self._append(day, "")

    def append(self, row: CallRow) -> None:
        """Adds a call, durable when this returns. Raises OSError and UserError."""
        self._append(row.day, line_of(row))

    def _append(self, day: date, text: str) -> None:
        with self._writing:
            self._write(self.file(day), text)

    def _write(self, path: Path, text: str) -> None:
        private_folder(self.folder)
        new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b", buffering=0) as file:
            end = _mended(file)
            data = (text if end else HEADER + text).encode()
            if not data:
                return
            file.seek(end)
            file.write(data)  # in one write: a line is there or it is torn, never out of order
            os.fsync(file.fileno())
        if new:
            sync_folder(self.folder)

    def rows(self, first: date, last: date, problems: list[Problem] | None = None) -> list[CallRow]:
        """The calls of these days, both included, in the order in which they ended."""
        told: list[Problem] = [] if problems is None else problems
        return [row for path in self.files(first, last) for row in rows_in(path, told)]

    def files(self, first: date = date.min, last: date = date.max) -> list[Path]:
        try:
            found = sorted(self.folder.glob("*.csv"))
        except OSError:
            return []
        return [path for path in found if (name := day_name(path)) is not None and first <= name.day <= last]

    def forget(self, today: date) -> int:
        """Removes what is past its time; how many files."""
        old = self.files(last=today - KEPT)
        for path in old:
            with contextlib.suppress(OSError):
                path.unlink()
        return len(old)


def _mended(file: IO[bytes]) -> int:
    """Cuts off a last line that was never finished; where to go on writing."""
    size = end = file.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(0, end - 65_536)
        file.seek(begin)
        at = file.read(end - begin).rfind(b"\n")
        if at >= 0:
            end = begin + at + 1
            break
        end = begin
    if end != size:
        file.truncate(end)
    return end


def export(seat_folder: Path, to: Path, desk: str, *, with_agent: bool, first: date = date.min) -> int:
    """Leaves a seat's day files in `to` under the desk's name, where they are newer than what lies there; how many. The
    agent's name is left out unless it is wanted. Raises OSError and UserError."""
    count = 0
    for path in DayFiles(seat_folder).files(first):
        target = to / f"{name_for_file(desk)}-{name_for_file(seat_folder.name)}-{path.name}"
        # Equal times mean the same second: the older file is written once more rather than once too little.
        with contextlib.suppress(OSError):
            if target.stat().st_mtime > path.stat().st_mtime:
                continue
        lines = [line_of(row if with_agent else replace(row, agent="")) for row in rows_in(path, [])]
        to.mkdir(parents=True, exist_ok=True)
        write_atomically(target, (HEADER + "".join(lines)).encode(), mode=0o644)
        count += 1
    return count

"""What only the phone switch knows (who waited, who hung up), imported from its intervals as CSV. Columns: docs/shift.md."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.text import clean_line

COLUMNS = ("start", "offered", "answered", "answered_in_time", "abandoned", "asa_s")
_MOST_BYTES = 50_000_000
_MOST_CALLS = 10_000_000
_TOLD = 20
_LATEST_CHANGE = 3  # clocks go back within the hours 0 to 3


class Switch(Value, frozen=True):
    """Sums over intervals. `wait_s`: seconds that the answered calls waited, all together."""

    intervals: int = 0
    offered: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    wait_s: float = 0.0

    def plus(self, other: Switch) -> Switch:
        return Switch(*(getattr(self, name) + getattr(other, name) for name in Switch.__struct_fields__))

    @property
    def service_level(self) -> float | None:
        """Answered within T / offered, abandoned calls included; a share."""
        return round(self.in_time / self.offered, 4) if self.offered else None

    @property
    def asa_s(self) -> float | None:
        """Average speed of answer: seconds that an answered call waited."""
        return round(self.wait_s / self.answered, 1) if self.answered else None

    @property
    def abandonment(self) -> float | None:
        """Abandoned / offered; a share."""
        return round(self.abandoned / self.offered, 4) if self.offered else None


class SwitchReport(Value, frozen=True):
    total: Switch
    by_day: dict[str, Switch]
    by_hour: dict[str, Switch]
    problems: tuple[str, ...] = ()
    broken: int = 0


def read_switch(path: Path, first: date, last: date) -> SwitchReport:
    """The intervals that begin on these days. A line that is none is left out and told; a file without the columns raises
    UserError."""
    by_day: dict[str, Switch] = {}
    by_hour: dict[str, Switch] = {}
    total, broken = Switch(), 0
    told: list[str] = []
    seen: set[datetime] = set()
    before: datetime | None = None
    back: dict[date, set[datetime]] = {}  # a night's intervals since the file stepped back by an hour
    for number, cells in _lines(path):
        try:
            start, one = _interval(cells)
            night = back.setdefault(start.date(), set()) if _clocks_went_back(before, start) else back.get(start.date())
            before = start
            if start in seen and (night is None or start in night or start.hour > _LATEST_CHANGE):
                raise ValueError("this interval stands twice")
            if night is not None:
                night.add(start)
        except ValueError as error:
            broken += 1
            if len(told) < _TOLD:
                told.append(f"{path}:{number}: {clean_line(str(error), limit=200)}; it is left out")
            continue
        seen.add(start)
        if first <= start.date() <= last:
            day, hour = start.date().isoformat(), f"{start.hour:02d}"
            total = total.plus(one)
            by_day[day] = by_day.get(day, Switch()).plus(one)
            by_hour[hour] = by_hour.get(hour, Switch()).plus(one)
    return SwitchReport(total, dict(sorted(by_day.items())), dict(sorted(by_hour.items())), tuple(told), broken)


def _clocks_went_back(before: datetime | None, start: datetime) -> bool:
    """A start without an offset that is up to an hour earlier than the line before, at night: summer time ended."""
    if before is None or before.tzinfo is not None or start.tzinfo is not None or start.hour > _LATEST_CHANGE:
        return False
    return before.date() == start.date() and timedelta() < before - start < timedelta(hours=1)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(f"{path}: is larger than {_MOST_BYTES // 1_000_000} MB; give a shorter span of intervals.")
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UserError(
            f"{path}: the switch's file can't be read ({error.strerror or error}); check its name."
        ) from error
    lines = text.splitlines()
    header = lines[0] if lines else ""
    mark = ";" if header.count(";") > header.count(",") else ","
    heads = next(csv.reader((header,), delimiter=mark), [])
    names = [clean_line(name, limit=60).strip().lower().replace(" ", "_") for name in heads]
    for column in COLUMNS:
        if column not in names:
            has = clean_line(", ".join(names), limit=200) or "none"
            raise UserError(
                f"{path}:1: there is no column '{column}'; its columns are {has}, and it needs {', '.join(COLUMNS)}."
            )
    for number, line in enumerate(lines[1:], 2):
        if line.strip():
            cells = next(csv.reader((line,), delimiter=mark), [])
            yield number, dict(zip(names, cells, strict=False))


def _interval(cells: dict[str, str]) -> tuple[datetime, Switch]:
    try:
        start = datetime.fromisoformat(cells["start"].strip())
        offered, answered, in_time, abandoned = (_count(cells[name]) for name in COLUMNS[1:5])
        asa = float(cells["asa_s"]) if cells["asa_s"].strip() else 0.0
    except (KeyError, ValueError):
        raise ValueError("this line is no interval of numbers") from None
    if not 0 <= asa <= 86_400:
        raise ValueError("an average speed of answer is seconds, from 0 to a day")
    if in_time > answered or answered + abandoned > offered:
        raise ValueError("more calls were answered or given up than were offered")
    return start, Switch(1, offered, answered, in_time, abandoned, asa * answered)


def _count(cell: str) -> int:
    value = int(cell)
    if not 0 <= value <= _MOST_CALLS:
        raise ValueError
    return value

"""Many desks' day files added up. Streamed: what is kept in memory grows with the number of days, desks and topics, and not with
that of calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from taker311.base.codec import Value
from taker311.shift.calls import CallRow
from taker311.shift.days import DayName, Problem, day_name, rows_in
from taker311.shift.sums import Measures, Sums, add, measures, nothing, sums_of
from taker311.shift.switch import SwitchReport

DIMENSIONS = ("day", "hour", "desk", "agent", "topic", "service", "agency", "disposition", "language")
_TOLD = 50
_MOST_KEYS = 20_000  # a folder of made-up files must not fill the memory
REST = "(others)"


class Report(Value, frozen=True):
    """`by`: dimension -> key -> sums. `gaps`: desk -> days of the span on which it left no file; every day of it for a desk
    that was expected and never seen. `silent`: days without any desk's file. `agents_missing`: calls whose file tells no
    agent. `broken`: lines and files left out, the first of them told in `problems`; `twice`: calls that stood in a second
    file too and were counted once."""

    first: date
    last: date
    files: int
    total: Sums
    by: dict[str, dict[str, Sums]]
    desks: tuple[str, ...]
    gaps: dict[str, tuple[date, ...]]
    silent: tuple[date, ...]
    agents_missing: int
    broken: int
    twice: int
    problems: tuple[str, ...]
    switch: SwitchReport | None = None

    @property
    def days(self) -> tuple[date, ...]:
        return days_between(self.first, self.last)

    def measured(self, dimension: str) -> dict[str, Measures | None]:
        """Key -> measures, the days in order with None for one without a file, the rest by number of calls."""
        found = self.by[dimension]
        if dimension == "day":
            known = {day.isoformat(): found.get(day.isoformat()) for day in self.days}
            silent = {day.isoformat() for day in self.silent}
            return {day: None if day in silent else measures(sums or nothing()) for day, sums in known.items()}
        if dimension == "hour":
            return {key: measures(found[key]) for key in sorted(found)}
        return {key: measures(sums) for key, sums in sorted(found.items(), key=lambda pair: (-pair[1][0], pair[0]))}


def days_between(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def find_files(sources: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    """Day files in these folders, in their folders `days` (a seat's, or that of the desks' shared folder), or given by name."""
    found: dict[Path, None] = {}
    problems = []
    for source in sources:
        if source.is_file():
            found[source] = None
            continue
        inside = [source, source / "days", *sorted(source.glob("*/days"))]
        files = [file for folder in inside for file in sorted(folder.glob("*.csv")) if day_name(file) is not None]
        if not source.is_dir():
            problems.append(Problem(source, 0, "there is no such folder"))
        elif not files:
            problems.append(Problem(source, 0, "holds no day files (as 7QX-main-2026-11-22.csv)"))
        found.update(dict.fromkeys(files))
    return list(found), problems


class Adding:
    """Adds files up, day by day. The order in which they are given makes no difference."""

    def __init__(self, first: date, last: date, expected: Sequence[str] = ()) -> None:
        self._first, self._last = first, last
        self._total = nothing()
        self._by: dict[str, dict[str, Sums]] = {name: {} for name in DIMENSIONS}
        self._seen: dict[str, set[date]] = {desk: set() for desk in expected}
        self._known: dict[Path, str] = {}  # a folder without a desk's code in its names -> the code of its calls
        self._without_calls: list[tuple[Path, date]] = []
        self._problems: list[str] = []
        self._broken = self._twice = self._agents_missing = self._files = 0

    def tell(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self._broken += 1
            if len(self._problems) < _TOLD:
                self._problems.append(str(problem))

    def add(self, files: Iterable[Path]) -> None:
        named: list[tuple[DayName, Path]] = []
        for path in files:
            name = day_name(path)
            if name is None:
                self.tell([Problem(path, 0, "is named like no day file (as 7QX-main-2026-11-22.csv)")])
            else:
                if name.desk:
                    self._seen.setdefault(name.desk, set())
                if self._first <= name.day <= self._last:
                    named.append((name, path))
        named.sort(key=lambda pair: (pair[0].day, str(pair[1])))
        day, calls = date.min, set[tuple[str, str, object]]()
        for name, path in named:
            if name.day != day:
                day, calls = name.day, set()
            self._file(name, path, calls)

    def _file(self, name: DayName, path: Path, calls: set[tuple[str, str, object]]) -> None:
        problems: list[Problem] = []
        desk = name.desk
        self._files += 1
        for row in rows_in(path, problems):
            desk = row.desk
            self._seen.setdefault(desk, set()).add(row.day)
            # One seat begins no two calls in one second: the same call in a copy of its file is counted once.
            call = (row.desk, row.seat, row.start)
            if call in calls:
                self._twice += 1
                continue
            calls.add(call)
            self._row(row)
        self.tell(problems)
        whole = any(problem.line == 0 for problem in problems)
        if desk:
            self._known[path.parent] = desk
            if not whole:
                self._seen.setdefault(desk, set()).add(name.day)
        elif not whole:
            self._without_calls.append((path.parent, name.day))

    def _row(self, row: CallRow) -> None:
        sums = sums_of(row)
        self._total = add(self._total, sums)
        self._agents_missing += not row.agent
        keys = {
            "day": (row.day.isoformat(),),
            "hour": (f"{row.start.hour:02d}",),
            "desk": (row.desk,),
            "agent": (row.agent,) if row.agent else (),
            "topic": dict.fromkeys(row.topics),
            "service": dict.fromkeys(filter(None, row.services)),
            "agency": dict.fromkeys(filter(None, row.agencies)),
            "disposition": (row.disposition,),
            "language": (f"{row.lang} ({row.mode})" if row.mode != "agent" else row.lang,),
        }
        for dimension, found in self._by.items():
            for key in keys[dimension]:
                if key not in found and len(found) >= _MOST_KEYS:
                    key = REST  # noqa: PLW2901 - where it is counted instead
                known = found.get(key)
                found[key] = sums if known is None else add(known, sums)

    def report(self, switch: SwitchReport | None = None) -> Report:
        for folder, day in self._without_calls:
            self._seen.setdefault(self._known.get(folder, folder.parent.name), set()).add(day)
        days = days_between(self._first, self._last)
        gaps = {
            desk: tuple(day for day in days if day not in seen)
            for desk, seen in sorted(self._seen.items())
            if len(seen) < len(days)
        }
        present = set().union(*self._seen.values()) if self._seen else set()
        return Report(
            first=self._first,
            last=self._last,
            files=self._files,
            total=self._total,
            by=self._by,
            desks=tuple(sorted(self._seen)),
            gaps=gaps,
            silent=tuple(day for day in days if day not in present),
            agents_missing=self._agents_missing,
            broken=self._broken,
            twice=self._twice,
            problems=tuple(self._problems),
            switch=switch,
        )

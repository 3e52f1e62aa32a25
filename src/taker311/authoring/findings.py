"""What the checker found: every finding has a place, a code and one sentence for somebody who is no programmer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from taker311.base.text import clean_line

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`file` is relative to the folder of the source; `line` and `col` count from 1."""

    file: str
    line: int
    col: int
    severity: Severity
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}: {self.severity}[{self.code}]: {self.sentence}"


@dataclass(slots=True)
class Findings:
    """All findings of a run; the same one is kept once."""

    _found: dict[Finding, None] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        self._found.setdefault(finding)

    def __iter__(self) -> Iterator[Finding]:
        return iter(sorted(self._found))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> int:
        return sum(f.severity == "error" for f in self._found)

    @property
    def warnings(self) -> int:
        return len(self._found) - self.errors


@dataclass(frozen=True, slots=True)
class Report:
    """Where the readers of one file put what they find."""

    file: str
    findings: Findings

    def error(self, at: tuple[int, int], code: str, sentence: str) -> None:
        self.findings.add(Finding(self.file, at[0], at[1], "error", code, clean_line(sentence)))

    def warn(self, at: tuple[int, int], code: str, sentence: str) -> None:
        self.findings.add(Finding(self.file, at[0], at[1], "warning", code, clean_line(sentence)))

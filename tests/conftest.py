"""Makes `helpers` importable from every test (pytest puts this folder on the path), finds the shared data, and tells at the
end where the time went."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real recorded data: TAKER311_SHARED, or ../shared beside the checkout; skips where it is absent."""
    folder = (
        Path(os.environ.get("TAKER311_SHARED") or Path(__file__).resolve().parent.parent.parent / "shared") / "data"
    )
    if not folder.is_dir():
        pytest.skip(f"the shared data isn't here ({folder}); set TAKER311_SHARED")
    return folder


# Seconds of one core that a folder's tests are meant to stay within; 300 seconds on two cores are there for all of them.
# The line at the end says who went past; no test fails for it, since machines differ.
BUDGET_S = {"authoring": 45, "call": 25, "cases": 45, "cli": 25, "content": 40, "crm": 15, "desk": 45, "drills": 45}
BUDGET_S |= {"faults": 60, "hub": 40, "line": 25, "places": 15, "search": 25, "station": 25, "sync": 45, "terminal": 80}
OTHERS_S = 15

_spent: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _spent[Path(report.nodeid.split("::")[0]).parent.name] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    parts = []
    for folder, seconds in sorted(_spent.items(), key=lambda item: -item[1]):
        budget = BUDGET_S.get(folder, OTHERS_S)
        parts.append(f"{folder} {seconds:.0f}/{budget}{' OVER' if seconds > budget else ''}")
    terminalreporter.write_line(f"seconds by folder, of its budget: {', '.join(parts)}")

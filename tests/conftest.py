"""Makes `helpers` importable from every test (pytest puts this folder on the path), finds the shared data, and tells at the
end where the time went."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from helpers.once import ROOM

# Hundreds of tests start the program anew, and each start would compile it anew on a machine that says so.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    """A folder for helpers/once.py: the workers find it in the environment that they inherit."""
    if not hasattr(config, "workerinput"):
        room = os.environ[ROOM] = tempfile.mkdtemp(prefix="taker311-tests-")
        config.add_cleanup(lambda: shutil.rmtree(room, ignore_errors=True))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real recorded data: TAKER311_SHARED, or ../shared beside the checkout; skips where it is absent."""
    folder = (
        Path(os.environ.get("TAKER311_SHARED") or Path(__file__).resolve().parent.parent.parent / "shared") / "data"
    )
    if not folder.is_dir():
        pytest.skip(f"the shared data isn't here ({folder}); set TAKER311_SHARED")
    return folder


# Seconds of a core that a folder's tests are meant to stay within: two cores have 600 in the five minutes that are there for
# everything, the gathering of the tests included. The line at the end says who went past; no test fails for it, since
# machines differ. The clock's seconds stand beside them: where they are far more on a quiet machine, something waits.
BUDGET_S = {"authoring": 60, "base": 8, "call": 20, "cases": 25, "cli": 15, "content": 40, "crm": 20, "desk": 30}
BUDGET_S |= {"drills": 25, "faults": 25, "hub": 20, "intake": 12, "knowledge": 8, "line": 20, "net": 8, "places": 15}
BUDGET_S |= {"review": 12, "search": 12, "shift": 12, "station": 15, "sync": 40, "terminal": 95, "volunteers": 12}
OTHERS_S = 15

_core_s: Counter[str] = Counter()  # of folders, files and tests
_clock_s: Counter[str] = Counter()
_so_far = [0.0]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--dearest", type=int, default=0, metavar="N", help="the N tests and the N files that took most of a core"
    )


def _core_now() -> float:
    """Of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def pytest_runtest_logstart() -> None:
    _so_far[0] = _core_now()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    now = _core_now()
    report.user_properties.append(("core_s", now - _so_far[0]))
    _so_far[0] = now
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    file = report.nodeid.split("::")[0]
    seconds = float(dict(report.user_properties).get("core_s", 0.0))
    for name in (Path(file).parent.name, file, report.nodeid):
        _core_s[name] += seconds
        _clock_s[name] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    dearest = [(seconds, name) for name, seconds in _core_s.most_common()]
    folders = [(seconds, name) for seconds, name in dearest if "/" not in name]
    told = []
    for seconds, name in folders:
        budget = BUDGET_S.get(name, OTHERS_S)
        told.append(f"{name} {seconds:.0f}/{budget}{' OVER' if seconds > budget else ''} ({_clock_s[name]:.0f})")
    total = sum(seconds for seconds, _ in folders)
    line = f"core seconds by folder, of its budget (by the clock): {', '.join(told)}; {total:.0f} in all"
    terminalreporter.write_line(line)
    for of_tests in (True, False):
        these = [(seconds, name) for seconds, name in dearest if "/" in name and ("::" in name) is of_tests]
        for seconds, name in these[: config.getoption("dearest")]:
            terminalreporter.write_line(f"{seconds:8.2f} {_clock_s[name]:8.2f} {name}")

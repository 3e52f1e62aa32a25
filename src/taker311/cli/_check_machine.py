"""Doctor's look at the machine: Python, SQLite, the terminal, the clock, the folder for the desk's state."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from taker311.cli._findings import Finding

SMALLEST, REFERENCE = (60, 20), (80, 24)
_WAL_REPAIRED = (3, 51, 3)  # before it two connections to one WAL file may corrupt it (sqlite.org, 2026-01)
_LITTLE, _VERY_LITTLE = 1_000_000_000, 100_000_000
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # no desk ran this program before


def check_python(environment: Mapping[str, str]) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if environment.get("PYTHONDONTWRITEBYTECODE") and not Path(importlib.util.cache_from_source(__file__)).exists():
        return Finding(
            "python",
            "warning",
            f"Python {version}, with PYTHONDONTWRITEBYTECODE set: every start compiles the program anew.",
            "Take PYTHONDONTWRITEBYTECODE out of the environment.",
        )
    return Finding("python", "ok", f"Python {version}")


def check_sqlite(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Finding:
    name = f"SQLite {'.'.join(map(str, version))}"
    if version < _WAL_REPAIRED:
        return Finding(
            "sqlite", "note", f"{name}: sound with the one writer that a seat has; 3.51.3 and later allow more."
        )
    return Finding("sqlite", "ok", name)


def check_clock(now: datetime, newest: datetime | None) -> Finding:
    """`newest`: when the seat's newest file was written."""
    if now < _EARLIEST:
        return Finding(
            "clock", "error", f"This machine believes it is {now:%Y-%m-%d}.", "Set the clock: promises have dates."
        )
    if newest is not None and newest > now + timedelta(minutes=2):
        return Finding(
            "clock",
            "warning",
            f"This seat was written at {newest:%Y-%m-%d %H:%M} UTC, and the clock now says {now:%Y-%m-%d %H:%M}.",
            "Set the clock, or have it set by the network (NTP).",
        )
    return Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def newest_in(folder: Path) -> datetime | None:
    try:
        times = [path.stat().st_mtime for path in folder.iterdir()]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times), UTC) if times else None


def check_terminal(environment: Mapping[str, str]) -> Finding:
    if not sys.stdout.isatty():
        return Finding("terminal", "note", "The output is no terminal, so nothing can be said of one.")
    return judge_terminal(environment, os.get_terminal_size(), sys.stdout.encoding or "")


def check_driver() -> Finding:
    from taker311.desk.driver import driver_note, is_frugal

    return Finding("driver", "ok" if is_frugal() else "note", driver_note())


def judge_terminal(environment: Mapping[str, str], size: os.terminal_size, encoding: str) -> Finding:
    kind = environment.get("TERM", "")
    around = [
        name for name, key in (("tmux", "TMUX"), ("screen", "STY"), ("ssh", "SSH_CONNECTION")) if environment.get(key)
    ]
    colours = "24-bit" if environment.get("COLORTERM") in ("truecolor", "24bit") else "256" if "256" in kind else "8"
    colours = "none (NO_COLOR)" if environment.get("NO_COLOR") else colours
    seen = f"{kind or 'no TERM'}, {size.columns}x{size.lines}, colours: {colours}, {encoding or 'no encoding'}"
    seen += f", inside {' and '.join(around)}" if around else ""
    if kind in ("", "dumb"):
        return Finding(
            "terminal",
            "warning",
            f"{seen}: nothing can be placed on it.",
            "Set TERM, or take calls with  taker311 line.",
        )
    if encoding.lower().replace("-", "") != "utf8":
        return Finding(
            "terminal",
            "warning",
            f"{seen}: marks and accents show as '?'.",
            "Set LANG to a UTF-8 locale, as in C.UTF-8.",
        )
    if size.columns < SMALLEST[0] or size.lines < SMALLEST[1]:
        return Finding(
            "terminal",
            "warning",
            f"{seen}: too small for the desk.",
            f"Make it {REFERENCE[0]}x{REFERENCE[1]} or larger.",
        )
    if size.columns < REFERENCE[0] or size.lines < REFERENCE[1]:
        return Finding("terminal", "note", f"{seen}: the desk works, and is made for {REFERENCE[0]}x{REFERENCE[1]}.")
    return Finding("terminal", "ok", seen)


def check_state(folder: Path, mounts: str) -> list[Finding]:
    """`folder`: the seat's, made or not. `mounts`: the text of /proc/self/mountinfo."""
    from taker311.cases.seat import network_file_system

    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    elsewhere = "Give write permission there, or set TAKER311_HOME to a folder of yours."
    if not there.is_dir():
        return [Finding("state", "error", f"{there}: is a file where a folder is needed.", elsewhere)]
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return [Finding("state", "error", f"{there}: can't be written ({error.strerror or error}).", elsewhere)]
    found = [_permissions(folder), _room(there)]
    kind = network_file_system(there.resolve(), mounts)
    if kind:
        found.append(
            Finding(
                "file-system",
                "error",
                f"{there}: lies on a network file system ({kind}), where a saved case can be lost.",
                "Set TAKER311_HOME to a folder on this machine's own disk.",
            )
        )
    else:
        found.append(Finding("file-system", "ok", "no network file system"))
    return found


def _permissions(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("state", "note", f"{folder}: is made at the first start.")
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        return Finding(
            "state",
            "warning",
            f"{folder}: others on this machine can look into it.",
            f"Start the desk once, which closes it, or run  chmod 700 {folder}",
        )
    return Finding("state", "ok", f"{folder}: can be written, and nobody else can read it")


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    words = f"{free / 1e9:.1f} GB free" if free >= 1e9 else f"{free / 1e6:.0f} MB free"
    if free < _LITTLE:
        level, hurry = ("error", "now") if free < _VERY_LITTLE else ("warning", "soon")
        return Finding("disk", level, f"{folder}: {words}.", f"Make room {hurry}: a full disk takes no case.")  # type: ignore[arg-type]
    return Finding("disk", "ok", words)

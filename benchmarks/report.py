"""A report of 30 days over 100 desks' day files, about 200,000 calls, which it makes itself from a seed. Each form of the report
is a child process of its own, the whole command with its start; prints one JSON object with medians of CPU and wall time and the
largest memory (max RSS)."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from taker311.shift.calls import CallRow
from taker311.shift.columns import HEADER, line_of

DESKS, DAYS, CALLS = 100, 30, 67
FIRST = date(2026, 10, 20)  # the clocks change within the span
ROUNDS = 3
ZONE = ZoneInfo("America/New_York")


def row(chance: random.Random, desk: str, start: datetime) -> CallRow:
    topic = min(int(chance.expovariate(0.01)), 999)
    made = chance.random() < 0.4
    return CallRow(
        day=start.date(),
        start=start,
        agent=f"Agent {desk}",
        desk=desk,
        seat="main",
        kb="2026.11.20",
        lang=chance.choice(["en", "en", "en", "es"]),
        mode="agent",
        talk_s=chance.randint(30, 400),
        hold_s=chance.choice([0, 0, 0, 40]),
        after_s=chance.randint(5, 60),
        disposition="requested" if made else "answered",
        topics=(f"topic-{topic}",),
        outcomes=("requested" if made else "answered",),
        services=(f"SR-{topic % 120}" if made else "",),
        agencies=(f"agency-{topic % 25}",),
        searches=chance.randint(1, 3),
        no_result=int(chance.random() < 0.05),
        ranks=(chance.choice([1, 1, 1, 2, 3]),),
        cases=int(made),
    )


def make(folder: Path) -> int:
    chance = random.Random(311)
    calls = 0
    for number in range(DESKS):
        desk = f"D{number:02d}"
        for day in range(DAYS):
            first = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), ZONE)
            times = sorted(chance.sample(range(8 * 3600, 17 * 3600), CALLS))
            lines = [line_of(row(chance, desk, first + timedelta(seconds=at))) for at in times]
            (folder / f"{desk}-main-{first.date()}.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
            calls += len(lines)
    return calls


def child(folder: Path, form: str) -> tuple[float, float, float]:
    """(CPU seconds, wall seconds, max RSS in MiB) of one whole command."""
    last = FIRST + timedelta(days=DAYS - 1)
    command = [sys.executable, "-m", "taker311", "report", "--from", str(FIRST), "--to", str(last), str(folder)]
    begun = time.perf_counter()
    with Path(os.devnull).open("wb") as nothing:
        process = subprocess.Popen(command + ([form] if form else []), stdout=nothing, stderr=nothing)
        _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"the report ended with {status}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1024


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="taker311-report-") as name:
        folder = Path(name)
        told: dict[str, object] = {"calls": make(folder), "desks": DESKS, "days": DAYS}
        for form in ("", "--json", "--csv", "--html"):
            runs = [child(folder, form) for _ in range(ROUNDS)]
            told[form.lstrip("-") or "text"] = {
                "cpu_s": round(statistics.median(cpu for cpu, _, _ in runs), 2),
                "wall_s": round(statistics.median(wall for _, wall, _ in runs), 2),
                "max_rss_mib": round(max(rss for _, _, rss in runs)),
            }
    print(json.dumps(told))


if __name__ == "__main__":
    main()

"""How long `kb build` takes for a city of 3,600 topics, as a command in a process of its own. Prints one JSON object."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _made_city import write_city

TOPICS = 3_600
RUNS = 2


def measure(folder: Path, bundle: Path) -> tuple[float, float, str]:
    """Wall and CPU seconds of one build, and what it said."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "taker311", "kb", "build", str(folder), "-o", str(bundle)],
        check=True,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout.strip()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, bundle = Path(name) / "city", Path(name) / "city.kb"
        files = write_city(folder, TOPICS)
        runs = []
        versions = set()
        for _ in range(RUNS):
            wall, cpu, said = measure(folder, bundle)
            runs.append((wall, cpu))
            versions.add(said.rpartition("version ")[2].split(",")[0])
        wall, cpu = min(runs)
        result = {
            "benchmark": "build",
            "topics": TOPICS,
            "files": files,
            "runs": RUNS,
            "wall_s": round(wall, 2),
            "cpu_s": round(cpu, 2),
            "bundle_bytes": bundle.stat().st_size,
            "same_bytes_each_run": len(versions) == 1,
        }
        print(json.dumps(result))


if __name__ == "__main__":
    main()

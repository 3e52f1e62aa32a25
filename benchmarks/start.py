"""From process start to the first paint, the desk on 3,600 topics against a trivial Textual app in the same run.

Medians of starts that take turns, each in a pseudo-terminal of its own. The gate is the ratio of CPU times (<= 1.25), and that no
library is loaded which can wait. Beside it the commands without a screen, from process start to their end (<= 100 ms CPU to
start; 'doctor' with a knowledge base decodes all of it, which is its work). Prints one JSON object.
"""

from __future__ import annotations

import compileall
import contextlib
import json
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _made_city import write_city

TOPICS = 3_600
RUNS = 7
GATE = 1.25
# What must not be loaded before the first paint (design.md section 14); the rest of `heavy` is told, not judged.
BANNED = frozenset({"httpx", "yaml", "starlette", "sqlalchemy", "tuf"})
COMMANDS = {
    "queue_list": ["queue", "list"],
    "search": ["search", "pothole", "on", "my", "street"],
    "doctor": ["doctor"],
    "doctor_with_a_city": ["doctor"],
}
WITH_CITY = {"search", "doctor_with_a_city"}
COMMAND_GATE_S = 0.1
BANNED_IN_COMMANDS = frozenset({"textual", "httpx"})
HERE = Path(__file__).resolve().parent


def start(kind: str, bundle: Path, home: Path, *words: str) -> dict[str, Any]:
    """One start, read to its end; `words` are those of a command."""
    report = home / "report.json"
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"TAKER311_HOME": str(home), "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    environment["STARTED_AT"] = repr(time.monotonic())
    process = subprocess.Popen(
        [sys.executable, str(HERE / "_start_child.py"), kind, str(bundle), str(report), *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    os.close(theirs)
    with contextlib.suppress(OSError):  # Linux's word for a terminal that nobody holds any more
        while os.read(ours, 65_536):
            pass
    os.close(ours)
    if process.wait(60) != 0:
        raise SystemExit(f"the {kind} start failed with exit code {process.returncode}")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def main() -> None:
    compileall.compile_dir(HERE.parent / "src", quiet=2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundle = folder / "city.kb"
        write_city(folder / "city", TOPICS)
        subprocess.run(
            [sys.executable, "-m", "taker311", "kb", "build", str(folder / "city"), "-o", str(bundle)],
            check=True,
            capture_output=True,
        )
        runs: dict[str, list[dict[str, Any]]] = {"desk": [], "trivial": []}
        for _ in range(RUNS + 1):
            for kind, found in runs.items():
                found.append(start(kind, bundle, folder))
        commands = {
            name: [
                start("command", bundle, folder, *words, *(["--kb", str(bundle)] if name in WITH_CITY else []))
                for _ in range(RUNS + 1)
            ][1:]  # the first one makes the search index
            for name, words in COMMANDS.items()
        }
    medians = {
        f"{kind}_{what}": round(statistics.median(run[what] for run in found[1:]), 3)
        for kind, found in runs.items()
        for what in ("cpu_s", "wall_s")
    }
    ratio = medians["desk_cpu_s"] / medians["trivial_cpu_s"]
    heavy = [name for name in runs["desk"][-1]["heavy"] if name != "textual"]
    spent = {name: round(statistics.median(run["cpu_s"] for run in found), 3) for name, found in commands.items()}
    loaded = {name: sorted(BANNED_IN_COMMANDS & set(found[-1]["heavy"])) for name, found in commands.items()}
    result = {
        "benchmark": "start",
        "topics": TOPICS,
        "runs": RUNS,
        **medians,
        "cpu_ratio": round(ratio, 2),
        "gate": GATE,
        "modules_desk": runs["desk"][-1]["modules"],
        "modules_trivial": runs["trivial"][-1]["modules"],
        "heavy_before_paint": heavy,
        "banned_before_paint": sorted(BANNED & set(heavy)),
        "commands_cpu_s": spent,
        "commands_gate_s": COMMAND_GATE_S,
        "commands_over_gate": [name for name, cpu_s in spent.items() if cpu_s > COMMAND_GATE_S],
        "banned_in_commands": {name: names for name, names in loaded.items() if names},
        "passed": ratio <= GATE and not BANNED & set(heavy) and not any(loaded.values()),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

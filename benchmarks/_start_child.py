"""One start, measured from inside at the first paint: `_start_child.py desk KB REPORT` or `_start_child.py trivial - REPORT`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

HEAVY = (
    *("httpx", "yaml", "starlette", "sqlalchemy", "tuf", "uvicorn", "ssl"),
    *("phonenumbers", "email_validator", "rapidfuzz", "jellyfish", "snowballstemmer", "cryptography", "zstandard"),
)


def painted() -> None:
    """The first screen is out: notes what it cost, and ends."""
    report = {
        "cpu_s": time.process_time(),
        "wall_s": time.monotonic() - float(os.environ["STARTED_AT"]),
        "modules": len(sys.modules),
        "heavy": [name for name in HEAVY if name in sys.modules],
    }
    Path(sys.argv[3]).write_text(json.dumps(report), encoding="utf-8")
    os._exit(0)


def desk(kb: str) -> None:
    from taker311.cli import _run_desk, main

    _run_desk.Behind.begin = lambda _self: painted()  # type: ignore[method-assign]
    sys.exit(main(["desk", "--kb", kb]))


def trivial() -> None:
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Trivial(App[None]):
        def compose(self) -> ComposeResult:
            yield Static("hello")

        def on_mount(self) -> None:
            self.call_after_refresh(painted)

    Trivial().run()


if __name__ == "__main__":
    desk(sys.argv[2]) if sys.argv[1] == "desk" else trivial()

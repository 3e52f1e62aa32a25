"""One start, measured from inside at the first paint: `_start_child.py desk KB REPORT` or `_start_child.py trivial - REPORT`;
or one command without a screen, measured at its end: `_start_child.py command - REPORT WORD...`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

HEAVY = (
    *("textual", "httpx", "yaml", "starlette", "sqlalchemy", "tuf", "uvicorn", "ssl"),
    *("phonenumbers", "email_validator", "rapidfuzz", "jellyfish", "snowballstemmer", "cryptography", "zstandard"),
)


def painted() -> None:
    """The first screen is out, or the command has said all it had to say: notes what it cost, and ends."""
    report = {
        "cpu_s": time.process_time(),
        "wall_s": time.monotonic() - float(os.environ["STARTED_AT"]),
        "modules": len(sys.modules),
        "heavy": [name for name in HEAVY if name in sys.modules],
    }
    Path(sys.argv[3]).write_text(json.dumps(report), encoding="utf-8")
    os._exit(0)


def desk(kb: str) -> None:
    import taker311.cli.desk as command
    from taker311.cli import main

    start = command.run

    def run(arguments: argparse.Namespace) -> int:
        from taker311.cli import _desk_behind  # not sooner than `taker311 desk` itself loads it

        _desk_behind.DeskBehind.begin = lambda _self: painted()  # type: ignore[method-assign, assignment]
        return start(arguments)

    command.run = run
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


def command(words: list[str]) -> None:
    from taker311.cli import main

    main(words)
    painted()


if __name__ == "__main__":
    match sys.argv[1]:
        case "desk":
            desk(sys.argv[2])
        case "trivial":
            trivial()
        case _:
            command(sys.argv[4:])

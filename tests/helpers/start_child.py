"""What is loaded when the first screen is out, as JSON into a file: `start_child.py desk KB FILE`, or `trivial - FILE` for an app
that does nothing, so that a test can tell what a desk's start adds."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def painted(**more: Any) -> None:
    Path(sys.argv[3]).write_text(json.dumps({"modules": sorted(sys.modules), **more}), encoding="utf-8")
    os._exit(0)


def desk(kb: str) -> None:
    import taker311.cli.desk as command
    from taker311.cli import main

    start = command.run

    def run(arguments: argparse.Namespace) -> int:
        from taker311.cli import _desk_behind  # not sooner than `taker311 desk` itself loads it

        def begin(behind: Any) -> None:
            painted(decoded=behind._workplace.bundle.decoded)

        _desk_behind.DeskBehind.begin = begin  # type: ignore[method-assign]
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


if __name__ == "__main__":
    desk(sys.argv[2]) if sys.argv[1] == "desk" else trivial()

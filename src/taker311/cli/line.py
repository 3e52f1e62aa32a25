"""`taker311 line`: takes calls with plain prompts, or with one JSON object a line."""

from __future__ import annotations

import argparse
import queue
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.cases.model import OutboxRow
    from taker311.crm.client import Open311
    from taker311.station.workplace import Workplace

HELP = "Takes calls with plain prompts, one question and one line at a time; --json for programs."
_MEMORY_ONLY = (
    "Nobody is signed in: calls are kept in memory only and are lost when this program ends. "
    "Sign in with --passphrase-fd."
)


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._start import configure_calls

    configure_calls(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line, out and in")


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._start import Opening

    opening = Opening(arguments)
    workplace = opening.workplace()
    cache = Path(opening.paths.cache)
    return take_calls(workplace, cache, workplace.connect, as_json=arguments.json, notice=opening.known.notice)


def take_calls(
    workplace: Workplace,
    cache: Path,
    connect: Callable[[], Open311 | None],
    *,
    as_json: bool,
    notice: str = "",
) -> int:
    """Calls from standard input until it ends; the place of work is closed afterwards."""
    from taker311.line.session import run_json, run_plain

    changed: queue.SimpleQueue[OutboxRow] = queue.SimpleQueue()
    try:
        workplace.make_ready(cache)()
        workplace.start_sending(connect(), changed.put)
        signed_in = workplace.seat.unlocked is not None
        for text in (notice, *workplace.seat.notices, "" if signed_in else _MEMORY_ONLY):
            if text:
                print(text, file=sys.stderr)

        def lines() -> Iterator[str]:
            for text in sys.stdin:
                while not changed.empty():
                    workplace.station.case_changed(changed.get())
                yield text

        take = run_json if as_json else run_plain
        take(workplace.station, lines(), lambda text: print(text, flush=True))
    finally:
        workplace.stop()
    return 0

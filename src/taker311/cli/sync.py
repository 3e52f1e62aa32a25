"""`taker311 sync`: fetches the city's knowledge base, once or until it is ended; from its origin or from a stick."""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.sync.desk import Result, Syncer

HELP = "Fetches the city's knowledge base. A running desk does this by itself; this command is for the first time and for sticks."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="look once and end (exit code 1 when that failed)")
    parser.add_argument("--from", dest="folder", type=Path, metavar="DIR", help="a published folder on a stick")
    parser.add_argument(
        "--accept-expired",
        metavar="NAME",
        default="",
        help="with --from: NAME says yes to a stick whose signature has run out; it is recorded",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object for each look")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli._sync import make_syncer

    paths = find_paths()
    syncer = make_syncer(load_settings(paths.settings_file), paths)
    if syncer is None:
        raise UserError(
            f'{paths.settings_file}: no origin is set; add  [city] origin = "https://..."  and  fingerprint = "..."  as the city\'s IT gave them.'
        )
    if arguments.folder:
        result = _from_stick(syncer, arguments.folder, arguments.accept_expired)
        _tell(result, as_json=arguments.json)
        return 1 if result.kind == "failed" else 0
    if arguments.once:
        result = syncer.step()
        _tell(result, as_json=arguments.json)
        return 1 if result.kind == "failed" else 0
    return _until_ended(syncer, as_json=arguments.json)


def _from_stick(syncer: Syncer, folder: Path, name: str) -> Result:
    from taker311.base.text import clean_line

    result = syncer.take(folder)
    if result.why != "expired":
        return result
    who = clean_line(name, limit=60)
    if not who and sys.stdin.isatty():
        print(result.sentence, file=sys.stderr)
        print(
            "If you know who carried this stick, type your name to take it all the same, or Enter to leave it: ",
            end="",
            file=sys.stderr,
        )
        sys.stderr.flush()
        who = clean_line(sys.stdin.readline(), limit=60)
    if not who:
        return result
    return syncer.take(folder, accepted_by=who)


def _until_ended(syncer: Syncer, *, as_json: bool) -> int:
    from taker311.sync.worker import SyncWorker

    worker = SyncWorker(syncer, lambda result: _tell(result, as_json=as_json))
    worker.start()
    try:
        threading.Event().wait()
    finally:
        worker.stop()
    return 0


def _tell(result: Result, *, as_json: bool) -> None:
    from taker311.base.codec import to_json

    if as_json:
        print(to_json(result), flush=True)
    elif result.kind == "failed":
        print(f"error: {result.sentence}", file=sys.stderr, flush=True)
    else:
        print(
            f"{result.sentence} (version {result.version}, {result.received:,} bytes in {result.requests} requests)",
            flush=True,
        )

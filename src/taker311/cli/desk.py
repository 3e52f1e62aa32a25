"""`taker311 desk`, or `taker311` alone: takes calls on the full screen."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from taker311.base.errors import UserError

HELP = "Takes calls on the full screen."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._start import configure_calls

    configure_calls(parser)


def run(arguments: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("The desk needs a terminal; take calls from a program or a pipe with  taker311 line --json.")
    gc.disable()  # up to the first paint nothing becomes garbage; `Behind.begin` turns it on again
    from taker311.cli._run_desk import run_desk
    from taker311.cli._start import Opening

    opening = Opening(arguments)
    workplace = opening.workplace()
    return run_desk(
        workplace,
        Path(opening.paths.cache),
        workplace.connect,
        slots=opening.slots,
        notice=opening.known.notice,
        make_syncer=opening.syncer,
    )

"""`taker311 desk`, or `taker311` alone: takes calls on the full screen."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.cli._full_screen import need_a_screen

if TYPE_CHECKING:
    from taker311.cli._city import Opener

HELP = "Takes calls on the full screen."


def configure(parser: argparse.ArgumentParser) -> None:
    gc.disable()  # up to the first paint nothing becomes garbage; whoever works behind it turns it on again
    from taker311.cli._pack_arguments import add_pack
    from taker311.cli._start import configure_calls

    configure_calls(parser)
    add_pack(parser)


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._pack_arguments import wants_pack

    if wants_pack(arguments):
        from taker311.cli._pack_desk import run_volunteer

        gc.enable()
        return run_volunteer(arguments, line=False)
    need_a_screen("taker311 line")
    from taker311.knowledge.bundle import Bundle
    from taker311.knowledge.parts import DamagedError

    try:
        return _take_calls(arguments, Bundle.glance)
    except DamagedError:  # also where it was noticed behind the first paint: with a whole look, the one before is taken
        return _take_calls(arguments, Bundle.open)


def _take_calls(arguments: argparse.Namespace, opener: Opener) -> int:
    from taker311.cli._run_desk import run_desk
    from taker311.cli._start import Opening

    opening = Opening(arguments, opener)
    workplace = opening.workplace()
    return run_desk(
        workplace,
        Path(opening.paths.cache),
        workplace.connect,
        slots=opening.slots,
        notice=opening.known.notice,
        make_syncer=opening.syncer,
    )

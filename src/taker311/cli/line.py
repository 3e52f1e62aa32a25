"""`taker311 line`: takes calls with plain prompts, or with one JSON object a line."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Takes calls with plain prompts, one question and one line at a time; --json for programs."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._pack_arguments import add_pack
    from taker311.cli._start import configure_calls

    configure_calls(parser)
    add_pack(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line, out and in")


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._pack_arguments import wants_pack

    if wants_pack(arguments):
        from taker311.cli._pack_desk import run_volunteer

        return run_volunteer(arguments, line=True)
    from taker311.cli._line_calls import take_calls
    from taker311.cli._start import Opening

    opening = Opening(arguments)
    workplace = opening.workplace()
    cache = Path(opening.paths.cache)
    return take_calls(
        workplace,
        cache,
        workplace.connect,
        as_json=arguments.json,
        notice=opening.known.notice,
        slots=opening.slots,
        make_syncer=opening.syncer,
    )

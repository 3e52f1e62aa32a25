"""What `desk` and `line` take for a volunteer. Light: a regular desk's start passes here too."""

from __future__ import annotations

import argparse
from pathlib import Path

from taker311.base.errors import UserError


def add_pack(parser: argparse.ArgumentParser) -> None:
    """What `desk` and `line` take for a volunteer."""
    group = parser.add_argument_group("for volunteers")
    group.add_argument("--pack", type=Path, metavar="FILE", help="take calls on an emergency pack, and on nothing else")
    group.add_argument("--fingerprint", default="", metavar="WORDS", help="the city's, in 16 words or 32 hex digits")
    group.add_argument("--certificate", type=Path, metavar="FILE", help="yours; remembered after the first start")
    group.add_argument(
        "--theme", default="dark", choices=("dark", "light", "contrast", "terminal"), help="how it looks"
    )
    group.add_argument(
        "--finish", action="store_true", help="the last shift is over: hand over, then delete all of it here"
    )
    group.add_argument("--hand-over", type=Path, metavar="DIR", help="with --finish: where the hand-over is written")
    group.add_argument("--feedback", metavar="TEXT", help="with --finish: what you want to tell the city")


def wants_pack(arguments: argparse.Namespace) -> bool:
    """Raises UserError where something of a volunteer's is given without the pack that it belongs to."""
    given = [
        name for name in ("finish", "fingerprint", "certificate", "hand_over", "feedback") if getattr(arguments, name)
    ]
    if arguments.pack is None and given:
        raise UserError(f"--{given[0].replace('_', '-')} belongs to a pack: give that too, with --pack FILE.")
    if arguments.pack is not None:
        own = [
            name for name, usual in (("kb", ""), ("seat", "main"), ("agent", "")) if getattr(arguments, name) != usual
        ]
        if own:
            raise UserError(f"--{own[0]} does not go with --pack: a pack starts nothing but the volunteer's desk.")
    return arguments.pack is not None

"""`taker311 drill keys`: the trainer's key, and whom a desk knows as a trainer."""

from __future__ import annotations

import argparse

HELP = "Makes the trainer's key, writes its public half, and tells a desk which trainers it knows."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._people import configure_keys

    configure_keys(
        parser,
        "trainer",
        name="the trainer's name, as it stands on certificates",
        trust="take a trainer's public half in: results are sealed to it, its certificates count",
        known="show",
    )


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._people import run_keys
    from taker311.cli._trainer import drills_folder

    return run_keys(arguments, "trainer", drills_folder())

"""`taker311 review keys`: the reviewer's key, and whom a desk knows as a reviewer."""

from __future__ import annotations

import argparse

HELP = "Makes the reviewer's key, writes its public half, and tells a desk to which reviewers chosen calls are sealed."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._people import configure_keys

    configure_keys(
        parser,
        "reviewer",
        name="the reviewer's name, as it stands on forms",
        trust="take a reviewer's public half in: chosen calls are sealed to it from now on, its forms count",
        known="list",
    )


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._people import run_keys
    from taker311.cli._review import review_folder

    return run_keys(arguments, "reviewer", review_folder())

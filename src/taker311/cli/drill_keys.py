"""`taker311 drill keys`: the trainer's key, and whom a desk knows as a trainer."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Makes the trainer's key, writes its public half, and tells a desk which trainers it knows."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._trainer import add_key

    acts = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    init = acts.add_parser("init", help="make a trainer's key here; this desk knows the trainer from then on")
    init.add_argument("name", help="the trainer's name, as it stands on certificates")
    export = acts.add_parser("export", help="write the public half, to be carried to the desks")
    export.add_argument("file", type=Path)
    trust = acts.add_parser(
        "trust", help="take a trainer's public half in: results are sealed to it, its certificates count"
    )
    trust.add_argument("file", type=Path)
    show = acts.add_parser("show", help="the trainers whom this desk knows")
    for one in (init, export, trust, show):
        add_key(one)


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.cli._trainer import drills_folder, key_folder, new_trainer
    from taker311.drills.certificates import write
    from taker311.drills.trainer_keys import public_of, read_public, trust, trusted

    match arguments.act:
        case "init":
            trainer = new_trainer(arguments, arguments.name)
            trust(drills_folder(), trainer.public)
            print(
                f"{key_folder(arguments)}: the key of {trainer.public.name}, {_grouped(trainer.public.id)}. Make a copy of it."
            )
        case "export":
            public = public_of(key_folder(arguments))
            write(arguments.file, f"{to_json(public)}\n".encode())
            print(f"{arguments.file}: the public half of {public.name}'s key, {_grouped(public.id)}")
        case "trust":
            public = read_public(arguments.file)
            trust(drills_folder(), public)
            print(f"This desk knows {public.name}, {_grouped(public.id)}. Compare these letters with the trainer.")
        case _:
            for public in trusted(drills_folder()):
                print(f"{_grouped(public.id)}  {public.name}")
    return 0


def _grouped(text: str) -> str:
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))

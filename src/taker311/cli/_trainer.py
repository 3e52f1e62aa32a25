"""What the trainer's commands share: where the key is and how it is opened."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.paths import find_paths
from taker311.cli.at_seat import read_passphrase
from taker311.drills.trainer_keys import PLAIN, Trainer, is_sealed, make, open_key


def add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keys", type=Path, metavar="DIR", help="the trainer's key; default: trainer-keys beside the settings"
    )
    parser.add_argument(
        "--passphrase-fd", type=int, metavar="N", help="read the key's passphrase from this file descriptor"
    )


def key_folder(arguments: argparse.Namespace) -> Path:
    return (arguments.keys or Path(find_paths().config) / "trainer-keys").expanduser().absolute()


def drills_folder() -> Path:
    """Where this desk keeps results and the trainers whom it knows."""
    return Path(find_paths().data) / "drills"


def open_trainer(arguments: argparse.Namespace) -> Trainer:
    folder = key_folder(arguments)
    passphrase = (
        read_passphrase(arguments.passphrase_fd, "Passphrase of the trainer's key: ") if is_sealed(folder) else ""
    )
    return open_key(folder, passphrase)


def new_trainer(arguments: argparse.Namespace, name: str) -> Trainer:
    folder = key_folder(arguments)
    if os.environ.get(PLAIN) == "1":
        return make(folder, name, "")
    passphrase = read_passphrase(arguments.passphrase_fd, "Passphrase of the new trainer's key: ")
    if len(passphrase) < 8:
        raise UserError(f"A passphrase has at least eight characters (or set {PLAIN}=1 to keep the key without one).")
    if arguments.passphrase_fd is None and read_passphrase(None, "Once more: ") != passphrase:
        raise UserError("The two passphrases differ; nothing was made.")
    return make(folder, name, passphrase)

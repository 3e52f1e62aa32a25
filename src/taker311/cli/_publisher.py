"""What the publisher's commands share: where the keys are and how they are opened."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.authoring.publish_keys import KeyFolder


def add_keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keys", type=Path, metavar="DIR", help="the signing keys; default: publisher-keys beside the settings"
    )
    parser.add_argument("--passphrase-fd", type=int, metavar="N", help="read the keys' passphrase from this file descriptor")  # fmt: skip


def key_folder(arguments: argparse.Namespace, *apart_from: Path, new: bool = False) -> KeyFolder:
    """Raises UserError where the keys would lie in a folder that is given away."""
    from taker311.authoring.publish_keys import PLAIN, KeyFolder, wants_plain
    from taker311.base.paths import find_paths
    from taker311.cli.at_seat import read_passphrase

    folder = (arguments.keys or Path(find_paths().config) / "publisher-keys").expanduser().resolve()
    for other in apart_from:
        if folder.is_relative_to(other.expanduser().resolve()):
            raise UserError(
                f"{folder}: keys must not lie inside {other}, which others read; keep them elsewhere with --keys."
            )
    if wants_plain(os.environ):
        return KeyFolder(folder, "")
    passphrase = read_passphrase(arguments.passphrase_fd, "Passphrase of the signing keys: ")
    if new and len(passphrase) < 8:
        raise UserError(f"A passphrase has at least eight characters (or set {PLAIN}=1 to keep the keys without one).")
    if new and arguments.passphrase_fd is None and read_passphrase(None, "Once more: ") != passphrase:
        raise UserError("The two passphrases differ; nothing was made.")
    return KeyFolder(folder, passphrase)

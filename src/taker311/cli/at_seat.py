"""What commands about a seat share: which folder it is, and who signs in."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say

if TYPE_CHECKING:
    from taker311.base.keyslots import Unlocked


def add_seat(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seat", default="main", metavar="NAME", help="the seat on this machine (default: main)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="a seat's folder, instead of --seat")


def add_sign_in(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="who", metavar="NAME", default="", help="who signs in")
    parser.add_argument("--passphrase-fd", type=int, metavar="N", help="read the passphrase from this file descriptor")


def seat_folder(arguments: argparse.Namespace) -> Path:
    if arguments.folder is not None:
        return Path(arguments.folder)
    from taker311.base.paths import find_paths

    return find_paths().seat(arguments.seat)


def speak() -> None:
    """The language of the settings from here on, for what people read."""
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.base.words import use

    use(load_settings(find_paths().settings_file).desk.language)


def sign_in(arguments: argparse.Namespace, folder: Path) -> Unlocked:
    """Opens a slot of the seat: the demo's throw-away key, or the one of `--as` with a passphrase. Raises UserError."""
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.base.throwaway_key import THROWAWAY, open_throwaway
    from taker311.station.volunteers_seat import refuse_volunteers_seat

    refuse_volunteers_seat(folder)
    if (folder / THROWAWAY).exists():
        return open_throwaway(folder)
    slots = KeySlots(folder, SystemClock())
    names = [slot.name for slot in slots.slots() if slot.kind != "recovery"]
    who = arguments.who or (names[0] if len(names) == 1 else "")
    if not who:
        raise UserError(
            say("{folder}: say who signs in, with --as and one of: {names}.", folder=folder, names=", ".join(names))
        )
    if any(slot.name == who and slot.keyring for slot in slots.slots()):
        from taker311.base.os_keyring import OsKeyring

        return slots.unlock_keyring(who, OsKeyring())
    return slots.unlock(who, read_passphrase(arguments.passphrase_fd, say("Passphrase of {agent}", agent=who) + ": "))


def read_passphrase(descriptor: int | None, prompt: str) -> str:
    """One line from the descriptor, or typed unseen at the terminal. Raises UserError where there is neither."""
    if descriptor is not None:
        try:
            with os.fdopen(os.dup(descriptor), encoding="utf-8") as file:
                return file.readline().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(say("--passphrase-fd {number}: nothing can be read from it.", number=descriptor)) from error
    if not sys.stdin.isatty():
        raise UserError(say("Nobody is there to type a passphrase; give it with --passphrase-fd."))
    import getpass

    return getpass.getpass(prompt)

"""`taker311 slots`: who can open a seat's key."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.cli.at_seat import add_seat, seat_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from taker311.base.keyslots import KeySlots, Unlocked

HELP = "Who can open a seat's key: lists, adds and removes slots."


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")

    def command(name: str, line: str, *, signs: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=line, description=line)
        add_seat(made)
        if signs:
            made.add_argument("--as", dest="who", metavar="NAME", default="", help="who signs in to do it")
            made.add_argument(
                "--passphrase-fd",
                type=int,
                metavar="N",
                help="read passphrases from this descriptor, one a line as asked",
            )
        return made

    command("list", "the slots; needs no key", signs=False).add_argument(
        "--json", action="store_true", help="one JSON object a line"
    )
    add = command("add", "let somebody else sign in, or the city recover")
    add.add_argument("name", nargs="?", default="", help="who it is for")
    add.add_argument("--supervisor", action="store_true", help="a supervisor's slot")
    add.add_argument(
        "--recovery-key", type=Path, metavar="FILE", help="the city's public recovery key, instead of a name"
    )
    add.add_argument("--keyring", action="store_true", help="no passphrase: this machine's keyring opens it")
    command("remove", "take a slot away").add_argument("name")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.base.throwaway_key import THROWAWAY
    from taker311.station.volunteers_seat import refuse_volunteers_seat

    folder = seat_folder(arguments)
    if (folder / THROWAWAY).exists():
        raise UserError(f"{folder}: this is a demo's seat, whose key lies beside its data; it has no slots.")
    slots = KeySlots(folder, SystemClock())
    if arguments.act == "list":
        return _list(slots, as_json=arguments.json)
    refuse_volunteers_seat(folder)
    from taker311.cli.sign_in import asker

    ask = asker(arguments.passphrase_fd)
    opened = _open(slots, arguments.who, ask)
    return _add(slots, opened, arguments, ask) if arguments.act == "add" else _remove(slots, opened, arguments.name)


def _list(slots: KeySlots, *, as_json: bool) -> int:
    from taker311.base.codec import to_json
    from taker311.base.text import clean_line

    for slot in slots.slots():
        if as_json:
            print(
                to_json(
                    {"name": slot.name, "kind": slot.kind, "keyring": bool(slot.keyring), "created_at": slot.created_at}
                )
            )
        else:
            print(
                f"{slot.kind:<10}  {slot.created_at:%Y-%m-%d}  {clean_line(slot.name, limit=60)}{'  (keyring)' if slot.keyring else ''}"
            )
    return 0


def _open(slots: KeySlots, who: str, ask: Callable[[str], str]) -> Unlocked:
    names = [slot.name for slot in slots.slots() if slot.kind != "recovery"]
    who = who or (names[0] if len(names) == 1 else "")
    if not who:
        raise UserError(f"Say who signs in, with --as and one of: {', '.join(names)}.")
    return slots.unlock(who, ask(f"Passphrase of {who}: "))


def _add(slots: KeySlots, opened: Unlocked, arguments: argparse.Namespace, ask: Callable[[str], str]) -> int:
    from taker311.cli._start import checked
    from taker311.cli.sign_in import read_recovery_key

    if arguments.recovery_key is not None:
        slots.add_recovery(opened, "city", read_recovery_key(arguments.recovery_key))
        print(
            "The city can recover this seat; cases from now on open with its key alone, earlier ones through its slot."
        )
        return 0
    if not arguments.name:
        raise UserError("Say whom the slot is for, or give --recovery-key FILE.")
    if arguments.keyring:
        from taker311.base.os_keyring import OsKeyring

        slots.add_keyring(opened, arguments.name, OsKeyring())
        print(f"This machine's keyring opens the slot {arguments.name} now, for whoever is logged in here.")
        return 0
    phrase = checked(ask(f"Choose a passphrase for {arguments.name}, at least eight characters: "))
    if getattr(ask, "typed", False) and ask("The same once more: ") != phrase:
        raise UserError("The two were not the same, so nothing was made; try again.")
    slots.add(opened, "supervisor" if arguments.supervisor else "agent", arguments.name, phrase)
    print(f"{arguments.name} can sign in too now.")
    return 0


def _remove(slots: KeySlots, opened: Unlocked, name: str) -> int:
    slots.remove(opened, name)
    print(f"{name}'s slot is gone. Who knew the key may still have it:  taker311 rekey  changes the key itself.")
    return 0

"""What the commands about a person's key share, a trainer's or a reviewer's: where it is, how it is opened and made, and whom
a desk knows."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.paths import find_paths
from taker311.base.people_keys import PLAIN, Holder, Role, is_sealed, make, open_key
from taker311.cli.at_seat import read_passphrase


def add_key(parser: argparse.ArgumentParser, role: Role) -> None:
    parser.add_argument(
        "--keys", type=Path, metavar="DIR", help=f"the {role}'s key; default: {role}-keys beside the settings"
    )
    parser.add_argument(
        "--passphrase-fd", type=int, metavar="N", help="read the key's passphrase from this file descriptor"
    )


def key_folder(arguments: argparse.Namespace, role: Role) -> Path:
    given: Path = arguments.keys or Path(find_paths().config) / f"{role}-keys"
    return given.expanduser().absolute()


def open_person(arguments: argparse.Namespace, role: Role) -> Holder:
    folder = key_folder(arguments, role)
    passphrase = ""
    if is_sealed(folder, role):
        passphrase = read_passphrase(arguments.passphrase_fd, f"Passphrase of the {role}'s key: ")
    return open_key(folder, role, passphrase)


def new_person(arguments: argparse.Namespace, role: Role, name: str) -> Holder:
    folder = key_folder(arguments, role)
    if os.environ.get(PLAIN) == "1":
        return make(folder, role, name, "")
    passphrase = read_passphrase(arguments.passphrase_fd, f"Passphrase of the new {role}'s key: ")
    if len(passphrase) < 8:
        raise UserError(f"A passphrase has at least eight characters (or set {PLAIN}=1 to keep the key without one).")
    if arguments.passphrase_fd is None and read_passphrase(None, "Once more: ") != passphrase:
        raise UserError("The two passphrases differ; nothing was made.")
    return make(folder, role, name, passphrase)


def configure_keys(parser: argparse.ArgumentParser, role: Role, *, name: str, trust: str, known: str) -> None:
    """The four acts on keys; `known` is what the one that lists is called."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    init = acts.add_parser("init", help=f"make a {role}'s key here; this desk knows the {role} from then on")
    init.add_argument("name", help=name)
    export = acts.add_parser("export", help="write the public half, to be carried to the desks")
    export.add_argument("file", type=Path)
    taken = acts.add_parser("trust", help=trust)
    taken.add_argument("file", type=Path)
    shown = acts.add_parser(known, help=f"the {role}s whom this desk knows")
    for one in (init, export, taken, shown):
        add_key(one, role)


def run_keys(arguments: argparse.Namespace, role: Role, folder: Path) -> int:
    """`folder` holds the public halves that this desk knows."""
    from taker311.base.codec import to_json
    from taker311.base.files import write_atomically
    from taker311.base.people_keys import public_of, read_public, trust, trusted

    match arguments.act:
        case "init":
            person = new_person(arguments, role, arguments.name)
            trust(folder, person.public)
            where = key_folder(arguments, role)
            print(f"{where}: the key of {person.public.name}, {grouped(person.public.id)}. Make a copy of it.")
        case "export":
            public = public_of(key_folder(arguments, role), role)
            try:
                write_atomically(arguments.file, f"{to_json(public)}\n".encode())
            except OSError as error:
                sentence = f"{arguments.file}: can't be written ({error.strerror or error}); name another place."
                raise UserError(sentence) from error
            print(f"{arguments.file}: the public half of {public.name}'s key, {grouped(public.id)}")
        case "trust":
            public = read_public(arguments.file, role)
            trust(folder, public)
            print(f"This desk knows {public.name}, {grouped(public.id)}. Compare these letters with the {role}.")
        case _:
            for public in trusted(folder, role):
                print(f"{grouped(public.id)}  {public.name}")
    return 0


def grouped(text: str) -> str:
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))

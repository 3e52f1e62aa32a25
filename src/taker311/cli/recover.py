"""`taker311 recover`: makes the city's recovery key, and reads a dead desk's queue with it."""

from __future__ import annotations

import argparse
import os
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.cli.at_seat import add_seat, add_sign_in, read_passphrase, seat_folder, sign_in

if TYPE_CHECKING:
    from taker311.cases.recovery import Found

HELP = "Reads a dead desk's queue with the city's key and hands its cases on; 'recover init FILE' makes the key."
_PLAIN = "TAKER311_KEYS_PLAIN"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", metavar="FOLDER|init", help="the dead desk's seat folder, a copy of it, or a volunteer's notes; or init"
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="with init: where the city's key is written")
    parser.add_argument("--key", type=Path, metavar="CITYKEY", help="the city's recovery key, made by 'recover init'")
    parser.add_argument(
        "--key-passphrase-fd", type=int, metavar="N", help="read the key's passphrase from this descriptor"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="hand the cases on in this sealed file")
    parser.add_argument(
        "--to", type=Path, metavar="KEYFILE", help="with --out: the other desk's key; else the city's own"
    )
    parser.add_argument("--here", action="store_true", help="hand the cases on to the seat named by --seat or --folder")
    parser.add_argument(
        "--read-only",
        action="store_true",
        help="change nothing in the dead desk's folder, which must then never start again",
    )
    add_seat(parser)
    add_sign_in(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    if arguments.what == "init":
        return _init(arguments)
    if arguments.key is None:
        raise UserError(
            "Give the city's recovery key with --key; 'taker311 recover init FILE' makes one for next time."
        )
    if arguments.out is not None and arguments.here:
        raise UserError("Hand the cases on with --out or with --here, not with both.")
    from taker311.cases.recovery import read_dead_desk
    from taker311.cli.queue_handover import city_key
    from taker311.station.volunteers_seat import MARK

    dead = Path(arguments.what)
    private = city_key(arguments.key, arguments.key_passphrase_fd)
    if dead.is_file() or (dead / MARK).exists():
        from taker311.cli._pack_notes import tell_notes

        tell_notes(dead, private, as_json=arguments.json)
        if dead.is_file():
            return 0
    found = read_dead_desk(dead, private)
    _tell(dead, found, as_json=arguments.json)
    if not found.parcels or (arguments.out is None and not arguments.here):
        return 0
    if arguments.here:
        _take_in(arguments, dead, private, found)
    else:
        _write(arguments, dead, private, found)
    return 0


def _init(arguments: argparse.Namespace) -> int:
    from taker311.base.city_key import make_city_key
    from taker311.cli._start import checked

    if arguments.file is None:
        raise UserError("Say where the key shall be written: taker311 recover init FILE.")
    phrase = ""
    if os.environ.get(_PLAIN) != "1":
        prompt = "Choose a passphrase for the city's recovery key: "
        phrase = checked(read_passphrase(arguments.passphrase_fd, prompt))
        if arguments.passphrase_fd is None and read_passphrase(None, "The same once more: ") != phrase:
            raise UserError("The two were not the same, so nothing was made; try again.")
    public = make_city_key(arguments.file, phrase)
    print(f"{arguments.file}: the city's recovery key. Keep it and its passphrase off the desks, in two places.")
    print(f"{public}: its public half, for each desk:  taker311 slots add --recovery-key {public.name}")
    return 0


def _tell(dead: Path, found: Found, *, as_json: bool) -> None:
    from taker311.cases.reference import format_ref

    counts = {
        "waiting": len(found.parcels),
        "settled": found.settled,
        "exported": found.exported,
        "sealed": found.sealed,
    }
    if as_json:
        from taker311.base.codec import to_json

        refs = [{"ref": p.case.ref, "state": p.row.state, "created_at": p.case.created_at} for p in found.parcels]
        print(to_json({**counts, "cases": refs}))
        return
    print(
        f"{dead}: {counts['waiting']} cases wait, {found.settled} are settled, {found.exported} left on a stick before."
    )
    for parcel in found.parcels:
        print(f"{format_ref(parcel.case.ref)}  {parcel.row.state:<8}  {parcel.case.created_at:%Y-%m-%d %H:%M}")
    if found.sealed:
        print(f"{found.sealed} more can't be opened with this key.")


def _write(arguments: argparse.Namespace, dead: Path, private: bytes, found: Found) -> None:
    from taker311.base.sealing import public_of
    from taker311.cli.sign_in import read_recovery_key

    public = read_recovery_key(arguments.to) if arguments.to is not None else public_of(private)
    file = arguments.out.absolute()
    if not _export(arguments, dead, private, public, file):
        _copy(found, public, file)
    _note(arguments, f"{len(found.parcels)} cases are in {file}; take them in with  taker311 queue import {file.name}")


def _take_in(arguments: argparse.Namespace, dead: Path, private: bytes, found: Found) -> None:
    from taker311.base.files import private_folder
    from taker311.cases.inbox import Request
    from taker311.cases.receive_keys import ReceiveKeys
    from taker311.cli._queue_case import done

    seat = seat_folder(arguments)
    if seat.resolve() == dead.resolve():
        raise UserError(f"{seat}: this is the dead desk itself; name another seat with --seat.")
    unlocked = sign_in(arguments, seat)
    public = ReceiveKeys(private_folder(seat)).public(unlocked.sealer)
    between = (seat / f"recovered-{uuid.uuid4()}.cases").absolute()
    if not _export(arguments, dead, private, public, between):
        _copy(found, public, between)
    try:
        answer = done(seat, Request("import", unlocked.name, file=str(between)), unlocked)
    except UserError as error:
        raise UserError(f"{error} The cases are in {between}; take them in with  taker311 queue import.") from error
    between.unlink(missing_ok=True)
    _note(arguments, answer.said)


def _export(arguments: argparse.Namespace, dead: Path, private: bytes, public: bytes, file: Path) -> bool:
    """Lets the cases leave that desk's own queue, so that it would not send them if it came back. False where its folder
    can't be written, or its keys are gone, or it is not to be touched."""
    if arguments.read_only or not os.access(dead, os.W_OK):
        return False
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.cases import handover
    from taker311.cases.opening import open_store
    from taker311.cases.seat import SeatInUseError

    clock = SystemClock()
    try:
        opened = KeySlots(dead, clock).unlock_recovery(private)
        store = open_store(dead, clock, opened.sealer, who="taker311 recover")
    except SeatInUseError as error:
        raise UserError(f"{dead}: that desk is running; use 'taker311 queue export' there, or close it.") from error
    except UserError:
        return False
    try:
        handover.export(store, file, public, clock.now(), actor="city recovery", number=str(uuid.uuid4()))
    finally:
        store.close()
    return True


def _copy(found: Found, public: bytes, file: Path) -> None:
    from taker311.base.files import sync_folder
    from taker311.base.sealing import key_id
    from taker311.cases import handover

    if file.exists():
        raise UserError(f"{file}: is there already; give another name.")
    label = handover.Label(
        handover.VERSION, str(uuid.uuid4()), datetime.now(UTC), "", len(found.parcels), key_id(public).hex()
    )
    part = file.with_name(f"{file.name}.part")
    handover.write_part(part, found.parcels, public, label)
    part.rename(file)
    sync_folder(file.parent)
    print(
        "That desk's own queue was not changed: it must not be started again, or it sends these cases too.",
        file=sys.stderr,
    )


def _note(arguments: argparse.Namespace, sentence: str) -> None:
    if not arguments.json:
        print(sentence)

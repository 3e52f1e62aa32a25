"""`taker311 queue export|import|receive-key|reclaim`: cases that travel on a stick."""

from __future__ import annotations

import argparse
import contextlib
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.cli.at_seat import read_passphrase, sign_in

if TYPE_CHECKING:
    from taker311.base.keyslots import Unlocked
    from taker311.cases import handover
    from taker311.cases.inbox import Act


def run_handover(folder: Path, arguments: argparse.Namespace) -> int:
    if arguments.act == "reclaim" and arguments.ref:
        from taker311.cli._queue_case import found_row

        case_id = found_row(folder, arguments.ref).case_id
    else:
        case_id = ""
    unlocked = sign_in(arguments, folder)
    match arguments.act:
        case "receive-key":
            return give_key(folder, arguments.file, unlocked)
        case "export":
            said = export(folder, arguments.file, arguments.to, unlocked)
        case "import" if arguments.key is not None:
            private = city_key(arguments.key, arguments.key_passphrase_fd)
            said = import_from_city(folder, arguments.file, private, unlocked)
        case "import":
            said = _ask(folder, unlocked, "import", file=arguments.file)
        case _:
            said = _ask(folder, unlocked, "reclaim", case_id=case_id, unread=arguments.unread)
    _print(said, as_json=arguments.json)
    return 0


def export(folder: Path, file: Path, to: Path | None, unlocked: Unlocked) -> str:
    """To the key in `to`, or to the city's recovery key where this seat has it."""
    if to is not None:
        from taker311.cli.sign_in import read_recovery_key

        public = read_recovery_key(to)
    else:
        public = unlocked.sealer.recovery
    if not public:
        raise UserError(
            "There is no key to seal the cases to: give the file that 'queue receive-key' made at the other desk with --to, "
            "or add the city's recovery key to this seat."
        )
    return _ask(folder, unlocked, "export", file=file, to=public)


def give_key(folder: Path, file: Path, unlocked: Unlocked) -> int:
    from taker311.base.files import write_atomically
    from taker311.cases.receive_keys import ReceiveKeys

    public = ReceiveKeys(folder).public(unlocked.sealer)
    try:
        write_atomically(file, f"{public.hex()}\n".encode(), mode=0o644)
    except OSError as error:
        raise UserError(f"{file}: can't be written ({error.strerror}).") from error
    print(f"{file}: take it to the other desk, and give it there to  taker311 queue export FILE --to {file.name}")
    return 0


def city_key(file: Path, descriptor: int | None) -> bytes:
    """The city's private key, with its passphrase asked for if it has one."""
    from taker311.base.city_key import open_city_key

    return open_city_key(file, lambda: read_passphrase(descriptor, f"Passphrase of {file.name}: "))


def import_from_city(folder: Path, file: Path, private: bytes, unlocked: Unlocked) -> str:
    """Opens what was sealed to the city and hands it to this seat sealed to its own key, so that nothing lies there in
    plain and a running desk can take it in."""
    from taker311.base.sealing import key_id, public_of
    from taker311.cases import handover as sealed_file
    from taker311.cases.receive_keys import ReceiveKeys

    def private_of(wanted: str) -> bytes:
        return private if wanted == key_id(public_of(private)).hex() else b""

    label, parcels = sealed_file.open_file(file, private_of)
    public = ReceiveKeys(folder).public(unlocked.sealer)
    return import_parcels(folder, parcels, label, public, unlocked)


def import_parcels(
    folder: Path,
    parcels: tuple[handover.Parcel, ...],
    label: handover.Label,
    public: bytes,
    unlocked: Unlocked,
) -> str:
    from msgspec.structs import replace

    from taker311.base.sealing import key_id
    from taker311.cases import handover as sealed_file

    between = folder / f"import-{uuid.uuid4()}.sealed"
    sealed_file.write_part(between, parcels, public, replace(label, to=key_id(public).hex(), count=len(parcels)))
    try:
        return _ask(folder, unlocked, "import", file=between)
    finally:
        with contextlib.suppress(OSError):
            between.unlink()


def _ask(
    folder: Path,
    unlocked: Unlocked,
    act: Act,
    *,
    file: Path | None = None,
    to: bytes = b"",
    case_id: str = "",
    unread: bool = False,
) -> str:
    from taker311.cases.inbox import Request
    from taker311.cli._queue_case import done

    where = str(file.absolute()) if file else ""
    request = Request(act, unlocked.name, case_id, file=where, to=to, unread=unread)
    return done(folder, request, unlocked).said


def _print(said: str, *, as_json: bool) -> None:
    if as_json:
        from taker311.base.codec import to_json

        print(to_json({"done": said}))
    else:
        print(said)

"""Cases that go to another desk as a sealed file: they leave here when the file is whole, and start there in doubt, with the
same key and the same bytes, so that nothing is doubled whichever desk comes back first.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from taker311.base import crash, sealing
from taker311.base.codec import Value, from_json, pack, to_json, unpack
from taker311.base.errors import UserError
from taker311.base.files import sync_folder
from taker311.base.sealing import SealBrokenError
from taker311.base.text import clean
from taker311.cases import acts, outbox
from taker311.cases.drill import is_drill
from taker311.cases.interface import CaseStore
from taker311.cases.model import AuditHead, Case, OutboxRow, State
from taker311.cases.reference import is_ref
from taker311.cases.tables import queued_row
from taker311.crm.model import Submission

VERSION = 1
_MOST_BYTES = 256 << 20
_LABEL_BYTES = 4_096
_GONE: tuple[State, ...] = ("exported",)
_PATH = re.compile(r"requests(\.[a-z]{1,8})?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Parcel(Value, frozen=True):
    case: Case
    submission: Submission
    row: OutboxRow


class Label(Value, frozen=True):
    """The first line of the file, in plain: nothing in it is a caller's. `to` is the id of the key that it is sealed to;
    `audit` the end of the sending desk's audit."""

    version: int
    id: str
    at: datetime
    desk: str
    count: int
    to: str
    audit: AuditHead = AuditHead()


def exportable(store: CaseStore) -> list[Parcel]:
    """What waits at this desk and can be read; a case that can't be opened stays."""
    parcels = []
    for row in store.rows(acts.EXPORTABLE):
        if is_drill(row.ref):
            continue
        with contextlib.suppress(SealBrokenError):
            parcels.append(Parcel(store.case(row.case_id), store.submission(row.case_id), row))
    return parcels


def export(
    store: CaseStore, file: Path, public: bytes, at: datetime, *, actor: str, number: str, desk: str = ""
) -> int:
    """Seals the waiting cases into `file`, readable with the private half of `public` only, and marks them `exported`.

    The file gets its name last: under its own name it holds only cases that this desk no longer sends. Called again after
    a crash it finishes what it began. Returns how many cases left; raises UserError, and then nothing has left.
    """
    if file.exists():
        raise UserError(f"{file}: is there already; give another name.")
    part = file.with_name(f"{file.name}.part")
    begun = _begun(store, part)
    if begun is not None:
        _name(part, file)
        return begun
    parcels = exportable(store)
    if not parcels:
        raise UserError("Nothing waits at this desk that could be exported.")
    write_part(part, parcels, public, Label(VERSION, number, at, desk, len(parcels), _id(public), store.audit_head()))
    try:
        ids = [parcel.row.case_id for parcel in parcels]
        store.change_many(ids, acts.exported, at, event="exported", actor=actor, detail=number)
    except UserError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    crash.point("export.before-rename")
    _name(part, file)
    return len(parcels)


def write_part(part: Path, parcels: Iterable[Parcel], public: bytes, label: Label) -> None:
    """Raises UserError where the place does not take it."""
    first = to_json(label).encode()
    data = first + b"\n" + sealing.seal_to(public, pack(tuple(parcels)), first)
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if part.read_bytes() != data:
            raise OSError(errno.EIO, "what was written reads back as something else")
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise UserError(f"{part}: can't be written ({error.strerror}); every case is still here.") from error


def _name(part: Path, file: Path) -> None:
    try:
        part.rename(file)
        sync_folder(file.parent)
    except OSError as error:
        raise UserError(
            f"{file}: can't be finished ({error.strerror}); give the same command again, or 'queue reclaim'."
        ) from error


def holds(store: CaseStore, file: Path) -> int | None:
    """How many cases the file holds, where every one of them left this desk with it and none was taken back; else None."""
    return _begun(store, file)


def _begun(store: CaseStore, part: Path) -> int | None:
    """How many cases an interrupted export holds, where every one of them left with it and none was taken back since."""
    try:
        label = read_label(part)
    except UserError:
        return None
    last = {e.case_id: e.detail for e in store.audit_entries() if e.event == "exported"}
    gone = {row.case_id for row in store.rows(_GONE)}
    holds = [case_id for case_id, number in last.items() if number == label.id]
    return label.count if len(holds) == label.count and gone.issuperset(holds) else None


def import_file(
    store: CaseStore, file: Path, private_of: Callable[[str], bytes], at: datetime, *, actor: str
) -> tuple[int, int]:
    """Takes the file's cases in as `unknown`, with their own keys and bytes; how many were taken and how many were here
    already. `private_of` gives the private key for a key's id, b'' where there is none. Doing it again changes nothing."""
    label, parcels = open_file(file, private_of)
    taken = 0
    for parcel in parcels:
        case = _cleaned(parcel.case)
        there = parcel.row
        state: State = "held" if there.state == "held" else "queued"
        row = replace(queued_row(case), state=state, attempts=there.attempts, first_sent_at=there.first_sent_at)
        row = outbox.taken_in(row, at)
        taken += store.take_in(row, case, parcel.submission, at, actor=actor, detail=label.id)
    return taken, len(parcels) - taken


def reclaim(store: CaseStore, case_id: str, at: datetime, *, actor: str, unread: bool) -> int:
    """Takes one exported case back, or all of them where `case_id` is ''; returns how many. Audited."""
    ids = [case_id] if case_id else [row.case_id for row in store.rows(_GONE)]
    if not ids:
        raise UserError("No case has left this desk on a stick.")
    rule = partial(acts.reclaimed, at=at, unread=unread)
    return store.change_many(ids, rule, at, event="reclaimed", actor=actor, detail="unread" if unread else "")


def open_file(file: Path, private_of: Callable[[str], bytes]) -> tuple[Label, tuple[Parcel, ...]]:
    """Raises UserError for anything that is not a whole file for one of our keys."""
    if file.name.endswith(".part"):
        raise UserError(
            f"{file}: was never finished, so its cases are still at their own desk; export them again there."
        )
    label = read_label(file)
    private = private_of(label.to)
    if not private:
        raise UserError(f"{file}: was sealed for another desk's key or for the city's; take it in where that key is.")
    try:
        first, _, sealed = file.read_bytes().partition(b"\n")
        parcels = unpack(sealing.open_from(private, sealed, first), tuple[Parcel, ...])
    except (OSError, ValueError, SealBrokenError) as error:
        raise UserError(f"{file}: is damaged or cut short; export it again, or use another copy.") from error
    if len(parcels) != label.count or not all(map(_fits, parcels)):
        raise UserError(f"{file}: holds something that is no case; nothing was taken in.")
    return label, parcels


def read_label(file: Path) -> Label:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise UserError(f"{file}: is too large for a file of cases.")
        with file.open("rb") as opened:
            label = from_json(opened.readline(_LABEL_BYTES), Label)
    except OSError as error:
        raise UserError(f"{file}: can't be read ({error.strerror}).") from error
    except ValueError as error:
        raise UserError(f"{file}: is no file of exported cases.") from error
    if label.version != VERSION:
        raise UserError(f"{file}: was written by a newer taker311; update this one.")
    return label


def _fits(parcel: Parcel) -> bool:
    """A file may come from anywhere: row, case and bytes must speak of one and the same case, and go where cases go."""
    case, submission, row = parcel.case, parcel.submission, parcel.row
    return (
        _UUID.fullmatch(case.id) is not None
        and is_ref(case.ref)
        and (row.case_id, row.ref) == (case.id, case.ref)
        and (submission.reference, submission.service_code) == (case.tag, case.service_code)
        and _PATH.fullmatch(submission.path) is not None
        and _UUID.fullmatch(submission.idem_key) is not None
        and all(moment.tzinfo is not None for moment in (case.created_at, row.first_sent_at or case.created_at))
    )


def _cleaned(case: Case) -> Case:
    """The case with every text of it cleaned."""
    return msgspec.convert(_plain(msgspec.to_builtins(case)), Case)


def _plain(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            return value


def _id(public: bytes) -> str:
    return sealing.key_id(public).hex()

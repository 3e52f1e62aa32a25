"""A call kept for review: its whole journal, sealed to every reviewer whom the desk knows. What lies open in the file is the
moment from which its time runs, and the id in its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from taker311.base.codec import Value, pack, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.people_keys import Holder, Public, open_for, seal_for
from taker311.call.events import AnyEvent

SUFFIX = ".call"
VERSION = 1
LARGEST = 20_000_000
NOBODY = "This desk knows no reviewer, so no call is kept for review; run  taker311 review keys trust FILE."
_CALL_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Happened(Value, frozen=True):
    at: datetime
    event: AnyEvent


class Recorded(Value, frozen=True):
    """`why`: the reasons for which it was chosen; `chosen_by` whoever picked it by hand. `reply_to` is a public key of the
    agent's seat: what is sealed to it, only that seat opens."""

    v: int
    call_id: str
    agent: str
    desk: str
    kb_version: str
    began: datetime
    ended: datetime | None
    why: tuple[str, ...]
    events: tuple[Happened, ...]
    chosen_by: str = ""
    reply_to: bytes = b""


class Envelope(Value, frozen=True):
    """A file of the review: `at` is when its time began to run, and is bound to what is sealed."""

    v: int
    at: datetime
    sealed: bytes


def is_call_id(text: str) -> bool:
    return _CALL_ID.fullmatch(text) is not None


def path_in(folder: Path, call_id: str) -> Path:
    return folder / f"{call_id}{SUFFIX}"


def keep(folder: Path, record: Recorded, reviewers: Sequence[Public], at: datetime, *, shared: bool = False) -> Path:
    """Seals a call into `folder`; a crash leaves no file or a whole one. `shared`: as in `put`. Raises UserError."""
    if not reviewers:
        raise UserError(NOBODY)
    if not is_call_id(record.call_id):
        raise UserError("This call has no id of ours; only calls of this desk can be kept for review.")
    path = path_in(folder, record.call_id)
    put(path, Envelope(VERSION, at, seal_for(reviewers, pack(record), _about(record.call_id, at))), shared=shared)
    return path


def open_call(path: Path, reviewer: Holder) -> Recorded:
    """Raises UserError where it is damaged, altered, or sealed to others."""
    envelope = read(path, "call")
    call_id = path.name.removesuffix(SUFFIX)
    plain = open_for(reviewer, envelope.sealed, _about(call_id, envelope.at), str(path), "call")
    try:
        found = unpack(plain, Recorded)
    except ValueError as error:
        raise UserError(f"{path}: this call was written by a newer taker311; update this one.") from error
    if found.call_id != call_id:
        raise UserError(f"{path}: another call lies in this file; it was renamed.")
    return found


def read(path: Path, what: str) -> Envelope:
    """The file with its seal unbroken. Raises UserError."""
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path}: this is no {what} of the review; it is too large.")
        found = unpack(path.read_bytes(), Envelope)
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror or error}).") from error
    except ValueError as error:
        raise UserError(f"{path}: this {what} is damaged; it can't be opened any more.") from error
    if found.v != VERSION or found.at.tzinfo is None:
        raise UserError(f"{path}: this {what} is damaged, or was written by a newer taker311.")
    return found


def put(path: Path, envelope: Envelope, *, shared: bool = False) -> None:
    """Writes a file of the review. Its folder is this user's alone, unless it is `shared`: then whoever may use the folder
    above may use it, for a reviewer works under another name than the desks; what lies there is sealed."""
    try:
        if shared:
            path.parent.mkdir(exist_ok=True)
        else:
            private_folder(path.parent)
        write_atomically(path, pack(envelope), mode=0o644 if shared else 0o600)
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror or error}); make room.") from error


def _about(call_id: str, at: datetime) -> bytes:
    return f"taker311 call for review {call_id} {at.isoformat()}".encode()

"""Forms on the disk: each signed by its reviewer, a draft sealed to them alone, a finished one to every reviewer, and one that
was released to the seat of the call's agent."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from taker311.base import sealing
from taker311.base.codec import Value, pack, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.people_keys import Holder, NotForThemError, Public, open_for, seal_for
from taker311.base.sealing import SealBrokenError
from taker311.review.form import Form
from taker311.review.record import VERSION, Envelope, is_call_id, put, read

DRAFT, FINISHED, RELEASED, SEEN = ".draft", ".form", ".released", ".seen"
_ABOUT = b"taker311 review form\0"


class _Signed(Value, frozen=True):
    """`form` is the signed text itself."""

    form: bytes
    by: str
    signature: bytes


def path_in(folder: Path, call_id: str, reviewer_id: str, suffix: str) -> Path:
    return folder / f"{call_id}.{reviewer_id[:16]}{suffix}"


def save_draft(folder: Path, form: Form, reviewer: Holder, at: datetime) -> Path:
    """For its reviewer alone."""
    path = path_in(folder, form.call_id, reviewer.public.id, DRAFT)
    _keep(path, form, reviewer, (reviewer.public,), at)
    return path


def save_finished(folders: Sequence[Path], form: Form, reviewer: Holder, reviewers: Sequence[Public]) -> None:
    """For every reviewer whom this desk knows, into the own folder and the shared ones after it; the draft is over. Raises
    UserError."""
    people = (reviewer.public, *(one for one in reviewers if one.id != reviewer.public.id))
    for number, folder in enumerate(folders):
        path = path_in(folder, form.call_id, reviewer.public.id, FINISHED)
        _keep(path, form, reviewer, people, form.finished or form.begun, shared=number > 0)
    for folder in folders:
        with contextlib.suppress(OSError):
            path_in(folder, form.call_id, reviewer.public.id, DRAFT).unlink(missing_ok=True)


def release(folders: Sequence[Path], form: Form, reviewer: Holder, reply_to: bytes) -> None:
    """Lets the agent's seat, and nobody else, read a finished form."""
    if not reply_to:
        raise UserError("This call names no seat to which its form could be sealed.")
    for number, folder in enumerate(folders):
        path = path_in(folder, form.call_id, reviewer.public.id, RELEASED)
        sealed = sealing.seal_to(reply_to, pack(_signed(form, reviewer)), _about(path.name))
        put(path, Envelope(VERSION, form.finished or form.begun, sealed), shared=number > 0)


def _keep(
    path: Path, form: Form, reviewer: Holder, people: Sequence[Public], at: datetime, *, shared: bool = False
) -> None:
    if not is_call_id(form.call_id):
        raise UserError("This form belongs to no call of ours.")
    put(path, Envelope(VERSION, at, seal_for(people, pack(_signed(form, reviewer)), _about(path.name))), shared=shared)


def _signed(form: Form, reviewer: Holder) -> _Signed:
    text = pack(form)
    return _Signed(text, reviewer.public.id, reviewer.sign(_ABOUT + text))


def _about(name: str) -> bytes:
    return _ABOUT + name.encode()


# ---------------------------------------------------------------- reading
def draft_of(folder: Path, call_id: str, reviewer: Holder) -> Form | None:
    """What the reviewer has begun. Raises UserError where it can't be opened."""
    path = path_in(folder, call_id, reviewer.public.id, DRAFT)
    return _opened(path, reviewer, (reviewer.public,)) if path.exists() else None


def finished_of(folders: Sequence[Path], call_id: str, reviewer: Holder) -> Form | None:
    for folder in folders:
        path = path_in(folder, call_id, reviewer.public.id, FINISHED)
        if path.exists():
            return _opened(path, reviewer, (reviewer.public,))
    return None


def finished_forms(
    folders: Sequence[Path], reviewer: Holder, reviewers: Sequence[Public]
) -> Iterator[tuple[Path, Form | str]]:
    """Every finished form, each once, or a sentence on why it can't be counted."""
    people = (reviewer.public, *reviewers)
    names: set[str] = set()
    for folder in folders:
        for path in sorted(folder.glob(f"*{FINISHED}")):
            if path.name in names:
                continue
            names.add(path.name)
            try:
                yield path, _opened(path, reviewer, people)
            except UserError as error:
                yield path, str(error)


def _opened(path: Path, reviewer: Holder, people: Sequence[Public]) -> Form:
    envelope = read(path, "form")
    try:
        plain = open_for(reviewer, envelope.sealed, _about(path.name), str(path), "form")
    except NotForThemError:
        raise UserError(f"{path}: this form was finished before its desk knew you as a reviewer.") from None
    return _verified(plain, people, path)


def released_to(folders: Sequence[Path], private: bytes, reviewers: Sequence[Public]) -> Iterator[tuple[Path, Form]]:
    """The forms that this seat may read; `private` opens what is sealed to it. What is sealed to other seats, or signed by
    nobody whom this desk knows, is passed over."""
    names: set[str] = set()
    for folder in folders:
        for path in sorted(folder.glob(f"*{RELEASED}")):
            if path.name in names:
                continue
            names.add(path.name)
            with contextlib.suppress(UserError, SealBrokenError):
                plain = sealing.open_from(private, read(path, "form").sealed, _about(path.name))
                yield path, _verified(plain, reviewers, path)


def _verified(plain: bytes, people: Sequence[Public], path: Path) -> Form:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        signed = unpack(plain, _Signed)
        by = next((one for one in people if one.id == signed.by), None)
        if by is None:
            raise UserError(f"{path}: this desk does not know the reviewer who signed this form; add the key.")
        Ed25519PublicKey.from_public_bytes(by.sign).verify(signed.signature, _ABOUT + signed.form)
        form = unpack(signed.form, Form)
    except (ValueError, InvalidSignature) as error:
        raise UserError(f"{path}: this form was altered; it does not count.") from error
    if path.name.split(".", 2)[:2] != [form.call_id, by.id[:16]] or form.reviewer_id != by.id:
        raise UserError(f"{path}: this form belongs to another call or reviewer; it does not count.")
    return form


# ---------------------------------------------------------------- blindness
def has_seen(folder: Path, call_id: str, reviewer_id: str) -> bool:
    """Whether this reviewer looked at another's form of the call before finishing their own."""
    return path_in(folder, call_id, reviewer_id, SEEN).exists()


def note_seen(folder: Path, call_id: str, reviewer_id: str) -> None:
    with contextlib.suppress(OSError):
        write_atomically(path_in(private_folder(folder), call_id, reviewer_id, SEEN), b"")

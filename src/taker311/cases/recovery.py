"""A dead desk's queue, read with the city's recovery key: from its folder, a copy of it, or what is left of its disk.
Nothing in that folder is changed."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from taker311.base.clock import SystemClock
from taker311.base.codec import Value, unpack
from taker311.base.errors import UserError
from taker311.base.keyslots import KeySlots
from taker311.base.sealing import SealBrokenError, Sealer, open_with_recovery
from taker311.cases.handover import Parcel
from taker311.cases.opening import FILE
from taker311.cases.salvage import readable_rows
from taker311.cases.schema import is_whole, row_of
from taker311.cases.tables import Body, about, queued_row


class Found(Value, frozen=True):
    """`parcels`: what still waits there. `settled` reached the city or were closed there, `exported` left on a stick, and
    `sealed` can't be opened with this key."""

    parcels: tuple[Parcel, ...]
    settled: int = 0
    exported: int = 0
    sealed: int = 0


def read_dead_desk(folder: Path, private: bytes, scratch: Path | None = None) -> Found:
    """Raises UserError where there is no queue, or nothing of it opens with that key. `scratch`: where the copies to read
    from are made and deleted; what lies in them is sealed."""
    path = folder / FILE
    if not path.exists():
        raise UserError(f"{path}: there is no queue in this folder; give a seat's folder, or a copy of one.")
    desk = _desk_key(folder, private)
    parcels: dict[str, Parcel] = {}
    settled: set[str] = set()
    exported: set[str] = set()
    sealed: set[str] = set()
    try:
        with tempfile.TemporaryDirectory(dir=scratch, prefix="taker311-") as made:
            for found in readable_rows(path, Path(made)):
                case_id = found.get("case_id")
                if not isinstance(case_id, str) or case_id in parcels:
                    continue
                state = found["state"] if is_whole(found) else ""
                if state in ("sent", "purged", "closed"):
                    settled.add(case_id)
                elif state == "exported":
                    exported.add(case_id)
                elif (parcel := _opened(found, private, desk)) is None:
                    sealed.add(case_id)
                else:
                    parcels[case_id] = parcel
    except OSError as error:
        raise UserError(
            f"{path}: can't be read ({error.strerror}); copy what the disk still gives and try that."
        ) from error
    left = sealed - parcels.keys() - settled - exported
    if left and not parcels:
        raise UserError(f"{path}: {len(left)} cases wait there, and none opens with this key; was it this desk's city?")
    return Found(tuple(parcels.values()), len(settled), len(exported), len(left))


def _desk_key(folder: Path, private: bytes) -> Sealer | None:
    """From the recovery slot, which also opens what was sealed before the city's key was given to that desk."""
    with contextlib.suppress(UserError):
        return KeySlots(folder, SystemClock()).unlock_recovery(private).sealer
    return None


def _opened(found: dict[str, Any], private: bytes, desk: Sealer | None) -> Parcel | None:
    blob, name = found.get("sealed"), about(found["case_id"], found.get("script_version") or 0)
    if not isinstance(blob, bytes):
        return None
    plain = None
    if desk is not None:
        with contextlib.suppress(SealBrokenError):
            plain = desk.open(blob, name)
    if plain is None:
        try:
            plain = open_with_recovery(private, blob, name)
        except SealBrokenError:
            return None
    try:
        body = unpack(plain, Body)
    except ValueError:
        return None
    row = queued_row(body.case)
    if is_whole(found):
        with contextlib.suppress(sqlite3.DatabaseError, ValueError, KeyError):
            row = row_of(found)
    return Parcel(body.case, body.submission, row)

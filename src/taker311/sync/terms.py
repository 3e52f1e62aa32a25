"""What an emergency pack says beside its knowledge: for which incident and how long, whose certificates count, where cases go.

It travels as a part of the pack's bundle, so it is signed like the rest, and it holds no secret.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from taker311.base.codec import Value, unpack
from taker311.base.people_keys import Public
from taker311.base.text import clean_line
from taker311.knowledge.model import Transfer

PART = "terms"
VERSION = 1


class Terms(Value, frozen=True):
    """`trainers` sign the certificates that count, `drills` must have been passed. `recovery` is the public half of the
    city's recovery key (X25519). `crm` '' : cases wait sealed until they are handed over. `elsewhere`: where a caller goes
    whom nothing in the pack answers. `review_every`: every so many calls one is marked for review. `newest_at`: the address of a
    file where a newer pack of the incident is put, '' for none."""

    v: int
    incident: str
    made: datetime
    ends: datetime
    trainers: tuple[Public, ...]
    recovery: bytes
    elsewhere: Transfer
    drills: tuple[str, ...] = ()
    crm: str = ""
    dialect: str = "hub"
    jurisdiction: str = ""
    reviewers: tuple[Public, ...] = ()
    break_after_min: int = 120
    review_every: int = 10
    newest_at: str = ""


def read_terms(data: bytes) -> Terms | None:
    """None where the bytes are no terms that this program understands, or lack what a volunteer's desk rests on."""
    try:
        found = unpack(data, Terms)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    whole = found.v == VERSION and found.trainers and len(found.recovery) == 32 and found.incident
    if not whole or found.made.tzinfo is None or found.ends.tzinfo is None:
        return None
    return msgspec.structs.replace(
        found,
        incident=clean_line(found.incident, limit=80),
        trainers=tuple(msgspec.structs.replace(one, name=clean_line(one.name, limit=60)) for one in found.trainers),
        crm=clean_line(found.crm, limit=300),
        dialect=clean_line(found.dialect, limit=60),
        jurisdiction=clean_line(found.jurisdiction, limit=100),
        newest_at=clean_line(found.newest_at, limit=300),
    )

"""Did it land? What a look-up in the CRM's listing may conclude about a case in doubt, and what is left to a person. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from taker311.cases.model import Case, OutboxRow
from taker311.cases.outbox import LANDED, NOT_ALONE, PERSON, RECLAIMED, RESTORED, Waits, accepted
from taker311.crm.model import Accepted, Dialect, Receipt, RequestRecord

_FIRST_LOOK_S = 10.0
NEAR_M = 50.0
NEAR_TIME = timedelta(minutes=10)
_EARTH_M = 6_371_008.8  # mean radius, IUGG


class Listed(Protocol):
    """The part of an endpoint that lists its cases."""

    def find(
        self, service_code: str = "", start: datetime | None = None, end: datetime | None = None
    ) -> Sequence[RequestRecord]: ...


def listing(crm: Listed, row: OutboxRow, now: datetime, waits: Waits) -> Sequence[RequestRecord]:
    """The CRM's cases of the row's service since its first send. Raises UserError where it can't be read."""
    skew = timedelta(seconds=waits.skew_s)
    start = (row.first_sent_at or row.created_at) - skew
    if start > now:
        # Sent while the clock was ahead: no dates, lest the list leave out what is looked for.
        return crm.find(row.service_code)
    return crm.find(row.service_code, start, now + skew)


def is_found(record: RequestRecord, row: OutboxRow, waits: Waits) -> bool:
    """Both parts of the reference, the same service, and not requested before the first send (less the clocks' skew)."""
    if not record.request_id or record.requested is None or row.first_sent_at is None:
        return False
    if not _has_tag(record, tag_of(row)):
        return False
    same_service = record.service_code.strip().casefold() == row.service_code.strip().casefold()
    return same_service and record.requested >= row.first_sent_at - timedelta(seconds=waits.skew_s)


def tag_of(row: OutboxRow) -> str:
    """As `Case.tag`: what the case's description ends with."""
    return f"{row.ref}/{row.case_id[:8]}"


def names(record: RequestRecord | None, row: OutboxRow) -> bool:
    """True where the CRM's own description says that this is that case."""
    return record is not None and _has_tag(record, tag_of(row))


def _has_tag(record: RequestRecord, tag: str) -> bool:
    pattern = rf"(?<![0-9A-Za-z]){re.escape(tag)}(?![0-9A-Za-z])"
    return re.search(pattern, record.description or "", re.IGNORECASE) is not None


def resends_by_key(row: OutboxRow, at: datetime, dialect: Dialect, waits: Waits) -> bool:
    """True where the same bytes may simply go again with the same key."""
    if not dialect.honours_idempotency_key or row.last_class == LANDED:
        return False
    return row.first_sent_at is None or abs((at - row.first_sent_at).total_seconds()) < waits.key_lives_s


def can_look(dialect: Dialect) -> bool:
    """Where descriptions are hidden nothing can be recognised, so nothing is ever chosen by itself."""
    return dialect.descriptions_listed


def after_look(
    row: OutboxRow,
    records: Sequence[RequestRecord],
    at: datetime,
    *,
    dialect: Dialect,
    waits: Waits,
    ours: frozenset[str],
) -> OutboxRow:
    """What a listing of the case's service since its first send says about a row that is `unknown`.

    `ours`: city numbers of this desk's cases that were first sent after this row's last attempt ended.
    """
    if row.state != "unknown":
        return row
    found = [r for r in records if is_found(r, row, waits)]
    if found:
        return _landed(row, found, at, waits)
    row = msgspec.structs.replace(row, looks=row.looks + 1)
    if any(names(record, row) for record in records):
        # It is there in all but service or time: neither found nor absent, whatever else the list shows.
        slow = at + timedelta(seconds=waits.look_slow_s)
        reason = f"Its reference is in the city's system under another service or time. {PERSON}"
        return _look_again(msgspec.structs.replace(row, absent_looks=0, absent_at=None), slow, reason)
    settle = timedelta(seconds=dialect.settle_s if waits.settle_s is None else waits.settle_s)
    ended = row.ended_at or at
    if at < ended + settle:
        wait = max(_FIRST_LOOK_S, (at - ended).total_seconds())
        return _look_again(row, min(at + timedelta(seconds=wait), ended + settle))
    if row.last_class in NOT_ALONE or not _would_show(records, dialect, ours):
        slow = at + timedelta(seconds=waits.look_slow_s)
        return _look_again(msgspec.structs.replace(row, absent_looks=0, absent_at=None), slow, _ask_person(row))
    gap = timedelta(seconds=waits.look_gap_s)
    if row.absent_at is None:
        first = msgspec.structs.replace(row, absent_looks=1, absent_at=at)
        return _look_again(first, at + gap)
    if at < row.absent_at + gap:
        return _look_again(row, row.absent_at + gap)
    return msgspec.structs.replace(
        row,
        state="queued",
        ambiguous=False,
        absent_looks=row.absent_looks + 1,
        next_at=at,
        last_class="absent",
        last_reason="Looked twice in the city's system: it is not there. It goes out again.",
    )


def _would_show(records: Sequence[RequestRecord], dialect: Dialect, ours: frozenset[str]) -> bool:
    """Would this listing show the case if it were there? Not when it may be cut short, hides descriptions, or can't be
    shown to be fresher than the attempt."""
    if not dialect.descriptions_listed or len(records) >= dialect.listing_cap:
        return False
    return dialect.consistent_reads or any(r.request_id in ours for r in records)


def _landed(row: OutboxRow, found: Sequence[RequestRecord], at: datetime, waits: Waits) -> OutboxRow:
    first, *others = sorted(found, key=lambda r: (r.requested or at, r.request_id))
    row = accepted(row, Accepted(Receipt(request_id=first.request_id), status=200), at, waits)
    reason = "Found in the city's system."
    if others:
        reason = f"In the city's system more than once: {', '.join(r.request_id for r in (first, *others))}."
    return msgspec.structs.replace(row, last_class="found", last_reason=reason)


def _look_again(row: OutboxRow, at: datetime, reason: str = "") -> OutboxRow:
    return msgspec.structs.replace(
        row, next_at=at, last_reason=reason or "It may have arrived; it is looked for in the city's system."
    )


def _ask_person(row: OutboxRow) -> str:
    if row.last_class == LANDED:
        return f"The city says it has it already, but its number is not found. {PERSON}"
    if row.last_class in (RECLAIMED, RESTORED):
        return f"It is not in the city's system, but another desk may be sending it. {PERSON}"
    return f"It may have arrived, and the city's list can't tell. {PERSON}"


def look_failed(row: OutboxRow, at: datetime, wait_s: float) -> OutboxRow:
    """The listing could not be read: that proves nothing."""
    return row if row.state != "unknown" else msgspec.structs.replace(row, next_at=at + timedelta(seconds=wait_s))


def left_to_person(row: OutboxRow) -> OutboxRow:
    """Nothing that a program could look at would settle it."""
    return row if row.state != "unknown" else _left(row)


def _left(row: OutboxRow) -> OutboxRow:
    return msgspec.structs.replace(row, next_at=None, last_reason=_ask_person(row))


def candidates(
    case: Case, row: OutboxRow, records: Sequence[RequestRecord], *, taken: Callable[[str], bool]
) -> tuple[RequestRecord, ...]:
    """What may be this case, for a person to choose from, nearest in time first: same service, requested within ten
    minutes of a send, within 50 m where both have a point, claimed by no other case of this desk."""
    sends = [m for m in (row.first_sent_at, row.ended_at) if m is not None]

    def apart(record: RequestRecord) -> timedelta:
        return min((abs((record.requested or m) - m) for m in sends), default=timedelta.max)

    fitting = [
        r
        for r in records
        if r.request_id
        and r.service_code.strip().casefold() in ("", row.service_code.strip().casefold())
        and not taken(r.request_id)
        and (r.requested is None or apart(r) <= NEAR_TIME)
        and _near(case, r)
    ]
    return tuple(sorted(fitting, key=lambda r: (apart(r), r.request_id)))


def _near(case: Case, record: RequestRecord) -> bool:
    place = case.place
    if place is None or place.lat is None or place.lon is None or record.lat is None or record.lon is None:
        return True
    return metres(place.lat, place.lon, record.lat, record.lon) <= NEAR_M


def metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance by the haversine formula; WGS84 degrees in, metres out."""
    north, south = math.radians(lat), math.radians(other_lat)
    half = math.sin((south - north) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(half)))

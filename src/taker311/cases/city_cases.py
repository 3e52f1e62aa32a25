"""What the city's system showed of its cases when it was last asked: for duplicates and for status, offline too.

Descriptions are never kept. One file in the cache; losing it loses nothing that can't be asked for again.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from taker311.base.codec import Value, pack, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.crm.model import RequestRecord
from taker311.places.geometry import box_around, metres_between

if TYPE_CHECKING:
    from taker311.crm.client import Open311

_MOST = 20_000
_ASKED_KEPT = timedelta(days=30)  # a case that was asked for by its number


def city_cases_file(cache: Path, endpoint: str) -> Path:
    """Where a machine's seats keep what they saw of an endpoint's cases."""
    digest = hashlib.sha256((endpoint.rstrip("/") + "/").encode()).hexdigest()[:16]
    return cache / "crm" / f"cases-{digest}.bin"


class Seen(Value, frozen=True):
    """A case as it was at `at`. `listed`: it came with a listing of open cases, not by its number."""

    record: RequestRecord
    at: datetime
    listed: bool = True


class _Kept(Value, frozen=True):
    seen: tuple[Seen, ...] = ()
    refreshed_at: datetime | None = None


class CityCases:
    """Safe from any thread. `path` None keeps it in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        kept = _read(path)
        self._seen = {one.record.request_id: one for one in kept.seen}
        self._refreshed_at = kept.refreshed_at

    @property
    def refreshed_at(self) -> datetime | None:
        """When open cases were last listed."""
        with self._lock:
            return self._refreshed_at

    def get(self, number: str) -> Seen | None:
        with self._lock:
            return self._seen.get(number)

    def note(self, record: RequestRecord, at: datetime) -> Seen:
        """A case that was asked for by its number."""
        with self._lock:
            before = self._seen.get(record.request_id)
            listed = before is not None and before.listed and record.status == "open"
            seen = Seen(_bare(record), at, listed=listed)
            self._seen[record.request_id] = seen
        self._save()
        return seen

    def near(self, services: Collection[str], lat: float, lon: float, metres: float) -> list[tuple[float, Seen]]:
        """Open cases of these services (of any, where none is named) within so many metres, the nearest first."""
        south, north, west, east = box_around(lat, lon, metres)
        found: list[tuple[float, Seen]] = []
        with self._lock:
            seen = list(self._seen.values())
        for one in seen:
            case = one.record
            if case.status != "open" or case.lat is None or case.lon is None:
                continue
            if services and case.service_code not in services:
                continue
            if south <= case.lat <= north and west <= case.lon <= east:
                distance = metres_between(lat, lon, case.lat, case.lon)
                if distance <= metres:
                    found.append((distance, one))
        return sorted(found, key=lambda pair: pair[0])

    def refresh(self, client: Open311, services: Collection[str], now: datetime) -> int:
        """Lists the open cases of these services anew and returns how many there are. What a cut listing did not reach stays
        until it is too old. Raises CrmError where it can't be listed; nothing has changed then."""
        start = now - timedelta(days=client.dialect.nearby_days)
        listing = client.near(sorted(services), start, now + timedelta(minutes=5))
        wanted = set(services)
        fresh = {
            case.request_id: Seen(_bare(case), now)
            for case in listing.cases
            if case.status == "open" and (not case.service_code or case.service_code in wanted)
        }
        reached = min((case.requested for case in listing.cases if case.requested), default=None)
        with self._lock:
            kept = {
                number: one for number, one in self._seen.items() if _stays(one, listing.whole, reached, start, now)
            }
            self._seen = dict(list({**kept, **fresh}.items())[-_MOST:])
            self._refreshed_at = now
        self._save()
        return len(fresh)

    def _save(self) -> None:
        if self._path is None:
            return
        with self._lock:
            data = pack(_Kept(tuple(self._seen.values()), self._refreshed_at))
        with contextlib.suppress(OSError, UserError):  # it is a cache: without it the next start asks again
            private_folder(self._path.parent)
            write_atomically(self._path, data)


def _bare(record: RequestRecord) -> RequestRecord:
    return msgspec.structs.replace(record, description=None)


def _stays(one: Seen, whole: bool, reached: datetime | None, start: datetime, now: datetime) -> bool:
    if not one.listed:
        return now - one.at < _ASKED_KEPT
    if whole or one.record.requested is None or one.record.requested < start:
        return False
    return reached is not None and one.record.requested < reached


def _read(path: Path | None) -> _Kept:
    if path is None:
        return _Kept()
    try:
        return unpack(path.read_bytes(), _Kept)
    except (OSError, ValueError):
        return _Kept()

"""Open cases of the same service near a place: this desk's own queue, joined with what the city's system showed last."""

from __future__ import annotations

from datetime import datetime, timedelta

from taker311.base.errors import UserError
from taker311.call.model import Duplicate, FindDuplicates
from taker311.cases.city_cases import CityCases
from taker311.cases.interface import CaseStore
from taker311.cases.model import OutboxRow
from taker311.places.geometry import metres_between
from taker311.places.model import Place

_KEPT_OPEN = timedelta(days=30)
_MOST_ROWS = 400
_MOST_SHOWN = 7


class Nearby:
    """Remembers where this desk's cases are, so that each is unsealed once."""

    def __init__(self, store: CaseStore, city_cases: CityCases | None = None) -> None:
        self._store = store
        self._city_cases = city_cases
        self._places: dict[str, Place | None] = {}

    def find(self, wanted: FindDuplicates, now: datetime) -> tuple[Duplicate, ...]:
        """The nearest first, at most seven; a case that stands in both is this desk's. Raises nothing: a case that can't be
        opened is none, and one that the city has closed is none either."""
        lat, lon = wanted.place.lat, wanted.place.lon
        if lat is None or lon is None:
            return ()
        rows = [r for r in self._store.rows() if r.service_code in wanted.services and now - r.created_at < _KEPT_OPEN]
        found: list[Duplicate] = []
        ours: set[str] = set()
        for row in rows[-_MOST_ROWS:]:
            ours.add(row.request_id)
            place = self._place(row)
            if place is None or place.lat is None or place.lon is None or self._closed(row.request_id):
                continue
            metres = metres_between(lat, lon, place.lat, place.lon)
            if metres <= wanted.metres:
                found.append(Duplicate(row.ref, row.service_code, round(metres), row.created_at, place.label))
        near = self._city_cases.near(wanted.services, lat, lon, wanted.metres) if self._city_cases else []
        for metres, seen in near:
            case = seen.record
            if case.request_id not in ours:
                made = case.requested or seen.at
                found.append(
                    Duplicate(case.request_id, case.service_code, round(metres), made, case.address, ours=False)
                )
        return tuple(sorted(found, key=lambda d: (d.metres, d.created))[:_MOST_SHOWN])

    def open_number(self, ref: str) -> str:
        """The city's number of a duplicate that was chosen (our reference or that number), while it is known to be open; else ''."""
        row = self._store.by_reference(ref) if len(ref) == 8 else None
        number = row.request_id if row is not None else ref
        seen = self._city_cases.get(number) if self._city_cases and number else None
        return number if seen is not None and seen.record.status == "open" else ""

    def _closed(self, number: str) -> bool:
        seen = self._city_cases.get(number) if self._city_cases and number else None
        return seen is not None and seen.record.status == "closed"

    def _place(self, row: OutboxRow) -> Place | None:
        if row.case_id not in self._places:
            try:
                self._places[row.case_id] = self._store.case(row.case_id).place
            except UserError:
                self._places[row.case_id] = None
        return self._places[row.case_id]

"""The city's cases that may be one of this desk's that waits for a person: what they would have to look up otherwise."""

from __future__ import annotations

from datetime import datetime, tzinfo

from taker311.base.words import moment
from taker311.cases.interface import CaseStore
from taker311.cases.model import OutboxRow, State
from taker311.cases.outbox import Waits
from taker311.cases.reconcile import Listed, candidates, listing
from taker311.crm.model import RequestRecord

IN_DOUBT: tuple[State, ...] = ("unknown", "held", "blocked")
_MOST = 7


def candidates_of(store: CaseStore, crm: Listed, row: OutboxRow, now: datetime) -> tuple[RequestRecord, ...]:
    """Nearest in time first, at most seven. It waits on the network: call it in a worker. Raises UserError where the case
    can't be opened or the city's system does not answer."""
    case = store.case(row.case_id)
    claimed = {other.request_id for other in store.rows() if other.request_id and other.case_id != row.case_id}
    records = listing(crm, row, now, Waits())
    return candidates(case, row, records, taken=claimed.__contains__)[:_MOST]


def in_words(record: RequestRecord, zone: tzinfo) -> str:
    """When and where, and what it says, in one line."""
    when = moment(record.requested.astimezone(zone)) if record.requested else ""
    said = " ".join((record.description or "").split())
    return " · ".join(part for part in (when, record.address or "", said) if part)

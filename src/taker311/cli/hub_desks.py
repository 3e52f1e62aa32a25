"""`taker311 hub floor` and `hub inbox`: what the desks told the hub."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taker311.base.codec import to_json
from taker311.base.text import clean_line
from taker311.base.words import short_span
from taker311.cases.reference import format_ref
from taker311.hub.desk_store import DeskStore

if TYPE_CHECKING:
    from taker311.crm.desk_model import FloorRow
    from taker311.hub.store import HubStore


def show_floor(store: HubStore, *, as_json: bool) -> int:
    now = datetime.now(UTC)
    rows = DeskStore(store).floor()
    for row in rows:
        print(to_json(row) if as_json else _line(row, now))
    if not rows and not as_json:
        print("No desk has told how it stands.")
    return 0


def _line(row: FloorRow, now: datetime) -> str:
    status = row.status
    told = f"told {short_span((now - row.received_at).total_seconds())} ago"
    parts = [f"{status.waiting} waiting", f"{status.attention} for a person"]
    if status.oldest_s:
        parts.append(f"the oldest {short_span(status.oldest_s)}")
    if status.kb_version:
        parts.append(f"knowledge {clean_line(status.kb_version, limit=20)}, {short_span(status.kb_age_s)} old")
    doing = status.doing
    if doing is not None and doing.state:
        state = clean_line(doing.state, limit=10)
        parts.append(f"{state} for {short_span((now - doing.since).total_seconds())}" if doing.since else state)
        if doing.help_since is not None and doing.answered is None:
            parts.insert(0, f"CALLS FOR HELP for {short_span((now - doing.help_since).total_seconds())}")
    refs = f"; waits for a person: {', '.join(format_ref(ref) for ref in status.refs[:10])}" if status.refs else ""
    return f"{row.desk}: {told}; {', '.join(parts)}{refs}"


def show_inbox(store: HubStore, *, as_json: bool) -> int:
    for row in DeskStore(store).inbox():
        one = row.suggestion
        about = f" about {one.topic}" if one.topic else ""
        print(
            to_json(row)
            if as_json
            else f"{row.received_at:%Y-%m-%d %H:%M} {row.desk} {one.kind}{about}: {clean_line(one.text, limit=300)}"
        )
    return 0

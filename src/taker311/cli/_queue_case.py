"""One case of the queue at the command line: found, told, and acted on, by the desk itself where one runs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taker311.base.errors import UserError
from taker311.base.words import plural, say, short_span

if TYPE_CHECKING:
    from taker311.base.keyslots import Unlocked
    from taker311.cases.inbox import Answer, Request
    from taker311.cases.model import OutboxRow


def print_row(row: OutboxRow, now: datetime, *, as_json: bool) -> None:
    from taker311.base.codec import to_json
    from taker311.cases.reference import format_ref

    if as_json:
        print(to_json(as_plain(row, now)))
        return
    from taker311.cases.reasons import reason_in_words

    number = f"  {row.request_id}" if row.request_id else ""
    tries = plural(row.attempts, "{count} try", "{count} tries")
    reason = reason_in_words(row)
    print(
        f"{format_ref(row.ref)}  {row.state:<8} {short_span((now - row.created_at).total_seconds()):>6}  {tries:>8}  {reason}{number}"
    )


def as_plain(row: OutboxRow, now: datetime) -> dict[str, Any]:
    """The row as `--json` prints it: nothing in it needs a key."""
    return {
        "ref": row.ref,
        "state": row.state,
        "service": row.service_code,
        "topic": row.topic_id,
        "agency": row.agency,
        "created_at": row.created_at,
        "age_s": round((now - row.created_at).total_seconds()),
        "attempts": row.attempts,
        "next_at": row.next_at,
        "reason": row.last_reason,
        "class": row.last_class,
        "status": row.last_status,
        "number": row.request_id,
        "sent_at": row.sent_at,
    }


def found_row(folder: Path, typed: str) -> OutboxRow:
    from taker311.base.text import clean_line
    from taker311.cases.reading import read_rows
    from taker311.cases.reference import format_ref, parse_ref

    ref = parse_ref(typed)
    if ref is None:
        raise UserError(
            say("'{typed}' is not a reference: a character is wrong or missing.", typed=clean_line(typed, limit=40))
        )
    row = next((r for r in read_rows(folder) if r.ref == ref), None)
    if row is None:
        raise UserError(say("{folder}: {ref} is not in this seat's queue.", folder=folder, ref=format_ref(ref)))
    return row


def done(folder: Path, request: Request, unlocked: Unlocked) -> Answer:
    """By ourselves under the seat's lock, or through the inbox of the desk that holds it. Raises UserError."""
    from taker311.base.clock import SystemClock
    from taker311.cases import inbox
    from taker311.cases.opening import open_store
    from taker311.cases.seat import SeatInUseError

    clock = SystemClock()
    try:
        store = open_store(folder, clock, unlocked.sealer, who="taker311 queue")
    except SeatInUseError:
        answer = inbox.leave(folder, request, unlocked.sealer)
        if answer.problem:
            raise UserError(answer.problem) from None
        return answer
    try:
        if request.act in inbox.HANDOVER:
            return inbox.Answer(said=inbox.hand_over(folder, store, request, unlocked.sealer, clock))
        return inbox.Answer(row=inbox.carry_out(store, request, clock, keep_sent_s=_keep_sent_s()))
    finally:
        store.close()


def _keep_sent_s() -> float:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cases.waits import waits_from

    return waits_from(load_settings(find_paths().settings_file).delivery).keep_sent_s

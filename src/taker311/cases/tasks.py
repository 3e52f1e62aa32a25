"""What the ready screen asks a person to do about cases: one sentence each, never a silent row. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from taker311.base.codec import Value
from taker311.base.words import day, plural, say
from taker311.cases.model import OutboxRow, State
from taker311.cases.reasons import reason_in_words
from taker311.cases.reference import format_ref
from taker311.cases.standing import waits_for_a_person

_LONG_GONE = timedelta(days=1)


class Task(Value, frozen=True):
    """`ref` for the queue screen; `sentence` says what happened and what to do."""

    ref: str
    state: State
    since: datetime
    sentence: str


def tasks(rows: Iterable[OutboxRow], now: datetime) -> tuple[Task, ...]:
    """Refusals first, because their callers have hung up believing otherwise; oldest first."""
    found = [task for row in rows if (task := _task(row, now)) is not None]
    return tuple(sorted(found, key=lambda t: (t.state != "held", t.since)))


def _task(row: OutboxRow, now: datetime) -> Task | None:
    ref = format_ref(row.ref)
    if row.state == "exported":
        if now - (row.ended_at or row.created_at) < _LONG_GONE:
            return None
        sentence = say("{ref} left on a stick: ask the other desk for the city's number, or take it back.", ref=ref)
    elif not waits_for_a_person(row):
        return None
    else:
        sentence = f"{ref}: {reason_in_words(row)}{_promised(row)}"
    return Task(row.ref, row.state, row.created_at, sentence)


def _promised(row: OutboxRow) -> str:
    """The caller may wait for a day that was promised."""
    if not row.promise_day or row.state not in ("held", "unknown"):
        return ""
    return " " + say("The caller was promised {day}.", day=day(date.fromisoformat(row.promise_day)))


def on_signing_out(rows: Iterable[OutboxRow]) -> str:
    """What to tell somebody who signs out while cases wait; '' where none does."""
    count = sum(row.state in ("queued", "sending", "unknown", "blocked") for row in rows)
    if not count:
        return ""
    return plural(
        count,
        "{count} case waits at this desk and will not be sent until somebody signs in here again.",
        "{count} cases wait at this desk and will not be sent until somebody signs in here again.",
    )

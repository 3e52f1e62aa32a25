"""What a person may decide about a case on its way, and what follows from it. Pure: a row in, a row out, or a UserError."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.base.words import noted, say
from taker311.cases import outbox
from taker311.cases.model import OutboxRow, State
from taker311.cases.reference import format_ref

EXPORTABLE: tuple[State, ...] = ("queued", "unknown", "blocked", "held")
SHIFT = timedelta(hours=12)
Decision = Literal["landed", "resend", "close"]
DECISIONS: dict[Decision, str] = {
    "landed": noted("It is in the city's system: keep the city's number, send nothing."),
    "resend": noted("It is not there: send it again. If it is there after all, the city has it twice."),
    "close": noted("It is settled some other way: send nothing, ever."),
}


def held(row: OutboxRow, reason: str) -> OutboxRow:
    """Keeps a case back until somebody releases it."""
    _allow(row, noted("{ref}: a case that is '{state}' can't be held back."), ("queued", "unknown", "blocked"))
    return msgspec.structs.replace(
        row,
        state="held",
        next_at=None,
        # What a look-up may conclude later does not change because somebody held the case for a while.
        last_class=row.last_class if row.last_class in outbox.NOT_ALONE else "by-hand",
        last_reason=clean_line(reason, limit=200) or "Held by hand.",
    )


def released(row: OutboxRow, at: datetime) -> OutboxRow:
    """Lets a held or blocked case go on; one that may have landed is looked for first."""
    _allow(row, noted("{ref}: a case that is '{state}' can't be released."), ("held", "blocked"))
    return msgspec.structs.replace(
        row,
        state="unknown" if row.ambiguous else "queued",
        next_at=at,
        last_reason="Released." if not row.ambiguous else "Released: it is looked for in the city's system first.",
    )


def sent_now(row: OutboxRow, at: datetime) -> OutboxRow:
    """Skips the waiting of a case that is on its way anyway; what a doubtful one needs before a resend stays needed."""
    _allow(row, noted("{ref}: a case that is '{state}' can't be sent now."), ("queued", "unknown"))
    return msgspec.structs.replace(row, next_at=at)


def exported(row: OutboxRow) -> OutboxRow:
    """It left on a stick: this desk sends it no more until somebody reclaims it."""
    _allow(row, noted("{ref}: a case that is '{state}' can't be exported."), EXPORTABLE)
    return msgspec.structs.replace(
        row,
        state="exported",
        next_at=None,
        last_class=outbox.EXPORTED,
        last_reason="It left on a stick; another desk sends it. 'queue reclaim' takes it back.",
    )


def reclaimed(row: OutboxRow, at: datetime, *, unread: bool) -> OutboxRow:
    """Takes an exported case back, in doubt. `unread`: a person vouches that the file was destroyed before any desk took
    it in; otherwise another desk may be sending it, and without honoured keys only a person may decide to send it here."""
    _allow(row, noted("{ref}: a case that is '{state}' can't be reclaimed."), ("exported",))
    return msgspec.structs.replace(
        outbox.in_doubt(row, at),
        last_class="by-hand" if unread else outbox.RECLAIMED,
        last_reason="Taken back; it is looked for in the city's system first.",
    )


def decided(
    row: OutboxRow, decision: Decision, at: datetime, *, request_id: str = "", keep_sent_s: float = 7 * 86400
) -> OutboxRow:
    """A person settles a doubt or a refusal. `request_id` is the city's number where it landed."""
    gone = () if decision == "resend" else ("exported",)
    _allow(
        row, noted("{ref}: a case that is '{state}' can't be decided."), ("unknown", "held", "blocked", "queued", *gone)
    )
    match decision:
        case "landed":
            number = clean_line(request_id, limit=100)
            if not number:
                raise UserError(say("{ref}: say the city's number of the case that landed.", ref=format_ref(row.ref)))
            return msgspec.structs.replace(
                row,
                state="sent",
                ambiguous=False,
                request_id=number,
                sent_at=at,
                next_at=None,
                last_class="by-hand",
                last_reason="A person found it in the city's system.",
                purge_at=at + timedelta(seconds=keep_sent_s),
            )
        case "resend":
            return msgspec.structs.replace(
                row,
                state="queued",
                ambiguous=False,
                next_at=at,
                last_class="by-hand",
                last_reason="A person decided to send it again.",
            )
        case "close":
            return msgspec.structs.replace(
                row,
                state="closed",
                next_at=None,
                last_class="by-hand",
                last_reason="A person settled it without sending.",
                purge_at=at + timedelta(seconds=keep_sent_s),
            )


def needs_supervisor(row: OutboxRow, at: datetime) -> bool:
    """A refusal or a doubt is settled by the agent during the shift in which the case was made, by a supervisor after it."""
    return row.state in ("unknown", "held", "blocked", "exported") and at - row.created_at > SHIFT


def _allow(row: OutboxRow, act: str, states: tuple[str, ...]) -> None:
    if row.state not in states:
        raise UserError(say(act, ref=format_ref(row.ref), state=row.state))

"""The rules of the outbox: what an attempt's outcome makes of a case, when the next one may be, and in which words a
person is told. Pure: a row and an outcome in, a row out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.ids import Ids
from taker311.base.words import say
from taker311.cases.model import OutboxRow
from taker311.crm.model import Accepted, NotSent, Outcome, Refused, Unknown

PERSON = "A person must decide."  # how the reason of a case ends that nothing else can settle
LANDED = "landed"  # last_class of a case that the CRM called a duplicate of its own earlier attempt
EXPORTED, IMPORTED, RECLAIMED, RESTORED = "exported", "imported", "reclaimed", "restored"
# Another desk may send it at this very moment, so that a look-up which does not show it proves nothing.
NOT_ALONE = frozenset((LANDED, RECLAIMED, RESTORED))


class Waits(Value, frozen=True):
    """All waiting of the sender, in seconds. Campaigns shorten them; the rules stay."""

    first_s: float = 2
    longest_s: float = 300
    offline_s: float = 60  # no wait longer than this while nothing can be reached at all
    retry_after_cap_s: float = 3600
    look_gap_s: float = 300  # between the two look-ups that may conclude "not there"
    look_slow_s: float = 1800  # between look-ups that keep a doubtful case from being forgotten
    skew_s: float = 300  # how far the CRM's clock may be off
    spread_s: float = 60  # desks come back spread over so long
    recovery_gap_s: float = 30  # between the cases of a backlog after an outage
    settle_s: float | None = None  # None: as the dialect says
    key_lives_s: float = 29 * 86400  # after that a CRM may have forgotten an idempotency key
    keep_sent_s: float = 7 * 86400
    verify_s: float = 3600  # between the looks whether the CRM still knows the newest number that it gave


def backoff(tries: int, ids: Ids, waits: Waits) -> float:
    """Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): uniform between the first wait and a
    ceiling that doubles with every try. Seconds."""
    ceiling = min(waits.longest_s, waits.first_s * 2.0 ** min(max(tries, 1), 30))
    return ids.uniform(min(waits.first_s, ceiling), ceiling)


def begun(row: OutboxRow, at: datetime) -> OutboxRow:
    """The row with an attempt on its way. Raises UserError where the state doesn't allow one."""
    if row.state not in ("queued", "unknown"):
        raise UserError(say("{ref}: a case that is '{state}' can't be sent.", ref=row.ref, state=row.state))
    return msgspec.structs.replace(
        row, state="sending", attempts=row.attempts + 1, first_sent_at=row.first_sent_at or at, next_at=None
    )


def interrupted(row: OutboxRow, at: datetime) -> OutboxRow:
    """What a start makes of a row that was under way: nobody saw the answer. A doubtful row starts settling anew, because
    nobody can say what the clock did while the program was down."""
    if row.state == "sending":
        row = msgspec.structs.replace(
            row,
            state="unknown",
            ambiguous=True,
            ever_unknown=True,
            charged=row.charged + 1,
            last_class="interrupted",
            last_status=None,
            last_reason="The desk stopped while this was being sent.",
        )
    if row.state == "unknown":
        row = msgspec.structs.replace(row, ended_at=at, next_at=at, looks=0, absent_looks=0, absent_at=None)
    return row


def doubted(row: OutboxRow, at: datetime) -> OutboxRow:
    """A waiting row of a store that was copied or restored: another desk, or this one later, may have sent it since."""
    if row.state not in ("queued", "sending", "blocked", "unknown"):
        return row
    return msgspec.structs.replace(
        in_doubt(row, at),
        last_class=RESTORED,
        last_reason="This queue was copied or restored: it may have been sent already.",
    )


def in_doubt(row: OutboxRow, at: datetime) -> OutboxRow:
    """A row of which nobody here can say any more whether it was sent since it was made."""
    return msgspec.structs.replace(
        row,
        state="unknown",
        ambiguous=True,
        ever_unknown=True,
        first_sent_at=row.first_sent_at or row.created_at,
        ended_at=at,
        next_at=at,
        looks=0,
        absent_looks=0,
        absent_at=None,
    )


def taken_in(row: OutboxRow, at: datetime) -> OutboxRow:
    """What another desk's row becomes here: same key, same bytes, and in doubt; one that was held there stays held."""
    doubtful = in_doubt(row, at)
    first = doubtful.first_sent_at
    if first is None or first > at:
        # That desk's clock ran ahead: look far enough back that an earlier arrival can't fall out of sight.
        first = at - timedelta(days=30)
    waits = row.state != "held"
    return msgspec.structs.replace(
        doubtful,
        state="unknown" if waits else "held",
        next_at=at if waits else None,
        first_sent_at=first,
        sent_at=None,
        purge_at=None,
        request_id="",
        token="",
        polls=0,
        last_class=IMPORTED,
        last_status=None,
        last_reason="Came from another desk: it may have been sent already."
        if waits
        else f"Came from another desk, which held it. {PERSON}",
    )


def shifted(row: OutboxRow, seconds: float) -> OutboxRow:
    """The wall clock jumped by so many seconds: what is waited for moves along. The first send only ever moves back, since
    nothing that the CRM took in after it may fall out of sight (a machine that slept jumps forward, too)."""
    by = timedelta(seconds=seconds)
    moments = {name: getattr(row, name) for name in ("next_at", "ended_at", "absent_at")}
    first = row.first_sent_at and row.first_sent_at + min(by, timedelta())
    return msgspec.structs.replace(row, first_sent_at=first, **{name: at and at + by for name, at in moments.items()})


def after_attempt(
    row: OutboxRow, outcome: Outcome, at: datetime, ids: Ids, waits: Waits, first_poll_s: float = 2
) -> OutboxRow:
    """What the outcome makes of a row that is `sending`; any other row stays as it is."""
    if row.state != "sending":
        return row
    row = msgspec.structs.replace(row, ended_at=at, looks=0, absent_looks=0, absent_at=None)
    match outcome:
        case Accepted():
            return accepted(row, outcome, at, waits, first_poll_s)
        case Refused(reply_class="blocked"):
            return msgspec.structs.replace(
                row,
                state="blocked",
                last_class="blocked",
                last_status=outcome.status,
                last_reason="The city's system does not accept this desk's key.",
            )
        case Refused():
            return msgspec.structs.replace(
                row,
                state="held",
                charged=row.charged + 1,
                last_class="held",
                last_status=outcome.status,
                last_reason=f"The city's system refused it (answer {outcome.status}). {PERSON}",
            )
        case Unknown():
            return msgspec.structs.replace(
                row,
                state="unknown",
                ambiguous=True,
                ever_unknown=True,
                charged=row.charged + 1,
                last_class="unknown",
                last_status=outcome.status,
                last_reason="No believable answer: it may have arrived.",
                next_at=at + timedelta(seconds=backoff(row.charged + 1, ids, waits)),
            )
        case NotSent():
            return _not_sent(row, outcome, at, ids, waits)


def accepted(row: OutboxRow, outcome: Accepted, at: datetime, waits: Waits, first_poll_s: float = 2) -> OutboxRow:
    """A verified receipt. With a token only, the number is asked for later."""
    waiting = bool(outcome.receipt.token) and not outcome.receipt.request_id
    return msgspec.structs.replace(
        row,
        state="sent",
        ambiguous=False,
        request_id=outcome.receipt.request_id,
        token=outcome.receipt.token,
        sent_at=at,
        last_class="accepted",
        last_status=outcome.status,
        last_reason="The city has it; its number is still to come." if waiting else "The city has it.",
        next_at=at + timedelta(seconds=first_poll_s) if waiting else None,
        purge_at=at + timedelta(seconds=waits.keep_sent_s),
    )


def settled(row: OutboxRow, outcome: Accepted, at: datetime, waits: Waits) -> OutboxRow:
    """A doubt is over: the CRM's own record names this case. Only a row in doubt, or one that waits for its number,
    changes."""
    if row.state != "unknown" and not (row.state == "sent" and not row.request_id):
        return row
    return msgspec.structs.replace(accepted(row, outcome, at, waits), last_class="found")


def _not_sent(row: OutboxRow, outcome: NotSent, at: datetime, ids: Ids, waits: Waits) -> OutboxRow:
    charged = row.charged + (1 if outcome.charged else 0)
    return msgspec.structs.replace(
        row,
        # An earlier attempt that may have landed is not undone by one that surely did not.
        state="unknown" if row.ambiguous else "queued",
        charged=charged,
        last_class="not-sent",
        last_status=outcome.status,
        last_reason=_why_not_sent(outcome),
        next_at=at + timedelta(seconds=wait_after(outcome, charged, ids, waits)),
    )


def wait_after(outcome: NotSent, tries: int, ids: Ids, waits: Waits) -> float:
    """Seconds until something may be sent again. What the server asks for is a floor; desks spread themselves above it."""
    if outcome.retry_after_s is not None:
        asked = min(max(outcome.retry_after_s, 0.0), waits.retry_after_cap_s)
        return asked + ids.uniform(0, max(waits.first_s, asked / 2))
    if outcome.status is None:
        return ids.uniform(min(waits.first_s, waits.offline_s), waits.offline_s)
    return backoff(tries + 1, ids, waits)


def _why_not_sent(outcome: NotSent) -> str:
    if outcome.status is None:
        return "The city's system can't be reached. It goes out when the network is back."
    if outcome.status == 429:
        return "The city's system is busy and asked us to wait."
    if 200 <= outcome.status < 400:
        return "Something between this desk and the city answers instead of it (a sign-in page?)."
    return f"The city's system is not ready (answer {outcome.status}). It is tried again."


def resolved_token(row: OutboxRow, request_id: str) -> OutboxRow:
    """The city's number for a token. Only a row that still waits for it changes."""
    if row.state != "sent" or row.request_id or not request_id:
        return row
    return msgspec.structs.replace(row, request_id=request_id, next_at=None, last_reason="The city has it.")


def polled(row: OutboxRow, at: datetime, waits_s: tuple[float, ...]) -> OutboxRow:
    """The token has no number yet. After the dialect's waits the last one doubles, up to an hour, and never ends."""
    if row.state != "sent" or row.request_id:
        return row
    waits_s = waits_s or (60.0,)
    polls = row.polls + 1
    over = polls - len(waits_s) + 1
    wait = waits_s[polls] if over <= 0 else min(waits_s[-1] * 2.0 ** min(over, 20), 3600)
    return msgspec.structs.replace(row, polls=polls, next_at=at + timedelta(seconds=wait))


def taken_as_landed(row: OutboxRow, at: datetime) -> OutboxRow:
    """The CRM called the attempt a duplicate after an earlier one in doubt: it is there. Only its number is still
    looked for; it is never sent again by itself."""
    if row.state != "sending":
        return row
    return msgspec.structs.replace(
        row,
        state="unknown",
        ambiguous=True,
        ever_unknown=True,
        last_class=LANDED,
        last_reason="The city has it already; its number is being looked for.",
        ended_at=at,
        next_at=at,
        looks=0,
        absent_looks=0,
        absent_at=None,
    )


def receipt_taken(row: OutboxRow, at: datetime, ids: Ids, waits: Waits) -> OutboxRow:
    """The receipt that came back is another case's: it proves nothing about this one."""
    sentence = "the number in the answer belongs to another case"
    changed = after_attempt(row, Unknown(status=row.last_status, sentence=sentence), at, ids, waits)
    if changed is row:
        return row
    return msgspec.structs.replace(
        changed, last_class="receipt-of-another", last_reason="The city answered with the number of another case."
    )


def unblocked(row: OutboxRow, at: datetime) -> OutboxRow:
    """A person says that the key is good again."""
    return msgspec.structs.replace(
        row, state="unknown" if row.ambiguous else "queued", next_at=at, last_reason="Waiting to be sent again."
    )


def purged(row: OutboxRow) -> OutboxRow:
    """What is left when the body was shredded: the reference and the receipt."""
    return msgspec.structs.replace(row, state="purged", next_at=None, purge_at=None)


def receipt_gone(row: OutboxRow, at: datetime, why: str = "The city no longer knows its number") -> OutboxRow:
    """A receipt that was believed is worth nothing (the CRM was restored from a backup, or the number is another case's):
    the case is in doubt again. Where its body was purged nothing can be sent, so a person has to act."""
    if row.state not in ("sent", "purged") or not row.request_id:
        return row
    reason = f"{why} {row.request_id}."
    if row.state == "purged":
        return msgspec.structs.replace(
            row,
            state="held",
            last_class="receipt-gone",
            last_reason=f"{reason} What it said was deleted here: enter it anew with the caller's reference.",
        )
    return msgspec.structs.replace(
        row,
        state="unknown",
        ambiguous=True,
        ever_unknown=True,
        last_class="receipt-gone",
        last_reason=reason,
        request_id="",
        token="",
        sent_at=None,
        purge_at=None,
        ended_at=at,
        next_at=at,
        looks=0,
        absent_looks=0,
        absent_at=None,
    )

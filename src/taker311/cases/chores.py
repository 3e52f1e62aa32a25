"""What the sender's thread does beside sending: answers commands from outside and forgets what has had its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.sealing import Sealer
from taker311.cases import damaged
from taker311.cases.inbox import Inbox
from taker311.cases.interface import CaseStore
from taker311.cases.journal import Journal
from taker311.cases.model import OutboxRow
from taker311.cases.standing import UNSENT, standing, write_standing
from taker311.cases.store import SqliteStore
from taker311.crm.desk_model import Activity

PURGE_EVERY_S = 3600.0
STATUS_EVERY_S = 60.0
JOURNAL_KEPT = timedelta(days=90)  # kinds, timings and ids; the values go earlier, call by call
AUDIT_KEPT = timedelta(days=90)  # and then until it was exported


def chores(  # noqa: PLR0913 - the parts that the chores are done with, each given once
    folder: Path,
    store: CaseStore,
    journal: Journal | None,
    sealer: Sealer,
    clock: Clock,
    on_change: Callable[[OutboxRow], None] | None = None,
    *,
    shared: Path | None = None,
    keep_sent_s: float = 7 * 86400,
    doing: Callable[[], Activity] | None = None,
) -> Callable[[], bool]:
    """For `Delivery.chores`: serves the seat's inbox each time, purges at the first time and then every hour, and tells every
    minute how the desk stands, to `shared` too where there is one, with what `doing` says of the agent. The callable says whether the inbox held anything."""
    inbox = Inbox(folder, store, sealer, clock, on_change, keep_sent_s=keep_sent_s)
    next_purge = next_status = clock.monotonic()

    def run() -> bool:
        nonlocal next_purge, next_status
        if clock.monotonic() >= next_purge:
            next_purge = clock.monotonic() + PURGE_EVERY_S
            purge(store, journal, clock)
            damaged.forget(folder, clock.now())
        done = inbox.serve()
        if done or clock.monotonic() >= next_status:
            next_status = clock.monotonic() + STATUS_EVERY_S
            tell(folder, store, clock, shared, doing=doing() if doing is not None else None)
        return done

    return run


def tell(
    folder: Path,
    store: CaseStore,
    clock: Clock,
    shared: Path | None = None,
    *,
    doing: Activity | None = None,
    desk: str = "",
) -> str:
    """Writes status.json; '' or why the shared folder did not take it. `desk`: the code, where the store has none."""
    line = store.line() if isinstance(store, SqliteStore) else None
    try:
        found = standing(
            store.rows(UNSENT),
            clock.now(),
            desk=line.code if line else desk,
            seat=folder.name,
            paused=store.paused(),
            audit=store.audit_head(),
            doing=doing,
        )
    except UserError:
        return ""
    return write_standing(found, folder, shared)


def purge(store: CaseStore, journal: Journal | None, clock: Clock) -> int:
    """Shreds what is past its time; returns how many cases and calls. What a full disk prevents is done the next time."""
    now = clock.now()
    try:
        count = store.purge(now)
        if journal is not None:
            count += journal.purge(now, plain_before=now - JOURNAL_KEPT)
        if isinstance(store, SqliteStore) and store.unlocked:
            store.prune_audit(now - AUDIT_KEPT)
    except (UserError, OSError):
        return 0
    return count

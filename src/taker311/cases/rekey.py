"""A new key for a whole seat: slots, queue and journal, in an order in which a crash anywhere loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from taker311.base.keyslots import KeySlots, Unlocked
from taker311.cases import damaged
from taker311.cases.journal import Journal
from taker311.cases.receive_keys import ReceiveKeys
from taker311.cases.store import SqliteStore


def rekey(slots: KeySlots, by: Unlocked, store: SqliteStore, journal: Journal) -> Unlocked:
    """Everything sealed is wrapped by a fresh desk key afterwards, and the old one opens nothing. After a crash the slots
    still hold both keys: calling it again, or `finish_rekey` at the next start, brings it to its end."""
    return finish_rekey(slots, slots.begin_rekey(by), store, journal)


def finish_rekey(slots: KeySlots, by: Unlocked, store: SqliteStore, journal: Journal) -> Unlocked:
    """Goes on with a change of keys that was interrupted; does nothing where none was."""
    if not by.sealer.secrets.previous:
        return by
    store.rewrap(by.sealer)
    journal.rewrap(by.sealer)
    ReceiveKeys(slots.folder).rewrap(by.sealer)
    # What was set aside is wrapped by the old key and can't be wrapped anew, so it goes.
    damaged.forget(slots.folder, datetime.now(UTC), all_of_them=True)
    ended = slots.end_rekey(by)
    store.unlock(ended.sealer)
    journal.unlock(ended.sealer)
    return ended

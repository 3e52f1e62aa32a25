"""Which bulletins that must be read each agent of a seat has read, and when: it outlives the desk's program, also where the
agent read it before the first call. Ids and moments, with the agent's name as the seat's own day files have it."""

from __future__ import annotations

import contextlib
import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from taker311.base.codec import Value, from_json, to_json
from taker311.base.files import write_atomically
from taker311.knowledge.model import Bulletin

FILE = "read.json"
_KEPT = timedelta(days=90)
_MOST_BYTES = 1 << 20


class Reading(Value, frozen=True):
    """`words`: a hash of what was read, so that a bulletin that was changed is read again."""

    agent: str
    id: str
    at: datetime
    words: str = ""


class Readings:
    """A file that can't be read counts as empty, and one that can't be written changes nothing: the bulletin is then only
    told as unread after a restart."""

    def __init__(self, seat_folder: Path) -> None:
        self._file = seat_folder / FILE
        self._known: dict[tuple[str, str, str], datetime] | None = None

    def add(self, agent: str, bulletin: Bulletin, at: datetime) -> None:
        """The first time counts."""
        known = self._load()
        key = (agent, bulletin.id, words_of(bulletin))
        if key in known:
            return
        known[key] = at
        rows = [Reading(who, id_, when, words) for (who, id_, words), when in known.items() if at - when < _KEPT]
        with contextlib.suppress(OSError):
            write_atomically(self._file, to_json(rows).encode())

    def when(self, agent: str, bulletin: Bulletin) -> datetime | None:
        """When this agent read it, as it stands now."""
        return self._load().get((agent, bulletin.id, words_of(bulletin)))

    def _load(self) -> dict[tuple[str, str, str], datetime]:
        if self._known is None:
            self._known = {}
            with contextlib.suppress(OSError, ValueError):
                if self._file.stat().st_size <= _MOST_BYTES:
                    rows = from_json(self._file.read_bytes(), tuple[Reading, ...])
                    self._known = {(row.agent, row.id, row.words): row.at for row in rows if row.at.tzinfo is not None}
        return self._known


def words_of(bulletin: Bulletin) -> str:
    told = to_json((bulletin.titles, bulletin.say, bulletin.details))
    return hashlib.sha256(told.encode()).hexdigest()[:16]

"""One agent's place on a machine's disk: a folder with its queue, its journal of calls, and who may open them."""

from __future__ import annotations

from pathlib import Path

from taker311.base.clock import Clock
from taker311.base.keyslots import Unlocked
from taker311.cases.journal import Journal, open_journal
from taker311.cases.opening import open_store
from taker311.cases.store import SqliteStore


class Seat:
    """One agent's folder, opened: the store, the journal, and who signed in (None: the desk takes calls in memory only)."""

    def __init__(self, folder: Path, clock: Clock, unlocked: Unlocked | None, *, desk_code: str = "") -> None:
        self.folder = folder
        self.unlocked = unlocked
        sealer = unlocked.sealer if unlocked else None
        self.disk: SqliteStore = open_store(folder, clock, sealer, desk_code=desk_code)
        try:
            self.journal: Journal = open_journal(folder, clock, sealer)
        except BaseException:
            self.disk.close()
            raise

    @property
    def desk_code(self) -> str:
        line = self.disk.line()
        return line.code if line else ""

    @property
    def notices(self) -> tuple[str, ...]:
        return (*self.disk.notices, *self.journal.notices)

    def close(self) -> None:
        self.journal.close()
        self.disk.close()

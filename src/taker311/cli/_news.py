"""Looks for the city's news behind a running desk, and hands over what arrived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.cli._changes import Changes
from taker311.station.fresh import prepare
from taker311.station.workplace import Workplace
from taker311.sync.desk import Result, Syncer
from taker311.sync.worker import SyncWorker


class News:
    """`tell` carries a change into the thread that draws. The worker's thread fetches, verifies and makes ready; nothing of
    that is seen before it is whole, and an open call goes on with the knowledge base it began with."""

    def __init__(
        self,
        syncer: Syncer,
        workplace: Workplace,
        cache: Path,
        clock: Clock,
        tell: Callable[[Callable[[], None]], None],
        note: Callable[[str], None],
        changes: Changes | None = None,
    ) -> None:
        self._changes = changes
        self._syncer, self._workplace, self._cache, self._clock = syncer, workplace, cache, clock
        self._tell, self._note = tell, note
        self._worker = SyncWorker(syncer, self._came)

    def start(self) -> None:
        self._know_the_age()
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def _came(self, result: Result) -> None:
        self._know_the_age()
        file = self._syncer.current()
        if result.kind != "updated" or file is None:
            return
        try:
            fresh = prepare(file, self._cache)
        except UserError as error:
            self._syncer.distrust()
            self._note(str(error))
            return
        self._tell(lambda: self._workplace.adopt(fresh))
        if self._changes is not None:
            self._changes.compare(fresh.bundle)
        self._note(result.sentence)

    def _know_the_age(self) -> None:
        """The age is told as of now and counted on from here, so that drawing a screen reads no file."""
        now = self._clock.now()
        seconds = self._syncer.age(now).seconds
        if seconds is None:
            return
        began = now - timedelta(seconds=seconds)

        def age(since: datetime = began) -> float:
            return (self._clock.now() - since).total_seconds()

        self._tell(lambda: setattr(self._workplace, "kb_age", age))

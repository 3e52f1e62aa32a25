"""Looks for the city's news behind a running desk, and hands over what arrived."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.cases.city_acts import ActsChained
from taker311.cli._changes import Changes
from taker311.station.fresh import prepare, prepare_at_once
from taker311.station.workplace import Workplace
from taker311.sync.age import age_of, notices
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
        self._acts = ActsChained(syncer.folder)

    def start(self) -> None:
        self._know_the_age()
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def _came(self, result: Result) -> None:
        self._know_the_age()
        self._chain_acts()
        file = self._syncer.current()
        if result.kind != "updated" or file is None:
            return
        try:
            fresh, whole = prepare_at_once(file, self._cache, self._learned())
        except UserError as error:
            self._syncer.distrust()
            self._note(str(error))
            return
        self._tell(lambda: self._workplace.adopt(fresh))
        if self._changes is not None:
            self._changes.compare(fresh.bundle)
        self._note(result.sentence)
        if not whole:
            better = prepare(file, self._cache)
            self._tell(lambda: self._workplace.adopt(better))

    def _learned(self) -> bytes:
        index = self._workplace.station.desk.index
        return index.learned if index is not None else b""

    def _chain_acts(self) -> None:
        """What somebody decided about the knowledge base stands in the audit of whoever has signed in here."""
        place = self._workplace
        if place.seat.unlocked is not None:
            with contextlib.suppress(UserError):  # a full disk, say: it is tried again after the next look
                self._acts.take(place.seat.disk, self._clock.now())

    def _know_the_age(self) -> None:
        """The age is told as of now and counted on from here, so that drawing a screen reads no file."""
        now = self._clock.now()
        state = self._syncer.state()
        seconds = age_of(state, now).seconds

        def told() -> tuple[str, ...]:
            return notices(state, self._clock.now())

        self._tell(lambda: setattr(self._workplace, "kb_notices", told))
        if seconds is None:
            return
        began = now - timedelta(seconds=seconds)

        def age(since: datetime = began) -> float:
            return (self._clock.now() - since).total_seconds()

        self._tell(lambda: setattr(self._workplace, "kb_age", age))

"""What runs behind the line, as behind the desk: the sender, the city's news, whether the CRM answers. What it finds is taken
up between two lines of input, in the thread that takes the calls."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.cases.model import OutboxRow
    from taker311.cli._changes import Changes
    from taker311.crm.client import Open311
    from taker311.station.workplace import Watch, Workplace
    from taker311.sync.desk import Syncer

_ASK_AGAIN_S = 60.0
_NEEDED_BY_A_CALL = 2  # steps of making ready: search and places


class LineBehind:
    def __init__(
        self,
        workplace: Workplace,
        cache: Path,
        connect: Callable[[], Open311 | None],
        make_syncer: Callable[[], Syncer | None],
    ) -> None:
        self._workplace, self._cache, self._connect, self._make_syncer = workplace, cache, connect, make_syncer
        self._to_do: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._sentences: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._better: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()  # a search that has learned
        self._steps: Iterator[Callable[[], None]] = iter(())
        self._over = threading.Event()
        self._news: Watch | None = None
        self._changes: Changes | None = None
        self.crm: Open311 | None = None

    def begin(self) -> None:
        """Makes ready what a call needs, and starts the rest behind it."""
        self._steps = self._workplace.make_ready_in_steps(self._cache)
        for take in itertools.islice(self._steps, _NEEDED_BY_A_CALL):
            take()
        self._workplace.said = self._sentences.put
        self.crm = self._connect()
        self._workplace.start_sending(self.crm, self.moved)
        self._compare()
        threading.Thread(target=self._work, name="taker311-behind", daemon=True).start()

    def end(self) -> None:
        self._over.set()
        if self._news is not None:
            self._news.stop()

    def moved(self, row: OutboxRow) -> None:
        """Called on the sender's thread."""
        self._to_do.put(lambda: self._workplace.station.case_changed(row))

    def take_in(self) -> None:
        """Takes up what was found meanwhile."""
        while not self._to_do.empty():
            self._to_do.get()()
        if self._workplace.station.state.phase != "talking":  # the numbers of a list that was told stay what they are
            while not self._better.empty():
                self._better.get()()

    def heard(self) -> list[str]:
        """Sentences from behind, each once."""
        found = []
        while not self._sentences.empty():
            found.append(self._sentences.get())
        return found

    def looked(self) -> None:
        """The agent saw what changed."""
        if self._changes is not None:
            self._changes.looked(self._workplace.bundle)
        self._workplace.changed = ()

    def _compare(self) -> None:
        from taker311.cli._changes import Changes

        self._changes = Changes(self._workplace, self._to_do.put)
        self._changes.compare(self._workplace.bundle)
        self.take_in()

    def _work(self) -> None:
        try:
            for take in self._steps:
                self._better.put(take)
            self._look_for_news()
            while self.crm is not None:
                if self._workplace.station.online is not True:
                    self._ask(self.crm)
                if self._over.wait(_ASK_AGAIN_S):
                    return
        except Exception as error:  # noqa: BLE001 - the line goes on, and says a sentence, never a traceback
            from taker311.cli.crash import leave_note

            self._sentences.put(leave_note(error))

    def _look_for_news(self) -> None:
        place, changes = self._workplace, self._changes
        if place.make_news is not None and changes is not None:
            self._news = place.make_news(self._to_do.put, changes.compare)
            self._news.start()
            return
        try:
            syncer = self._make_syncer()
        except UserError as error:
            self._sentences.put(str(error))
            return
        if syncer is None:
            return
        from taker311.cli._news import News

        self._news = News(syncer, place, self._cache, place.clock, self._to_do.put, self._sentences.put, self._changes)
        self._news.start()

    def _ask(self, crm: Open311) -> None:
        """Whether the CRM answers, by asking for a case that there is none of: the smallest reply there is."""
        try:
            crm.request("0")
            online = True
        except UserError:
            online = False
        self._to_do.put(lambda: setattr(self._workplace.station, "online", online))

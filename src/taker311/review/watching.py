"""Keeps a desk's chosen calls from a thread of its own: whatever goes wrong here, no call waits for it or hears of it."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.people_keys import trusted
from taker311.base.words import say
from taker311.review.keeping import Keeper, SeatCalls, purge
from taker311.station.station import EndedCall
from taker311.station.workplace import Workplace

FOLDER = "review"
_AGAIN_S = 3600.0
_LATELY = timedelta(days=1)


class Watching:
    """`folder` holds the reviewers whom this desk knows. `trouble` is the last sentence on what could not be kept."""

    def __init__(self, workplace: Workplace, folder: Path) -> None:
        self._workplace, self._folder = workplace, folder
        shared = workplace.settings.desk.shared_folder
        self._places = [workplace.seat.folder / FOLDER, *([shared / FOLDER] if shared else [])]
        self._over: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="taker311-review", daemon=True)
        # How far back a catching up looks: at first as far as what was said can still be opened.
        self._back = timedelta(days=workplace.settings.desk.keep_journal_days)
        self.trouble = ""

    def begin(self) -> None:
        self._workplace.station.call_ended.append(self._ended)
        self._thread.start()

    def end(self, wait_s: float = 3.0) -> None:
        """Lets the calls that ended just now be kept."""
        self._over.put(None)
        self._thread.join(wait_s)

    def _ended(self, call: EndedCall) -> None:
        self._over.put(call.state.call_id)

    def _work(self) -> None:
        self._tidy()
        while True:
            try:
                found = self._over.get(timeout=_AGAIN_S)
            except queue.Empty:
                self._tidy()
                continue
            if found is None:
                return
            with self._quietly():
                calls = self._calls()
                if calls is not None:
                    self._keeper().ended(calls, found)

    def _tidy(self) -> None:
        """At the start and every hour: what has had its time goes, what a crash left out is kept."""
        with self._quietly():
            for folder in (*self._places, self._folder):
                purge(folder, self._workplace.clock.now(), self._workplace.settings.review)
            calls = self._calls()
            if calls is not None:
                self._keeper().catch_up(calls, self._back)
                self._back = _LATELY

    def _calls(self) -> SeatCalls | None:
        """None while nobody has signed in: nothing of a call is on the disk then."""
        unlocked = self._workplace.seat.unlocked
        return SeatCalls(self._workplace.seat.folder, unlocked.sealer) if unlocked is not None else None

    def _keeper(self) -> Keeper:
        workplace = self._workplace
        return Keeper(
            self._places,
            lambda: trusted(self._folder, "reviewer"),
            workplace.settings.review,
            workplace.clock,
            desk=workplace.seat.desk_code,
        )

    @contextlib.contextmanager
    def _quietly(self) -> Iterator[None]:
        try:
            yield
            self.trouble = ""
        except UserError as error:
            self.trouble = str(error)
        except Exception:  # noqa: BLE001 - a review is worth less than a desk that goes on
            self.trouble = say("A call could not be kept for review; it is tried again.")
            logging.getLogger(__name__).warning("a call could not be kept for review")

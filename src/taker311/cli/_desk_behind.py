"""What a desk does behind its first paint, in a worker: it makes ready, sends, asks for news, and looks up."""

from __future__ import annotations

import contextlib
import gc
import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say
from taker311.cases.model import OutboxRow
from taker311.knowledge.parts import DamagedError
from taker311.station.workplace import Watch, Workplace

if TYPE_CHECKING:
    from taker311.cli._changes import Changes
    from taker311.crm.client import Open311
    from taker311.desk.app import DeskApp
    from taker311.review.watching import Watching
    from taker311.sync.desk import Syncer

_ASK_AGAIN_S = 60.0
_NEEDED_BY_A_CALL = 2  # steps of making ready: search and places


class DeskBehind:
    """The desk's worker: makes the indexes ready, connects, starts the sender, and asks now and then whether the CRM answers."""

    def __init__(
        self,
        app: DeskApp,
        workplace: Workplace,
        cache: Path,
        connect: Callable[[], Open311 | None],
        make_syncer: Callable[[], Syncer | None],
    ) -> None:
        self._app, self._workplace, self._cache, self._connect = app, workplace, cache, connect
        self._make_syncer = make_syncer
        self._news: Watch | None = None
        self._changes: Changes | None = None
        self.crm: Open311 | None = None
        self._over = threading.Event()
        self._review: Watching | None = None

    def begin(self) -> None:
        threading.Thread(target=self._work, name="taker311-behind", daemon=True).start()

    def end(self) -> None:
        self._over.set()
        if self._news is not None:
            self._news.stop()
        if self._review is not None:
            self._review.end()

    def moved(self, row: OutboxRow) -> None:
        """Called on the sender's thread."""
        from taker311.desk.app import CaseMoved

        self._app.post_message(CaseMoved(row))

    def tell(self, take: Callable[[], None]) -> None:
        """`take` is done on the thread that draws."""
        self._tell(take)

    def _tell(self, take: Callable[[], None]) -> None:
        from taker311.desk.canvas import WorkDone

        self._app.post_message(WorkDone(take))

    def _decoded(self) -> bool:
        """Decodes what calls are taken with. Where that can't be, the desk ends, and `run_desk` says why."""
        try:
            self._workplace.bundle.whole()
        except DamagedError:
            self._tell(lambda: self._app.exit(0))
            return False
        finally:
            gc.collect()  # what the start left over: frozen, it would stay
            gc.freeze()  # what a desk is made of stays: no later collection has to look at it
            gc.enable()
        return True

    def _work(self) -> None:
        try:
            if not self._decoded():
                return
            _give_back()
            steps = self._workplace.make_ready_in_steps(self._cache)
            with self._said():
                for take in itertools.islice(steps, _NEEDED_BY_A_CALL):
                    self._tell(take)
            with self._said():
                self.crm = self._connect()
            crm = self.crm
            self._tell(lambda: self._workplace.start_sending(crm, self.moved))
            self._review = _watch_for_review(self._workplace)
            if crm is not None:
                self._ask(crm)
            with self._said():
                for take in steps:
                    self._tell(take)
            self._compare()
            gc.collect()  # what was decoded to compare with; all the rest is frozen, so that this is quick
            _give_back()
            with self._said():
                self._look_for_news()
            if crm is not None:
                self._keep_asking(crm)
        except Exception as error:  # noqa: BLE001 - the desk goes on, and its screen shows a sentence, never a traceback
            from taker311.cli.crash import leave_note

            self._note(leave_note(error))

    def look_up(self, typed: str) -> None:
        """How a case stands, asked of the CRM behind the screen; its words come up as a note."""
        station = self._workplace.station
        lang = station.world.spoken(station.state)
        try:
            desk = self._workplace.status_desk(self.crm)
        except UserError as error:
            self._note(str(error))
            return

        def work() -> None:
            from taker311.station.asking_back import standing

            try:
                self._note(standing(desk, self._workplace.store, typed, lang))
            except UserError as error:
                self._note(str(error))

        self._note(say("Asking the city's system ..."))
        threading.Thread(target=work, name="taker311-status", daemon=True).start()

    def _compare(self) -> None:
        from taker311.cli._changes import Changes

        self._changes = Changes(self._workplace, self._tell)
        self._changes.compare(self._workplace.bundle)

    def opened(self, overlay: str) -> None:
        """The agent looks at what is new: it is marked as seen, behind the screen."""
        changes = self._changes
        if overlay == "bulletins" and changes is not None and self._workplace.changed:
            bundle = self._workplace.bundle
            threading.Thread(target=changes.looked, args=(bundle,), name="taker311-seen", daemon=True).start()

    def _look_for_news(self) -> None:
        place, changes = self._workplace, self._changes
        if place.make_news is not None and changes is not None:
            self._news = place.make_news(self._tell, changes.compare)
            self._news.start()
            return
        syncer = self._make_syncer()
        if syncer is None:
            return
        from taker311.cli._news import News

        self._news = News(
            syncer, self._workplace, self._cache, self._workplace.clock, self._tell, self._note, self._changes
        )
        self._news.start()

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """What goes wrong for a reason that a person understands stands on the screen, and the rest goes on."""
        try:
            yield
        except UserError as error:
            self._note(str(error))

    def said(self, text: str) -> None:
        """A sentence from any thread."""
        self._note(text)

    def _note(self, text: str) -> None:
        self._tell(lambda: setattr(self._app.control, "note", text))

    def _keep_asking(self, crm: Open311) -> None:
        while not self._over.wait(_ASK_AGAIN_S):
            if self._workplace.station.online is not True:
                self._ask(crm)

    def _ask(self, crm: Open311) -> None:
        """Whether the CRM answers, by asking for a case that there is none of: the smallest reply there is."""
        try:
            crm.request("0")
            online = True
        except UserError:
            online = False
        self._tell(lambda: setattr(self._workplace.station, "online", online))


def _give_back() -> None:
    from taker311.base.memory import give_back

    give_back()


def _watch_for_review(workplace: Workplace) -> Watching:
    """Keeps the calls that are chosen for review from here on."""
    from taker311.cli._review import watch

    return watch(workplace)

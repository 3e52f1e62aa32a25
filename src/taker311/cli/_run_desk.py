"""Runs the desk on a place of work: what may wait for the first paint is begun behind it."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.cases.model import OutboxRow
from taker311.station.idle import IdleLock
from taker311.station.queueing import QueueDesk
from taker311.station.workplace import Workplace

if TYPE_CHECKING:
    from taker311.base.keyslots import KeySlots, Unlocked
    from taker311.cli._changes import Changes
    from taker311.cli._news import News
    from taker311.crm.client import Open311
    from taker311.desk.app import DeskApp
    from taker311.sync.desk import Syncer

_ASK_AGAIN_S = 60.0
_NEEDED_BY_A_CALL = 2  # steps of making ready: search and places


class Behind:
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
        self._news: News | None = None
        self._changes: Changes | None = None
        self.crm: Open311 | None = None
        self._over = threading.Event()

    def begin(self) -> None:
        gc.freeze()  # what a desk is made of stays: no later collection has to look at it
        gc.enable()
        threading.Thread(target=self._work, name="taker311-behind", daemon=True).start()

    def end(self) -> None:
        self._over.set()
        if self._news is not None:
            self._news.stop()

    def moved(self, row: OutboxRow) -> None:
        """Called on the sender's thread."""
        from taker311.desk.app import CaseMoved

        self._app.post_message(CaseMoved(row))

    def _tell(self, take: Callable[[], None]) -> None:
        from taker311.desk.app import WorkDone

        self._app.post_message(WorkDone(take))

    def _work(self) -> None:
        steps = self._workplace.make_ready_in_steps(self._cache)
        try:
            with self._said():
                for take in itertools.islice(steps, _NEEDED_BY_A_CALL):
                    self._tell(take)
            with self._said():
                self.crm = self._connect()
            crm = self.crm
            self._tell(lambda: self._workplace.start_sending(crm, self.moved))
            if crm is not None:
                self._ask(crm)
            with self._said():
                for take in steps:
                    self._tell(take)
            self._compare()
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
        desk = self._workplace.status_desk(self.crm)

        def work() -> None:
            from taker311.station.asking_back import standing

            try:
                self._note(standing(desk, self._workplace.store, typed, lang))
            except UserError as error:
                self._note(str(error))

        self._note("Asking the city's system ...")
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


def run_desk(
    workplace: Workplace,
    cache: Path,
    connect: Callable[[], Open311 | None],
    *,
    slots: KeySlots | None = None,
    notice: str = "",
    commands: dict[str, Callable[[DeskApp], None]] | None = None,
    make_syncer: Callable[[], Syncer | None] = lambda: None,
) -> int:
    """Shows the desk until the agent leaves; the place of work is closed afterwards whatever happens."""
    from taker311.desk.app import DeskApp

    settings = workplace.settings
    app: DeskApp
    behind: Behind

    def start(_app: DeskApp) -> None:
        behind.begin()

    app = DeskApp(
        workplace.station,
        workplace.status,
        start,
        own_keys=dict(settings.keys),
        theme=_theme(settings.desk.theme),
        timer=settings.desk.timer,
        clipboard=settings.desk.clipboard,
    )
    behind = Behind(app, workplace, cache, connect, make_syncer)
    app.control.note = notice
    _add_commands(app, workplace, behind, slots, commands or {})
    try:
        code = app.run(mouse=False) or 0
    finally:
        behind.end()
        workplace.stop()
    if app.crashed is not None:
        from taker311.cli import CRASH
        from taker311.cli.crash import leave_note

        print(f"error: {leave_note(app.crashed)} The call is kept: start again and take it up.", file=sys.stderr)
        return CRASH
    return code


def _theme(wanted: str) -> str:
    return "terminal" if os.environ.get("NO_COLOR") else wanted


def _add_commands(
    app: DeskApp,
    workplace: Workplace,
    behind: Behind,
    slots: KeySlots | None,
    commands: dict[str, Callable[[DeskApp], None]],
) -> None:
    control = app.control

    def take_up() -> None:
        control.note = ""
        waiting = workplace.open_calls()
        if waiting and workplace.station.take_up(waiting[0].call_id):
            control.refresh()
        elif waiting:
            control.note = "Nothing of that call can be read here; its case, if one was saved, is in the queue."

    control.opened = behind.opened
    control.queue = QueueDesk(
        lambda: workplace.store,
        workplace.clock,
        lambda: workplace.station.desk.agent,
        lambda: workplace.seat.unlocked is not None and workplace.seat.unlocked.kind == "supervisor",
        lambda: workplace.station.case_saved(),  # noqa: PLW0108 - whoever sends sets it later
    )
    unlocked = workplace.seat.unlocked
    verify = (lambda text: slots.unlock(unlocked.name, text)) if slots is not None and unlocked is not None else None
    control.lock = IdleLock(workplace.clock, workplace.settings.desk.lock_after_min * 60, verify)
    control.commands["desk.status"] = lambda: control.ask(
        "How a case stands: the reference, the city's number, or the caller's phone", behind.look_up
    )
    control.commands["call.take-up"] = take_up
    control.unavailable = lambda action: action == "call.take-up" and not workplace.open_calls()
    for action, work in commands.items():
        control.commands[action] = lambda work=work: work(app)  # type: ignore[misc]
    if slots is not None and workplace.seat.unlocked is None:
        control.commands["desk.sign-in"] = lambda: _sign_in(app, workplace, behind, slots)


def _sign_in(app: DeskApp, workplace: Workplace, behind: Behind, slots: KeySlots) -> None:
    """Asks for the passphrase; the first agent of a seat chooses it."""
    from taker311.cli._start import checked

    control, agent = app.control, workplace.station.desk.agent

    def opened(unlocked: Unlocked) -> None:
        moved = workplace.sign_in(unlocked, behind.crm, behind.moved)
        control.commands.pop("desk.sign-in", None)
        if control.lock is not None:
            control.lock.signed_in(lambda text: slots.unlock(unlocked.name, text))
        control.note = f"Signed in as {unlocked.name}." + (
            f" {'One case' if moved == 1 else f'{moved} cases'} went from memory to the disk." if moved else ""
        )
        control.refresh()

    def attempt(work: Callable[[], Unlocked]) -> None:
        try:
            opened(work())
        except UserError as error:
            control.note = str(error)

    def chosen(text: str) -> None:
        try:
            checked(text)
        except UserError as error:
            control.note = str(error)
            return
        control.ask("The same once more", lambda again: again_chosen(text, again), secret=True)

    def again_chosen(text: str, again: str) -> None:
        if again == text:
            attempt(lambda: slots.create(agent, text))
        else:
            control.note = "The two were not the same, so nothing was made; Ctrl+L asks again."

    if slots.exists():
        control.ask(f"Passphrase of {agent}", lambda text: attempt(lambda: slots.unlock(agent, text)), secret=True)
    else:
        control.ask(f"Choose a passphrase for {agent}: at least eight characters", chosen, secret=True)

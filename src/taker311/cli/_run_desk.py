"""Runs the desk on a place of work: what may wait for the first paint is begun behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import plural, say
from taker311.call.volunteering import decision_refused
from taker311.cli._desk_behind import DeskBehind
from taker311.station.idle import IdleLock
from taker311.station.queueing import QueueDesk
from taker311.station.workplace import Workplace

if TYPE_CHECKING:
    from taker311.base.keyslots import KeySlots, Unlocked
    from taker311.crm.client import Open311
    from taker311.desk.app import DeskApp
    from taker311.desk.draw import Line
    from taker311.sync.desk import Syncer


def run_desk(
    workplace: Workplace,
    cache: Path,
    connect: Callable[[], Open311 | None],
    *,
    slots: KeySlots | None = None,
    notice: str = "",
    commands: dict[str, Callable[[DeskApp], None]] | None = None,
    make_syncer: Callable[[], Syncer | None] = lambda: None,
    make_app: Callable[..., DeskApp] | None = None,
) -> int:
    """Shows the desk until the agent leaves; the place of work is closed afterwards whatever happens. Raises DamagedError where
    the knowledge base, only glanced at until now, turns out to be none that calls can be taken with."""
    from taker311.desk.app import DeskApp

    settings, bundle = workplace.settings, workplace.bundle
    app: DeskApp
    behind: DeskBehind

    def start(_app: DeskApp) -> None:
        behind.begin()

    app = (make_app or DeskApp)(
        workplace.station,
        workplace.status,
        start,
        own_keys=dict(settings.keys),
        theme=settings.desk.theme,
        timer=settings.desk.timer,
        clipboard=settings.desk.clipboard,
        line_bits_s=settings.desk.line_bits_s,
    )
    behind = DeskBehind(app, workplace, cache, connect, make_syncer)
    app.control.note = notice
    _add_commands(app, workplace, behind, slots, commands or {})
    app.dressed()
    try:
        code = app.run(mouse=False) or 0
    finally:
        behind.end()
        workplace.stop()
    if bundle.damage is not None:
        raise bundle.damage
    if app.crashed is not None:
        from taker311.cli.crash import screen_ended

        return screen_ended(app.crashed, say("The call is kept: start again and take it up."))
    return code


def _my_day(workplace: Workplace, width: int) -> list[Line]:
    from taker311.desk.day_page import my_day

    return my_day(workplace, width)


def _add_commands(
    app: DeskApp,
    workplace: Workplace,
    behind: DeskBehind,
    slots: KeySlots | None,
    commands: dict[str, Callable[[DeskApp], None]],
) -> None:
    from taker311.cli._desk_more import add_more

    control = app.control

    def take_up() -> None:
        control.note = ""
        waiting = workplace.open_calls()
        if waiting and workplace.station.take_up(waiting[0].call_id):
            control.refresh()
        elif waiting:
            control.note = say("Nothing of that call can be read here; its case, if one was saved, is in the queue.")

    from taker311.desk.pages import Page

    control.pages["desk.day"] = Page("My day", lambda width: _my_day(workplace, width))
    control.opened = behind.opened
    control.queue = QueueDesk(
        lambda: workplace.store,
        workplace.clock,
        lambda: workplace.station.desk.agent,
        lambda: workplace.seat.unlocked is not None and workplace.seat.unlocked.kind == "supervisor",
        lambda: workplace.station.case_saved(),  # noqa: PLW0108 - whoever sends sets it later
        lambda: decision_refused(workplace.station.desk.permissions),
    )
    unlocked = workplace.seat.unlocked
    verify = (lambda text: slots.unlock(unlocked.name, text)) if slots is not None and unlocked is not None else None
    control.lock = IdleLock(workplace.clock, workplace.settings.desk.lock_after_min * 60, verify)
    workplace.locked, workplace.said = lambda: control.hidden, behind.said
    control.commands["desk.status"] = lambda: control.ask(
        say("How a case stands: the reference, the city's number, or the caller's phone"), behind.look_up
    )

    def mark_for_review() -> None:
        control.do("mark-review")
        control.note = say("Marked for review.")

    control.commands["call.mark-review"] = mark_for_review
    control.commands["call.take-up"] = take_up
    control.unavailable = lambda action: action == "call.take-up" and not workplace.open_calls()
    add_more(control, workplace, behind, slots)
    for action, work in commands.items():
        control.commands[action] = lambda work=work: work(app)  # type: ignore[misc]
    if slots is not None and workplace.seat.unlocked is None:
        control.commands["desk.sign-in"] = lambda: _sign_in(app, workplace, behind, slots)


def _sign_in(app: DeskApp, workplace: Workplace, behind: DeskBehind, slots: KeySlots) -> None:
    """Asks for the passphrase; the first agent of a seat chooses it."""
    from taker311.cli._start import checked

    control, agent = app.control, workplace.station.desk.agent

    def opened(unlocked: Unlocked) -> None:
        moved = workplace.sign_in(unlocked, behind.crm, behind.moved)
        control.commands.pop("desk.sign-in", None)
        if control.lock is not None:
            control.lock.signed_in(lambda text: slots.unlock(unlocked.name, text))
        control.note = say("Signed in as {name}.", name=unlocked.name)
        if moved:
            control.note += " " + plural(
                moved, "{count} case went from memory to the disk.", "{count} cases went from memory to the disk."
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
        control.ask(say("The same once more"), lambda again: again_chosen(text, again), secret=True)

    def again_chosen(text: str, again: str) -> None:
        if again == text:
            attempt(lambda: slots.create(agent, text))
        else:
            control.note = say("The two were not the same, so nothing was made; Ctrl+L asks again.")

    if slots.exists():
        control.ask(
            say("Passphrase of {agent}", agent=agent),
            lambda text: attempt(lambda: slots.unlock(agent, text)),
            secret=True,
        )
    else:
        control.ask(say("Choose a passphrase for {agent}: at least eight characters", agent=agent), chosen, secret=True)

"""Calls taken at the line: its threads begun and ended, a person or a program asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import noted, say

if TYPE_CHECKING:
    from taker311.base.keyslots import KeySlots
    from taker311.cli._line_behind import LineBehind
    from taker311.crm.client import Open311
    from taker311.line.commands import Commands
    from taker311.station.idle import IdleLock
    from taker311.station.volunteer import BreakTimer
    from taker311.station.workplace import Workplace
    from taker311.sync.desk import Syncer

_MEMORY_ONLY = noted(
    "Nobody is signed in: calls are kept in memory only and are lost when this program ends. .sign-in asks for your passphrase."
)


def take_calls(
    workplace: Workplace,
    cache: Path,
    connect: Callable[[], Open311 | None],
    *,
    as_json: bool,
    notice: str = "",
    slots: KeySlots | None = None,
    make_syncer: Callable[[], Syncer | None] = lambda: None,
    breaks: BreakTimer | None = None,
) -> int:
    """Calls from standard input until it ends; the place of work is closed afterwards."""
    from taker311.cli._line_behind import LineBehind
    from taker311.cli._review import watch
    from taker311.line.session import run_json, run_plain

    review = watch(workplace)
    behind = LineBehind(workplace, cache, connect, make_syncer)
    try:
        behind.begin()
        signed_in = workplace.seat.unlocked is not None
        for text in (notice, *workplace.seat.notices, "" if signed_in else say(_MEMORY_ONLY)):
            _aside(text)
        typed = _Typed(workplace, behind, slots, as_json=as_json)
        typed.commands.breaks = breaks
        take = run_json if as_json else run_plain
        take(workplace.station, typed.lines(), lambda text: print(text, flush=True), typed.commands)
    finally:
        behind.end()
        review.end()
        workplace.stop()
    return 0


def _aside(text: str) -> None:
    """Beside the calls, in lines as narrow as theirs."""
    from taker311.line.plain import wrapped

    if text:
        print("\n".join(wrapped(text)), file=sys.stderr, flush=True)


class _NobodyThereError(UserError):
    """The input ended where a passphrase was waited for."""


class _Typed:
    """Standard input: lines, passphrases that nobody sees being typed, and the lock of a terminal that was left alone."""

    def __init__(self, workplace: Workplace, behind: LineBehind, slots: KeySlots | None, *, as_json: bool) -> None:
        from taker311.call.volunteering import decision_refused
        from taker311.line.commands import Commands
        from taker311.station.idle import IdleLock
        from taker311.station.queueing import QueueDesk

        self._place, self._behind, self._slots, self._as_json = workplace, behind, slots, as_json
        self._by_hand = not as_json and sys.stdin.isatty()
        self._input: Iterator[str] = iter(sys.stdin)
        self._over = False
        seat, unlocked = workplace.seat, workplace.seat.unlocked
        verify = (lambda text: slots.unlock(unlocked.name, text)) if slots and unlocked else None
        self._lock: IdleLock = IdleLock(workplace.clock, workplace.settings.desk.lock_after_min * 60, verify)
        self.commands: Commands = Commands(
            workplace,
            QueueDesk(
                lambda: workplace.store,
                workplace.clock,
                lambda: workplace.station.desk.agent,
                lambda: seat.unlocked is not None and seat.unlocked.kind == "supervisor",
                lambda: workplace.station.case_saved(),  # noqa: PLW0108 - whoever sends sets it later
                lambda: decision_refused(workplace.station.desk.permissions),
            ),
            crm=lambda: behind.crm,
            sign_in=self._sign_in if slots is not None else None,
            looked=behind.looked,
            heard=behind.heard,
        )

    def lines(self) -> Iterator[str]:
        for text in self._input:
            self._behind.take_in()
            if not self._by_hand or self._lock.key_pressed() or self._unlocked(text):
                yield text
            if self._over:
                return

    def _unlocked(self, text: str) -> bool:
        """A terminal that was left alone takes nothing but the passphrase; 911 opens its card all the same."""
        if text.strip() in ("911", ".emergency"):
            return True
        _aside(say("This desk is locked. Nothing is lost: the call goes on, and cases are sent."))
        while True:
            try:
                self._lock.unlock(self._secret(say("Passphrase of {agent}", agent=self._place.station.desk.agent)))
            except _NobodyThereError:
                self._over = True
                return False
            except UserError as error:
                _aside(str(error))
                continue
            _aside(say("Unlocked. What you typed was not taken; type it again."))
            return False

    def _secret(self, prompt: str) -> str:
        """What is typed at the prompt, unseen; the next line of a file or a program. Raises UserError where none comes."""
        if self._by_hand:
            import getpass

            try:
                return str(getpass.getpass(f"{prompt}: "))
            except EOFError:
                raise _NobodyThereError(say("Nobody typed a passphrase.")) from None
        if self._as_json:
            raise UserError(say('Send the passphrase as the value: {{"do": "sign-in", "value": "..."}}.', do="sign-in"))
        text = next(self._input, None)
        if text is None:
            raise _NobodyThereError(say("Nobody typed a passphrase."))
        return text.rstrip("\r\n")

    def _sign_in(self, given: str) -> str:
        """The first agent of a seat chooses the passphrase. Raises UserError."""
        from taker311.base.words import plural
        from taker311.cli._start import checked

        slots, agent = self._slots, self._place.station.desk.agent
        if slots is None:
            raise UserError(say("Nobody signs in here."))
        if slots.exists():
            unlocked = slots.unlock(agent, given or self._secret(say("Passphrase of {agent}", agent=agent)))
        else:
            chosen = checked(
                given or self._secret(say("Choose a passphrase for {agent}: at least eight characters", agent=agent))
            )
            if not given and self._secret(say("The same once more")) != chosen:
                raise UserError(say("The two were not the same, so nothing was made; .sign-in asks again."))
            unlocked = slots.create(agent, chosen)
        moved = self._place.sign_in(unlocked, self._behind.crm, self._behind.moved)
        self._lock.signed_in(lambda text: slots.unlock(unlocked.name, text))
        told = say("Signed in as {name}.", name=unlocked.name)
        if moved:
            told += " " + plural(
                moved, "{count} case went from memory to the disk.", "{count} cases went from memory to the disk."
            )
        return told

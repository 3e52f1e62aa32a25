"""Tells at once, to the shared folder and to the hub, what a supervisor should see: in a thread of its own, since the sender's
may be waiting for a slow server while somebody calls for help. The regular rounds go on besides."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.cases.chores import tell
from taker311.cases.standing import answer_in
from taker311.crm.desk_model import HelpAnswer
from taker311.station.board import Board

if TYPE_CHECKING:
    from taker311.station.city_watch import CityWatch
    from taker311.station.workplace import Workplace

GATHER_S = 0.3  # several things that happen at once are told once
LOOK_S = 15.0  # for what makes no event: the lock
BEAT_S = 45.0  # a desk that was killed is missed after twice that and a little
HELP_S = 4.0  # while a call for help is open, its answer is looked for so often
_AGAIN_S = (2.0, 5.0, 15.0, 60.0)


class Telling:
    """`shared` None: to the hub alone; `watch` None: to the folder alone. `note` gets a sentence for the agent."""

    def __init__(
        self, place: Workplace, board: Board, shared: Path | None, watch: CityWatch | None, note: Callable[[str], None]
    ) -> None:
        self._place, self._board, self._shared, self._watch, self._note = place, board, shared, watch, note
        self._awake = threading.Event()
        self._over = threading.Event()
        self._warned = False
        self._thread = threading.Thread(target=self._run, name="taker311-floor", daemon=True)

    def start(self) -> None:
        self._board.changed = self._awake.set
        self._board.every_s = BEAT_S
        self._awake.set()
        self._thread.start()

    def stop(self, *, leaving: bool, wait_s: float = 1.0) -> None:
        """`leaving`: the agent goes, which is told too; a hub that does not answer in that time learns it by silence."""
        self._board.changed = lambda: None
        self._over.set()
        self._awake.set()
        self._thread.join(wait_s)
        if leaving and not self._thread.is_alive():
            last = threading.Thread(target=self._say, kwargs={"leaving": True}, name="taker311-floor", daemon=True)
            last.start()
            last.join(wait_s)

    def _run(self) -> None:
        failures = 0
        locked = False
        told_at = 0.0
        while not self._over.is_set():
            came = self._awake.wait(self._pause(failures))
            if came and self._over.wait(GATHER_S):
                return
            self._awake.clear()
            now_locked = self._board.locked()
            if came or failures or now_locked != locked or self._board.waits_for_an_answer():
                told = self._say()
            elif time.monotonic() - told_at >= BEAT_S - 0.5:
                told = self._beat()
            else:
                continue
            locked, told_at = now_locked, time.monotonic()
            failures = 0 if told else failures + 1
            self._warn(told=told)

    def _warn(self, *, told: bool) -> None:
        """Whoever called for help must not wait for somebody who can't know of it."""
        if not self._board.waits_for_an_answer():
            self._warned = False
            return
        heard = self._shared is not None or (self._watch is not None and self._watch.has_hub)
        if (heard and told) or self._warned:
            return
        from taker311.base.words import say

        self._warned = True
        if heard or not told:
            self._note(say("Your call for help has not got through yet, and is told again: call out."))
        else:
            self._note(say("Nobody can be told of your call for help from this desk: call out."))

    def _pause(self, failures: int) -> float:
        if self._board.waits_for_an_answer():
            return HELP_S
        return _AGAIN_S[min(failures, len(_AGAIN_S)) - 1] if failures else LOOK_S

    def _say(self, *, leaving: bool = False) -> bool:
        """True when all who listen were told."""
        try:
            return self._tell_folder(leaving=leaving) & self._tell_hub(leaving=leaving)
        except Exception:  # noqa: BLE001 - a call for help must be told of again whatever went wrong with this one
            return False

    def _beat(self) -> bool:
        """Nothing happened: the folder hears all of it again, the hub that the desk is there."""
        try:
            told = self._tell_folder(leaving=False)
            return (self._watch is None or self._watch.beat()) and told
        except Exception:  # noqa: BLE001 - whatever went wrong, it is tried again
            return False

    def _tell_folder(self, *, leaving: bool) -> bool:
        seat = self._place.seat
        if self._shared is None:
            return True
        doing = self._board.now(leaving=leaving)
        problem = tell(
            seat.folder, self._place.store, self._place.clock, self._shared, doing=doing, desk=seat.desk_code
        )
        if doing.help_since is not None:
            self._answered(answer_in(self._shared, seat.desk_code, seat.folder.name))
        return not problem

    def _tell_hub(self, *, leaving: bool) -> bool:
        if self._watch is None:
            return True
        try:
            self._answered(self._watch.tell(leaving=leaving))
        except UserError:
            return False
        return True

    def _answered(self, answer: HelpAnswer | None) -> None:
        if answer is not None and self._board.answered(answer):
            from taker311.base.words import say

            by = answer.by or say("A supervisor")
            self._note(say("{name} has seen your call for help.", name=by))
            self._awake.set()

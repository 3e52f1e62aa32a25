"""What an agent may do about a case in the queue, in words with its consequence, and the doing of it, audited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.words import noted, say
from taker311.cases import acts
from taker311.cases.interface import CaseStore
from taker311.cases.model import OutboxRow
from taker311.cases.reference import format_ref

Act = Literal["send", "hold", "release", "landed", "resend", "close"]

# The state of a case, in a list.
STATE_WORDS: dict[str, str] = {
    "queued": noted("waiting"),
    "sending": noted("on its way"),
    "unknown": noted("in doubt"),
    "blocked": noted("sign-in needed"),
    "held": noted("for a person"),
    "exported": noted("left by stick"),
    "sent": noted("delivered"),
    "purged": noted("delivered"),
    "closed": noted("settled"),
}
_WORDS: dict[str, str] = {
    "send": noted("Send it now, without waiting longer."),
    "hold": noted("Hold it back until somebody releases it."),
    "release": noted("Let it go on; what may have landed is looked for first."),
    **dict(acts.DECISIONS.items()),
}
_IN_STATE: dict[str, tuple[Act, ...]] = {
    "queued": ("send", "hold"),
    "unknown": ("send", "landed", "resend", "close", "hold"),
    "held": ("release", "landed", "resend", "close"),
    "blocked": ("release", "landed", "resend", "close"),
}


class QueueDesk:
    """`store` gives the store in use, `actor` who signed in, `supervisor` whether they may settle another shift's cases;
    `wake` tells the sender that something changed."""

    def __init__(
        self,
        store: Callable[[], CaseStore],
        clock: Clock,
        actor: Callable[[], str],
        supervisor: Callable[[], bool],
        wake: Callable[[], None],
        refused: Callable[[], str] = lambda: "",
    ) -> None:
        """`refused`: why this agent may decide nothing; '' when they may."""
        self._refused = refused
        self._store, self._clock, self._actor, self._supervisor, self._wake = store, clock, actor, supervisor, wake

    def rows(self) -> list[OutboxRow]:
        """Newest first."""
        return list(reversed(self._store().rows()))

    def possible(self, row: OutboxRow) -> tuple[tuple[Act, str], ...]:
        """Each act with what it means; nothing for a case that is on its way or done. Raises UserError where only a
        supervisor may decide."""
        if self._refused():
            raise UserError(self._refused())
        if acts.needs_supervisor(row, self._clock.now()) and not self._supervisor():
            raise UserError(say("{ref} is of an earlier shift: a supervisor settles it.", ref=format_ref(row.ref)))
        return tuple((act, say(_WORDS[act])) for act in _IN_STATE.get(row.state, ()))

    def do(self, case_id: str, act: str, number: str = "") -> str:
        """Does it and gives a sentence. `number`: the city's, where the case landed. Raises UserError."""
        now, store = self._clock.now(), self._store()
        row = store.row(case_id)
        if act not in dict(self.possible(row)):
            raise UserError(say("{ref} has moved on meanwhile: look at the queue again.", ref=format_ref(row.ref)))
        rule: Callable[[OutboxRow], OutboxRow]
        match act:
            case "send":
                rule = partial(acts.sent_now, at=now)
            case "hold":
                rule = partial(acts.held, reason="Held at the desk.")
            case "release":
                rule = partial(acts.released, at=now)
            case "landed" | "resend" | "close":
                rule = partial(acts.decided, decision=act, at=now, request_id=number)
            case _:
                raise UserError(say("There is no '{act}' for a case in the queue.", act=act))
        store.change(case_id, rule, now, event=act, actor=self._actor())
        self._wake()
        return f"{format_ref(row.ref)}: {say(_WORDS[act])}"

"""How fast the sender goes as a whole: it paces, and never drops. Nothing here knows one case from another but by its id."""

from __future__ import annotations

from taker311.base.ids import Ids
from taker311.cases.outbox import Waits, backoff, wait_after
from taker311.crm.model import Accepted, NotSent, Outcome, Refused, Unknown

_ALIKE = 3  # so many different cases refused alike, or in doubt, are no matter of the cases
_OUTAGE_S = 60.0


class Pace:
    """Times are monotonic seconds. `wait` says how long nothing may be sent; `learn` takes what came of an attempt."""

    def __init__(self, ids: Ids, waits: Waits) -> None:
        self._ids = ids
        self._waits = waits
        self._not_before = 0.0
        self._down_since: float | None = None
        self._recovering = False
        self._refused: dict[str, int] = {}
        self._doubtful: dict[str, int] = {}

    def wait(self, now: float) -> float:
        return max(0.0, self._not_before - now)

    @property
    def recovering(self) -> bool:
        return self._recovering

    def start(self, now: float, *, backlog: int) -> None:
        """A start with a backlog may be one of hundreds after an outage: begin spread out."""
        if backlog > 1:
            self._recovering = True
            self._not_before = now + self._ids.uniform(0, self._waits.spread_s)

    def go(self) -> None:
        """A person asks to send now."""
        self._not_before = 0.0
        self._refused.clear()

    def drained(self) -> None:
        """Nothing is due any more: full speed again."""
        self._recovering = False

    def learn(self, case_id: str, outcome: Outcome, now: float) -> str:
        """Returns why the sender must stop and ask a person, or ''."""
        match outcome:
            case Accepted():
                self._succeeded(now)
            case NotSent():
                if self._down_since is None:
                    self._down_since = now
                self._not_before = now + wait_after(outcome, 1, self._ids, self._waits)
            case Unknown():
                self._doubt(case_id, now)
            case Refused(reply_class="blocked"):
                return "The city's system does not accept this desk's key. Set the key, then let the queue go on."
            case Refused():
                self._refused[case_id] = outcome.status
                alike = sum(status == outcome.status for status in self._refused.values())
                if alike >= _ALIKE:
                    self._refused.clear()
                    return (
                        f"{alike} different cases were refused alike (answer {outcome.status}): "
                        "the city's address or key may have changed. Check it, then let the queue go on."
                    )
        return ""

    def _succeeded(self, now: float) -> None:
        if self._down_since is not None and now - self._down_since >= _OUTAGE_S:
            self._recovering = True
        self._down_since = None
        self._refused.clear()
        self._doubtful.clear()
        if self._recovering:
            gap = self._waits.recovery_gap_s
            self._not_before = now + self._ids.uniform(gap / 2, gap * 3 / 2)

    def _doubt(self, case_id: str, now: float) -> None:
        self._doubtful[case_id] = self._doubtful.get(case_id, 0) + 1
        if len(self._doubtful) >= _ALIKE:
            self._down_since = now if self._down_since is None else self._down_since
            # Not one poisoned case but a sick endpoint: each further failure halves the pace, down to the longest wait.
            self._not_before = now + backoff(sum(self._doubtful.values()) - _ALIKE + 1, self._ids, self._waits)

"""When a desk looks again: spread out, so that hundreds of desks never ask in the same second. Pure but for chance."""

from __future__ import annotations

from taker311.base.ids import Ids

POLL_S = 300.0
URGENT_S = 60.0
FIRST_SPREAD_S = 20.0
_FIRST_RETRY_S = 30.0


class Schedule:
    """One desk's; it remembers how often in a row nothing came."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._failures = 0

    def first(self) -> float:
        """Seconds before a desk that has something to show looks for the first time."""
        return self._ids.uniform(0, FIRST_SPREAD_S)

    def after(self, *, failed: bool, waited: bool, urgent: bool) -> float:
        """Seconds after a look. `waited`: the origin held the request, so that the next one may follow; `urgent`: a bulletin
        says that minutes count."""
        if failed:
            self._failures += 1
            longest = min(POLL_S, _FIRST_RETRY_S * 2.0 ** min(self._failures, 10))
            return longest * self._ids.uniform(0.5, 1.0)
        self._failures = 0
        if waited:
            return self._ids.uniform(0, 3)
        return (URGENT_S if urgent else POLL_S) * self._ids.uniform(0.8, 1.2)

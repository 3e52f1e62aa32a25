"""When a desk looks again: spread out, so that hundreds of desks never ask in the same second. Pure but for chance."""

from __future__ import annotations

from taker311.base.ids import Ids

POLL_S = 300.0
URGENT_S = 60.0  # what cannot wait is at every online desk within so many seconds
FIRST_SPREAD_S = 20.0
_LEAST_S = 10.0
_WITHIN = (0.75, 0.95)  # of it: the rest is for the fetching
_FIRST_RETRY_S = 30.0


class Schedule:
    """One desk's; it remembers how often in a row nothing came. `urgent_s`: how soon a desk must have what is urgent from a
    server that can't hold its request; 0: it need not, so that such a server is asked every five minutes."""

    def __init__(self, ids: Ids, urgent_s: float = URGENT_S) -> None:
        self._ids = ids
        self._urgent_s = max(_LEAST_S, urgent_s) if urgent_s > 0 else 0.0
        self._failures = 0

    def first(self) -> float:
        """Seconds before a desk that has something to show looks for the first time."""
        return self._ids.uniform(0, FIRST_SPREAD_S)

    def after(self, *, failed: bool, waited: bool, urgent: bool) -> float:
        """Seconds after a look. `waited`: the origin held the request, so that the next one may follow; `urgent`: a bulletin
        that the desk shows says that minutes count.

        The first urgent bulletin comes without a warning, so a desk looks as often before it is there. A small file beside
        the signed one would tell no cheaper: unchanged, either is one conditional request of the same size."""
        if failed:
            self._failures += 1
            longest = min(POLL_S, _FIRST_RETRY_S * 2.0 ** min(self._failures, 10))
            return longest * self._ids.uniform(0.5, 1.0)
        self._failures = 0
        if waited:
            return self._ids.uniform(0, 3)
        soon = self._urgent_s or (URGENT_S if urgent else 0.0)
        return soon * self._ids.uniform(*_WITHIN) if soon else POLL_S * self._ids.uniform(0.8, 1.2)

"""How often one key or one address may ask: a token bucket each."""

from __future__ import annotations

import threading
from collections import OrderedDict

from taker311.base.clock import Clock

_MOST_BUCKETS = 10_000


class RateLimit:
    """`per_s` requests a second on average and `burst` at once; `per_s` 0 lets everything through."""

    def __init__(self, clock: Clock, *, per_s: float, burst: int) -> None:
        self._clock = clock
        self._per_s = per_s
        self._burst = float(burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # name -> tokens left, at
        self._lock = threading.Lock()

    def wait_s(self, name: str) -> float:
        """0.0 and the request counts, or the seconds until one would be let through."""
        if self._per_s <= 0:
            return 0.0
        now = self._clock.monotonic()
        with self._lock:
            left, at = self._buckets.pop(name, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._per_s)
            allowed = left >= 1
            self._buckets[name] = (left - 1 if allowed else left, now)
            while len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._per_s

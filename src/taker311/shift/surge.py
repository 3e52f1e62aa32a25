"""Which topics are asked for far more often than usual: an exact test with a stated rate of false alarms. Counts in, answers
out; whose counts they are (a desk's, a whole floor's) is the caller's to know.

**The test.** `seen` counts a topic's calls in the last window (half an hour), the newest among them. Were nothing unusual, the
others would be Poisson around the usual rate, whenever we look *because* a call came in: given a point of a Poisson process,
the other points are as they ever were (Slivnyak-Mecke; Last and Penrose, "Lectures on the Poisson Process", 2017, theorem 4.1).
So the chance asked for is that of `seen - 1` or more others.

The usual rate is itself a count, `usual * windows` calls in `windows` windows of the past, so the tail is the conditional one:
given the sum, the calls in the one window are binomial with p = 1 / (1 + windows) (Przyborowski and Wilenski, "Homogeneity of
results in testing samples from Poisson series", Biometrika 31, 1940, 313-323). It holds whatever the true rate is, and with
many windows it becomes the Poisson tail, which is what an infinite `windows` (a rate that is known) gives.

**False alarms.** A topic alarms where that chance is at most `alarms_per_day / tests_per_day`. Each topic of each ended call is
one test; expectations add up whatever hangs together, so a day with `tests_per_day` tests raises at most `alarms_per_day` false
alarms on average, over all topics together and however many there are. A test checks both by arithmetic and by chance. What is
assumed: calls that know nothing of each other, at the rate of the past. A storm breaks that, which is what the alarm is for.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import lru_cache

from taker311.base.codec import Value

WINDOW_S = 1800
"""The window that `seen` and `usual` are counted over, in seconds."""
ALARMS_PER_DAY = 0.05
"""One false alarm in twenty days."""
TESTS_PER_DAY = 100
"""Topics asked for in a day, where nothing better is known: a busy agent's."""
AT_LEAST = 4
"""So many calls in a window before anything alarms: three callers are no surge, however rare their topic is."""
STILL = 0.02
"""What alarmed goes on until a count as high as this or higher would be no wonder: it does not flicker."""


class Surge(Value, frozen=True):
    """`seen` calls in the last window, `usual` are expected; `chance` of so many were nothing unusual."""

    topic: str
    seen: int
    usual: float
    chance: float


def surges(
    seen: Mapping[str, int],
    usual: Mapping[str, float],
    *,
    windows: float = math.inf,
    standing: Collection[str] = (),
    alarms_per_day: float = ALARMS_PER_DAY,
    tests_per_day: float = TESTS_PER_DAY,
) -> tuple[Surge, ...]:
    """Topics above their usual rate, the least likely first. `seen`: topic -> calls in the last window. `usual`: topic -> calls
    expected in one; a topic that is missing was never asked for. `windows`: how many windows of the past `usual` was counted
    in; less than one is no past, and nothing alarms. `standing`: topics that alarmed when last asked. `tests_per_day`: topics
    that all watched desks together are asked for in a day."""
    if windows < 1:
        return ()
    threshold = alarms_per_day / max(1.0, tests_per_day)
    found = []
    for topic, count in seen.items():
        up = topic in standing
        if count < (AT_LEAST - 1 if up else AT_LEAST):
            continue
        chance = tail(count - 1, usual.get(topic, 0.0), windows)
        if chance <= (max(STILL, threshold) if up else threshold):
            found.append(Surge(topic, count, usual.get(topic, 0.0), chance))
    return tuple(sorted(found, key=lambda one: (one.chance, one.topic)))


@lru_cache(maxsize=4096)
def tail(count: int, usual: float, windows: float = math.inf) -> float:
    """The chance of `count` or more calls in one window where `usual` are expected, a rate counted in `windows` windows.
    A count of the past that is no whole number (a mean over desks) is rounded up, against the alarm; a topic never asked for
    counts as asked for once."""
    if count <= 0:
        return 1.0
    if math.isinf(windows):
        return _poisson_tail(count, max(0.0, usual))
    past = max(1, math.ceil(usual * windows - 1e-9))
    return _binomial_tail(count, past + count, 1 / (1 + windows))


def _poisson_tail(count: int, mean: float) -> float:
    if mean == 0:
        return 0.0
    if count <= mean:
        return max(0.0, 1.0 - math.fsum(_poisson(k, mean) for k in range(count)))
    total, term, k = 0.0, _poisson(count, mean), count
    while term > total * 1e-16:
        total += term
        k += 1
        term *= mean / k
    return total


def _poisson(k: int, mean: float) -> float:
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))


def _binomial_tail(count: int, of: int, p: float) -> float:
    """P(X >= count) for X binomial(of, p)."""
    if count <= of * p:
        return max(0.0, 1.0 - math.fsum(_binomial(k, of, p) for k in range(count)))
    total, term, k = 0.0, _binomial(count, of, p), count
    while k <= of and term > total * 1e-16:
        total += term
        term *= (of - k) / (k + 1) * p / (1 - p)
        k += 1
    return total


def _binomial(k: int, of: int, p: float) -> float:
    return math.exp(
        math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * math.log(p) + (of - k) * math.log1p(-p)
    )

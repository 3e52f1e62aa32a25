"""How often each topic is usually asked for at a desk, from its day files, and the watch that tells when one is asked for far
more often."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from taker311.base.codec import Value
from taker311.shift.calls import NO_TOPIC, CallRow
from taker311.shift.surge import TESTS_PER_DAY, WINDOW_S, Surge, surges

LOOKS_BACK = timedelta(days=56)
_WINDOW = timedelta(seconds=WINDOW_S)
_ENOUGH_OF_AN_HOUR = 12
"""Windows worked in the same hour of the week, or of the day (two an hour), from which that hour speaks for itself."""
_ENOUGH = 48
"""Windows worked at all, 24 hours of work, below which nothing is usual yet and nothing alarms."""


class TopicRates(Value, frozen=True):
    """`seen`: topic -> calls of the last half hour; `usual`: topic -> calls in a usual one, counted over `windows` of them (0:
    too few to say). `tests_per_day`: topics asked for in a day. The numbers of several desks are added up, `windows` being
    the smallest of theirs."""

    seen: dict[str, int]
    usual: dict[str, float]
    windows: float
    tests_per_day: float


class Usual:
    """Counts of the past: by hour of the week where there is enough of it, else by hour of the day, else over all hours that
    were worked. A half hour counts as worked when a call began in it; that leaves out quiet ones, so the rate errs high, against
    the alarm."""

    def __init__(self, rows: Iterable[CallRow]) -> None:
        self._counts: dict[_Span, Counter[str]] = {}
        worked: set[tuple[date, int]] = set()
        calls = 0
        for row in rows:
            worked.add((row.day, row.start.hour * 2 + row.start.minute // 30))
            topics = topics_of(row)
            calls += len(topics)
            for span in _spans(row.day.weekday(), row.start.hour):
                self._counts.setdefault(span, Counter()).update(topics)
        self._windows = Counter(span for day, half in worked for span in _spans(day.weekday(), half // 2))
        days = len({day for day, _ in worked})
        self.tests_per_day = max(float(TESTS_PER_DAY), calls / days if days else 0.0)

    def at(self, now: datetime) -> tuple[dict[str, float], float]:
        """(topic -> calls in a usual half hour, windows that this was counted in) for the one that ends at `now`, in the city's
        zone. Where it lies in two hours, each topic has the larger of their rates: no alarm because a busy hour ends."""
        if self._windows[_ALL] < _ENOUGH:
            return {}, 0.0
        spans = {self._span(moment) for moment in (now, now - _WINDOW + timedelta(seconds=1))}
        usual: dict[str, float] = {}
        for span in spans:
            for topic, count in self._counts[span].items():
                usual[topic] = max(usual.get(topic, 0.0), count / self._windows[span])
        return usual, float(min(self._windows[span] for span in spans))

    def _span(self, moment: datetime) -> _Span:
        known = (span for span in _spans(moment.weekday(), moment.hour) if self._windows[span] >= _ENOUGH_OF_AN_HOUR)
        return next(known, _ALL)


# (weekday, hour); -1 is any.
_Span = tuple[int, int]
_ALL: _Span = (-1, -1)


def _spans(weekday: int, hour: int) -> tuple[_Span, _Span, _Span]:
    """What an hour is part of, the narrowest first."""
    return (weekday, hour), (-1, hour), _ALL


def topics_of(row: CallRow) -> tuple[str, ...]:
    """Each topic of a call once."""
    return tuple(topic for topic in dict.fromkeys(row.topics) if topic != NO_TOPIC)


class Watch:
    """Today's calls against the usual. It asks the test when a call is added, and what alarmed goes on until it is no wonder
    any more. Moments are the city's."""

    def __init__(self, usual: Usual, today: Iterable[CallRow] = ()) -> None:
        self._usual = usual
        self._recent: deque[tuple[datetime, str]] = deque()
        self._standing: dict[str, Surge] = {}
        for row in today:  # as they came, so that a desk that is started again in a storm still knows of it
            self.add(row, row.start + timedelta(seconds=row.handle_s))

    def _remember(self, row: CallRow) -> None:
        self._recent.extend((row.start, topic) for topic in topics_of(row))

    def add(self, row: CallRow, now: datetime) -> tuple[Surge, ...]:
        """A call ended at `now`; what alarms from now on."""
        self._remember(row)
        return self._ask(now, may_rise=frozenset(topics_of(row)))

    def surges(self, now: datetime) -> tuple[Surge, ...]:
        """What alarms still; nothing begins to alarm by looking."""
        return self._ask(now, may_rise=frozenset()) if self._standing else ()

    def _ask(self, now: datetime, may_rise: frozenset[str]) -> tuple[Surge, ...]:
        rates = self.rates(now)
        found = surges(
            {topic: count for topic, count in rates.seen.items() if topic in may_rise or topic in self._standing},
            rates.usual,
            windows=rates.windows,
            standing=self._standing,
            tests_per_day=rates.tests_per_day,
        )
        self._standing = {one.topic: one for one in found}
        return found

    def rates(self, now: datetime) -> TopicRates:
        while self._recent and self._recent[0][0] <= now - _WINDOW:
            self._recent.popleft()
        seen = Counter(topic for at, topic in self._recent if now - _WINDOW < at <= now)
        usual, windows = self._usual.at(now)
        return TopicRates(dict(seen), usual, windows, self._usual.tests_per_day)

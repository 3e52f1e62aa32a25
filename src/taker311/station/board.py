"""What this desk does now, for whoever looks after all of them: ready or in a call, a call for help, what its agent has read,
the shift's numbers, and topics of the last half hour. No word of a caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from taker311.call import events as ev
from taker311.call import model as m
from taker311.crm.desk_model import Activity, BulletinRead, HelpAnswer, TopicCount
from taker311.shift.keeper import ShiftKeeper
from taker311.shift.surge import WINDOW_S
from taker311.shift.usual import TopicRates, topics_of
from taker311.station.station import EndedCall, Station

_MOST_TOPICS = 20  # the most asked for
_TELL_AT_ONCE = (
    ev.Started, ev.Disposed, ev.Parked, ev.TakenUp, ev.Held, ev.Resumed, ev.WrapUpBegun, ev.HelpCalled, ev.BulletinAcknowledged,
)  # fmt: skip
_NOTHING_USUAL = TopicRates({}, {}, 0.0, 0.0)


class Board:
    """Hears a station's events on the thread that draws; `now` may be asked from any. `named`: the agent's name is told."""

    def __init__(self, station: Station, shift: ShiftKeeper, *, named: bool = False) -> None:
        self._station, self._shift, self._named = station, shift, named
        self._help_since: datetime | None = None
        self._answered: HelpAnswer | None = None
        self._ready_since = station.desk.clock.now()
        self._rates = _NOTHING_USUAL
        self.every_s = 0.0  # within which it is told again
        self.changed: Callable[[], None] = lambda: None
        """Told, on the thread that draws, of what a supervisor should see at once."""
        self.locked: Callable[[], bool] = lambda: False
        station.happened.append(self._heard)
        station.call_ended.append(self._ended)

    def _heard(self, event: ev.Event, at: datetime) -> None:
        match event:
            case ev.HelpCalled():
                self._help_since = at
            case ev.BulletinAcknowledged(id=id_):
                bulletin = self._station.desk.bundle.bulletin(id_)
                if bulletin is not None:
                    self._shift.readings.add(self._station.desk.agent, bulletin, at)
            case ev.Disposed() | ev.Parked():
                self._ready_since, self._help_since = at, None
        if isinstance(event, _TELL_AT_ONCE):
            self.changed()

    def _ended(self, _ended: EndedCall) -> None:
        self._rates = self._shift.topic_rates()  # on this thread, to which the watch belongs

    def recall(self) -> None:
        """Between two calls: what the agent at this desk has read, and nobody before them, needs not be read again."""
        station = self._station
        station.has_read = self._has_read
        # A volunteer's desk has taken it up already, before its first screen.
        if station.state.phase == "ready" and not station.desk.permissions.must_acknowledge:
            station.state = m.CallState(acknowledged=self._has_read())

    def _has_read(self) -> tuple[str, ...]:
        """Also after a call that was taken up, which knows what had been read when it began."""
        when, desk = self._shift.readings.when, self._station.desk
        return tuple(one.id for one in desk.bundle.bulletins if one.must_read and when(desk.agent, one) is not None)

    def answered(self, answer: HelpAnswer) -> bool:
        """A supervisor's answer came; False when it is known, or meant for an earlier call for help."""
        if answer == self._answered or answer.help_since != self._open_help():
            return False
        self._answered = answer
        return True

    def waits_for_an_answer(self) -> bool:
        since = self._open_help()
        return since is not None and (self._answered is None or self._answered.help_since != since)

    def _open_help(self) -> datetime | None:
        """It ends with the call; a call that is taken up again still needs what it needed."""
        state = self._station.state
        if not state.help_called or state.phase == "ready":
            return None
        return self._help_since or state.started_at

    def now(self, *, leaving: bool = False) -> Activity:
        state, at = self._station.state, self._station.desk.clock.now()
        what, since = _doing(state, self._ready_since)
        help_since = None if leaving else self._open_help()
        answered = self._answered if self._answered and self._answered.help_since == help_since else None
        agent = self._station.desk.agent
        rows = self._shift.rows_today(agent)
        return Activity(
            agent=agent if self._named else "",
            state="off" if leaving else what,
            since=at if leaving else since,
            locked=self.locked(),
            help_since=help_since,
            answered=answered,
            calls=len(rows),
            handled_s=float(sum(row.handle_s for row in rows)),
            bulletins=self._bulletins(at, {id_: row.start for row in rows for id_ in row.bulletins}),
            topics=self._counts(at),
            windows=self._rates.windows,
            tests_per_day=self._rates.tests_per_day,
            every_s=self.every_s,
        )

    def _bulletins(self, at: datetime, before: dict[str, datetime]) -> tuple[BulletinRead, ...]:
        """`before`: what was read in the day's calls, by when the call began, for what the seat's list has lost."""
        bundle, agent = self._station.desk.bundle, self._station.desk.agent
        world = self._station.world
        first = bundle.city.languages[0]
        return tuple(
            BulletinRead(one.id, one.titles[first], self._shift.readings.when(agent, one) or before.get(one.id))
            for one in bundle.bulletins
            if one.must_read and world.in_force(one, at)
        )

    def _counts(self, at: datetime) -> tuple[TopicCount, ...]:
        """Whoever of the seat's agents took the calls."""
        since = at - timedelta(seconds=WINDOW_S)
        seen = Counter(topic for row in self._shift.rows_today() if row.start > since for topic in topics_of(row))
        most = sorted(seen, key=lambda topic: (-seen[topic], topic))[:_MOST_TOPICS]
        usual = self._rates.usual
        return tuple(TopicCount(topic, self._title(topic), seen[topic], usual.get(topic, 0.0)) for topic in most)

    def _title(self, topic_id: str) -> str:
        bundle = self._station.desk.bundle
        topic, first = bundle.topic(topic_id), bundle.city.languages[0]
        return topic.text(first, first).title if topic is not None else topic_id


def _doing(state: m.CallState, ready_since: datetime) -> tuple[str, datetime | None]:
    if state.phase == "ready":
        return "ready", ready_since
    if state.held_since is not None:
        return "hold", state.held_since
    return ("wrapup" if state.phase == "wrapup" else "call"), state.started_at

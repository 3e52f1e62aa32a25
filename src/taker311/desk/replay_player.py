"""A call that was taken, told again on the desk's own screens: which moment stands there, how fast it goes on, and where to
jump to. No Textual in here; `replay_app` shows it in a terminal.

Whoever has a call's events (a drill's log, the journal of a real call) makes of them

    moments    one `Moment` for each thing that happened, in order;
    landmarks  places to jump to with n and p, each the number of moments after which it stands;
    make       a function that gives a fresh `ReplayStation` on the knowledge base (and, where there is one, the search
               index) that the call was taken with,

and gives them to `Player(make, moments, landmarks=..., title=...)`. Nothing is carried out: what the call asked of its
station then (a place looked up, a case saved) stands among the moments as the event that came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.shown import View
from taker311.call.table import step
from taker311.cases.memory import MemoryStore
from taker311.cases.model import Case
from taker311.crm.model import Submission
from taker311.knowledge.bundle import Bundle
from taker311.search.index import SearchIndex
from taker311.station.recorder import Recorder
from taker311.station.station import Desk, Station

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class Moment(NamedTuple):
    """One thing that happened. `event` moves the call, None where something happened beside it. `caption` says what was
    done ('types "pothole"'); `said` are words of the caller's, which stand on the banner from here on; `online` what the
    network does from here on, None: as before."""

    at: datetime
    event: ev.AnyEvent | None = None
    caption: str = ""
    said: str = ""
    online: bool | None = None


class Landmark(NamedTuple):
    """`position` moments have happened; `text` says what is to be seen there."""

    position: int
    text: str


class _Clock:
    """Stands where the player puts it."""

    def __init__(self, at: datetime) -> None:
        self.at, self._real = at, SystemClock()

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self._real.monotonic()


class ReplayStation(Station):
    """A station to which things happen as they did; inputs and effects are none of its business."""

    def __init__(self, bundle: Bundle, began: datetime, *, agent: str = "", index: SearchIndex | None = None) -> None:
        self.clock = _Clock(began)
        super().__init__(
            Desk(
                bundle=bundle,
                store=MemoryStore(self.clock),
                recorder=Recorder(None),
                make_submission=_never,
                clock=self.clock,
                ids=SeededIds(0),
                agent=agent,
                permissions=m.Permissions(),
                in_memory=False,
            )
        )
        self.desk.index = index
        self._searched = ""

    def do(self, verb: str, value: str = "") -> View:  # noqa: ARG002 - the station's
        """What has happened has happened."""
        return self.view()

    def tell(self, event: ev.Event, at: datetime) -> None:
        """As it was; where this knowledge base would refuse it today, the sentence stands in `problem`."""
        done = step(self.world, self.state, event, at)
        self.problem = done.refusal
        if not done.refusal and done.state.phase != "ready":
            self.state = done.state  # the last screen stays, where the desk would be ready for another call

    def view(self) -> View:
        """The hits are looked for only when somebody looks: a jump passes hundreds of letters."""
        if self.state.typed != self._searched:
            self._searched = self.state.typed
            self._search()
        return super().view()


def _never(_case: Case) -> Submission:
    raise AssertionError("a call that is told again sends nothing")


class Player:
    """`position` of `moments` have been told; `now` is the moment in the call."""

    def __init__(
        self,
        make: Callable[[], ReplayStation],
        moments: Sequence[Moment],
        *,
        landmarks: Sequence[Landmark] = (),
        title: str = "",
    ) -> None:
        self._make = make
        self.moments = tuple(moments)
        self.landmarks = tuple(sorted(landmarks, key=lambda one: one.position))
        self.title = title
        self.playing = True
        self._speed = SPEEDS.index(1.0)
        self._landmark: int | None = None
        self._rewind()

    def _rewind(self) -> None:
        self.station = self._make()
        self.position = 0
        self.caption = ""
        self.said: list[str] = []
        self.now = self.moments[0].at if self.moments else self.station.clock.at

    @property
    def speed(self) -> float:
        return SPEEDS[self._speed]

    @property
    def over(self) -> bool:
        return self.position >= len(self.moments)

    @property
    def seconds(self) -> int:
        """Since the first moment."""
        return self._seconds(self.now)

    @property
    def length(self) -> int:
        return self._seconds(self.moments[-1].at) if self.moments else 0

    @property
    def landmark(self) -> Landmark | None:
        """The one that was jumped to, while nothing has moved since."""
        return None if self._landmark is None else self.landmarks[self._landmark]

    def _seconds(self, at: datetime) -> int:
        return max(0, int((at - self.moments[0].at).total_seconds())) if self.moments else 0

    # ------------------------------------------------------------ what a viewer does
    def advance(self, seconds: float) -> bool:
        """Real time went by; True when something is to be drawn."""
        if not self.playing or self.over:
            return False
        before = self.seconds, self.position
        self._set(self.now + timedelta(seconds=seconds * self.speed))
        while not self.over and self.moments[self.position].at <= self.now:
            self._tell()
        if self.position != before[1]:
            self._landmark = None
        return (self.seconds, self.position) != before

    def pause(self) -> None:
        """Stops, or goes on; at the end it begins anew."""
        if self.over:
            self.go(0)
            self.playing = True
        else:
            self.playing = not self.playing

    def forward(self) -> None:
        self.go(self.position + 1)

    def back(self) -> None:
        self.go(self.position - 1)

    def faster(self, by: int = 1) -> None:
        self._speed = max(0, min(len(SPEEDS) - 1, self._speed + by))

    def go(self, position: int) -> None:
        """To where so many moments have happened; it stands still there."""
        position = max(0, min(len(self.moments), position))
        self.playing = False
        self._landmark = None
        if position < self.position:
            self._rewind()
        while self.position < position:
            self._tell()
        if self.position:
            self._set(self.moments[self.position - 1].at)

    def jump(self, by: int) -> bool:
        """To the next (1) or the last (-1) landmark; False when there is none in that direction."""
        if by > 0:
            here = -1 if self._landmark is None else self._landmark
            at = next((i for i, one in enumerate(self.landmarks) if (one.position, i) > (self.position, here)), None)
        else:
            here = -1 if self._landmark is None else self._landmark
            found = [i for i, one in enumerate(self.landmarks) if (one.position, i) < (self.position, here)]
            at = found[-1] if found else None
        if at is None:
            return False
        self.go(self.landmarks[at].position)
        self._landmark = at
        return True

    # ------------------------------------------------------------ inside
    def _set(self, now: datetime) -> None:
        self.now = self.station.clock.at = now

    def _tell(self) -> None:
        moment = self.moments[self.position]
        self.position += 1
        if moment.online is not None:
            self.station.online = moment.online
        if moment.said:
            self.said.append(moment.said)
        if moment.caption:
            self.caption = moment.caption
        if moment.event is not None:
            self.station.tell(moment.event, moment.at)

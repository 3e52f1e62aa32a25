"""A kept call told again, event by event, with how the call stood before and after each."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.table import step
from taker311.call.world import World
from taker311.knowledge.bundle import Bundle
from taker311.review.record import Recorded


class Beat(NamedTuple):
    """`number`: how many events have happened with this one; `second` of the call. `refusal`: why the knowledge base that it is told with does not take this event; the call stands
    as before then."""

    number: int
    at: datetime
    second: int
    event: ev.Event
    before: m.CallState
    after: m.CallState
    refusal: str = ""


class Tale:
    """`same`: the knowledge base is the one that the call was taken with."""

    def __init__(self, record: Recorded, bundle: Bundle) -> None:
        self.record, self.bundle = record, bundle
        self.world = World(bundle, m.Permissions())
        self.same = bundle.version == record.kb_version
        self.beats = self._tell()
        self.end = self.beats[-1].after if self.beats else m.CallState()
        self.last = self.beats[-1] if self.beats else None
        self.seconds = self.last.second if self.last else 0

    def _tell(self) -> tuple[Beat, ...]:
        state, found = m.CallState(), []
        for number, one in enumerate(self.record.events, 1):
            done = step(self.world, state, one.event, one.at)
            after = state if done.refusal else done.state
            found.append(Beat(number, one.at, self.second(one.at), one.event, state, after, done.refusal))
            state = after
        return tuple(found)

    def second(self, at: datetime) -> int:
        return max(0, int((at - self.record.began).total_seconds()))

    @property
    def refused(self) -> int:
        """How many events this knowledge base does not take."""
        return sum(bool(beat.refusal) for beat in self.beats)

    @property
    def disposition(self) -> str:
        return next((beat.event.code for beat in reversed(self.beats) if isinstance(beat.event, ev.Disposed)), "")

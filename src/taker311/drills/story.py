"""A drill's log told as what matters for its score: when the call began, what was dealt with, when the card was open."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from taker311.call import events as ev
from taker311.drills.log import Did, Left, Log, Mark, Said, Spoke, Told
from taker311.knowledge.drills import Drill, Problem


class Ending(NamedTuple):
    told: Told
    second: int


class Story:
    """`ends` are the topics dealt with, in order, those taken back left out."""

    def __init__(self, log: Log) -> None:
        self.log, self.drill = log, log.begun.drill
        self.events = log.events
        started = next((one.at for one in self.events if isinstance(one.event, ev.Started)), None)
        self.began: datetime = started or log.begun.began
        ended = next((one.at for one in reversed(self.events) if isinstance(one.event, ev.Disposed)), None)
        self.ended = ended
        self.disposition = next(
            (one.event.code for one in reversed(self.events) if isinstance(one.event, ev.Disposed)), ""
        )
        self.left = ended is None or any(isinstance(entry, Left) for entry in log.entries)
        last = log.entries[-1].at if log.entries else self.began
        self.seconds = self.second(ended or last)
        self.ends = self._ends()
        self.spoken = [entry for entry in log.entries if isinstance(entry, Spoke)]
        self.marks = [entry for entry in log.entries if isinstance(entry, Mark)]
        self.said = [entry for entry in log.entries if isinstance(entry, Said)]

    def second(self, at: datetime) -> int:
        return max(0, int((at - self.began).total_seconds()))

    def _ends(self) -> list[Ending]:
        found: list[Ending] = []
        for entry in self.log.entries:
            if isinstance(entry, Told):
                found.append(Ending(entry, self.second(entry.at)))
            elif isinstance(entry, Did) and isinstance(entry.event, ev.WentBack) and entry.where.done < len(found):
                found = found[: entry.where.done]
        return found

    def opened(self) -> list[tuple[str, int]]:
        """Topics, bulletins and rumours that were opened, with the second."""
        return [
            (event.topic_id if isinstance(event, ev.Opened) else event.id, self.second(one.at))
            for one in self.events
            if isinstance((event := one.event), ev.Opened | ev.BulletinOpened)
        ]

    def card_seconds(self) -> list[int]:
        """The seconds at which the 911 card came to stand open."""
        found, stood = [], False
        for one in self.events:
            if one.where.card and not stood:
                found.append(self.second(one.at))
            stood = one.where.card
        return found

    def when_given(self, fact: str) -> int | None:
        """The second at which a fact came out; None when it never did."""
        return next((self.second(entry.at) for entry in self.said if fact in entry.facts), None)

    def of_problem(self, problem: Problem) -> Ending | None:
        """How a problem was dealt with: the last ending on one of its topics or its bulletin."""
        names = accepted(problem)
        return next((end for end in reversed(self.ends) if end.told.done.topic_id in names), None)

    def stale(self) -> set[str]:
        return {fault.topic for fault in self.drill.faults if fault.kind == "stale-article"}


def accepted(problem: Problem) -> tuple[str, ...]:
    return (*problem.topics, problem.bulletin) if problem.bulletin else problem.topics


def needs_alarm(drill: Drill) -> bool:
    return drill.emergency is not None or any(problem.ending == "emergency" for problem in drill.problems)

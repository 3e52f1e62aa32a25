"""All desks together, as they told: who needs somebody first, who has read what, and topics far above their usual rate. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from taker311.base.codec import Value
from taker311.cases.standing import Standing
from taker311.shift.surge import surges

LONG_HOLD_S = 300.0


class BulletinSum(Value, frozen=True):
    """A must-read bulletin over the desks that are on: names of desks. `missing`: their knowledge does not have it yet."""

    id: str
    title: str
    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def on(self) -> int:
        return len(self.read) + len(self.unread) + len(self.missing)


class TopicSum(Value, frozen=True):
    """`seen` calls of the last half hour over all desks that are on, `usual` expected; `above`: far more than usual."""

    id: str
    title: str
    seen: int
    usual: float | None = None
    above: bool = False


def name_of(desk: Standing) -> str:
    """'0AA', '0AA east', '0AA Kim': the seat where there is more than the usual one, the agent where the city has it told."""
    agent = desk.doing.agent if desk.doing is not None else ""
    seat = desk.seat if desk.seat != "main" else ""
    return " ".join(dict.fromkeys(part for part in (desk.desk, seat, agent) if part)) or "?"


def in_order(desks: Iterable[Standing], now: datetime) -> list[Standing]:
    """What needs somebody first: open calls for help, silent desks, cases that wait for a person, a sender that stands still,
    long holds; then desks in a call, ready ones, and those that were left."""

    def key(desk: Standing) -> tuple[int, float, str, str]:
        doing = desk.doing
        since = doing.help_since if desk.help_open and doing is not None else desk.oldest
        age = -(now - since).total_seconds() if since is not None else 0.0
        return urgency(desk, now), age, desk.desk, desk.seat

    return sorted(desks, key=key)


def urgency(desk: Standing, now: datetime) -> int:
    """0 needs somebody most; up to 5 does."""
    doing = desk.doing
    if desk.help_open:
        return 0
    if desk.stale(now):
        return 1
    if desk.for_a_person:
        return 2
    if desk.paused:
        return 3
    left = doing is not None and doing.state == "off" and any(desk.counts.values())
    if silent(desk, now) or left:
        return 4
    if held_s(desk, now) >= LONG_HOLD_S:
        return 5
    state = doing.state if doing is not None else ""
    return {"hold": 6, "call": 6, "wrapup": 7, "ready": 8, "": 9, "off": 10}.get(state, 9)


def silent(desk: Standing, now: datetime) -> bool:
    """It told that somebody was at work there, and tells no more."""
    return desk.doing is not None and desk.doing.state not in ("", "off") and not desk.on(now)


def held_s(desk: Standing, now: datetime) -> float:
    doing = desk.doing
    if doing is None or doing.state != "hold" or doing.since is None or not desk.on(now):
        return 0.0
    return max(0.0, (now - doing.since).total_seconds())


def bulletins(desks: Sequence[Standing], now: datetime) -> list[BulletinSum]:
    """The least read first."""
    on = [desk for desk in desks if desk.on(now) and desk.doing is not None]
    titles: dict[str, str] = {}
    read: dict[str, list[str]] = {}
    unread: dict[str, list[str]] = {}
    for desk in on:
        for one in desk.doing.bulletins if desk.doing else ():
            titles.setdefault(one.id, one.title or one.id)
            (unread if one.read_at is None else read).setdefault(one.id, []).append(name_of(desk))
    found = []
    for id_, title in titles.items():
        known = {*read.get(id_, ()), *unread.get(id_, ())}
        missing = tuple(name_of(desk) for desk in on if name_of(desk) not in known)
        found.append(BulletinSum(id_, title, tuple(read.get(id_, ())), tuple(unread.get(id_, ())), missing))
    return sorted(found, key=lambda one: (len(one.read) - one.on, one.title, one.id))


def topics(desks: Sequence[Standing], now: datetime, standing: Collection[str] = ()) -> list[TopicSum]:
    """Those above their usual rate first, then the most asked for. The test runs over the desks that know what is usual there;
    `standing`: topics that were above it when last asked.

    A desk tells its usual number only of topics that it was just asked for. The others are taken to have the mean of those who
    told: they were not asked, so theirs is lower if anything, and the sum errs against the alarm."""
    on = [desk.doing for desk in desks if desk.on(now) and desk.doing is not None]
    titles: dict[str, str] = {}
    seen: dict[str, int] = {}
    compared: dict[str, int] = {}
    told: dict[str, list[float]] = {}
    for doing in on:
        for topic in doing.topics:
            titles.setdefault(topic.id, topic.title or topic.id)
            seen[topic.id] = seen.get(topic.id, 0) + topic.seen
            if doing.windows >= 1:
                compared[topic.id] = compared.get(topic.id, 0) + topic.seen
                told.setdefault(topic.id, []).append(topic.usual)
    knowing = [doing for doing in on if doing.windows >= 1]
    usual = {topic: len(knowing) * math.fsum(rates) / len(rates) for topic, rates in told.items()}
    windows = min((doing.windows for doing in knowing), default=0.0)
    tests = math.fsum(doing.tests_per_day for doing in knowing)
    above = {
        surge.topic: rank
        for rank, surge in enumerate(
            surges(compared, usual, windows=windows, standing=standing, tests_per_day=tests or 1.0)
        )
    }
    found = [TopicSum(id_, titles[id_], count, usual.get(id_), id_ in above) for id_, count in seen.items() if count]
    return sorted(found, key=lambda one: (above.get(one.id, len(above)), -one.seen, one.title))

"""What a desk and its hub tell each other besides cases: how the desk stands, what was not found, which code it has."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from taker311.base.codec import Value
from taker311.base.text import clean_line

_MOST = 60  # bulletins, and topics, of one desk


class BulletinRead(Value, frozen=True):
    """A must-read bulletin that is in force at a desk; `read_at` None: its agent has not acknowledged it."""

    id: str
    title: str = ""
    read_at: datetime | None = None


class TopicCount(Value, frozen=True):
    """`seen` calls about a topic in the last half hour, where `usual` are expected at that desk."""

    id: str
    title: str = ""
    seen: int = 0
    usual: float = 0.0


class HelpAnswer(Value, frozen=True):
    """A supervisor saw the call for help that was raised at `help_since`."""

    help_since: datetime
    at: datetime
    by: str = ""


class Activity(Value, frozen=True):
    """What is done at a desk, of no caller. `state`: ready, call, hold, wrapup, off (the agent left), since `since`.
    `help_since`: a call for help that is open. `calls` and `handled_s` are this shift's. `windows`: how many half hours of the
    past the topics' usual numbers were counted in; 0: not known; `tests_per_day`: topics asked for there in a day. `every_s`:
    seconds within which the desk tells again, whatever happens; 0: not known."""

    agent: str = ""
    state: str = ""
    since: datetime | None = None
    locked: bool = False
    help_since: datetime | None = None
    answered: HelpAnswer | None = None
    calls: int = 0
    handled_s: float = 0.0
    bulletins: tuple[BulletinRead, ...] = ()
    topics: tuple[TopicCount, ...] = ()
    windows: float = 0.0
    tests_per_day: float = 0.0
    every_s: float = 0.0


def cleaned_activity(told: Activity) -> Activity:
    """What came from outside, fit to be shown. Raises ValueError for a moment without a zone."""
    moments = [told.since, told.help_since, *(b.read_at for b in told.bulletins)]
    moments += [told.answered.help_since, told.answered.at] if told.answered else []
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        raise ValueError("a moment without a zone")
    return replace(
        told,
        agent=clean_line(told.agent, limit=60),
        state=clean_line(told.state, limit=10),
        answered=replace(told.answered, by=clean_line(told.answered.by, limit=60)) if told.answered else None,
        calls=max(0, told.calls),
        handled_s=max(0.0, told.handled_s),
        bulletins=tuple(
            replace(b, id=clean_line(b.id, limit=80), title=clean_line(b.title, limit=120))
            for b in told.bulletins[:_MOST]
        ),
        topics=tuple(
            TopicCount(
                clean_line(t.id, limit=80), clean_line(t.title, limit=120), max(0, t.seen), max(0.0, min(t.usual, 1e6))
            )
            for t in told.topics[:_MOST]
        ),
        windows=max(0.0, told.windows),
        tests_per_day=max(0.0, told.tests_per_day),
        every_s=max(0.0, told.every_s),
    )


class DeskStatus(Value, frozen=True):
    """A desk at a glance, without personal data. `refs` are references that wait for a person; `head` is the audit's."""

    at: datetime
    waiting: int = 0
    attention: int = 0
    oldest_s: float = 0.0
    kb_version: str = ""
    kb_age_s: float = 0.0
    version: str = ""
    refs: tuple[str, ...] = ()
    head: str = ""
    seat: str = ""
    doing: Activity | None = None


class Beat(Value, frozen=True):
    """That a desk is still there, and what of its last status changes by itself."""

    seat: str = ""
    waiting: int = 0
    oldest_s: float = 0.0


class FloorRow(Value, frozen=True):
    """One desk on the floor: its `floor_name`, its status, and when the hub got it."""

    desk: str
    received_at: datetime
    status: DeskStatus


def floor_name(key_name: str, seat: str) -> str:
    """How the hub calls a desk on its floor: two seats of one machine tell with one key."""
    return f"{key_name[:150]}/{seat}" if seat not in ("", "main") else key_name


class Told(Value, frozen=True):
    """The hub's answer to a status. `beats`: it takes beats between two of them."""

    received: bool = True
    answer: HelpAnswer | None = None
    beats: bool = False


class BeatTaken(Value, frozen=True):
    """`known` False: the hub has no status of this desk, and wants one."""

    known: bool = True


class AnswerGiven(Value, frozen=True):
    """A supervisor tells the hub that a desk's call for help was seen; `desk` as the floor names it."""

    desk: str
    help_since: datetime
    by: str = ""


class Suggestion(Value, frozen=True):
    """What somebody at a desk noticed. `text` holds only words that the knowledge base has, the rest are `…`."""

    id: str
    kind: Literal["no-answer", "wrong", "idea"] = "no-answer"
    topic: str = ""
    text: str = ""


class InboxRow(Value, frozen=True):
    desk: str
    received_at: datetime
    suggestion: Suggestion

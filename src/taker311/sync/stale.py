"""Answers past their date, by who owns them. Pure."""

from __future__ import annotations

from datetime import date

from taker311.base.codec import Value
from taker311.knowledge.model import Knowledge


class Stale(Value, frozen=True):
    """`since` is the date that passed; `why` completes '<title>: ...'."""

    owner: str
    topic: str
    title: str
    since: date
    why: str


def stale(knowledge: Knowledge, today: date) -> tuple[Stale, ...]:
    """By owner, the longest overdue first."""
    found: list[Stale] = []
    first = knowledge.city.languages[0]
    for topic in knowledge.topics:
        title = topic.text(first, first).title
        if topic.valid_to is not None and topic.valid_to < today:
            found.append(Stale(topic.owner, topic.id, title, topic.valid_to, f"its answer ended on {topic.valid_to}"))
        if topic.review_by is not None and topic.review_by < today:
            found.append(
                Stale(topic.owner, topic.id, title, topic.review_by, f"its review was due on {topic.review_by}")
            )
    return tuple(sorted(found, key=lambda item: (item.owner, item.since, item.topic)))

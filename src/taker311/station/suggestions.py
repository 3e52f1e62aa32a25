"""What a seat's calls tell the content owner: words that found nothing, and words that led to a topic only on a second try.

Nothing spreads by itself: these are proposals to review, and only words of the knowledge base's own vocabulary stand in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import Literal

from taker311.base.codec import Value
from taker311.call.model import BulletinOpened, Event, NoAnswerFound, Opened, SecondTopicBegun, Typed
from taker311.search.suggest import HIDDEN, words_that_may_leave

_FAR_DOWN = 4  # a topic opened from below the third line was not found by those words


class Suggestion(Value, frozen=True):
    """`words` as they may leave the desk, seen `count` times; an alias names the `topic` that was opened in the end."""

    kind: Literal["no-answer", "alias"]
    words: str
    topic: str = ""
    count: int = 1


def suggestions(calls: Iterable[Sequence[Event]], vocabulary: Container[str]) -> tuple[Suggestion, ...]:
    """From the events of each call, the most frequent first. Words of which nothing may leave are left out."""
    found: Counter[tuple[Literal["no-answer", "alias"], str, str]] = Counter()
    for events in calls:
        for kind, words, topic in _of_call(events):
            shown = words_that_may_leave(words, vocabulary)
            if shown.replace(HIDDEN, "").strip():
                found[kind, shown, topic] += 1
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Suggestion(kind, words, topic, count) for (kind, words, topic), count in ordered)


def _of_call(events: Sequence[Event]) -> list[tuple[Literal["no-answer", "alias"], str, str]]:
    """What failed in a call and what it led to. A search failed when its words were wiped for others, were kept as having no
    answer, or led to a line far down; the topic opened next is what they may have meant."""
    found: list[tuple[Literal["no-answer", "alias"], str, str]] = []
    failed: list[str] = []
    typed = ""
    for event in events:
        match event:
            case Typed(text=text):
                if typed.strip() and not _same_search(typed, text):
                    failed.append(typed.strip())
                typed = text
            case NoAnswerFound():
                found.append(("no-answer", typed.strip(), ""))
                failed.append(typed.strip())
                typed = ""
            case Opened(topic_id=topic, rank=rank):
                if rank >= _FAR_DOWN and typed.strip():
                    failed.append(typed.strip())
                found += [("alias", words, topic) for words in dict.fromkeys(failed) if words]
                failed.clear()
            case SecondTopicBegun() | BulletinOpened():
                failed.clear()
                typed = ""
    return found


def _same_search(before: str, after: str) -> bool:
    """True while one text is typed on or its end is mended; an emptied box, or other words in it, is another search."""
    before, after = before.strip(), after.strip()
    return after.startswith(before) or (before.startswith(after) and len(after) * 2 > len(before))

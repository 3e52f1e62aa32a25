"""What a search gives back."""

from __future__ import annotations

from typing import Literal

from taker311.base.codec import Value

Span = tuple[int, int]


class Hit(Value, frozen=True):
    """One answer to a caller's words, best first.

    `why` is the phrase that matched ("hole in the road"), empty when the title says it all; spans are half-open character
    ranges into `title` and `why`; `words` are those that decided where learning did. `score` only compares hits of one query.
    """

    kind: Literal["topic", "bulletin", "rumour"]
    id: str
    title: str
    score: float
    why: str = ""
    title_spans: tuple[Span, ...] = ()
    why_spans: tuple[Span, ...] = ()
    words: tuple[str, ...] = ()


class EmergencyHit(Value, frozen=True):
    """A city's emergency phrase that stands in the caller's words, and what of the words gave it away."""

    phrase: str
    matched: str
    lang: str

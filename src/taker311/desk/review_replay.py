"""A call kept for review as moments for the player, with the moments of its form to jump to."""

from __future__ import annotations

from collections.abc import Sequence

from taker311.base.words import say
from taker311.desk.replay_player import Landmark, Moment, Player, ReplayStation
from taker311.desk.replay_words import caption
from taker311.review.form import Fault, Form, Mark, title
from taker311.review.prefill import Seen
from taker311.review.tale import Tale
from taker311.search.index import SearchIndex


def player_of(tale: Tale, points: Sequence[tuple[int, str]] = (), index: SearchIndex | None = None) -> Player:
    """`points`: (how many events had happened, what is to be seen there)."""
    record = tale.record
    return Player(
        lambda: ReplayStation(tale.bundle, record.began, agent=record.agent, index=index),
        [Moment(one.at, one.event, caption(one.event)) for one in record.events],
        landmarks=[Landmark(step, text) for step, text in points],
        title=f"{record.agent}, {record.began:%Y-%m-%d %H:%M} UTC",
    )


def points_of(seen: dict[str, Seen]) -> list[tuple[int, str]]:
    """What the journal alone tells, to jump to."""
    return [(one.at.number, f"{title(name)}: {one.why}") for name, one in seen.items() if one.at is not None]


def points_of_form(form: Form) -> list[tuple[int, str]]:
    found: list[Mark | Fault] = [*form.marks, *form.faults]
    return [(one.step, f"{title(one.id)}: {one.comment or one.why}") for one in found if one.step]


def other_knowledge(tale: Tale) -> str:
    """What a viewer must know where the knowledge base is another one than the call was taken with; else ''."""
    if tale.same:
        return ""
    return say(
        "The knowledge base of this call ({then}) is no longer here; it is shown with {now}, which does not take {count} of its steps.",
        then=tale.record.kb_version or "?",
        now=tale.bundle.version,
        count=tale.refused,
    )

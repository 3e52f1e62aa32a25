"""The shift's figures at a place of work: what keeps them, and what they say on the ready screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from taker311.base.words import number, say
from taker311.station.model import Notice

if TYPE_CHECKING:
    from taker311.shift.keeper import ShiftKeeper
    from taker311.shift.surge import Surge
    from taker311.station.workplace import Workplace


def shift_keeper(place: Workplace) -> ShiftKeeper:
    from taker311.shift.keeper import ShiftKeeper

    desk = place.settings.desk
    return ShiftKeeper(
        place.seat.folder,
        lambda: place.seat.desk_code,
        lambda: place.zone,
        place.clock,
        shared=desk.shared_folder,
        with_agent=desk.report_agent,
    )


def with_shift(chores: Callable[[], bool] | None, place: Workplace) -> Callable[[], bool]:
    """The sender's chores with the shift's own: a new day's file, and its copy in the shared folder."""

    def run() -> bool:
        done = chores() if chores is not None else False
        place.shift.behind()
        return done

    return run


def shift_notices(place: Workplace) -> list[Notice]:
    found = [Notice("trouble", place.shift.trouble)] if place.shift.trouble else []
    return found + [Notice("task", in_words(surge, place)) for surge in place.shift.surges()]


def in_words(surge: Surge, place: Workplace) -> str:
    """'Water in basement: 9 in 30 minutes, usually 1'."""
    usual = number(surge.usual, 0 if surge.usual >= 10 or surge.usual == round(surge.usual) else 1)
    if surge.usual < 0.05:  # what one decimal would call 0.0
        return say(
            "{topic}: {seen} in 30 minutes, usually hardly any",
            topic=topic_title(surge.topic, place),
            seen=number(surge.seen),
        )
    return say(
        "{topic}: {seen} in 30 minutes, usually {usual}",
        topic=topic_title(surge.topic, place),
        seen=number(surge.seen),
        usual=usual,
    )


def topic_title(id_: str, place: Workplace) -> str:
    """In the language that the desk speaks, where the city has it; a bulletin's own title where that is what was told."""
    from taker311.base.words import language

    bundle, first = place.bundle, place.city.languages[0]
    topic = bundle.topic(id_)
    if topic is not None:
        return topic.text(language(), first).title
    bulletin = bundle.bulletin(id_)
    return (bulletin.titles.get(language()) or bulletin.titles[first]) if bulletin is not None else id_

"""My day by prompts: an agent's own calls of today, one sentence a line. What a desk can't know is not guessed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from taker311.base.words import day, plural, say
from taker311.shift.day_words import figures
from taker311.shift.sums import measures, total
from taker311.shift.usual import topics_of
from taker311.station.at_shift import shift_notices, topic_title

if TYPE_CHECKING:
    from taker311.station.workplace import Workplace

_MOST_TOPICS = 5


def my_day(place: Workplace) -> list[str]:
    """The same figures as on the desk's page; the times are those of calls that ended today under the name signed in."""
    status = place.status()
    rows = place.shift.rows_today(place.station.desk.agent)
    head = f"{status.agent} · {say('desk {code}', code=status.desk_code)} · {day(status.now)}"
    if not rows:
        return [head, say("No call has ended here today.")]
    counts = Counter(topic for row in rows for topic in topics_of(row))
    topics = [
        f"{topic_title(topic, place)}: {plural(count, '{count} call', '{count} calls')}"
        for topic, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_TOPICS]
    ]
    return [
        head,
        *(f"{name}: {text}" for name, text in figures(measures(total(rows)))),
        *topics,
        *(f"! {notice.text}" for notice in shift_notices(place)),
    ]

"""My day: an agent's own calls of today, on a page over the desk. What a desk can't know is said, never guessed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from taker311.base.charts import sparkline
from taker311.base.words import day, number, plural, say, span
from taker311.desk.draw import BLANK, Line, cut, line, padded, paragraph
from taker311.desk.theme import Role
from taker311.shift.day_words import clock, figures
from taker311.shift.sums import Measures, measures, total
from taker311.shift.usual import topics_of
from taker311.station.at_shift import shift_notices, topic_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taker311.shift.calls import CallRow
    from taker311.station.model import Status
    from taker311.station.workplace import Workplace

_NAME = 24
_MOST_TOPICS = 12


def my_day(place: Workplace, width: int) -> list[Line]:
    """The page's rows. The times are those of calls that ended today at this seat, under the name that is signed in."""
    status, rows = place.status(), place.shift.rows_today(place.station.desk.agent)
    found: list[Line] = [
        BLANK,
        line(
            (f" {status.agent}", "title"),
            (f" · {say('desk {code}', code=status.desk_code)} · {day(status.now)}", "dim"),
        ),
        BLANK,
        *(_figures(measures(total(rows)), width) if rows else paragraph(say("No call has ended here today."), width)),
        *_curves(rows, status),
        *_told(say("Queue"), _queue(status), width),
        *_topics(rows, place, width),
    ]
    for notice in shift_notices(place):
        found += [BLANK, *paragraph(f"! {notice.text}", width, "warn")]
    found += [
        BLANK,
        *paragraph(
            say("Drill scores are sealed to the trainer, who shows them: taker311 drill results."), width, "dim"
        ),
        *paragraph(
            say(
                "Not available at the desk: average speed of answer, abandonment, service level. The phone switch knows them."
            ),
            width,
            "dim",
        ),
    ]
    return found


def _figures(found: Measures, width: int) -> list[Line]:
    return [row for name, text in figures(found) for row in _told(name, text, width)]


def _told(name: str, text: str, width: int) -> list[Line]:
    rows = paragraph(text, width - _NAME - 1, indent=0)
    return [line((f" {padded(name if i == 0 else '', _NAME)}", "dim"), *row) for i, row in enumerate(rows)]


def _curves(rows: Sequence[CallRow], status: Status) -> list[Line]:
    """Calls and handle time by the hour, from the day's first call to now."""
    if not rows:
        return []
    first = min(row.start.hour for row in rows)
    hours = range(first, max(first, status.now.hour) + 1)
    of = [measures(total([row for row in rows if row.start.hour == hour])) for hour in hours]
    calls, times = [one.calls for one in of], [one.aht_s for one in of]
    slowest = max((value for value in times if value is not None), default=None)
    hours_told = say("{first}:00 to {last}:59", first=f"{first:02d}", last=f"{hours[-1]:02d}")
    return [
        line(
            (f" {padded(say('Calls by the hour'), _NAME)}", "dim"),
            (sparkline(calls), "title"),
            (f"  {hours_told}, {plural(max(calls), 'at most {count} call', 'at most {count} calls')}", "dim"),
        ),
        line(
            (f" {padded(say('Handle time by the hour'), _NAME)}", "dim"),
            (sparkline(times), "title"),
            (f"  {say('at most {time}', time=clock(slowest))}", "dim"),
        ),
    ]


def _queue(status: Status) -> str:
    if not status.waiting and not status.attention:
        return say("empty")
    parts = []
    if status.waiting:
        parts.append(say("{count} waiting, oldest {age}", count=number(status.waiting), age=span(status.oldest_s)))
    if status.attention:
        parts.append(say("{count} for a person to decide", count=number(status.attention)))
    return "; ".join(parts)


def _topics(rows: Sequence[CallRow], place: Workplace, width: int) -> list[Line]:
    counts = Counter(topic for row in rows for topic in topics_of(row))
    if not counts:
        return []
    rates = place.topic_rates()
    room = max(16, width - 42)
    heads = (say("Topics of today"), say("calls"), say("last 30 min"), say("usually"))
    found = [BLANK, _row(heads[0], heads[1:], room, "dim")]
    for topic, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_TOPICS]:
        usual = number(rates.usual.get(topic, 0.0), 1) if rates.windows else "–"
        cells = (number(count), number(rates.seen.get(topic, 0)), usual)
        found.append(_row(topic_title(topic, place), cells, room, "text"))
    if not rates.windows:
        found += paragraph(say("What is usual is known after some days of calls at this desk."), width, "dim")
    return found


def _row(name: str, cells: Sequence[str], room: int, role: Role) -> Line:
    numbers = "".join(f"{cut(cell, 12):>13}" for cell in cells)
    return line((f" {padded(name, room)}", role), (numbers, role))

"""My day by prompts: an agent's own calls of today, one sentence a line. What a desk can't know is not guessed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from taker311.base.words import day, number, plural, say, stopwatch
from taker311.shift.sums import measures, total
from taker311.shift.usual import topics_of
from taker311.station.at_shift import shift_notices, topic_title

if TYPE_CHECKING:
    from taker311.station.workplace import Workplace

_MOST_TOPICS = 5
_NOTHING = "–"


def my_day(place: Workplace) -> list[str]:
    """The same figures as on the desk's page; the times are those of calls that ended today under the name signed in."""
    status = place.status()
    rows = place.shift.rows_today(place.station.desk.agent)
    head = f"{status.agent} · {say('desk {code}', code=status.desk_code)} · {day(status.now)}"
    if not rows:
        return [head, say("No call has ended here today.")]
    found = measures(total(rows))
    share = _NOTHING if found.no_result_rate is None else f"{number(100 * found.no_result_rate)} %"
    mean = _NOTHING if found.searches_per_call is None else number(found.searches_per_call, 1)
    told = [
        (say("Calls"), say("{calls}, of which {handled} handled", calls=number(found.calls), handled=number(found.handled))),
        (
            say("Handle time, average"),
            say(
                "{whole} = talk {talk} + hold {hold} + after the call {after}",
                whole=_clock(found.aht_s),
                talk=_clock(found.talk_s),
                hold=_clock(found.hold_s),
                after=_clock(found.after_s),
            ),
        ),
        (say("Searches a call"), say("{mean}; {share} opened nothing", mean=mean, share=share)),
        (
            say("Also"),
            say(
                "transferred {transferred}, to be called back {back}, 911 card {card}, help {help}",
                transferred=number(found.transferred),
                back=number(found.call_backs),
                card=number(found.emergencies),
                help=number(found.helped),
            ),
        ),
    ]  # fmt: skip
    counts = Counter(topic for row in rows for topic in topics_of(row))
    topics = [
        f"{topic_title(topic, place)}: {plural(count, '{count} call', '{count} calls')}"
        for topic, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_TOPICS]
    ]
    return [
        head,
        *(f"{name}: {text}" for name, text in told),
        *topics,
        *(f"! {notice.text}" for notice in shift_notices(place)),
    ]


def _clock(seconds: float | None) -> str:
    return _NOTHING if seconds is None else stopwatch(round(seconds))

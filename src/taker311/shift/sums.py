"""Calls added up, and the measures that come of the sums. Sums of parts add up to the sum of the whole, in any order."""

from __future__ import annotations

from collections.abc import Iterable

from taker311.base.codec import Value
from taker311.shift.calls import CallRow

# What is added up. The times are those of handled calls; `aside_s` is the time of the others.
FIELDS = (
    *("calls", "handled", "resolved", "talk_s", "hold_s", "after_s", "aside_s", "searches", "no_result", "opened"),
    *("rank_sum", "rank_first", "cases", "joined", "left", "transferred", "emergencies", "card_s", "helped"),
    *("call_backs", "bulletins"),
)
Sums = list[int]


def nothing() -> Sums:
    return [0] * len(FIELDS)


def sums_of(row: CallRow) -> Sums:
    handled = row.handled
    ranks = row.ranks
    return [
        1,
        int(handled),
        int(handled and row.resolved),
        row.talk_s if handled else 0,
        row.hold_s if handled else 0,
        row.after_s if handled else 0,
        0 if handled else row.handle_s,
        row.searches,
        row.no_result,
        len(ranks),
        sum(ranks),
        ranks.count(1),
        row.cases,
        row.joined,
        row.left,
        int(row.transfers > 0),
        int(row.emergencies > 0),
        row.card_s or 0,
        int(row.helped),
        int(row.call_back),
        len(row.bulletins),
    ]


def add(one: Sums, other: Sums) -> Sums:
    return [a + b for a, b in zip(one, other, strict=True)]


def total(rows: Iterable[CallRow]) -> Sums:
    found = nothing()
    for row in rows:
        found = add(found, sums_of(row))
    return found


class Measures(Value, frozen=True):
    """The measures of docs/shift.md. A mean or a share without anything to divide by is None, never zero. Seconds; shares
    from 0 to 1."""

    calls: int
    handled: int
    talk_s: float | None
    hold_s: float | None
    after_s: float | None
    aht_s: float | None
    searches_per_call: float | None
    no_result_rate: float | None
    rank_mean: float | None
    rank_first: float | None
    first_contact: float | None
    cases: int
    joined: int
    left: int
    transferred: int
    emergencies: int
    card_s: float | None
    helped: int
    call_backs: int
    bulletins: int


MEASURES = Measures.__struct_fields__


def measures(sums: Sums) -> Measures:
    of = dict(zip(FIELDS, sums, strict=True))
    handled = of["handled"]
    return Measures(
        calls=of["calls"],
        handled=handled,
        talk_s=_per(of["talk_s"], handled),
        hold_s=_per(of["hold_s"], handled),
        after_s=_per(of["after_s"], handled),
        aht_s=_per(of["talk_s"] + of["hold_s"] + of["after_s"], handled),
        searches_per_call=_per(of["searches"], of["calls"], 3),
        no_result_rate=_per(of["no_result"], of["searches"], 4),
        rank_mean=_per(of["rank_sum"], of["opened"], 3),
        rank_first=_per(of["rank_first"], of["opened"], 4),
        first_contact=_per(of["resolved"], handled, 4),
        card_s=_per(of["card_s"], of["emergencies"]),
        **{
            name: of[name]
            for name in ("cases", "joined", "left", "transferred", "emergencies", "helped", "call_backs", "bulletins")
        },
    )


def _per(what: int, of: int, places: int = 1) -> float | None:
    return round(what / of, places) if of else None

"""An agent's own day in words: each measure with its name, as the desk's page and the line tell it."""

from __future__ import annotations

from taker311.base.words import number, say, stopwatch
from taker311.shift.sums import Measures

_NOTHING = "–"


def clock(seconds: float | None) -> str:
    """'4:05'; a dash where there is nothing to measure."""
    return _NOTHING if seconds is None else stopwatch(round(seconds))


def figures(found: Measures) -> list[tuple[str, str]]:
    """(name, text) of each measure that a desk knows of itself."""

    def share(value: float | None) -> str:
        return _NOTHING if value is None else f"{number(100 * value)} %"

    def mean(value: float | None) -> str:
        return _NOTHING if value is None else number(value, 1)

    return [
        (
            say("Calls"),
            say("{calls}, of which {handled} handled", calls=number(found.calls), handled=number(found.handled)),
        ),
        (
            say("Handle time, average"),
            say(
                "{whole} = talk {talk} + hold {hold} + after the call {after}",
                whole=clock(found.aht_s),
                talk=clock(found.talk_s),
                hold=clock(found.hold_s),
                after=clock(found.after_s),
            ),
        ),
        (
            say("Searches a call"),
            say(
                "{mean}; {share} opened nothing",
                mean=mean(found.searches_per_call),
                share=share(found.no_result_rate),
            ),
        ),
        (
            say("Rank of the opened hit"),
            say("{mean} on average; the first {share}", mean=mean(found.rank_mean), share=share(found.rank_first)),
        ),
        (
            say("Cases"),
            say(
                "{made} made, {joined} joined to one nearby, {left} left unfinished",
                made=number(found.cases),
                joined=number(found.joined),
                left=number(found.left),
            ),
        ),
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
    ]

"""The surge test: what alarms, what never does, and that the stated rate of false alarms holds."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.shift.calls import CallRow
from taker311.shift.surge import ALARMS_PER_DAY, AT_LEAST, TESTS_PER_DAY, surges, tail
from taker311.shift.usual import Usual, Watch

_RATES = st.floats(0, 40)


def test_nine_where_one_is_usual_is_a_surge() -> None:
    (found,) = surges({"water": 9, "trash": 4}, {"water": 1.0, "trash": 3.0}, windows=200)
    assert (found.topic, found.seen, found.usual) == ("water", 9, 1.0)
    assert found.chance < 1e-4


@given(st.integers(0, AT_LEAST - 1), _RATES)
def test_a_first_call_never_alarms_however_rare_its_topic(seen: int, usual: float) -> None:
    assert surges({"x": seen}, {"x": usual}) == ()


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 500)), st.floats(0, 0.99))
def test_without_a_past_nothing_alarms(seen: dict[str, int], windows: float) -> None:
    assert surges(seen, {}, windows=windows) == ()


@given(st.integers(4, 60), _RATES, st.sampled_from([12.0, 100.0, math.inf]))
def test_what_alarms_stands_at_least_as_long_as_it_would_be_raised_and_one_more_call_never_quiets_it(
    seen: int, usual: float, windows: float
) -> None:
    raised = surges({"x": seen}, {"x": usual}, windows=windows)
    if raised:
        assert surges({"x": seen + 1}, {"x": usual}, windows=windows)
        assert surges({"x": seen - 1}, {"x": usual}, windows=windows, standing={"x"}), "it would flicker"


@given(st.integers(1, 60), st.floats(0.01, 20))
def test_the_tail_is_the_poisson_and_the_binomial_one(count: int, usual: float) -> None:
    naive = 1 - math.fsum(math.exp(k * math.log(usual) - usual - math.lgamma(k + 1)) for k in range(count))
    assert tail(count, usual) == pytest.approx(naive, abs=1e-12)
    past = math.ceil(usual * 50 - 1e-9)
    n, p = past + count, 1 / 51
    exact = 1 - math.fsum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(count))
    assert tail(count, usual, 50) == pytest.approx(exact, abs=1e-10)


def _needed(usual: float, windows: float) -> int:
    return next(k for k in range(AT_LEAST, 1000) if surges({"x": k}, {"x": usual}, windows=windows))


@settings(max_examples=40)
@given(st.floats(0.001, 8), st.integers(12, 400))
def test_by_arithmetic_a_test_alarms_by_chance_no_more_often_than_stated(rate: float, windows: int) -> None:
    """Given a call, the others in its window are Poisson(rate), and the past is Poisson(rate * windows)."""
    wrong, mean = 0.0, rate * windows
    low, high = max(0, int(mean - 12 * math.sqrt(mean) - 5)), int(mean + 12 * math.sqrt(mean) + 12)
    for past in range(low, high, 1 if high - low < 150 else (high - low) // 150):
        step = 1 if high - low < 150 else (high - low) // 150
        weight = math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(past, past + step))
        wrong += weight * tail(_needed(past / windows, windows) - 1, rate)
    assert wrong <= ALARMS_PER_DAY / TESTS_PER_DAY * 1.000001


def _row(start: datetime, topic: str) -> CallRow:
    return CallRow(start.date(), start, "", "7QX", "main", "1", "en", "agent", 60, 0, 10, "answered", (topic,))


def _day(chance: random.Random, day: datetime, rates: list[float], busy: Sequence[float]) -> list[CallRow]:
    """Calls of one day: each topic a Poisson process of `rates` calls in half an hour, times what the hour is `busy`."""
    rows, most = [], max(busy)
    for number, rate in enumerate(rates):
        at = chance.expovariate(rate * most)
        while at < 2 * len(busy):
            if chance.random() * most < busy[int(at / 2)]:
                rows.append(_row(day + timedelta(minutes=30 * at), f"t{number}"))
            at += chance.expovariate(rate * most)
    return sorted(rows, key=lambda row: row.start)


@pytest.mark.parametrize(
    ("busy", "weeks", "pasts"), [([1] * 9, 2, 8), ([3, 1, 0.2, 1, 2, 0.5], 2, 10), ([3, 1, 0.2, 1, 2, 0.5], 8, 3)]
)
def test_by_chance_a_desks_false_alarms_stay_below_one_in_twenty_days(
    busy: list[float], weeks: int, pasts: int
) -> None:
    """Desks with 40 topics, a few common and many rare, on evenly and on very unevenly busy days, each day against a past that
    was drawn anew every fifth. The bound is 0.05 for each hundred topics asked for; chance may make some more of it."""
    chance = random.Random(311)
    rates = [2.0 / (n + 1) for n in range(40)]
    begin = datetime(2026, 3, 2, 8, tzinfo=UTC)
    raised = tests = 0
    for _ in range(pasts):
        usual = Usual(
            row for d in range(7 * weeks) if d % 7 < 5 for row in _day(chance, begin + timedelta(days=d), rates, busy)
        )
        for d in range(5):
            watch = Watch(usual)
            up: set[str] = set()
            for row in _day(chance, begin + timedelta(weeks=weeks, days=d), rates, busy):
                tests += 1
                now = {one.topic for one in watch.add(row, row.start)}
                raised += len(now - up)
                up = now
    bound = ALARMS_PER_DAY * tests / TESTS_PER_DAY
    assert raised <= bound + 3 * math.sqrt(bound), f"{raised} of {bound:.1f}"


def test_a_storm_alarms_stands_and_ends_and_looking_raises_nothing() -> None:
    begin = datetime(2026, 3, 2, 8, tzinfo=UTC)
    past = [_row(begin + timedelta(days=d, minutes=m), "trash") for d in range(10) for m in range(0, 540, 20)]
    watch = Watch(Usual(past))
    storm = begin + timedelta(days=21, hours=2)
    raised_at = None
    for minute in range(0, 24, 3):
        now = storm + timedelta(minutes=minute)
        assert watch.surges(now) == () or raised_at is not None
        found = watch.add(_row(now, "water"), now)
        raised_at = raised_at or (minute if found else None)
    assert raised_at == 9, "with the fourth call"
    assert [one.topic for one in watch.surges(storm + timedelta(minutes=30))] == ["water"]
    assert watch.surges(storm + timedelta(minutes=60)) == ()
    assert watch.rates(storm + timedelta(minutes=60)).seen == {}


def test_a_desk_that_is_started_again_in_a_storm_knows_of_it() -> None:
    begin = datetime(2026, 3, 2, 8, tzinfo=UTC)
    usual = Usual(_row(begin + timedelta(days=d, minutes=m), "trash") for d in range(10) for m in range(0, 540, 20))
    storm = begin + timedelta(days=21, hours=2)
    today = [_row(storm + timedelta(minutes=minute), "water") for minute in range(0, 24, 3)]
    assert [one.topic for one in Watch(usual, today).surges(storm + timedelta(minutes=24))] == ["water"]
    assert Watch(usual, today).surges(storm + timedelta(hours=2)) == ()
    assert Watch(usual, today[:3]).surges(storm + timedelta(minutes=24)) == ()


def test_an_hour_of_the_week_speaks_for_itself_once_it_was_worked_often_enough_and_then_the_hour_of_the_day() -> None:
    monday = datetime(2026, 3, 2, 8, tzinfo=UTC)
    past = [
        _row(monday + timedelta(weeks=w, days=d, hours=h, minutes=m), topic)
        for w in range(6)
        for d, h, topic in ((0, 0, "trash"), (0, 1, "noise"), (1, 0, "trees"), (1, 2, "trees"), (2, 0, "trees"))
        for m in (0, 10, 30, 40)
    ]
    usual = Usual(past)
    later = monday + timedelta(weeks=7)
    assert usual.at(later + timedelta(minutes=45)) == ({"trash": 2.0}, 12)
    assert usual.at(later + timedelta(minutes=75)) == ({"trash": 2.0, "noise": 2.0}, 12), "two hours: the larger rates"
    by_day, windows = usual.at(later + timedelta(days=4, minutes=45))
    assert windows == 36, "on a Friday at eight, of which there was none: all days at eight"
    assert by_day == {"trash": pytest.approx(24 / 36), "trees": pytest.approx(48 / 36)}
    at_night, windows = usual.at(later + timedelta(hours=12, minutes=45))
    assert windows == 60
    assert at_night["noise"] == pytest.approx(24 / 60)


def test_a_desk_without_a_past_has_rates_and_no_alarm() -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    watch = Watch(Usual(()))
    assert all(watch.add(_row(now, "water"), now) == () for _ in range(30))
    rates = watch.rates(now)
    assert (rates.seen, rates.usual, rates.windows) == ({"water": 30}, {}, 0)

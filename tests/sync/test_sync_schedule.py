"""Five hundred desks in virtual time: a change arrives within minutes, and nobody stampedes."""

from __future__ import annotations

import heapq
from collections import Counter

from taker311.base.ids import SeededIds
from taker311.sync.schedule import Schedule

DESKS = 500


def fleet(
    hours: float, *, down: tuple[float, float] = (-1, -1), waited: bool = False, urgent_s: float = 60
) -> dict[int, list[float]]:
    """Desk -> the moments (seconds) at which it looked; in `down` the origin did not answer."""
    desks = [Schedule(SeededIds(number), urgent_s) for number in range(DESKS)]
    looks: dict[int, list[float]] = {number: [] for number in range(DESKS)}
    queue = [(desk.first(), number) for number, desk in enumerate(desks)]
    heapq.heapify(queue)
    while queue:
        now, number = heapq.heappop(queue)
        if now > hours * 3600:
            continue
        looks[number].append(now)
        failed = down[0] <= now < down[1]
        held = 50.0 if waited and not failed else 0.0
        heapq.heappush(queue, (now + held + desks[number].after(failed=failed, waited=waited, urgent=False), number))
    return looks


def peak(looks: dict[int, list[float]], start: float, end: float) -> int:
    seconds = Counter(int(at) for moments in looks.values() for at in moments if start <= at < end)
    return max(seconds.values())


def delays(looks: dict[int, list[float]], published: float) -> list[float]:
    return sorted(min(at for at in moments if at >= published) - published for moments in looks.values())


def test_the_first_urgent_bulletin_is_at_every_online_desk_within_a_minute_of_a_server_that_cannot_wait() -> None:
    assert delays(fleet(2), 3600.0)[-1] <= 58  # and is fetched in the rest
    assert delays(fleet(2, urgent_s=30), 3600.0)[-1] <= 29


def test_99_of_100_desks_have_a_change_within_ten_minutes_where_nothing_is_urgent() -> None:
    waits = delays(fleet(3, urgent_s=0), 3600.0)
    assert waits[int(DESKS * 0.99)] <= 360
    assert waits[-1] <= 600


def test_a_desk_that_shows_an_urgent_bulletin_looks_each_minute_whatever_is_set() -> None:
    assert Schedule(SeededIds(1), 0).after(failed=False, waited=False, urgent=True) <= 60


def test_nobody_can_set_a_desk_to_hammer_its_origin() -> None:
    assert Schedule(SeededIds(1), 0.01).after(failed=False, waited=False, urgent=False) >= 7.5


def test_an_hour_after_they_all_started_together_no_second_sees_many_of_them() -> None:
    assert peak(fleet(3), 3600, 3 * 3600) <= 30
    assert peak(fleet(3, urgent_s=0), 3600, 3 * 3600) <= 12


def test_after_an_outage_of_an_hour_the_desks_come_back_spread_out() -> None:
    looks = fleet(4, down=(3600, 7200))
    back = [min(at for at in moments if at >= 7200) - 7200 for moments in looks.values()]
    assert max(back) <= 300
    assert peak(looks, 7200, 4 * 3600) <= 30

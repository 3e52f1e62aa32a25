"""Which bulletin stands first, and when one is over."""

from __future__ import annotations

from datetime import UTC, date, datetime

from helpers import mini_city
from taker311.call.model import Permissions
from taker311.call.world import World
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import Bulletin, Gazetteer
from taker311.knowledge.pressing import most_pressing


def bulletin(name: str, *, must_read: bool = False, urgent: bool = False, until: str = "") -> Bulletin:
    last = date(2026, 11, 24) if until else None
    return Bulletin(name, {}, {}, valid_to=last, until_time=until, must_read=must_read, urgent=urgent)


def test_what_must_be_read_stands_first_and_the_urgent_before_it() -> None:
    known = (bulletin("a"), bulletin("b", must_read=True), bulletin("c", urgent=True), bulletin("d", must_read=True, urgent=True))  # fmt: skip
    assert [one.id for one in most_pressing(known, ())] == ["d", "b", "c", "a"]
    assert [one.id for one in most_pressing(known, ("b", "d"))] == ["c", "d", "a", "b"]


def test_a_bulletin_ends_at_its_hour_on_the_citys_clocks() -> None:
    world = World(Bundle.from_bytes(encode_bundle(mini_city.knowledge(), Gazetteer())), Permissions())
    assert world.city.time_zone == "America/New_York"
    water = bulletin("water", until="18:00")
    assert world.in_force(water, datetime(2026, 11, 24, 22, 59, tzinfo=UTC))
    assert not world.in_force(water, datetime(2026, 11, 24, 23, 0, tzinfo=UTC))
    assert not world.in_force(water, datetime(2026, 11, 25, 6, 0, tzinfo=UTC))
    assert water.in_force(date(2026, 11, 24))
    assert not water.in_force(date(2026, 11, 25))

"""A place of work on the mini city, in memory, with time and chance in the test's hands."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from helpers.mini_city import compiled
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.call.model import Permissions
from taker311.cases.interface import CaseStore
from taker311.cases.journal import Journal
from taker311.cases.memory import MemoryStore
from taker311.cases.reference import References
from taker311.cases.submission import make_submission
from taker311.crm.dialects import load_dialect
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.places.index import PlaceIndex
from taker311.search.index import SearchIndex
from taker311.station.recorder import Recorder
from taker311.station.station import Desk, Station

NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)  # a Tuesday, half past nine in the city


@lru_cache(maxsize=1)
def mini_bundle() -> Bundle:
    knowledge, gazetteer = compiled()
    return Bundle.from_bytes(encode_bundle(knowledge, gazetteer))


@lru_cache(maxsize=1)
def mini_index() -> SearchIndex:
    return SearchIndex.build(mini_bundle().knowledge)


@lru_cache(maxsize=1)
def mini_places() -> PlaceIndex:
    return PlaceIndex.in_memory(mini_bundle().gazetteer())


def _references() -> Callable[[], str]:
    """The same references in the same order for every station."""
    line = References("7QX", b"sixteen bytes...")
    return map(line.at, itertools.count()).__next__


def station(
    *,
    clock: ManualClock | None = None,
    store: CaseStore | None = None,
    journal: Journal | None = None,
    permissions: Permissions | None = None,
    seed: int = 1,
) -> Station:
    clock = clock or ManualClock(NOW)
    dialect, ids = load_dialect("hub"), SeededIds(seed)
    city = mini_bundle().knowledge.city
    made = Station(
        Desk(
            bundle=mini_bundle(),
            store=store or MemoryStore(clock, _references()),
            recorder=Recorder(journal),
            make_submission=lambda case: make_submission(case, dialect, city, ids.uuid()),
            clock=clock,
            ids=ids,
            agent="Sam",
            permissions=permissions or Permissions(),
            in_memory=store is None,
        )
    )
    made.desk.index = mini_index()
    made.desk.places = mini_places()
    return made


def play(made: Station, *inputs: tuple[str, str] | str) -> Station:
    """Gives inputs one after another, each a verb or (verb, value), and insists that each is taken."""
    for item in inputs:
        verb, value = item if isinstance(item, tuple) else (item, "")
        shown = made.do(verb, value)
        assert not shown.problem, f"{verb} {value!r}: {shown.problem}"
    return made

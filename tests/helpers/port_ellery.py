"""The demo city, compiled and indexed once for a test run by all its workers together, and a place of work on it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from helpers.once import once_bytes
from taker311.authoring.source import read_source
from taker311.base.clock import ManualClock
from taker311.base.codec import Value, pack, unpack
from taker311.base.ids import SeededIds
from taker311.call.model import Permissions
from taker311.cases.memory import MemoryStore
from taker311.cases.submission import make_submission
from taker311.crm.dialects import load_dialect
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import Gazetteer, Knowledge, Script
from taker311.places.index import PlaceIndex
from taker311.search.index import SearchIndex
from taker311.station.recorder import Recorder
from taker311.station.station import Desk, Station

FOLDER = Path(__file__).resolve().parents[2] / "kb_cache" / "port-ellery"
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)  # the Sunday after the storm, ten in the morning in the city


class _Compiled(Value, frozen=True):
    knowledge: Knowledge
    gazetteer: Gazetteer


def _compile() -> bytes:
    source = read_source(FOLDER, today=TODAY)
    assert source.knowledge is not None, [str(finding) for finding in source.findings]
    return pack(_Compiled(source.knowledge, source.gazetteer))


@cache
def compiled() -> tuple[Knowledge, Gazetteer]:
    made = unpack(once_bytes("port-ellery.source", _compile), _Compiled)
    return made.knowledge, made.gazetteer


def knowledge() -> Knowledge:
    return compiled()[0]


def gazetteer() -> Gazetteer:
    return compiled()[1]


def script(ident: str) -> Script:
    return next(one for one in knowledge().scripts if one.id == ident)


@cache
def bundle() -> Bundle:
    return Bundle.from_bytes(encode_bundle(*compiled()), "port-ellery")


@cache
def index() -> SearchIndex:
    """Seconds of work for whoever is the first: it learns the city's wordings."""
    return SearchIndex.from_bytes(
        once_bytes("port-ellery.index", lambda: SearchIndex.build(bundle().knowledge).to_bytes())
    )


@cache
def places() -> PlaceIndex:
    return PlaceIndex.in_memory(gazetteer())


def station(*, seed: int = 1) -> Station:
    clock, ids, dialect = ManualClock(NOW), SeededIds(seed), load_dialect("hub")
    made = Station(
        Desk(
            bundle=bundle(),
            store=MemoryStore(clock),
            recorder=Recorder(None),
            make_submission=lambda case: make_submission(case, dialect, bundle().knowledge.city, ids.uuid()),
            clock=clock,
            ids=ids,
            agent="Sam",
            permissions=Permissions(),
            in_memory=True,
        )
    )
    made.desk.index = index()
    made.desk.places = places()
    return made

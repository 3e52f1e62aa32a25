"""Where the small city for tests lies; `knowledge()` compiles it once for a test run."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path

from taker311.knowledge.bundle import Bundle
from taker311.knowledge.model import Gazetteer, Knowledge

FOLDER = Path(__file__).parent.parent / "data" / "mini-city"
TODAY = date(2026, 11, 25)


@functools.cache
def compiled() -> tuple[Knowledge, Gazetteer]:
    from taker311.authoring.source import read_source

    source = read_source(FOLDER, today=TODAY)
    assert source.knowledge is not None, [str(finding) for finding in source.findings]
    return source.knowledge, source.gazetteer


@functools.cache
def bundle() -> Bundle:
    from taker311.knowledge.bundle import encode_bundle

    return Bundle.from_bytes(encode_bundle(*compiled()), "mini-city")


def knowledge() -> Knowledge:
    return compiled()[0]


def gazetteer() -> Gazetteer:
    return compiled()[1]

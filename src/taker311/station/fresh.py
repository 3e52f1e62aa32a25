"""A knowledge base that arrived while the desk was at work: made ready in the background, taken between two calls."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from taker311.base.errors import UserError
from taker311.knowledge.bundle import Bundle
from taker311.places.index import PlaceIndex
from taker311.search.cache import open_index
from taker311.search.index import SearchIndex


class Fresh(NamedTuple):
    bundle: Bundle
    file: Path
    search: SearchIndex
    places: PlaceIndex


def prepare(file: Path, cache: Path) -> Fresh:
    """Opens the bundle and derives its indexes (seconds: call it in a worker). Raises UserError where it can't be used."""
    bundle = Bundle.open(file)
    try:
        places = PlaceIndex.open_or_build(cache / "places", bundle.part_hash("places"), bundle.gazetteer)
    except UserError:
        places = PlaceIndex.in_memory(bundle.gazetteer())
    return Fresh(bundle, file, open_index(bundle, cache), places)

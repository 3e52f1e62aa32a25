"""A knowledge base that arrived while the desk was at work: made ready in the background, taken between two calls."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from taker311.base.errors import UserError
from taker311.call.model import Permissions
from taker311.knowledge.bundle import Bundle
from taker311.places.index import PlaceIndex
from taker311.search.cache import index_at_once, open_index
from taker311.search.index import SearchIndex


class Fresh(NamedTuple):
    bundle: Bundle
    file: Path
    search: SearchIndex
    places: PlaceIndex
    permissions: Permissions | None = None  # other ones, where they come with the knowledge


def prepare(file: Path, cache: Path) -> Fresh:
    """Opens the bundle and derives its indexes (seconds: call it in a worker). Raises UserError where it can't be used."""
    bundle = Bundle.open(file)
    return Fresh(bundle, file, open_index(bundle, cache, file), _places(bundle, cache))


def prepare_at_once(file: Path, cache: Path, learned: bytes) -> tuple[Fresh, bool]:
    """As `prepare`, without waiting for what search has to learn anew: an urgent bulletin is not kept back for it. `learned`
    is what the base before had learned; False: `prepare` gives a better search, seconds later."""
    bundle = Bundle.open(file)
    index, whole = index_at_once(bundle, cache, learned, file)
    return Fresh(bundle, file, index, _places(bundle, cache)), whole


def _places(bundle: Bundle, cache: Path) -> PlaceIndex:
    try:
        return PlaceIndex.open_or_build(cache / "places", bundle.part_hash("places"), bundle.gazetteer)
    except UserError:
        return PlaceIndex.in_memory(bundle.gazetteer())

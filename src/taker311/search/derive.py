"""Run as  python -m taker311.search.derive BUNDLE CACHE : derives the search index of a bundle into the cache, in a process of
its own beside a desk that takes calls meanwhile."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from taker311.knowledge.bundle import Bundle
from taker311.search.cache import cached_index, open_index

_BESIDE_A_CALL = 5  # niceness: whoever types goes first


def main(file: str, cache: str) -> int:
    """0 when the index stands in the cache."""
    if hasattr(os, "nice"):
        os.nice(_BESIDE_A_CALL)
    bundle = Bundle.open(Path(file))
    open_index(bundle, Path(cache))
    return 0 if cached_index(bundle, Path(cache)) is not None else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The derived index on the desk's disk: found again by what it was derived from, made anew where that changed."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from taker311 import __version__
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.knowledge.bundle import Bundle
from taker311.search.index import FORMAT, SearchIndex

KEPT = 3


def open_index(bundle: Bundle, cache: Path) -> SearchIndex:
    """The index of `bundle`: from the folder `cache` in some tens of milliseconds, else derived (seconds: use a worker) and
    kept there. A cache that can't be read or written costs time and nothing else."""
    path = _path(bundle, cache)
    with contextlib.suppress(OSError, ValueError):
        return SearchIndex.from_bytes(_opened(path.read_bytes()))
    index = SearchIndex.build(bundle.knowledge, bundle.learned())
    with contextlib.suppress(OSError, UserError):
        private_folder(path.parent)
        write_atomically(path, _sealed(index.to_bytes()))
        _forget_old(path)
    return index


def cached_index(bundle: Bundle, cache: Path) -> SearchIndex | None:
    """The index only if it is there already."""
    with contextlib.suppress(OSError, ValueError):
        return SearchIndex.from_bytes(_opened(_path(bundle, cache).read_bytes()))
    return None


def _path(bundle: Bundle, cache: Path) -> Path:
    parts = ":".join(bundle.part_hash(name) for name in ("text", "bulletins", "learned"))
    return cache / "search" / f"{hashlib.sha256(f'{FORMAT}:{__version__}:{parts}'.encode()).hexdigest()[:24]}.index"


def _sealed(data: bytes) -> bytes:
    """With its digest before it: a cut or flipped file is derived again, never trusted."""
    return hashlib.sha256(data).digest() + data


def _opened(data: bytes) -> bytes:
    if hashlib.sha256(data[32:]).digest() != data[:32]:
        raise ValueError("damaged")
    return data[32:]


def _forget_old(newest: Path) -> None:
    others = [path for path in newest.parent.glob("*.index") if path != newest]
    for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        path.unlink()

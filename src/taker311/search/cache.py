"""The derived index on the desk's disk: found again by what it was derived from, made anew where that changed."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from taker311 import __version__
from taker311.base.codec import pack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.knowledge.bundle import Bundle
from taker311.search.index import FORMAT, SearchIndex

KEPT = 3
_APART_S = 300.0


def open_index(bundle: Bundle, cache: Path, file: Path | None = None) -> SearchIndex:
    """The index of `bundle`: from the folder `cache` in some tens of milliseconds, else derived (seconds: use a worker) and
    kept there. A cache that can't be read or written costs time and nothing else. With the bundle's `file` it is derived in a
    process of its own: it keeps no key waiting, and what it takes of memory ends with it."""
    kept = cached_index(bundle, cache)
    if kept is None and file is not None and _derived_apart(file, cache):
        kept = cached_index(bundle, cache)
    if kept is not None:
        return kept
    path = _path(bundle, cache)
    made = SearchIndex.build(bundle.knowledge, bundle.learned() or _learned_before(bundle, cache))
    data = made.to_bytes()
    _keep(path, _sealed(data))
    if made.learned and not bundle.learned():
        _keep(_learned_path(bundle, cache), _sealed(made.learned))
    return SearchIndex.from_bytes(data)  # what it was derived from goes; it is several times as large


def _derived_apart(file: Path, cache: Path) -> bool:
    """False where no process could be started or it did not come to its end; the index is then derived in this one."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "taker311.search.derive", str(file), str(cache)]
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=_APART_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def index_at_once(bundle: Bundle, cache: Path, learned: bytes, file: Path | None = None) -> tuple[SearchIndex, bool]:
    """As `open_index` where that need not learn first. Else an index without seconds of work, which uses `learned` of an
    older base, and False: `open_index` gives a better one."""
    from taker311.search.build import learns_here

    kept = cached_index(bundle, cache)
    if kept is not None:
        return kept, True
    if bundle.learned() or not learns_here(bundle.knowledge) or _learned_before(bundle, cache):
        return open_index(bundle, cache, file), True
    return SearchIndex.build(bundle.knowledge, learned, learn=False), False


def cached_index(bundle: Bundle, cache: Path) -> SearchIndex | None:
    """The index only if it is there already."""
    with contextlib.suppress(OSError, ValueError):
        return SearchIndex.from_bytes(_opened(_path(bundle, cache).read_bytes()))
    return None


def _path(bundle: Bundle, cache: Path) -> Path:
    parts = ":".join(bundle.part_hash(name) for name in ("text", "bulletins", "learned"))
    return cache / "search" / f"{hashlib.sha256(f'{FORMAT}:{__version__}:{parts}'.encode()).hexdigest()[:24]}.index"


def _learned_path(bundle: Bundle, cache: Path) -> Path:
    """Named by what is learned from: a new bulletin or another promised time changes nothing of it."""
    from taker311.search.learning import wordings

    told = pack((FORMAT, __version__, wordings(bundle.knowledge)))
    return cache / "search" / f"{hashlib.sha256(told).hexdigest()[:24]}.learned"


def _learned_before(bundle: Bundle, cache: Path) -> bytes:
    with contextlib.suppress(OSError, ValueError):
        return _opened(_learned_path(bundle, cache).read_bytes())
    return b""


def _keep(path: Path, data: bytes) -> None:
    with contextlib.suppress(OSError, UserError):
        private_folder(path.parent)
        write_atomically(path, data)
        _forget_old(path)


def _sealed(data: bytes) -> bytes:
    """With its digest before it: a cut or flipped file is derived again, never trusted."""
    return hashlib.sha256(data).digest() + data


def _opened(data: bytes) -> bytes:
    if hashlib.sha256(data[32:]).digest() != data[:32]:
        raise ValueError("damaged")
    return data[32:]


def _forget_old(newest: Path) -> None:
    others = [path for path in newest.parent.glob(f"*{newest.suffix}") if path != newest]
    for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        path.unlink()

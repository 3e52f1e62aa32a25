"""From what the city signed to a bundle: parts that are here already, parts made from a delta, parts fetched whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from taker311.knowledge.bundle import Bundle
from taker311.knowledge.parts import compress, join_parts
from taker311.sync.errors import SyncError
from taker311.sync.fetch import Pace, fetch, fetch_delta, forget
from taker311.sync.layout import Latest, PartFile, delta_name, part_name
from taker311.sync.origin import Origin
from taker311.sync.patch import MAX_PATCHED, apply_delta, pack_own, unpack_part

# Parts whose packed bytes make the bundle's version are kept as they were published.
_AS_PUBLISHED = ("places", "learned")


class Sources(NamedTuple):
    origin: Origin
    latest: Latest
    incoming: Path
    pace: Pace


def assemble(parts: Sequence[PartFile], sources: Sources, old: Bundle | None, have: Mapping[str, str]) -> bytes:
    """`have`: the old bundle's parts by the SHA-256 of what they unpack to. Raises SyncError; nothing was changed then."""
    frames: dict[str, tuple[int, bytes]] = {}
    for part in parts:
        if old is not None and have.get(part.name) == part.raw_sha256:
            frames[part.name] = part.raw_size, old.part_bytes(part.name)
            continue
        patched = b""
        if old is not None and part.name in have:
            patched = _patched(old.raw_bytes(part.name), have[part.name], part, sources)
        frames[part.name] = part.raw_size, patched or _whole(part, sources)
    return join_parts(frames)


def _patched(old: bytes, old_sha256: str, part: PartFile, sources: Sources) -> bytes:
    """The packed part made from the old one and a delta; empty where the whole part must be fetched."""
    if len(old) + part.raw_size > 2 * MAX_PATCHED:
        return b""
    try:
        raw = _raw_from_delta(old, delta_name(old_sha256, part.raw_sha256), part, sources)
    except SyncError as error:
        if error.kind in ("missing", "refused"):
            return b""
        raise
    if part.name not in _AS_PUBLISHED:
        return pack_own(raw)
    _, packed = compress(part.name, raw)
    return packed if hashlib.sha256(packed).hexdigest() == part.sha256 else b""


def _raw_from_delta(old: bytes, name: str, part: PartFile, sources: Sources) -> bytes:
    """A delta in pieces whose pieces don't fit is fetched once more from its beginning. Raises SyncError."""
    inline = sources.latest.files.get(name)
    if inline:
        return apply_delta(old, inline, part.raw_size, part.raw_sha256)
    found = fetch_delta(sources.origin, name, part.size, sources.incoming, sources.pace)
    try:
        return apply_delta(old, found.data, part.raw_size, part.raw_sha256)
    except SyncError:
        forget(name, sources.incoming)
        if not found.resumed:
            raise
    again = fetch_delta(sources.origin, name, part.size, sources.incoming, sources.pace)
    try:
        return apply_delta(old, again.data, part.raw_size, part.raw_sha256)
    except SyncError:
        forget(name, sources.incoming)
        raise


def _whole(part: PartFile, sources: Sources) -> bytes:
    packed = fetch(sources.origin, part_name(part), part.size, part.sha256, sources.incoming, sources.pace)
    unpack_part(packed, part.raw_size, part.raw_sha256)
    return packed

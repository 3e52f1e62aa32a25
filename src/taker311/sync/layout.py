"""What a published knowledge base looks like from outside: names, limits, and the one small file that desks poll.

    latest.t311                   the newest metadata in one file, so that a poll is one request and a small change one answer
    metadata/N.root.json  timestamp.json  N.snapshot.json  N.targets.json      TUF; any TUF client can read it
    targets/<sha256>.<part>.zst   the parts of a bundle, one zstd frame each
    deltas/<from>-<to>.zst        a zstd frame that needs the old part (unpacked) as its prefix

Nothing in `latest.t311` is trusted for being there: its metadata is verified as if each file had been fetched alone. A delta
needs no signature of its own: what it makes must have the signed hash.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from taker311.base.codec import Value, pack, unpack
from taker311.knowledge.parts import MAX_FILE, MAX_RAW, PARTS

LATEST = "latest.t311"
METADATA = "metadata/"
MAX_LATEST = 64_000
MAX_METADATA = 256_000
# Deltas travel inside latest.t311 up to so many bytes together.
INLINE = 1_000
# How many earlier versions a delta is made from.
VERSIONS = 30
# More than any text packs to; what claims more is a bomb. Small parts may be mostly zeros.
MAX_RATIO = 250
_ALWAYS_ALLOWED = 1_000_000
_MAGIC = b"T311NOW1"
_HASH = re.compile(r"[0-9a-f]{64}")


class PartFile(Value, frozen=True):
    """One part as the city signed it: packed and unpacked size in bytes, SHA-256 of both, hex."""

    name: str
    size: int
    sha256: str
    raw_size: int
    raw_sha256: str


class Release(Value, frozen=True):
    """What the city says is the newest: `version` counts publications, `signed_at` is when that was last said, `expires`
    when it stops being believed, `made_at` when the content was published."""

    version: int
    timestamp_version: int
    root_version: int
    made_at: datetime
    signed_at: datetime
    expires: datetime
    root_expires: datetime
    parts: tuple[PartFile, ...]


class Latest(Value, frozen=True):
    """`root`: the newest root's version, a hint that saves a request; `files` by name, as they stand beside this one."""

    root: int
    files: dict[str, bytes]


def encode_latest(latest: Latest) -> bytes:
    return _MAGIC + pack(latest)


def decode_latest(data: bytes) -> Latest | None:
    """None where the bytes are something else, such as a guest network's sign-in page."""
    if not data.startswith(_MAGIC) or len(data) > MAX_LATEST:
        return None
    try:
        return unpack(data[len(_MAGIC) :], Latest)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def believable(part: PartFile) -> str:
    """'' or why no honest publisher would have signed this; no size is trusted before this was asked."""
    if part.name not in PARTS or not _HASH.fullmatch(part.sha256) or not _HASH.fullmatch(part.raw_sha256):
        return "has a name that can't be"
    if not 0 < part.size <= MAX_FILE or not 0 < part.raw_size <= MAX_RAW[part.name]:
        return "is larger than any city needs"
    if part.raw_size > max(_ALWAYS_ALLOWED, part.size * MAX_RATIO):
        return "would unpack to more than can be"
    return ""


def target_path(name: str) -> str:
    """A part's name among TUF's targets."""
    return f"{name}.zst"


def part_name(part: PartFile) -> str:
    return f"targets/{part.sha256}.{target_path(part.name)}"


def delta_name(old_raw_sha256: str, new_raw_sha256: str) -> str:
    return f"deltas/{old_raw_sha256[:16]}-{new_raw_sha256[:16]}.zst"


def metadata_name(role: str, version: int = 0) -> str:
    return f"{METADATA}{version}.{role}.json" if version else f"{METADATA}{role}.json"

"""The file of a compiled knowledge base: four parts that travel and change apart.

`T311KB1\\n`, the header's length (4 bytes, big endian), the header (canonical JSON: a list of parts with name, size,
raw_size, sha256 of the compressed bytes), then the parts, each one zstd frame, in the header's order.
"""

from __future__ import annotations

import hashlib

import msgspec

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError

MAGIC = b"T311KB1\n"
PARTS = ("text", "bulletins", "places", "learned", "terms")  # the last is in emergency packs alone
# Above the largest real city by a wide margin; what is larger is no bundle of ours.
MAX_FILE = 256_000_000
MAX_HEADER = 64_000
MAX_RAW = {"text": 256_000_000, "bulletins": 32_000_000, "places": 512_000_000, "learned": 32_000_000}
MAX_RAW |= {"terms": 1_000_000}
# Written down, since another level or version of the library gives other bytes for the same source.
LEVEL = 19
LEVEL_OF_PLACES = 12


class DamagedError(UserError):
    """A knowledge base that is not what it should be."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: this knowledge base is damaged ({why}); fetch or build it again.")


class Part(Value, frozen=True):
    """One line of the header: bytes in the file, bytes when decompressed, SHA-256 of the bytes in the file."""

    name: str
    size: int
    raw_size: int
    sha256: str


class Header(Value, frozen=True):
    parts: tuple[Part, ...]


def compress(name: str, raw: bytes) -> tuple[int, bytes]:
    """Raw size and one zstd frame."""
    import zstandard

    level = LEVEL_OF_PLACES if name == "places" else LEVEL
    return len(raw), zstandard.ZstdCompressor(level=level, write_checksum=False, write_content_size=True).compress(raw)


def decompress(part: Part, data: bytes, source: str) -> bytes:
    """A part unpacked; raises DamagedError, in which `source` is named, where it is not what the header says."""
    import zstandard

    try:
        if zstandard.frame_content_size(data) != part.raw_size:
            raise DamagedError(source, f"the size of its part '{part.name}' is not what the header says")
        raw = zstandard.ZstdDecompressor().decompress(data, max_output_size=part.raw_size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise DamagedError(source, f"its part '{part.name}' can't be unpacked") from error
    if len(raw) != part.raw_size:
        raise DamagedError(source, f"the size of its part '{part.name}' is not what the header says")
    return raw


def beginning(part: Part, data: bytes, size: int, source: str) -> bytes:
    """The first `size` bytes of a part unpacked, or all there are; as `decompress`, but what lies behind goes unseen."""
    if part.raw_size <= size:
        return decompress(part, data, source)
    import zstandard

    try:
        if zstandard.frame_content_size(data) != part.raw_size:
            raise DamagedError(source, f"the size of its part '{part.name}' is not what the header says")
        with zstandard.ZstdDecompressor().stream_reader(data) as reader:
            return bytes(reader.read(size))
    except zstandard.ZstdError as error:
        raise DamagedError(source, f"its part '{part.name}' can't be unpacked") from error


def join_parts(parts: dict[str, tuple[int, bytes]]) -> bytes:
    """A bundle from parts as `compress` gives them; in the order of PARTS whatever the order of the dict."""
    listed = [name for name in PARTS if name in parts]
    header = to_json(
        Header(
            tuple(
                Part(name, len(parts[name][1]), parts[name][0], hashlib.sha256(parts[name][1]).hexdigest())
                for name in listed
            )
        )
    ).encode()
    return b"".join([MAGIC, len(header).to_bytes(4, "big"), header, *(parts[name][1] for name in listed)])


def split_parts(data: bytes, source: str) -> dict[str, tuple[Part, bytes]]:
    """The parts by name, each with its hash checked; nothing is unpacked yet. Raises UserError, in which `source` is named."""
    if len(data) > MAX_FILE:
        raise DamagedError(source, f"it has {len(data):,} bytes, more than any city needs")
    if not data.startswith(MAGIC):
        raise UserError(
            f"{source}: this file is no taker311 knowledge base; build one with 'taker311 kb build DIR -o FILE'."
        )
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start], "big")
    if len(data) < start or length > MAX_HEADER or len(data) < start + length:
        raise DamagedError(source, "it ends too early")
    try:
        header = from_json(data[start : start + length], Header)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise DamagedError(source, "its table of contents can't be read") from error
    found: dict[str, tuple[Part, bytes]] = {}
    at = start + length
    for part in header.parts:
        if (
            part.name not in PARTS
            or part.name in found
            or part.size < 0
            or not 0 <= part.raw_size <= MAX_RAW[part.name]
        ):
            raise DamagedError(source, "its table of contents names parts that can't be")
        piece = data[at : at + part.size]
        if len(piece) != part.size or hashlib.sha256(piece).hexdigest() != part.sha256:
            raise DamagedError(source, f"its part '{part.name}' is not what was published")
        found[part.name] = part, piece
        at += part.size
    if at != len(data) or "text" not in found:
        raise DamagedError(source, "it holds more or less than its table of contents says")
    return found

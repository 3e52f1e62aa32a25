"""Packing, unpacking and patching of parts, with every limit looked at before a byte is unpacked."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from taker311.sync.errors import SyncError

if TYPE_CHECKING:
    import zstandard

# The newest versions' deltas are packed as tightly as can be; the older ones' at a twentieth of the time.
TIGHT, QUICK = 19, 12
# What a desk packs its own copy with.
OWN = 3
# Above this a delta's prefix and window would cost a desk too much memory.
MAX_PATCHED = 60_000_000


def make_delta(old: bytes, new: bytes, level: int) -> bytes:
    """One zstd frame that unpacks to `new` with `old` as its prefix (what the zstd tool calls --patch-from)."""
    import zstandard

    window = min(27, max(10, (len(old) + len(new)).bit_length()))
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level, window_log=window, source_size=len(new), dict_size=len(old), write_content_size=True
    )
    return zstandard.ZstdCompressor(dict_data=_prefix(old), compression_params=parameters).compress(new)


def apply_delta(old: bytes, delta: bytes, raw_size: int, raw_sha256: str) -> bytes:
    """The new part. Raises SyncError where the delta is damaged, claims another size, or makes something else."""
    return _unpacked(delta, raw_size, raw_sha256, old)


def unpack_part(frame: bytes, raw_size: int, raw_sha256: str) -> bytes:
    """Raises SyncError where the frame is damaged, claims another size, or holds something else."""
    return _unpacked(frame, raw_size, raw_sha256, b"")


def pack_own(raw: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=OWN, write_checksum=False, write_content_size=True).compress(raw)


def _prefix(old: bytes) -> zstandard.ZstdCompressionDict:
    import zstandard

    return zstandard.ZstdCompressionDict(old, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _unpacked(frame: bytes, raw_size: int, raw_sha256: str, old: bytes) -> bytes:
    import zstandard

    try:
        said = zstandard.get_frame_parameters(frame)
        if said.content_size != raw_size or said.window_size > max(1 << 20, 2 * (len(old) + raw_size)):
            raise SyncError("refused", "the published file unpacks to another size than was signed.")
        unpacker = zstandard.ZstdDecompressor(dict_data=_prefix(old)) if old else zstandard.ZstdDecompressor()
        raw = unpacker.decompress(frame, max_output_size=raw_size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise SyncError("refused", "the published file is damaged: it can't be unpacked.") from error
    if hashlib.sha256(raw).hexdigest() != raw_sha256:
        raise SyncError("refused", "the published file unpacks to something else than was signed.")
    return raw

"""An emergency pack: a published folder in one file, for a machine that never saw the city; it ends by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from taker311.base.codec import Value, pack, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.text import clean_line
from taker311.knowledge.bundle import MAX_FILE, Bundle, join_parts
from taker311.sync.errors import SyncError
from taker311.sync.fingerprint import read_fingerprint
from taker311.sync.layout import LATEST, MAX_LATEST, decode_latest, part_name
from taker311.sync.origin import Fetched
from taker311.sync.patch import unpack_part

_MAGIC = b"T311PCK1"


class OpenedPack(Value, frozen=True):
    """`file` is an ordinary bundle; nothing of it may be used from `ends` on."""

    file: str
    version: str
    ends: datetime


class PackOrigin:
    """The files of a pack as an origin."""

    def __init__(self, place: str, files: dict[str, bytes]) -> None:
        self._place = place
        self._files = files
        self.requests = 0
        self.received = 0

    @property
    def place(self) -> str:
        return self._place

    def get(self, name: str, cap: int, *, etag: str = "", wait_s: float = 0, total_s: float = 60) -> Fetched:  # noqa: ARG002 - a file has no news
        data = self._files.get(name)
        if data is None:
            raise SyncError("missing", f"{self._place}: this emergency pack is not whole; ask for it again.")
        if len(data) > cap:
            raise SyncError("refused", f"{self._place}: a part of this pack is longer than it may be.")
        return Fetched(data)

    def pull(self, name: str, start: int, size: int, take: Callable[[int, bytes], None], *, total_s: float) -> None:  # noqa: ARG002 - a file is not timed
        take(start, (self.get(name, size).body or b"")[start:])


def encode_pack(files: dict[str, bytes]) -> bytes:
    return _MAGIC + pack(files)


def open_pack(path: Path, fingerprint: str, folder: Path, now: datetime) -> OpenedPack:
    """Verifies a pack against the fingerprint that a person typed or scanned and writes its bundle into `folder`.

    Raises UserError where the pack is not the city's, is damaged, or has ended.
    """
    from taker311.sync.trust import first_root, verify

    place = clean_line(str(path), limit=200)
    origin = PackOrigin(place, _read(path, place))
    try:
        latest = decode_latest(origin.get(LATEST, MAX_LATEST).body or b"")
        if latest is None:
            raise SyncError("refused", f"{place}: this emergency pack is damaged; ask for it again.")
        root = first_root(read_fingerprint(fingerprint), latest, origin)
        release = verify(private_folder(folder) / "pack-tuf", root, latest, origin, now)
        frames: dict[str, tuple[int, bytes]] = {}
        for part in release.parts:
            packed = origin.get(part_name(part), part.size).body or b""
            unpack_part(packed, part.raw_size, part.raw_sha256)
            frames[part.name] = part.raw_size, packed
        data = join_parts(frames)
        bundle = Bundle.from_bytes(data, place)
        file = folder / f"pack-{bundle.version}.kb"
        write_atomically(file, data)
    except SyncError as error:
        if error.kind == "expired":
            raise UserError(f"{place}: this emergency pack has ended; ask the city for a new one.") from error
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(
            f"{folder}: the pack can't be opened there ({error.strerror or error}); free some room."
        ) from error
    return OpenedPack(str(file), bundle.version, release.expires)


def _read(path: Path, place: str) -> dict[str, bytes]:
    try:
        if path.stat().st_size > MAX_FILE:
            raise UserError(f"{place}: this file is too large for an emergency pack.")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{place}: this emergency pack can't be read ({error.strerror or error}).") from error
    if not data.startswith(_MAGIC):
        raise UserError(f"{place}: this is no emergency pack; 'taker311 kb pack' makes one.")
    try:
        return unpack(data[len(_MAGIC) :], dict[str, bytes])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UserError(f"{place}: this emergency pack is damaged; ask for it again.") from error

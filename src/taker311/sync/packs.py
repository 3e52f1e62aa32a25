"""An emergency pack: a published folder in one file, for a machine that never saw the city; it ends by itself."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from taker311.base.codec import Value, pack, unpack
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.parts import MAX_FILE, join_parts
from taker311.sync.errors import SyncError
from taker311.sync.fingerprint import BYTES, fingerprint_of, read_fingerprint
from taker311.sync.layout import LATEST, MAX_LATEST, METADATA, Latest, Release, decode_latest, part_name
from taker311.sync.origin import Fetched, WholeFiles
from taker311.sync.patch import unpack_part
from taker311.sync.terms import PART, Terms, read_terms

_MAGIC = b"T311PCK1"
# With so many bytes of a fingerprint right, the others are slips of the pen and no other city's keys.
_NEARLY = BYTES - 2
# A machine's clock may be a little behind the one at which the pack was signed.
CLOCK_SKEW = timedelta(minutes=10)


class OpenedPack(Value, frozen=True):
    """`file` is an ordinary bundle; nothing of it may be used from `ends` on. `terms` None: it is knowledge alone, and no
    volunteer's desk may start on it. `over`: it has ended, and was opened to finish what was begun."""

    file: str
    version: str
    ends: datetime
    made: datetime
    terms: Terms | None = None
    over: bool = False


class PackOrigin(WholeFiles):
    """The files of a pack as an origin."""

    def __init__(self, place: str, files: dict[str, bytes]) -> None:
        super().__init__(place)
        self._files = files

    def get(self, name: str, cap: int, *, etag: str = "", wait_s: float = 0, total_s: float = 60) -> Fetched:  # noqa: ARG002 - a file has no news
        data = self._files.get(name)
        if data is None:
            raise SyncError(
                "missing", say("{pack}: this emergency pack is not whole; ask for it again.", pack=self._place)
            )
        if len(data) > cap:
            raise SyncError("refused", say("{pack}: a part of this pack is longer than it may be.", pack=self._place))
        return Fetched(data)


def encode_pack(files: dict[str, bytes]) -> bytes:
    return _MAGIC + pack(files)


def fingerprints_in(path: Path) -> tuple[bytes, ...]:
    """Of the root keys that lie in the pack: what a person's fingerprint is compared with. Raises UserError."""
    return _fingerprints(_read(path, clean_line(str(path), limit=200)))


def differing_words(given: bytes, path: Path) -> tuple[int, ...]:
    """Which words of a fingerprint (from 1) are not those of the pack, where all others are: a slip in typing it. Empty where
    it is another city's altogether. That gives nothing away: who has 14 of 16 words by chance has guessed 112 bits."""
    for found in fingerprints_in(path):
        wrong = tuple(at for at in range(BYTES) if found[at] != given[at])
        if 0 < len(wrong) <= BYTES - _NEARLY:
            return tuple(at + 1 for at in wrong)
    return ()


def open_pack(path: Path, fingerprint: str, folder: Path, now: datetime, *, over_too: bool = False) -> OpenedPack:
    """Verifies a pack against the fingerprint that a person typed or scanned and writes its bundle into `folder`.

    Raises UserError where the pack is not the city's, is damaged, has not begun, or has ended; `over_too` opens one that
    has ended, to finish what was begun with it.
    """
    place = clean_line(str(path), limit=200)
    files = _read(path, place)
    origin = PackOrigin(place, files)
    try:
        latest = decode_latest(origin.get(LATEST, MAX_LATEST).body or b"")
        if latest is None:
            raise SyncError("refused", say("{pack}: this emergency pack is damaged; ask for it again.", pack=place))
        release, over = _verified(origin, latest, fingerprint, private_folder(folder) / _name_of(files), now, over_too)
        bundle, file = _unpacked(origin, release, folder)
    except SyncError as error:
        if error.kind == "expired":
            raise UserError(
                say("{pack}: this emergency pack has ended; ask the city for a new one.", pack=place)
            ) from error
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(
            say(
                "{folder}: the pack can't be opened there ({why}); free some room.",
                folder=folder,
                why=error.strerror or error,
            )
        ) from error
    raw = bundle.raw_bytes(PART)
    terms = read_terms(raw) if raw else None
    if raw and terms is None:
        raise UserError(
            say("{pack}: this pack was made by a newer taker311; install the one that came with it.", pack=place)
        )
    made = terms.made if terms is not None else release.made_at
    if now < made - CLOCK_SKEW:
        raise UserError(
            say(
                "{pack}: this pack was made on {made} UTC, and this machine's clock says {now}: set the clock, then start again.",
                pack=place,
                made=f"{made:%Y-%m-%d %H:%M}",
                now=f"{now:%Y-%m-%d %H:%M}",
            )
        )
    return OpenedPack(str(file), bundle.version, release.expires, made, terms, over)


def _name_of(files: dict[str, bytes]) -> str:
    """Each pack is verified in a folder of its own: two packs of a city are two publications that begin at 1."""
    return f"tuf-{hashlib.sha256(pack(files)).hexdigest()[:16]}"


def _verified(
    origin: PackOrigin, latest: Latest, fingerprint: str, folder: Path, now: datetime, over_too: bool
) -> tuple[Release, bool]:
    from taker311.sync.trust import first_root, verify

    given = read_fingerprint(fingerprint)
    try:
        root = first_root(given, latest, origin)
    except SyncError as error:
        raise SyncError(
            "refused",
            say(
                "{pack}: this pack was not signed by the city of that fingerprint; compare it word by word with what you were given. If it is right, don't use this pack, and tell whoever gave it to you.",
                pack=origin.place,
            ),
        ) from error
    try:
        return verify(folder, root, latest, origin, now), False
    except SyncError as error:
        if error.kind != "expired" or not over_too:
            raise
        return verify(folder, root, latest, origin, _before_the_end(latest, now)), True


def _before_the_end(latest: Latest, now: datetime) -> datetime:
    """A moment at which the pack was good, as it says itself; its signatures are verified at that moment."""
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata, Timestamp  # type: ignore[attr-defined]

    try:
        return min(now, Metadata[Timestamp].from_bytes(latest.files["timestamp.json"]).signed.expires - timedelta(seconds=1))  # fmt: skip
    except (KeyError, RepositoryError):
        return now


def _unpacked(origin: PackOrigin, release: Release, folder: Path) -> tuple[Bundle, Path]:
    frames: dict[str, tuple[int, bytes]] = {}
    for part in release.parts:
        packed = origin.get(part_name(part), part.size).body or b""
        unpack_part(packed, part.raw_size, part.raw_sha256)
        frames[part.name] = part.raw_size, packed
    data = join_parts(frames)
    bundle = Bundle.from_bytes(data, origin.place)
    file = folder / f"pack-{bundle.version}.kb"
    write_atomically(file, data)
    return bundle, file


def _fingerprints(files: dict[str, bytes]) -> tuple[bytes, ...]:
    found = []
    for name, data in sorted(files.items()):
        if name.startswith(METADATA) and name.endswith(".root.json"):
            try:
                found.append(fingerprint_of(data))
            except ValueError:
                continue
    return tuple(found)


def _read(path: Path, place: str) -> dict[str, bytes]:
    try:
        if path.stat().st_size > MAX_FILE:
            raise UserError(say("{pack}: this file is too large for an emergency pack.", pack=place))
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            say("{pack}: this emergency pack can't be read ({why}).", pack=place, why=error.strerror or error)
        ) from error
    if not data.startswith(_MAGIC):
        raise UserError(say("{pack}: this is no emergency pack; 'taker311 kb pack' makes one.", pack=place))
    try:
        return unpack(data[len(_MAGIC) :], dict[str, bytes])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UserError(say("{pack}: this emergency pack is damaged; ask for it again.", pack=place)) from error

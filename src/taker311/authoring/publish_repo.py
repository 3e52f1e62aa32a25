"""The published folder as its publisher sees it: what is there, and writing into it so that no reader sees a half file."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.knowledge.parts import PARTS
from taker311.sync.errors import SyncError
from taker311.sync.layout import (
    INLINE,
    LATEST,
    METADATA,
    Latest,
    PartFile,
    delta_name,
    encode_latest,
    metadata_name,
    part_name,
    target_path,
)
from taker311.sync.patch import unpack_part


class Version(Value, frozen=True):
    """One publication: its number, when its content was made, its parts."""

    number: int
    made_at: datetime
    parts: tuple[PartFile, ...]


class Repo:
    """`folder` is what a web server serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise UserError(f"{self.folder / name}: this published file can't be read ({error.strerror or error}).") from error  # fmt: skip

    def write(self, name: str, data: bytes, *, once: bool = False) -> None:
        """`once`: for names that are hashes or never change; nothing is written when it is there already."""
        path = self.folder / name
        try:
            if once and path.is_file() and path.stat().st_size == len(data):
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data, mode=0o644)
        except OSError as error:
            raise UserError(f"{path}: this can't be published ({error.strerror or error}); the desks keep what was there before.") from error  # fmt: skip

    def newest(self, role: str) -> int:
        """The highest version of targets or snapshot; 0 when there is none."""
        return max(self._numbers(role), default=0)

    def timestamp_version(self) -> int:
        from tuf.api.exceptions import RepositoryError
        from tuf.api.metadata import Metadata, Timestamp  # type: ignore[attr-defined]

        if not (self.folder / metadata_name("timestamp")).is_file():
            return 0
        try:
            return int(Metadata[Timestamp].from_bytes(self.read(metadata_name("timestamp"))).signed.version)
        except RepositoryError as error:
            raise UserError(f"{self.folder / metadata_name('timestamp')}: this file is damaged; restore the published folder from its copy.") from error  # fmt: skip

    def versions(self, count: int) -> list[Version]:
        """The newest `count` publications with different contents, newest first."""
        found: list[Version] = []
        for number in sorted(self._numbers("targets"), reverse=True):
            version = self._version(number)
            if not found or found[-1].parts != version.parts:
                found.append(version)
            if len(found) == count:
                break
        return found

    def unpacked(self, part: PartFile) -> bytes:
        """An earlier part. Raises UserError where the folder was damaged."""
        try:
            return unpack_part(self.read(part_name(part)), part.raw_size, part.raw_sha256)
        except SyncError as error:
            raise UserError(f"{self.folder / part_name(part)}: {error}") from error

    def write_latest(self, root: int) -> None:
        """The newest metadata in the one file that desks poll, with the small deltas from the publication before."""
        snapshot, targets = self.newest("snapshot"), self.newest("targets")
        names = (metadata_name("timestamp"), metadata_name("snapshot", snapshot), metadata_name("targets", targets))
        files = {name.removeprefix(METADATA): self.read(name) for name in names}
        room = INLINE
        for name in self._last_deltas():
            path = self.folder / name
            if path.is_file() and path.stat().st_size <= room:
                files[name] = path.read_bytes()
                room -= len(files[name])
        self.write(LATEST, encode_latest(Latest(root, files)))

    def forget(self, count: int) -> None:
        """Takes away what only publications before the newest `count` need, and deltas to others than the newest two."""
        kept = self.versions(count)
        needed = {part_name(part) for version in kept for part in version.parts}
        aims = {part.raw_sha256[:16] for version in kept[:2] for part in version.parts}
        for path in (*(self.folder / "targets").glob("*.zst"), *(self.folder / "deltas").glob("*.zst")):
            name = path.relative_to(self.folder).as_posix()
            if name not in needed and path.stem.rpartition("-")[2] not in aims:
                path.unlink(missing_ok=True)
        oldest = min((version.number for version in kept), default=0)
        for number in self._numbers("targets"):
            if number < oldest:
                (self.folder / metadata_name("targets", number)).unlink(missing_ok=True)
        for number in sorted(self._numbers("snapshot"), reverse=True)[count:]:
            (self.folder / metadata_name("snapshot", number)).unlink(missing_ok=True)

    def _last_deltas(self) -> list[str]:
        newest = self.versions(2)
        if len(newest) < 2:
            return []
        old = {part.name: part.raw_sha256 for part in newest[1].parts}
        return [
            delta_name(old[part.name], part.raw_sha256)
            for part in sorted(newest[0].parts, key=lambda part: part.name)
            if old.get(part.name, part.raw_sha256) != part.raw_sha256
        ]

    def _numbers(self, role: str) -> list[int]:
        pattern = re.compile(rf"(\d+)\.{role}\.json")
        found = (pattern.fullmatch(path.name) for path in (self.folder / METADATA).glob(f"*.{role}.json"))
        return [int(match[1]) for match in found if match]

    def _version(self, number: int) -> Version:
        from tuf.api.exceptions import RepositoryError
        from tuf.api.metadata import Metadata, Targets  # type: ignore[attr-defined]

        from taker311.sync.trust import Custom

        name = metadata_name("targets", number)
        try:
            targets = Metadata[Targets].from_bytes(self.read(name)).signed
            made = msgspec.convert(targets.unrecognized_fields.get("made"), datetime).astimezone(UTC)
            parts = []
            for part in PARTS:
                target = targets.targets.get(target_path(part))
                if target is not None:
                    custom = msgspec.convert(target.unrecognized_fields.get("custom"), Custom)
                    parts.append(PartFile(part, target.length, target.hashes["sha256"], custom.raw, custom.raw_sha256))
            return Version(number, made, tuple(parts))
        except (RepositoryError, msgspec.ValidationError, KeyError) as error:
            raise UserError(f"{self.folder / name}: this published file is damaged; restore the folder from its copy.") from error  # fmt: skip

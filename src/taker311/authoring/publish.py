"""From a bundle to the folder of static files that desks fetch; the same folder again with newer signatures.

A reader at any moment sees a whole publication: what it needs is written first, what points at it last.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from taker311.authoring.publish_keys import ONLINE, KeyFolder
from taker311.authoring.publish_repo import Repo, Version
from taker311.base.clock import zulu
from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.files import private_folder
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.parts import PARTS
from taker311.sync.errors import SyncError
from taker311.sync.layout import VERSIONS, PartFile, believable, delta_name, metadata_name, part_name, target_path
from taker311.sync.lock import only_one
from taker311.sync.patch import QUICK, TIGHT, make_delta

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata

LIFE = {"timestamp": timedelta(days=7), "snapshot": timedelta(days=365), "targets": timedelta(days=365)}
# A delta that saves less than this part of the whole is not worth a file.
_WORTH = 0.6
# So many of the newest earlier versions get the tightest delta: what most desks take.
_TIGHT_VERSIONS = 1


class Published(Value, frozen=True):
    """`number` counts publications; `version` is the bundle's. `sizes`: part -> bytes; `deltas`: how many, and their bytes.
    `changed` is False when the same content was already the newest."""

    number: int
    version: str
    changed: bool
    sizes: dict[str, int]
    deltas: int
    delta_bytes: int
    sign_again: datetime


def publish(
    data: bytes, repo: Repo, keys: KeyFolder, now: datetime, *, life: Mapping[str, timedelta] = LIFE
) -> Published:
    """Publishes a bundle; `life` is how long each signature lasts. Raises UserError where the keys or the disk refuse; readers have the old publication then."""
    with _alone(keys):
        return _publish(data, repo, keys, now, life)


def _publish(data: bytes, repo: Repo, keys: KeyFolder, now: datetime, life: Mapping[str, timedelta]) -> Published:
    bundle = Bundle.from_bytes(data, "the new knowledge base")
    raws = {name: bundle.raw_bytes(name) for name in PARTS if bundle.part_bytes(name)}
    parts = tuple(_part_file(bundle, name, raw) for name, raw in raws.items())
    before = repo.versions(VERSIONS)
    sizes = {part.name: part.size for part in parts}
    if before and _contents(before[0].parts) == _contents(parts):
        again = _re_sign(repo, keys, now)
        return Published(before[0].number, bundle.version, changed=False, sizes=sizes, deltas=0, delta_bytes=0, sign_again=again)  # fmt: skip
    signers = {role: keys.signer(role) for role in ONLINE}
    for part in parts:
        why = believable(part)
        if why:
            raise UserError(f"The part '{part.name}' of the knowledge base {why}, so no desk would take it.")
        repo.write(part_name(part), bundle.part_bytes(part.name), once=True)
    deltas = _write_deltas(repo, before, parts, raws)
    number = repo.newest("targets") + 1
    _write_metadata(repo, keys, signers, now, Version(number, now, parts), life)
    repo.forget(VERSIONS + 1)
    return Published(
        number, bundle.version, changed=True, sizes=sizes, deltas=len(deltas), delta_bytes=sum(deltas),
        sign_again=now + life["timestamp"] / 2,
    )  # fmt: skip


def re_sign(repo: Repo, keys: KeyFolder, now: datetime) -> datetime:
    """New signatures for what is published; gives the moment when the next are due."""
    with _alone(keys):
        return _re_sign(repo, keys, now)


@contextlib.contextmanager
def _alone(keys: KeyFolder) -> Iterator[None]:
    try:
        with only_one(private_folder(keys.folder), "these keys sign something else at this moment"):
            yield
    except SyncError as error:
        raise UserError(str(error)) from error


def _re_sign(repo: Repo, keys: KeyFolder, now: datetime) -> datetime:
    newest = repo.versions(1)
    if not newest:
        raise UserError(f"{repo.folder}: nothing is published there yet; 'taker311 kb publish' comes first.")
    signers = {role: keys.signer(role) for role in ONLINE}
    if _lasts(repo, keys, "targets", now):
        _write_metadata(repo, keys, signers, now, None)
    else:
        _write_metadata(
            repo, keys, signers, now, Version(repo.newest("targets") + 1, newest[0].made_at, newest[0].parts)
        )
    return now + LIFE["timestamp"] / 2


def bundle_of(repo: Repo, number: int) -> bytes:
    """The bundle that was published under `number`, put together from the folder. Raises UserError where it is gone."""
    from taker311.knowledge.parts import join_parts

    found = next((version for version in repo.versions(VERSIONS + 1) if version.number == number), None)
    if found is None:
        kept = ", ".join(str(version.number) for version in repo.versions(VERSIONS + 1))
        raise UserError(f"{repo.folder}: there is no publication {number}; there are {kept or 'none'}.")
    return join_parts({part.name: (part.raw_size, repo.read(part_name(part))) for part in found.parts})


def _part_file(bundle: Bundle, name: str, raw: bytes) -> PartFile:
    import hashlib

    return PartFile(name, len(bundle.part_bytes(name)), bundle.part_hash(name), len(raw), hashlib.sha256(raw).hexdigest())  # fmt: skip


def _contents(parts: tuple[PartFile, ...]) -> dict[str, str]:
    return {part.name: part.raw_sha256 for part in parts}


def _write_deltas(repo: Repo, before: list[Version], parts: tuple[PartFile, ...], raws: dict[str, bytes]) -> list[int]:
    """The sizes of the deltas to `parts` from each different content of the earlier versions."""
    sizes: list[int] = []
    for part in parts:
        done: set[str] = {part.raw_sha256}
        for version in before:
            old = next((p for p in version.parts if p.name == part.name), None)
            if old is None or old.raw_sha256 in done:
                continue
            level = TIGHT if len(done) <= _TIGHT_VERSIONS else QUICK
            done.add(old.raw_sha256)
            delta = make_delta(repo.unpacked(old), raws[part.name], level)
            if len(delta) < part.size * _WORTH:
                repo.write(delta_name(old.raw_sha256, part.raw_sha256), delta)
                sizes.append(len(delta))
    return sizes


def _write_metadata(
    repo: Repo,
    keys: KeyFolder,
    signers: dict[str, Any],
    now: datetime,
    new: Version | None,
    life: Mapping[str, timedelta] = LIFE,
) -> None:
    """Roots, then targets and snapshot where they are new, then the timestamp, then the file that desks poll."""
    from tuf.api.metadata import MetaFile, Snapshot, TargetFile, Targets, Timestamp  # type: ignore[attr-defined]

    for version, root in keys.roots().items():
        repo.write(metadata_name("root", version), root, once=True)
    if new is not None:
        targets = Targets(version=new.number, expires=_end(life["targets"], now), unrecognized_fields={"made": zulu(new.made_at)})  # fmt: skip
        for part in new.parts:
            custom = {"custom": {"raw": part.raw_size, "raw_sha256": part.raw_sha256}}
            path = target_path(part.name)
            targets.targets[path] = TargetFile(part.size, {"sha256": part.sha256}, path, custom)
        repo.write(metadata_name("targets", new.number), _signed(targets, signers["targets"]))
    if new is not None or not _lasts(repo, keys, "snapshot", now):
        snapshot = Snapshot(version=repo.newest("snapshot") + 1, expires=_end(life["snapshot"], now))
        snapshot.meta["targets.json"] = MetaFile(version=new.number if new else repo.newest("targets"))
        repo.write(metadata_name("snapshot", snapshot.version), _signed(snapshot, signers["snapshot"]))
    timestamp = Timestamp(
        version=repo.timestamp_version() + 1,
        expires=_end(life["timestamp"], now),
        unrecognized_fields={"signed": zulu(now)},
    )
    timestamp.snapshot_meta = MetaFile(version=repo.newest("snapshot"))
    repo.write(metadata_name("timestamp"), _signed(timestamp, signers["timestamp"]))
    repo.write_latest(max(keys.roots()))


def _signed(content: Any, signer: Any) -> bytes:
    from tuf.api.metadata import Metadata

    metadata: Metadata[Any] = Metadata(content)
    metadata.sign(signer)
    data: bytes = metadata.to_bytes()
    return data


def _lasts(repo: Repo, keys: KeyFolder, role: str, now: datetime) -> bool:
    """Whether the newest file of that role is signed by today's keys and in the first half of its life."""
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata

    try:
        metadata: Metadata[Any] = Metadata.from_bytes(repo.read(metadata_name(role, repo.newest(role))))
        keys.newest_root().signed.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except (RepositoryError, UserError):
        return False
    return bool(metadata.signed.expires - now > LIFE[role] / 2)


def _end(life: timedelta, now: datetime) -> datetime:
    return (now + life).replace(microsecond=0)

"""What the city signed, by The Update Framework: from the first root keys to the list of parts.

The library is slow to import, so this module is imported in the worker only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp  # type: ignore[attr-defined]
from tuf.ngclient.config import UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

from taker311.base.codec import Value
from taker311.base.files import sync_folder
from taker311.knowledge.parts import PARTS
from taker311.sync.errors import SyncError
from taker311.sync.fingerprint import fingerprint_of
from taker311.sync.layout import (
    MAX_METADATA,
    METADATA,
    Latest,
    PartFile,
    Release,
    believable,
    metadata_name,
    target_path,
)
from taker311.sync.origin import Origin

MAX_ROOTS = 64
_CONFIG = UpdaterConfig(
    max_root_rotations=MAX_ROOTS,
    max_delegations=0,
    root_max_length=MAX_METADATA,
    timestamp_max_length=16_384,
    snapshot_max_length=64_000,
    targets_max_length=MAX_METADATA,
)


class Custom(Value, frozen=True):
    """What a target of ours says beside TUF's own fields: bytes and SHA-256 of the part unpacked."""

    raw: int
    raw_sha256: str


class _Fetcher(FetcherInterface):
    """Answers from the one file that was polled, and asks the origin for what is not in it."""

    def __init__(self, latest: Latest, origin: Origin) -> None:
        self._latest = latest
        self._origin = origin
        self.trouble: SyncError | None = None

    def _fetch(self, url: str) -> Iterator[bytes]:
        short = url.removeprefix(METADATA)
        if short in self._latest.files:
            return iter((self._latest.files[short],))
        version, _, rest = short.partition(".")
        if rest == "root.json" and version.isdigit() and int(version) > self._latest.root:
            raise DownloadHTTPError("no newer root", 404)
        try:
            body = self._origin.get(url, MAX_METADATA).body
        except SyncError as error:
            if error.kind == "missing":
                raise DownloadHTTPError(str(error), 404) from error
            self.trouble = error
            raise
        return iter((body or b"",))


class _Updater(Updater):
    """The library's client, with the moment passed in."""

    def __init__(self, folder: Path, fetcher: _Fetcher, root: bytes, moment: datetime) -> None:
        super().__init__(str(folder), METADATA, fetcher=fetcher, config=_CONFIG, bootstrap=root)
        self._trusted_set.reference_time = moment

    def found(self) -> tuple[Root, Timestamp, Snapshot, Targets]:
        trusted = self._trusted_set
        return trusted.root, trusted.timestamp, trusted.snapshot, trusted.targets


def first_root(fingerprint: bytes, latest: Latest, origin: Origin) -> bytes:
    """The root file that a person's fingerprint names. Raises SyncError where the origin has none."""
    for version in range(1, min(latest.root, MAX_ROOTS) + 1):
        try:
            data = origin.get(metadata_name("root", version), MAX_METADATA).body or b""
            if fingerprint_of(data) == fingerprint:
                return data
        except ValueError:
            continue
        except SyncError as error:
            if error.kind != "missing":
                raise
    raise SyncError(
        "refused",
        f"{origin.place}: its keys are not those of the fingerprint in the settings; check both with the city's IT, and use "
        "nothing from there until they agree.",
    )


def verify(
    folder: Path, root: bytes, latest: Latest, origin: Origin, now: datetime, *, accept_expired: bool = False
) -> Release:
    """What the city says is the newest. `folder` keeps what was believed before, against going back.

    `accept_expired` believes a timestamp whose time is over (a stick that was carried for days); never any other file.
    Raises SyncError.
    """
    fetcher = _Fetcher(latest, origin)
    moment = _before_expiry(latest, now) if accept_expired else now
    try:
        folder.mkdir(parents=True, exist_ok=True)
        updater = _Updater(folder, fetcher, root, moment)
        updater.refresh()
        found, timestamp, snapshot, targets = updater.found()
        _make_durable(folder)
    except (RepositoryError, DownloadError) as error:
        raise fetcher.trouble or _in_words(error, origin.place) from error
    except OSError as error:
        raise SyncError(
            "disk", f"{folder}: what was verified can't be kept ({error.strerror or error}); free some room there."
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, RuntimeError) as error:
        raise SyncError(
            "refused", f"{origin.place}: a file that should be signed is damaged; it was not used."
        ) from error
    for signed, what in ((found, "root keys"), (snapshot, "list of files"), (targets, "list of parts")):
        if signed.is_expired(now):
            raise SyncError("expired", _over(origin.place, what, signed.expires))
    return Release(
        version=targets.version,
        timestamp_version=timestamp.version,
        root_version=found.version,
        made_at=_moment(targets.unrecognized_fields.get("made"), now),
        signed_at=_moment(timestamp.unrecognized_fields.get("signed"), now),
        expires=timestamp.expires,
        root_expires=found.expires,
        parts=tuple(_part(name, targets.targets[target_path(name)], origin) for name in PARTS if target_path(name) in targets.targets),
    )  # fmt: skip


def _part(name: str, target: TargetFile, origin: Origin) -> PartFile:
    try:
        custom = msgspec.convert(target.unrecognized_fields.get("custom"), Custom)
        part = PartFile(name, target.length, str(target.hashes.get("sha256")), custom.raw, custom.raw_sha256)
    except msgspec.ValidationError as error:
        raise SyncError("refused", f"{origin.place}: its part '{name}' is signed in a form that this program doesn't know; install a newer taker311.") from error  # fmt: skip
    why = believable(part)
    if why:
        raise SyncError("refused", f"{origin.place}: its part '{name}' {why}; it was not used.")
    return part


def _moment(value: Any, now: datetime) -> datetime:
    """A moment that was signed, never in the future."""
    try:
        return min(msgspec.convert(value, datetime).astimezone(UTC), now)
    except (msgspec.ValidationError, ValueError, OverflowError):
        return now


def _before_expiry(latest: Latest, now: datetime) -> datetime:
    """A moment at which the timestamp was good; its signature is still to be verified."""
    try:
        data = latest.files["timestamp.json"]
        return min(now, Metadata[Timestamp].from_bytes(data).signed.expires - timedelta(seconds=1))
    except (KeyError, RepositoryError):
        return now


def _make_durable(folder: Path) -> None:
    for name in ("timestamp.json", "snapshot.json", "targets.json"):
        handle = os.open(folder / name, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    sync_folder(folder)


def _in_words(error: Exception, place: str) -> SyncError:
    if isinstance(error, UnsignedMetadataError):
        return SyncError("refused", f"{place}: what is there is not signed by the city's keys; it was not used.")
    if isinstance(error, BadVersionNumberError):
        return SyncError(
            "older",
            f"{place}: what is there is older than what this desk already has, or its files don't belong together; it was not used.",
        )
    if isinstance(error, ExpiredMetadataError):
        return SyncError("expired", _over(place, "newest list", None))
    if isinstance(error, DownloadLengthMismatchError):
        return SyncError("refused", f"{place}: a file there is longer than it may be; nothing of it was used.")
    if isinstance(error, DownloadHTTPError):
        return SyncError(
            "missing",
            f"{place}: a file of the newest version is missing there; the publisher may be at work, else publish again.",
        )
    if isinstance(error.__cause__, SyncError):
        return error.__cause__
    return SyncError("refused", f"{place}: a file that should be signed is damaged; it was not used.")


def _over(place: str, what: str, expires: datetime | None) -> str:
    day = f" on {expires:%Y-%m-%d}" if expires else ""
    return (
        f"{place}: the signature of its {what} has run out{day}; nothing newer is taken until the publisher runs "
        "'taker311 kb re-sign', and what the desk has goes on being shown with its age."
    )

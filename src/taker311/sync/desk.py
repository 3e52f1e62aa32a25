"""One desk's knowledge base on its way: look at the origin, verify, fetch what changed, swap. Runs in a worker.

Whatever happens, `current()` is a bundle that the city signed: the old one or the new one, never a mixture.
"""

from __future__ import annotations

import contextlib
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from taker311.base import crash
from taker311.base.clock import Clock
from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.ids import Ids
from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.knowledge.bundle import Bundle
from taker311.net.http import Http
from taker311.sync.acts import Act, record
from taker311.sync.age import Age, age_of
from taker311.sync.assemble import Sources, assemble
from taker311.sync.errors import Kind, SyncError
from taker311.sync.fetch import Pace
from taker311.sync.fingerprint import fingerprint_of, in_hex, read_fingerprint
from taker311.sync.layout import LATEST, MAX_LATEST, Latest, PartFile, Release, decode_latest
from taker311.sync.lock import only_one
from taker311.sync.origin import FolderOrigin, HttpOrigin, Origin, portal
from taker311.sync.schedule import URGENT_S, Schedule
from taker311.sync.shelf import Shelf
from taker311.sync.state import State, save_state

_FIRST = ("text", "bulletins")


class Result(Value, frozen=True):
    """What one look brought. `why` and `sentence` say why not; `version` is the bundle's that is used from now on.

    `requests` and `received` (bytes of bodies) are this look's. `waited`: the origin held the request, so the next look may
    follow at once.
    """

    kind: Literal["updated", "unchanged", "failed"]
    sentence: str
    version: str = ""
    why: Kind | Literal[""] = ""
    requests: int = 0
    received: int = 0
    waited: bool = False


class Syncer(Shelf):
    """`folder` is this desk's own; `origin` the address of the published folder; `fingerprint` what a person was given.

    Raises UserError where the fingerprint can't be one.
    """

    def __init__(
        self,
        folder: Path,
        origin: str,
        fingerprint: str,
        http: Http,
        clock: Clock,
        ids: Ids,
        *,
        pace: Pace | None = None,
        urgent_s: float = URGENT_S,
    ) -> None:
        super().__init__(folder)
        self._fingerprint = read_fingerprint(fingerprint)
        self._origin = origin
        self._http = http
        self._clock = clock
        self._schedule = Schedule(ids, urgent_s)
        self._pace = pace or Pace()

    # ------------------------------------------------------------ what the desk uses
    def age(self, now: datetime) -> Age:
        return age_of(self.state(), now)

    def next_wait(self, result: Result) -> float:
        """Seconds until the next look should begin."""
        until = self.state().urgent_until
        urgent = until is not None and self._clock.now().date() <= until
        return self._schedule.after(failed=result.kind == "failed", waited=result.waited, urgent=urgent)

    def first_wait(self) -> float:
        """Seconds before the first look: none where there is nothing to show yet."""
        return self._schedule.first() if self.current() is not None else 0.0

    # ------------------------------------------------------------ looking
    def step(self, *, wait_s: float = 0) -> Result:
        """One look at the origin. Never raises for what the world does; the sentence says what it was."""
        return self._attempt(HttpOrigin(self._origin, self._http), wait_s=wait_s)

    def take(self, folder: Path, *, accepted_by: str = "") -> Result:
        """The same from a folder on a stick. A timestamp whose time is over gives why == "expired"; `accepted_by` is the
        person who said yes to that, which is recorded. Nothing else is accepted for it. Raises UserError where the record
        can't be written."""
        if accepted_by:
            what = f"accepts an expired timestamp from {clean_line(str(folder), limit=200)}"
            record(self._folder, Act(self._clock.now(), clean_line(accepted_by, limit=60), what))
        return self._attempt(FolderOrigin(folder), accept_expired=bool(accepted_by))

    def _attempt(self, origin: Origin, *, wait_s: float = 0, accept_expired: bool = False) -> Result:
        try:
            private_folder(self._folder)
            with only_one(self._folder):
                try:
                    result = self._look(origin, wait_s, accept_expired=accept_expired)
                except SyncError as error:
                    self._remember_trouble(error)
                    raise
        except SyncError as error:
            result = Result("failed", str(error), self.state().version, error.kind)
        except UserError as error:
            result = Result("failed", str(error), self.state().version, "disk")
        except OSError as error:
            sentence = f"{self._folder}: the new knowledge base can't be kept ({error.strerror or error}); free some room there. What the desk has goes on being used."
            result = Result("failed", sentence, self.state().version, "disk")
        return replace(result, requests=origin.requests, received=origin.received)

    def _look(self, origin: Origin, wait_s: float, *, accept_expired: bool) -> Result:
        state = self._trusting(self.state())
        fetched = origin.get(LATEST, MAX_LATEST, etag=state.etag if self._named(state.current) else "", wait_s=wait_s)
        now = self._clock.now()
        if fetched.body is None:
            if state.expires is not None and now >= state.expires:
                raise SyncError("expired", f"{origin.place}: the city has not signed its knowledge base since {_day(state.signed_at)}; the desk goes on with what it has until 'taker311 kb re-sign' is run there.")  # fmt: skip
            save_state(self._folder, replace(state, checked_at=now, tried_at=now, trouble=""))
            return Result("unchanged", say("The knowledge base is up to date."), state.version, waited=fetched.waited)
        latest = decode_latest(fetched.body)
        if latest is None:
            raise portal(origin.place)
        release = self._verified(state, latest, origin, now, accept_expired=accept_expired)
        signed_live = now < release.expires
        state = replace(
            state, release=release.version, timestamp=release.timestamp_version, root=release.root_version,
            made_at=release.made_at, expires=release.expires, root_expires=release.root_expires, signed_at=release.signed_at,
            etag=fetched.etag, tried_at=now, trouble="",
            checked_at=now if signed_live and isinstance(origin, HttpOrigin) else _later(state.checked_at, release.signed_at),
        )  # fmt: skip
        wanted = {part.name: part.raw_sha256 for part in release.parts}
        if wanted == state.parts and self._opened(state) is not None:
            save_state(self._folder, state)
            return Result("unchanged", say("The knowledge base is up to date."), state.version, waited=fetched.waited)
        first = tuple(part for part in release.parts if part.name in _FIRST)
        if not state.current and first != release.parts:
            # What a call cannot do without comes first; the rest follows and changes nothing that is read out.
            data = self._assembled(state, first, latest, origin)
            state = replace(self._swap(replace(state, etag=""), data, first), etag=state.etag)
        state = self._swap(state, self._assembled(state, release.parts, latest, origin), release.parts)
        sentence = say("The knowledge base of {day} is in use from the next call on.", day=_day(state.made_at))
        return Result("updated", sentence, state.version, waited=fetched.waited)

    def _trusting(self, state: State) -> State:
        """Another fingerprint is another city's keys: what was believed under the old ones counts no more."""
        wanted = in_hex(self._fingerprint)
        if state.fingerprint == wanted:
            return state
        shutil.rmtree(self._folder / "tuf", ignore_errors=True)
        state = State(fingerprint=wanted, current=state.current, version=state.version)
        save_state(self._folder, state)
        return state

    def _verified(
        self, state: State, latest: Latest, origin: Origin, now: datetime, *, accept_expired: bool
    ) -> Release:
        from taker311.sync.trust import first_root, verify

        pinned = self._folder / "root.json"
        try:
            root = pinned.read_bytes()
            if fingerprint_of(root) != self._fingerprint:
                root = b""
        except (OSError, ValueError):
            root = b""
        if not root:
            root = first_root(self._fingerprint, latest, origin)
            write_atomically(pinned, root)
            crash.point("sync.after-trust")
        release = verify(self._folder / "tuf", root, latest, origin, now, accept_expired=accept_expired)
        # Under new root keys the numbers may begin anew: that is how a city recovers from a stolen key.
        if release.root_version <= state.root and (
            release.root_version < state.root
            or release.version < state.release
            or release.timestamp_version < state.timestamp
        ):
            raise SyncError(
                "older", f"{origin.place}: what is there is older than what this desk already has; it was not used."
            )
        crash.point("sync.after-metadata")
        return release

    # ------------------------------------------------------------ swapping
    def _assembled(self, state: State, parts: tuple[PartFile, ...], latest: Latest, origin: Origin) -> bytes:
        old = self._opened(state)
        sources = Sources(origin, latest, self._folder / "incoming", self._pace)
        return assemble(parts, sources, old, state.parts if old is not None else {})

    def _swap(self, state: State, data: bytes, parts: tuple[PartFile, ...]) -> State:
        try:
            bundle = Bundle.from_bytes(data)
            bundle.gazetteer()
        except UserError as error:
            raise SyncError("refused", f"The city's newest knowledge base can't be read by this taker311; install a newer one ({error})") from error  # fmt: skip
        bundles = private_folder(self._folder / "bundles")
        name = f"{bundle.version}.kb"
        crash.point("sync.before-bundle")
        write_atomically(bundles / name, data)
        crash.point("sync.after-bundle")
        now = self._clock.now()
        state = replace(
            state, previous=state.current if state.current != name else state.previous, current=name,
            parts={part.name: part.raw_sha256 for part in parts}, version=bundle.version, changed_at=now, urgent_until=_urgent_until(bundle),
        )  # fmt: skip
        save_state(self._folder, state)
        crash.point("sync.after-swap")
        self._tidy(state)
        return state

    def _tidy(self, state: State) -> None:
        with contextlib.suppress(OSError):
            shutil.rmtree(self._folder / "incoming", ignore_errors=True)
            for path in self._bundles():
                if path.name not in (state.current, state.previous):
                    path.unlink()

    def _remember_trouble(self, error: SyncError) -> None:
        with contextlib.suppress(OSError):
            save_state(self._folder, replace(self.state(), tried_at=self._clock.now(), trouble=str(error)))

    # ------------------------------------------------------------ files
    def _opened(self, state: State) -> Bundle | None:
        """None where the disk damaged it, so that it is fetched anew."""
        path = self._named(state.current)
        try:
            bundle = Bundle.open(path) if path else None
        except UserError:
            return None
        return bundle if bundle is not None and bundle.version == state.version else None


def _urgent_until(bundle: Bundle) -> date | None:
    urgent = [b.valid_to or date.max for b in bundle.knowledge.bulletins if b.urgent]
    return max(urgent, default=None)


def _later(first: datetime | None, second: datetime) -> datetime:
    return second if first is None else max(first, second)


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "an unknown day"

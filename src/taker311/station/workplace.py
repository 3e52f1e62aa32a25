"""An agent's place of work put together: its seat on the disk, what is made ready behind the first paint, the sender's
thread, and what all of it looks like from the ready screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.ids import Ids
from taker311.base.keyslots import Unlocked
from taker311.base.settings import Settings
from taker311.call.model import Permissions
from taker311.cases.interface import CaseStore
from taker311.cases.memory import MemoryStore
from taker311.cases.model import Case, OutboxRow
from taker311.cases.outbox import doubted
from taker311.crm.dialects import load_dialect
from taker311.crm.model import Submission
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.model import Knowledge
from taker311.station.model import Notice, OpenCall, Status
from taker311.station.overview import UNSENT, Overview
from taker311.station.recorder import Recorder
from taker311.station.seat import Seat
from taker311.station.station import Desk, Station

if TYPE_CHECKING:
    from taker311.cases.delivery import Crm, Delivery, ServiceType
    from taker311.cases.status import StatusDesk
    from taker311.crm.client import Open311
    from taker311.crm.desk_model import DeskStatus
    from taker311.station.city_watch import CityWatch
    from taker311.station.fresh import Fresh
    from taker311.station.sender import Sender


def _learns_here(knowledge: Knowledge) -> bool:
    from taker311.search.build import learns_here

    return learns_here(knowledge)


class Workplace:
    """Made from a bundle, a seat and the settings. `make_ready` and `start_sending` belong behind the first paint."""

    def __init__(
        self,
        bundle: Bundle,
        bundle_file: Path,
        seat: Seat,
        settings: Settings,
        clock: Clock,
        ids: Ids,
        *,
        agent: str,
    ) -> None:
        self.bundle, self.bundle_file, self.seat, self.settings = bundle, bundle_file, seat, settings
        self.clock, self.ids = clock, ids
        self.dialect = load_dialect(settings.crm.dialect, jurisdiction=settings.crm.jurisdiction)
        self.city = bundle.knowledge.city
        self.zone = ZoneInfo(self.city.time_zone)
        signed_in = seat.unlocked is not None
        self.store: CaseStore = seat.disk if signed_in else MemoryStore(clock, seat.disk.next_reference)
        self.station = Station(
            Desk(
                bundle=bundle,
                store=self.store,
                recorder=Recorder(seat.journal if signed_in else None),
                make_submission=self._submission,
                clock=clock,
                ids=ids,
                agent=agent,
                permissions=Permissions(),
                in_memory=not signed_in,
            )
        )
        self.service_types: Mapping[str, ServiceType] = {}
        """What the CRM said of its services; where it said nothing, a service answers with a number."""
        self._sender: Sender | None = None
        self._watch: CityWatch | None = None
        self._cache: Path | None = None
        self._fresh: Fresh | None = None
        self.changed: tuple[str, ...] = ()  # told by whoever compares what this agent saw last
        self.kb_age: Callable[[], float | None] = lambda: None
        """Seconds since the city's word was last had, where that is known."""
        self.station.call_over = self._take_fresh
        self._kb_written = clock.now().timestamp()
        self._overview = Overview(self)

    def _service_type(self, code: str) -> ServiceType:
        told = self._watch.service_types() if self._watch is not None else {}
        return told.get(code) or self.service_types.get(code, "realtime")

    def _submission(self, case: Case) -> Submission:
        from taker311.cases.adding import submission_for

        return submission_for(case, self.dialect, self.city, self.ids.uuid(), self.station.open_number)

    # ------------------------------------------------------------ behind the first paint
    def make_ready(self, cache: Path) -> Callable[[], None]:
        """Opens or makes the indexes (in whatever thread); the callable it gives puts them in place, in the caller's own."""
        takes = list(self.make_ready_in_steps(cache))

        def take() -> None:
            for one in takes:
                one()

        return take

    def make_ready_in_steps(self, cache: Path) -> Iterator[Callable[[], None]]:
        """As `make_ready`, what a call needs soonest first: search by the texts' words, places, then, where this desk has to
        learn from the wordings itself, the search that has learned (seconds of work, kept for the next start).

        Where the cache can't be used the indexes are made in memory: the desk works, and starts slower next time.
        """
        from taker311.places.index import PlaceIndex
        from taker311.search.cache import cached_index, open_index
        from taker311.search.index import SearchIndex

        self._cache = cache
        knowledge, learned = self.bundle.knowledge, self.bundle.learned()
        kept = cached_index(self.bundle, cache)
        learns = kept is None and not learned and _learns_here(knowledge)
        first = SearchIndex.build(knowledge, learn=False) if learns else kept or open_index(self.bundle, cache)
        yield lambda: self.station.ready_index(first)
        try:
            places = PlaceIndex.open_or_build(cache / "places", self.bundle.part_hash("places"), self.bundle.gazetteer)
        except UserError:
            places = PlaceIndex.in_memory(self.bundle.gazetteer())
        yield lambda: self.station.ready_places(places)
        if learns:
            better = open_index(self.bundle, cache)
            yield lambda: self.station.ready_index(better)

    def connect(self, endpoint: str = "", key: str = "") -> Open311 | None:
        """The city's endpoint, as the settings name it where none is given; None where they name none. Loads the HTTP
        library."""
        endpoint = endpoint or self.settings.crm.endpoint
        if not endpoint:
            return None
        from taker311 import __version__
        from taker311.base.apikey import read_key
        from taker311.crm.client import Open311
        from taker311.net.http import Http

        return Open311(
            Http(f"taker311/{__version__}"),
            endpoint,
            self.dialect,
            key or read_key(self.settings.crm),
            zone=self.zone,
            total_s=self.settings.delivery.total_s,
        )

    def start_sending(self, crm: Crm | None, on_change: Callable[[OutboxRow], None]) -> None:
        """Starts the sender's thread, without a CRM for its chores alone; `on_change` is called there."""
        from taker311.cases.chores import chores
        from taker311.cases.delivery import Delivery
        from taker311.cases.waits import waits_from
        from taker311.station.sender import Sender

        waits = waits_from(self.settings.delivery)
        delivery = None
        if crm is not None:
            delivery = Delivery(
                self.store,
                crm,
                self.dialect,
                self.clock,
                self.ids,
                waits,
                on_change=on_change,
                service_type=self._service_type,
            )
            self.station.case_saved = delivery.wake
            self._watch_city(crm, delivery)
        unlocked = self.seat.unlocked
        work = None
        if unlocked is not None:
            journal = self.seat.journal
            told = self.settings.desk.status_folder
            work = chores(
                self.seat.folder,
                self.store,
                journal,
                unlocked.sealer,
                self.clock,
                on_change,
                shared=Path(told).expanduser() if told else None,
                keep_sent_s=waits.keep_sent_s,
            )
        self._sender = Sender(delivery, work)
        self._sender.start()

    def _watch_city(self, crm: Crm, delivery: Delivery) -> None:
        """Open cases for duplicates, how our own stand, and whether the knowledge still fits, from a thread of its own."""
        from taker311.cases.city_cases import CityCases, city_cases_file
        from taker311.crm.client import Open311
        from taker311.station.city_watch import CityWatch

        if not isinstance(crm, Open311):
            return
        cases_file = city_cases_file(self._cache, crm.endpoint) if self._cache else None
        cases = CityCases(cases_file)
        self._watch = CityWatch(crm, cases, self.bundle.knowledge, self.store.rows, self.clock, self.ids)
        self._watch.standing = self._standing
        self._watch.kept = (
            self._cache / "crm" / f"watched-{cases_file.stem}.json" if cases_file and self._cache else None
        )
        delivery.revalidate = self._watch.revalidate
        self.station.ready_city_cases(cases)
        self._watch.start()

    def status_desk(self, crm: Open311 | None) -> StatusDesk:
        """How cases stand, for a front end: its look-ups wait on the network, so they belong into a worker."""
        from taker311.cases.city_cases import CityCases
        from taker311.cases.status import StatusDesk

        seen = self._watch.cases if self._watch is not None else CityCases()
        return StatusDesk(self.store.rows, crm, seen, self.clock.now, self.zone)

    def _standing(self) -> DeskStatus:
        from taker311 import __version__
        from taker311.cases.standing import for_hub, standing

        now = self.clock.now()
        found = standing(
            self.store.rows(), now, desk=self.seat.desk_code, seat=self.seat.folder.name, paused=self.store.paused()
        )
        return for_hub(found, kb_version=self.bundle.version, kb_age_s=self.kb_seconds(), version=__version__)

    def stop(self) -> None:
        """Writes what is owed, lets an attempt that is under way come to its end, and closes the files."""
        self.station.flush()
        self._stop_sending(wait_s=5.0)
        places = self.station.desk.places
        if places is not None:
            places.close()
        self.seat.close()

    def _stop_sending(self, wait_s: float) -> None:
        if self._watch is not None:
            self._watch.stop()
        if self._sender is not None:
            self._sender.stop(wait_s)
        self._sender = self._watch = None

    # ------------------------------------------------------------ a newer knowledge base
    def adopt(self, fresh: Fresh) -> None:
        """Takes a newer knowledge base: at once between calls, else when the open call is over."""
        if self._fresh is not None:
            self._fresh.places.close()
        self._fresh = fresh
        if self.station.state.phase == "ready":
            self._take_fresh()

    def _take_fresh(self) -> None:
        if self._fresh is None:
            return
        fresh, self._fresh = self._fresh, None
        self.station.use(fresh.bundle, fresh.search, fresh.places)
        self.bundle, self.bundle_file = fresh.bundle, fresh.file
        self.city = fresh.bundle.knowledge.city
        self.zone = ZoneInfo(self.city.time_zone)
        self._overview = Overview(self)

    # ------------------------------------------------------------ signing in later
    def sign_in(self, unlocked: Unlocked, crm: Crm | None, on_change: Callable[[OutboxRow], None]) -> int:
        """Opens the seat with a key: cases kept in memory until now go to the disk. Returns how many did."""
        self._stop_sending(wait_s=3.0)  # an attempt that takes longer leaves its case in doubt, which is looked into
        self.seat.unlocked = unlocked
        self.seat.disk.unlock(unlocked.sealer)
        self.seat.journal.unlock(unlocked.sealer)
        moved = self._move_to_disk()
        self.store = self.seat.disk
        self.station.signed_in(self.seat.disk, self.seat.journal, unlocked.name)
        self.start_sending(crm, on_change)
        return moved

    def _move_to_disk(self) -> int:
        moved = 0
        now = self.clock.now()
        for row in self.store.rows(UNSENT):
            self.seat.disk.enqueue(self.store.case(row.case_id), self.store.submission(row.case_id))
            if row.state != "queued" or row.attempts:
                self.seat.disk.change(row.case_id, lambda r: doubted(r, now), now, event="moved-from-memory")
            moved += 1
        return moved

    # ------------------------------------------------------------ how it stands
    def status(self) -> Status:
        return self._overview.status()

    def open_calls(self) -> tuple[OpenCall, ...]:
        """Calls that were put aside or cut off, oldest first."""
        return self._overview.open_calls()

    def troubles(self) -> tuple[Notice, ...]:
        """What works badly behind the desk, and what of the city's services no longer fits."""
        found: list[Notice] = []
        if self._sender is not None and self._sender.trouble:
            found.append(Notice("trouble", self._sender.trouble))
        changed = self._watch.notice() if self._watch is not None else ""
        if changed:
            found.append(Notice("task", changed))
        return tuple(found)

    def kb_seconds(self) -> float:
        """How old the knowledge is: since the city's word was last had where that is known, else since the file was written."""
        told = self.kb_age()
        if told is not None:
            return max(0.0, told)
        with contextlib.suppress(OSError):
            self._kb_written = self.bundle_file.stat().st_mtime
        return max(0.0, self.clock.now().timestamp() - self._kb_written)

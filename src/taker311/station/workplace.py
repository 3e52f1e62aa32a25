"""An agent's place of work put together: its seat on the disk, what is made ready behind the first paint, the sender's
thread, and what all of it looks like from the ready screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.ids import Ids
from taker311.base.keyslots import Unlocked
from taker311.base.settings import Settings
from taker311.call.model import Permissions
from taker311.call.volunteering import look_up_refused
from taker311.cases.interface import CaseStore
from taker311.cases.memory import MemoryStore
from taker311.cases.model import Case, OutboxRow
from taker311.cases.outbox import doubted
from taker311.crm.dialects import load_dialect
from taker311.crm.model import Submission
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.model import Knowledge
from taker311.station.model import Notice, OpenCall, Status
from taker311.station.outside import Outside
from taker311.station.overview import UNSENT, Overview
from taker311.station.promises import Promises
from taker311.station.recorder import Recorder
from taker311.station.seat import Seat
from taker311.station.station import Desk, EndedCall, Station

if TYPE_CHECKING:
    from taker311.cases.delivery import Crm
    from taker311.cases.status import StatusDesk
    from taker311.crm.client import Open311
    from taker311.shift.keeper import ShiftKeeper
    from taker311.shift.usual import TopicRates
    from taker311.station.board import Board
    from taker311.station.fresh import Fresh


class Watch(Protocol):
    """Looks for news in a thread of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


# Given what carries a change into the thread that draws, and what compares a newer base with what the agent has seen.
MakeNews = Callable[[Callable[[Callable[[], None]], None], Callable[[Bundle], None]], Watch]

_MOST_IN_MEMORY = 200  # calls of a desk where nobody signs in, kept for what they tell the content owners


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
        permissions: Permissions | None = None,
    ) -> None:
        self.bundle, self.bundle_file, self.seat, self.settings = bundle, bundle_file, seat, settings
        self.clock, self.ids = clock, ids
        self.dialect = load_dialect(settings.crm.dialect, jurisdiction=settings.crm.jurisdiction)
        self.city = bundle.city
        self.zone = ZoneInfo(self.city.time_zone)
        signed_in = seat.unlocked is not None
        self.store: CaseStore = seat.disk if signed_in else MemoryStore(clock, seat.disk.next_reference)
        self.station = Station(
            Desk(
                bundle=bundle,
                store=self.store,
                recorder=Recorder(seat.journal if signed_in else None, timedelta(days=settings.desk.keep_journal_days)),
                make_submission=self._submission,
                clock=clock,
                ids=ids,
                agent=agent,
                permissions=permissions or Permissions(),
                in_memory=not signed_in,
            )
        )
        self.outside = Outside(self)
        self.cache: Path | None = None  # where the indexes and what was seen of the city's cases are kept
        self._fresh: Fresh | None = None
        self._shift: ShiftKeeper | None = None
        self._board: Board | None = None
        self.said: Callable[[str], None] = lambda _sentence: None
        """Takes a sentence for the agent, from any thread: a front end puts it on its screen."""
        self.locked: Callable[[], bool] = lambda: False
        self.reviewers_in: Path | None = None  # where this desk's reviewers are told; None: where the machine's are
        self.only_in_memory: list[EndedCall] = []  # calls that no journal has, until they were handed in
        self.station.call_ended.append(self._ended)
        self.offer: Callable[[], str] = lambda: ""
        """A quiet line for the ready screen, '' for none."""
        self.changed: tuple[str, ...] = ()  # told by whoever compares what this agent saw last
        self.kb_age: Callable[[], float | None] = lambda: None
        """Seconds since the city's word was last had, where that is known."""
        self.kb_notices: Callable[[], tuple[str, ...]] = tuple
        """What the ready screen says of that age; nothing while all is well."""
        self.make_news: MakeNews | None = None  # what looks for news here where it is not the city's own publication
        self.taken: list[Callable[[], None]] = []  # told when a newer knowledge base is in use
        self.station.call_over = self._take_fresh
        self._kb_written = clock.now().timestamp()
        self.promises = Promises(self)
        self._overview = Overview(self)

    @property
    def shift(self) -> ShiftKeeper:
        """The day's figures of this seat."""
        if self._shift is None:
            from taker311.station.at_shift import shift_keeper

            self._shift = shift_keeper(self)
        return self._shift

    def topic_rates(self) -> TopicRates:
        """Each topic's calls in the last half hour against a usual one, at this seat."""
        return self.shift.topic_rates()

    def _ended(self, call: EndedCall) -> None:
        self.shift.ended(*call)
        if self.station.desk.recorder.journal is None:
            self.only_in_memory.append(call)
            del self.only_in_memory[:-_MOST_IN_MEMORY]

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

        self.cache = cache
        knowledge, learned = self.bundle.knowledge, self.bundle.learned()
        kept = cached_index(self.bundle, cache)
        learns = kept is None and not learned and _learns_here(knowledge)
        first = (
            SearchIndex.build(knowledge, learn=False)
            if learns
            else kept or open_index(self.bundle, cache, self.bundle_file)
        )
        yield lambda: self.station.ready_index(first)
        try:
            places = PlaceIndex.open_or_build(cache / "places", self.bundle.part_hash("places"), self.bundle.gazetteer)
        except UserError:
            places = PlaceIndex.in_memory(self.bundle.gazetteer())
        yield lambda: self.station.ready_places(places)
        if learns:
            better = open_index(self.bundle, cache, self.bundle_file)
            yield lambda: self.station.ready_index(better)
        yield self.shift.load()

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
        self.outside.start(crm, on_change)

    def status_desk(self, crm: Open311 | None) -> StatusDesk:
        """How cases stand, for a front end: its look-ups wait on the network, so they belong into a worker."""
        from taker311.cases.city_cases import CityCases
        from taker311.cases.status import StatusDesk

        refused = look_up_refused(self.station.desk.permissions)
        if refused:
            raise UserError(refused)
        seen = self.outside.watch.cases if self.outside.watch is not None else CityCases()
        return StatusDesk(self.store.rows, crm, seen, self.clock.now, self.zone)

    @property
    def board(self) -> Board:
        """What is done here now, for the floor."""
        if self._board is None:
            from taker311.station.board import Board

            self._board = Board(self.station, self.shift, named=self.settings.desk.report_agent)
            self._board.locked = lambda: self.locked()  # noqa: PLW0108 - the front end sets it later
        return self._board

    def stop(self) -> None:
        """Writes what is owed, lets an attempt that is under way come to its end, and closes the files."""
        self.station.flush()
        self.outside.stop(wait_s=5.0, leaving=True)
        places = self.station.desk.places
        if places is not None:
            places.close()
        self.seat.close()

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
        if fresh.permissions is not None:
            self.station.desk.permissions = fresh.permissions
        self.station.use(fresh.bundle, fresh.search, fresh.places)
        self.bundle, self.bundle_file = fresh.bundle, fresh.file
        self.city = fresh.bundle.city
        self.zone = ZoneInfo(self.city.time_zone)
        self._overview = Overview(self)
        for told in self.taken:
            told()

    # ------------------------------------------------------------ signing in later
    def sign_in(self, unlocked: Unlocked, crm: Crm | None, on_change: Callable[[OutboxRow], None]) -> int:
        """Opens the seat with a key: cases kept in memory until now go to the disk. Returns how many did."""
        self.outside.stop(wait_s=3.0)  # an attempt that takes longer leaves its case in doubt, which is looked into
        self.seat.unlocked = unlocked
        self.seat.disk.unlock(unlocked.sealer)
        self.seat.journal.unlock(unlocked.sealer)
        moved = self._move_to_disk()
        self.store = self.seat.disk
        self.station.signed_in(self.seat.disk, self.seat.journal, unlocked.name)
        self.promises.signed_in(self.seat.journal)
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
        found = self.outside.troubles()
        if self._shift is not None:
            from taker311.station.at_shift import shift_notices

            found += shift_notices(self)
        return tuple(found)

    def kb_seconds(self) -> float:
        """How old the knowledge is: since the city's word was last had where that is known, else since the file was written."""
        told = self.kb_age()
        if told is not None:
            return max(0.0, told)
        with contextlib.suppress(OSError):
            self._kb_written = self.bundle_file.stat().st_mtime
        return max(0.0, self.clock.now().timestamp() - self._kb_written)

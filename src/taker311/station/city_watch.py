"""Behind the desk: lists the city's open cases for duplicates, asks how this desk's own stand, and compares the knowledge with
the services, now and then."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import structs

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.ids import Ids
from taker311.base.words import plural
from taker311.cases.city_cases import CityCases
from taker311.cases.delivery import ServiceType
from taker311.cases.model import OutboxRow
from taker311.crm.catalogue import LiveCatalogue, changeset_of, fetch_catalogue, keep_catalogue, kept_catalogue
from taker311.crm.client import Open311
from taker311.crm.compare import Difference, codes_of, compare
from taker311.crm.desk_link import DeskLink
from taker311.crm.desk_model import Beat, DeskStatus, HelpAnswer
from taker311.crm.revalidate import Revalidator
from taker311.knowledge.model import Knowledge

EVERY_S = 600.0
_FIRST_WITHIN_S = 60.0  # desks that start together do not ask together
_COMPARED_EVERY = timedelta(hours=6)
_OWN_AT_ONCE = 10
_OWN_AGAIN = timedelta(hours=4)
_OWN_FOR = timedelta(days=60)


class CityWatch:
    """`step` does one round (of network calls); `start` repeats it in a thread of its own. Nothing of it is needed for a call."""

    def __init__(
        self, client: Open311, cases: CityCases, knowledge: Knowledge, rows: Callable[[], list[OutboxRow]], clock: Clock, ids: Ids
    ) -> None:  # fmt: skip
        self._client, self.cases, self._knowledge = client, cases, knowledge
        self._rows, self._clock, self._ids = rows, clock, ids
        self.sees_others = True  # whether others' open cases may be read for duplicates
        self.standing: Callable[[bool], DeskStatus] | None = None
        """How this desk stands, for a hub that shows the floor; told True when the agent leaves."""
        self.hand_in: Callable[[DeskLink], object] | None = None
        """Gives a hub what waits for the content owners."""
        self.kept: Path | None = None
        """Where what the CRM offers is kept between starts."""
        self._link: DeskLink | None = None
        self._linked = False
        self._attention = 0  # cases that wait for a person, as they were told last
        self._telling = threading.Lock()
        self._near = sorted({c for s in knowledge.scripts if s.duplicates_m for c in codes_of(s)})
        self._used = {code for script in knowledge.scripts for code in codes_of(script)}
        self.revalidate = Revalidator(lambda code: fetch_catalogue(client, clock.now(), only=(code,)), clock)
        self.catalogue: LiveCatalogue | None = None
        self.differences: tuple[Difference, ...] = ()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def step(self) -> None:
        """Whatever can't be asked is left as it was."""
        now = self._clock.now()
        if self._near and self.sees_others:
            self._try(lambda: self.cases.refresh(self._client, self._near, now))
        for number in self._own(now):
            self._try(lambda number=number: self._ask(number, now))  # type: ignore[misc]
        if self.catalogue is None or not timedelta() <= now - self.catalogue.fetched_at < _COMPARED_EVERY:
            self._try(lambda: self._compare(now))
        if self.standing is not None:
            self._try(self.tell)
        if self.hand_in is not None:
            self._try(self._hand_in)

    def _hub(self) -> DeskLink | None:
        if not self._linked:
            self._link, self._linked = self._client.desk_link(), True
        return self._link

    @property
    def has_hub(self) -> bool:
        """Whether the endpoint takes what desks tell, as far as it was asked."""
        return self._link is not None

    def tell(self, *, leaving: bool = False) -> HelpAnswer | None:
        """From any thread, one at a time; gives a supervisor's answer to a call for help. Raises CrmError."""
        with self._telling:
            link = self._hub()
            if link is None or self.standing is None:
                return None
            told = self.standing(leaving)
            self._attention = told.attention
            return link.tell(told)

    def beat(self) -> bool:
        """Tells a hub that takes it that this desk is still there: a few bytes, where the whole status would say nothing new.
        False where the whole has to be told. Raises CrmError."""
        with self._telling:
            link = self._link
            if link is None or not link.takes_beats or self.standing is None:
                return True
            now = self.standing(False)
            if now.attention != self._attention:
                return False
            return link.beat(Beat(now.seat, now.waiting, now.oldest_s))

    def _hand_in(self) -> None:
        link = self._hub()
        if link is not None and self.hand_in is not None:
            self.hand_in(link)

    def service_types(self) -> dict[str, ServiceType]:
        """What the CRM said of its services; empty until it was asked."""
        return {service.code: service.type for service in self.catalogue.services} if self.catalogue else {}

    def _compare(self, now: datetime) -> None:
        """The definitions are read only when the discovery says that something changed, or where it says nothing."""
        changeset = changeset_of(self._client)
        kept = self.catalogue or (kept_catalogue(self.kept) if self.kept else None)
        same = kept is not None and changeset and kept.changeset == changeset and not kept.missing
        if kept is not None and same and {d.code for d in kept.definitions} >= self._with_questions(kept):
            self.catalogue = structs.replace(kept, fetched_at=now)
        else:
            fetched = fetch_catalogue(self._client, now, only=self._used)
            self.catalogue = structs.replace(fetched, changeset=changeset)
            if self.kept:
                with contextlib.suppress(OSError, UserError):
                    keep_catalogue(self.kept, self.catalogue)
        self.differences = compare(self._knowledge, self.catalogue)

    def notice(self) -> str:
        """For the ready screen: what the content owner should see to; '' when the knowledge fits the city's services."""
        errors = sum(one.weight == "error" for one in self.differences)
        if not errors:
            return ""
        return plural(
            errors,
            "The city's services have changed: {count} thing in the knowledge base no longer fits (taker311 crm check).",
            "The city's services have changed: {count} things in the knowledge base no longer fit (taker311 crm check).",
        )

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="taker311-city", daemon=True)
        self._thread.start()

    def stop(self, wait_s: float = 0.5) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _run(self) -> None:
        wait = self._ids.uniform(0, _FIRST_WITHIN_S)
        while not self._stop.wait(wait):
            try:
                self.step()
            except Exception:  # noqa: BLE001 - a watch that died in silence would leave old cases on the screen for ever
                self._stop.wait(EVERY_S)
            wait = self._ids.uniform(0.8, 1.2) * EVERY_S

    def _with_questions(self, live: LiveCatalogue) -> set[str]:
        return {service.code for service in live.services if service.metadata and service.code in self._used}

    def _own(self, now: datetime) -> list[str]:
        """Numbers of this desk's newer cases that were not asked for lately, oldest news first."""
        due: list[tuple[float, str]] = []
        for row in self._rows():
            if not row.request_id or now - row.created_at > _OWN_FOR:
                continue
            seen = self.cases.get(row.request_id)
            if seen is not None and (seen.record.status == "closed" or now - seen.at < _OWN_AGAIN):
                continue
            due.append((seen.at.timestamp() if seen else 0.0, row.request_id))
        return [number for _, number in sorted(due)[:_OWN_AT_ONCE]]

    def _ask(self, number: str, now: datetime) -> None:
        record = self._client.request(number)
        if record is not None:
            self.cases.note(record, now)

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except UserError:
            return

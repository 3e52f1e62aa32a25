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
from taker311.cases.city_cases import CityCases
from taker311.cases.delivery import ServiceType
from taker311.cases.model import OutboxRow
from taker311.crm.catalogue import LiveCatalogue, changeset_of, fetch_catalogue, keep_catalogue, kept_catalogue
from taker311.crm.client import Open311
from taker311.crm.compare import Difference, codes_of, compare
from taker311.crm.desk_link import DeskLink
from taker311.crm.desk_model import DeskStatus
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
        self.standing: Callable[[], DeskStatus] | None = None
        """How this desk stands, for a hub that shows the floor."""
        self.kept: Path | None = None
        """Where what the CRM offers is kept between starts."""
        self._link: DeskLink | None = None
        self._linked = False
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
        if self._near:
            self._try(lambda: self.cases.refresh(self._client, self._near, now))
        for number in self._own(now):
            self._try(lambda number=number: self._ask(number, now))  # type: ignore[misc]
        if self.catalogue is None or not timedelta() <= now - self.catalogue.fetched_at < _COMPARED_EVERY:
            self._try(lambda: self._compare(now))
        if self.standing is not None:
            self._try(self._tell)

    def _tell(self) -> None:
        if not self._linked:
            self._link, self._linked = self._client.desk_link(), True
        if self._link is not None and self.standing is not None:
            self._link.tell(self.standing())

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
        count = f"{errors} thing{'s' if errors > 1 else ''}"
        return f"The city's services have changed: {count} in the knowledge base no longer fit (taker311 crm check)."

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

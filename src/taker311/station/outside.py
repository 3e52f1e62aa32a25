"""What goes out of a place of work and comes in behind the first paint: the sender's thread, the watch on the city's system,
the word to a supervisor, and what is handed in to the hub."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from taker311.cases.model import OutboxRow
from taker311.station.model import Notice

if TYPE_CHECKING:
    from taker311.cases.delivery import Crm, Delivery, ServiceType
    from taker311.crm.desk_link import DeskLink
    from taker311.crm.desk_model import DeskStatus
    from taker311.station.city_watch import CityWatch
    from taker311.station.handing_in import HandIn
    from taker311.station.sender import Sender
    from taker311.station.telling import Telling
    from taker311.station.workplace import Workplace


class Outside:
    """Of `place`. Nothing runs before `start`; after `stop` it may be started again, with another store and key."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self.watch: CityWatch | None = None
        self._sender: Sender | None = None
        self._telling: Telling | None = None
        self._hand_in: HandIn | None = None

    def troubles(self) -> list[Notice]:
        """What of sending works badly, and what of the city's services no longer fits."""
        found: list[Notice] = []
        if self._sender is not None and self._sender.trouble:
            found.append(Notice("trouble", self._sender.trouble))
        decides = self._place.station.desk.permissions.decide
        changed = self.watch.notice() if self.watch is not None and decides else ""
        if changed:
            found.append(Notice("task", changed))
        return found

    def _service_type(self, code: str) -> ServiceType:
        told = self.watch.service_types() if self.watch is not None else {}
        return told.get(code, "realtime")  # where the CRM said nothing, a service answers with a number

    def start(self, crm: Crm | None, on_change: Callable[[OutboxRow], None]) -> None:
        """Starts the sender's thread, without a CRM for its chores alone; `on_change` is called there."""
        from taker311.cases.chores import chores
        from taker311.cases.delivery import Delivery
        from taker311.cases.waits import waits_from
        from taker311.station.at_shift import with_shift
        from taker311.station.sender import Sender

        place = self._place
        waits = waits_from(place.settings.delivery)
        delivery = None
        if crm is not None:
            delivery = Delivery(
                place.store,
                crm,
                place.dialect,
                place.clock,
                place.ids,
                waits,
                on_change=on_change,
                service_type=self._service_type,
            )
            place.station.case_saved = delivery.wake
            self._watch_city(crm, delivery)
        unlocked = place.seat.unlocked
        work = None
        if unlocked is not None:
            journal = place.seat.journal
            work = chores(
                place.seat.folder,
                place.store,
                journal,
                unlocked.sealer,
                place.clock,
                on_change,
                shared=place.settings.desk.shared_folder,
                keep_sent_s=waits.keep_sent_s,
                doing=place.board.now,
            )
        self._sender = Sender(delivery, with_shift(work, place))
        self._sender.start()
        place.board.recall()
        self._telling = self._start_telling()

    def _watch_city(self, crm: Crm, delivery: Delivery) -> None:
        """Open cases for duplicates, how our own stand, and whether the knowledge still fits, from a thread of its own."""
        from taker311.cases.city_cases import CityCases, city_cases_file
        from taker311.crm.client import Open311
        from taker311.station.city_watch import CityWatch

        place = self._place
        if not isinstance(crm, Open311):
            return
        cases_file = city_cases_file(place.cache, crm.endpoint) if place.cache else None
        cases = CityCases(cases_file)
        self.watch = CityWatch(crm, cases, place.bundle.knowledge, place.store.rows, place.clock, place.ids)
        self.watch.sees_others = place.station.desk.permissions.see_nearby_cases
        self.watch.standing = self._standing
        self.watch.hand_in = self.hand_in
        self.watch.kept = (
            place.cache / "crm" / f"watched-{cases_file.stem}.json" if cases_file and place.cache else None
        )
        delivery.revalidate = self.watch.revalidate
        place.station.ready_city_cases(cases)
        self.watch.start()

    def hand_in(self, link: DeskLink) -> int:
        """Gives a hub what waits for the content owners (waits on the network); returns how much it was."""
        from taker311.station.handing_in import HandIn

        place = self._place
        if self._hand_in is None:
            self._hand_in = HandIn(
                place.seat.folder,
                lambda: place.station.desk.recorder.journal,
                lambda: place.station.desk.index.vocabulary if place.station.desk.index else None,
                place.only_in_memory,
            )
        return self._hand_in.run(link.suggest)

    def _start_telling(self) -> Telling:
        from taker311.station.telling import Telling

        place = self._place
        telling = Telling(place, place.board, place.settings.desk.shared_folder, self.watch, place.said)
        telling.start()
        return telling

    def _standing(self, leaving: bool = False) -> DeskStatus:
        from taker311 import __version__
        from taker311.cases.standing import for_hub, standing

        place = self._place
        now = place.clock.now()
        found = standing(
            place.store.rows(),
            now,
            desk=place.seat.desk_code,
            seat=place.seat.folder.name,
            paused=place.store.paused(),
            doing=place.board.now(leaving=leaving),
        )
        return for_hub(found, kb_version=place.bundle.version, kb_age_s=place.kb_seconds(), version=__version__)

    def stop(self, wait_s: float, *, leaving: bool = False) -> None:
        if self._telling is not None:
            self._telling.stop(leaving=leaving)
            self._telling = None
        if self.watch is not None:
            self.watch.stop()
        if self._sender is not None:
            self._sender.stop(wait_s)
        self._sender = self.watch = None

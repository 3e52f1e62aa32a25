"""The sealed world that a drill runs in: its own time, its own store whose references begin with DRILL, and a city that
answers without a network. Nothing in here can reach a CRM: there is none."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from msgspec.structs import replace

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.ids import Ids
from taker311.base.words import say
from taker311.cases.drill import DRILL
from taker311.cases.memory import MemoryStore
from taker311.cases.model import Case, OutboxRow, State
from taker311.cases.reference import References, format_ref
from taker311.crm.model import Submission
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.drills import Drill, Nearby
from taker311.places.model import Place

_STALE_BY = timedelta(days=400)


class DrillClock:
    """The drill's moment, which goes on as fast as the real one."""

    def __init__(self, start: datetime, base: Clock) -> None:
        self._start, self._base, self._began = start, base, base.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._base.monotonic() - self._began)

    def monotonic(self) -> float:
        return self._base.monotonic()

    def go_on_from(self, at: datetime) -> None:
        """Stood still at `at` and goes on now."""
        self._start, self._began = at, self._base.monotonic()


class DrillStore(MemoryStore):
    """Keeps cases in memory for the length of one call. Nothing in it is ever due to be sent."""

    def __init__(self, clock: Clock, seed: int) -> None:
        line = References("DRT", seed.to_bytes(8, "big", signed=True) * 2)
        counter = count()
        super().__init__(clock, lambda: f"{DRILL}-{format_ref(line.at(next(counter)))}")

    def due(self, at: datetime, *, horizon_s: float = 7200) -> OutboxRow | None:  # noqa: ARG002 - the protocol's
        return None

    def next_due(self, at: datetime) -> datetime | None:  # noqa: ARG002 - the protocol's
        return None

    def begin_attempt(self, case_id: str, at: datetime) -> OutboxRow:  # noqa: ARG002 - the protocol's
        raise UserError(say("This is a drill's case: it is sent nowhere."))


def submission_of(case: Case) -> Submission:
    """What stands for a case's bytes in a drill: none."""
    return Submission(
        path=DRILL, body=b"", idem_key=f"{DRILL}-{case.id}", service_code=case.service_code, reference=case.tag
    )


def sealed_bundle(bundle: Bundle, drill: Drill) -> Bundle:
    """The knowledge base as this drill has it: with an article that nobody has looked at for too long."""
    for fault in drill.faults:
        topic = bundle.topic(fault.topic) if fault.kind == "stale-article" else None
        if topic is not None:
            old = (drill.at - _STALE_BY).date()
            bundle = bundle.with_topic(replace(topic, reviewed=old, review_by=old + timedelta(days=180)))
    return bundle


def seed_nearby(store: DrillStore, bundle: Bundle, drill: Drill, ids: Ids) -> None:
    """Puts the cases that are open already into the store."""
    for one in drill.nearby:
        case = _case_of(one, store, bundle, drill, ids)
        store.enqueue(case, submission_of(case))


def _case_of(one: Nearby, store: DrillStore, bundle: Bundle, drill: Drill, ids: Ids) -> Case:
    topic, lang = bundle.topic(one.topic), bundle.knowledge.city.languages[0]
    spot = one.place
    return Case(
        id=ids.uuid(),
        ref=store.next_reference(),
        created_at=drill.at - timedelta(hours=one.hours_ago),
        agent="an earlier call",
        topic_id=one.topic,
        topic_title=topic.text(lang, lang).title if topic else one.topic,
        script_id=topic.script if topic else "",
        script_version=1,
        kb_version=bundle.version,
        service_code=one.service,
        agency=topic.agency if topic else "",
        place=Place(kind=spot.kind, label=spot.label, lat=spot.lat, lon=spot.lon),  # type: ignore[arg-type]
    )


def in_doubt(store: DrillStore, case_id: str, at: datetime) -> OutboxRow:
    """What a 500 after the submit leaves behind: nobody knows whether the report arrived."""
    state: State = "unknown"
    return store.change(
        case_id,
        lambda row: replace(
            row,
            state=state,
            attempts=1,
            last_class="unknown",
            last_status=500,
            ambiguous=True,
            ever_unknown=True,
            last_reason="DRILL: the CRM answered 500; it is not known whether the report arrived.",
        ),
        at,
        event="unknown",
    )


def arrived(store: DrillStore, case_id: str, number: str, at: datetime) -> OutboxRow:
    """The sealed world's city took the case and gave its number."""
    state: State = "sent"
    return store.change(
        case_id,
        lambda row: replace(row, state=state, request_id=number, sent_at=at, last_class="accepted", last_status=201),
        at,
        event="accepted",
    )

"""The station: it holds the call, journals what happens in it, and carries out what it asks for.

Every method is quick enough for the thread that draws (a search, a look-up, a commit); what may wait on a network runs in
delivery's own thread and comes back through `case_changed`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec.structs import replace

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.ids import Ids
from taker311.base.words import say
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.allowed import BEGINS, Context, event_for
from taker311.call.asking import is_place_step
from taker311.call.shown import Situation, View
from taker311.call.table import step
from taker311.call.view import view
from taker311.call.volunteering import as_begun
from taker311.call.world import World
from taker311.cases.city_cases import CityCases
from taker311.cases.interface import CaseStore
from taker311.cases.journal import Journal
from taker311.cases.model import Case, OutboxRow
from taker311.crm.model import Submission
from taker311.intake.steps import PLACE
from taker311.knowledge.bundle import Bundle
from taker311.search.model import Hit
from taker311.station.nearby import Nearby
from taker311.station.recorder import Recorder, events_of

if TYPE_CHECKING:  # both load much, and are there only some time after the first paint
    from taker311.places.index import PlaceIndex
    from taker311.search.index import SearchIndex

_HITS = 9


class Desk:
    """What a station is made of. `places` and `index` are None until they are ready; a call does without them till then."""

    def __init__(  # noqa: PLR0913 - the parts of a place of work, each given once
        self,
        *,
        bundle: Bundle,
        store: CaseStore,
        recorder: Recorder,
        make_submission: Callable[[Case], Submission],
        clock: Clock,
        ids: Ids,
        agent: str,
        permissions: m.Permissions,
        in_memory: bool,
    ) -> None:
        self.bundle = bundle
        self.store = store
        self.recorder = recorder
        self.make_submission = make_submission
        self.clock = clock
        self.ids = ids
        self.agent = agent
        self.permissions = permissions
        self.in_memory = in_memory
        self.index: SearchIndex | None = None
        self.places: PlaceIndex | None = None


class EndedCall(NamedTuple):
    """A call that is over: its last state, all that happened in it, and the knowledge base it was taken with."""

    state: m.CallState
    events: tuple[tuple[datetime, ev.Event], ...]
    bundle: Bundle


class Station:
    """One agent's place of work. `do` takes a verb and gives the View that follows."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.world = World(desk.bundle, desk.permissions)
        self.state = m.CallState()
        self.problem = ""
        self.hits: tuple[Hit, ...] = ()
        self.online: bool | None = None
        self.calls = 0
        self.calls_before = 0  # calls of this agent at this seat before this start, where they are counted
        self.handled_s = 0.0
        self.case_saved: Callable[[], None] = lambda: None  # set by whoever sends: there is something new to send
        self.call_over: Callable[[], None] = lambda: None  # set by whoever has something that must wait for that
        self.call_ended: list[
            Callable[[EndedCall], None]
        ] = []  # told of each call that came to its end, before the next
        self.has_read: Callable[[], tuple[str, ...]] = lambda: self.state.acknowledged  # bulletins, by whoever is here
        self.happened: list[Callable[[ev.Event, datetime], None]] = []  # told of each event, on the thread that draws
        self._events: list[tuple[datetime, ev.Event]] = []  # of the open call, from its beginning
        self._city_cases: CityCases | None = None
        self._nearby = Nearby(desk.store)
        self._minute: datetime | None = None
        self._silent: frozenset[str] = frozenset()

    # ------------------------------------------------------------ what a front end does
    def do(self, verb: str, value: str = "") -> View:
        """Takes one input. What is wrong with it stands in the View's `problem`; nothing is lost."""
        self.problem = ""
        made = event_for(Context(self.world, self.state, self.hits, self.desk.ids), verb, value)
        if isinstance(made, str):
            self.problem = made
            return self.view()
        if self.state.phase == "ready" and verb in BEGINS and not self.state.card_open and not self._begin(made):
            return self.view()
        self.apply(made)
        return self.view()

    def view(self) -> View:
        kept: Literal["memory", "disk"] = "memory" if self.desk.in_memory else "disk"
        around = Situation(now=self.desk.clock.now(), hits=self.hits, kept=kept, online=self.online)
        return view(self.world, self.state, around, self.problem or self.desk.recorder.problem)

    def apply(self, event: ev.Event) -> bool:
        """One event through the call; False when it was refused (the sentence stands in `problem`)."""
        now = self.desk.clock.now()
        done = step(self.world, self.state, event, now)
        if done.refusal:
            self.problem = done.refusal
            return False
        before = self.state
        self.state = done.state
        self.desk.recorder.note(event, now)
        self._events.append((now, event))
        for effect in done.effects:
            self._carry_out(effect, now)
        self._after(event, before)
        for tell in self.happened:
            tell(event, now)
        return True

    def tick(self) -> None:
        """To be called a few times a second while a call runs: writes typing that has waited long enough."""
        self.desk.recorder.tick(self.desk.clock.now())

    def flush(self) -> None:
        self.desk.recorder.flush()

    # ------------------------------------------------------------ calls that were cut off
    def take_up(self, call_id: str) -> bool:
        """Brings a journalled call back as it was. False when nothing of it could be read."""
        journal = self.desk.recorder.journal
        if journal is None or self.state.phase != "ready":
            return False
        entries = journal.events(call_id)
        state, world = m.CallState(), World(self.desk.bundle, as_begun(self.desk.permissions))
        for at, event in events_of(entries):
            done = step(world, state, event, at)
            state = done.state if not done.refusal else state
        if state.phase == "ready" or not state.call_id:
            return False
        self.state = state
        self._events = list(events_of(entries))
        self.desk.recorder.begin(call_id, max((entry.seq for entry in entries), default=0))
        self.apply(ev.TakenUp())
        self._settle_saving()
        self._search()
        return True

    def _settle_saving(self) -> None:
        """A case that was being saved when the desk died either stands in the queue or must be confirmed again."""
        if not self.state.saving:
            return
        try:
            row = self.desk.store.row(self.state.saving)
        except UserError:
            self.apply(ev.SaveFailed(say("The desk stopped before this case was saved: confirm it once more.")))
            return
        self.apply(ev.CaseSaved(row.case_id, row.ref))

    # ------------------------------------------------------------ news from behind
    def case_changed(self, row: OutboxRow) -> None:
        """Delivery moved a case on: the city's number goes onto the screen of the call that made it."""
        if row.last_class:
            self.online = row.last_class != "not-sent" or row.last_status is not None
        if row.request_id and any(f.case_id == row.case_id and not f.request_id for f in self.state.finished):
            self.apply(ev.ReceiptCame(row.case_id, row.request_id))

    def signed_in(self, store: CaseStore, journal: Journal, agent: str) -> None:
        """From here on cases go to `store` and events into `journal`; a call that is open is written from its beginning."""
        self.desk.store, self.desk.in_memory, self.desk.agent = store, False, agent
        self.desk.recorder.attach(journal)
        self._nearby = Nearby(store, self._city_cases)

    def ready_city_cases(self, cases: CityCases) -> None:
        """What the city's system showed of its open cases is there: it stands beside this desk's own from now on."""
        self._city_cases = cases
        self._nearby = Nearby(self.desk.store, cases)

    def open_number(self, ref: str) -> str:
        """The city's number of a case that somebody adds to, while that case is known to be open; else ''."""
        return self._nearby.open_number(ref)

    def use(self, bundle: Bundle, index: SearchIndex, places: PlaceIndex) -> None:
        """Another knowledge base from here on. Only between calls: an open call goes on with the one it began with."""
        if self.state.phase != "ready":
            raise ValueError("a call is open")
        old = self.desk.places
        self.desk.bundle, self.desk.index, self.desk.places = bundle, index, places
        self.world = World(bundle, self.desk.permissions)
        self._minute = None
        self.state = m.CallState(acknowledged=self.has_read())  # a bulletin that says something else now was not read
        if old is not None:
            old.close()

    def ready_index(self, index: SearchIndex) -> None:
        """The search index is there: what was typed meanwhile is searched."""
        self.desk.index = index
        self._search()
        self._listen_for_emergency()

    def ready_places(self, places: PlaceIndex) -> None:
        """The places are there: one that was typed meanwhile is looked up."""
        self.desk.places = places
        typed = self.state.drafts.get(PLACE, "")
        if is_place_step(self.state) and self.state.picked is None and typed.strip():
            self.apply(ev.PlacesFound(places.find(typed)))

    # ------------------------------------------------------------ inside
    def _begin(self, first: ev.Event) -> bool:
        """Starts a call whose first event is `first`; False, with the reason in `problem`, when either is refused."""
        started = ev.Started(
            self.desk.ids.uuid(), self.desk.agent, self.world.first, self.desk.bundle.version, self.state.acknowledged,
            self.calls_before + self.calls + 1 if self.desk.permissions.review_every else 0,
        )  # fmt: skip
        now = self.desk.clock.now()
        begun = step(self.world, self.state, started, now)
        self.problem = begun.refusal or step(self.world, begun.state, first, now).refusal
        if self.problem:
            return False
        self.desk.recorder.begin(started.call_id)
        self._events = []
        self.hits = ()
        begins = self.apply(started)
        if begins and self.state.for_review:
            self.apply(ev.MarkedForReview())
        return begins

    def _carry_out(self, effect: m.Effect, now: datetime) -> None:
        match effect:
            case m.FindPlaces(text=text):
                found = self.desk.places.find(text) if self.desk.places and text.strip() else ()
                self.apply(ev.PlacesFound(found))
            case m.FindDuplicates():
                self.apply(ev.DuplicatesFound(self._nearby.find(effect, now)))
            case m.SaveCase(case=case):
                self._save(case)
            case m.KeepNoAnswer() | m.AskForHelp():
                pass  # the event itself, sealed in the journal, is what is kept
            case m.EndCall():
                self._end(now)
            case m.ParkCall():
                self.desk.recorder.flush()
                self._between_calls()

    def _save(self, case: Case) -> None:
        store = self.desk.store
        try:
            numbered = replace(case, ref=store.next_reference())
            row = store.enqueue(numbered, self.desk.make_submission(numbered))
        except UserError as error:
            self.apply(ev.SaveFailed(say("NOT SAVED: {why}", why=error)))
            return
        self.apply(ev.CaseSaved(row.case_id, row.ref, self.desk.in_memory))
        self.case_saved()

    def _end(self, now: datetime) -> None:
        self.calls += 1
        if self.state.started_at is not None:
            self.handled_s += (now - self.state.started_at).total_seconds()
        self.desk.recorder.end(now)
        ended = EndedCall(self.state, tuple(self._events), self.desk.bundle)
        for tell in self.call_ended:
            tell(ended)
        self._between_calls()

    def _between_calls(self) -> None:
        self.hits = ()
        self._events = []
        self.state = m.CallState(acknowledged=self.has_read())
        self.call_over()

    def _after(self, event: ev.Event, before: m.CallState) -> None:
        if isinstance(event, ev.Typed | ev.WentBack | ev.SecondTopicBegun | ev.LanguageSet) or (
            self.state.typed != before.typed
        ):
            self._search()
        if isinstance(event, ev.Typed):
            self._listen_for_emergency()

    def _search(self) -> None:
        if self.desk.index is None or self.state.phase == "ready":
            self.hits = ()
            return
        found = self.desk.index.search(
            self.state.typed, self.world.spoken(self.state), _HITS + len(self._not_in_force())
        )
        self.hits = tuple(hit for hit in found if hit.id not in self._not_in_force() or hit.kind == "topic")[:_HITS]

    def _not_in_force(self) -> frozenset[str]:
        """Bulletins and rumours whose time is over or has not come: the index holds them, nobody is told of them."""
        now = self.desk.clock.now()
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            known = self.desk.bundle
            self._minute = minute
            silent = [one.id for one in known.bulletins if not self.world.in_force(one, now)]
            silent += [one.id for one in known.rumours if not self.world.in_force(one, now)]
            self._silent = frozenset(silent)
        return self._silent

    def _listen_for_emergency(self) -> None:
        if self.desk.index is None or self.state.phase != "talking":
            return
        heard = self.desk.index.emergency(self.state.typed, self.world.spoken(self.state))
        if heard is not None and heard.phrase not in self.state.card_left:
            self.apply(ev.EmergencyHeard(heard.phrase))

"""A drill's station: the desk's own, on a sealed store, with the scripted caller on the line and every moment written down.

Both front ends take it for a Station. It has one verb more, `say`: what the agent asks or tells in words of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from taker311.base.clock import Clock, SystemClock
from taker311.base.ids import SeededIds
from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.shown import View
from taker311.call.table import step
from taker311.cases.drill import DRILL
from taker311.drills import log
from taker311.drills.caller import Caller, Line
from taker311.drills.world import (
    DrillClock,
    DrillStore,
    arrived,
    in_doubt,
    sealed_bundle,
    seed_nearby,
    submission_of,
)
from taker311.intake.interview import counted_answers, counted_place
from taker311.intake.steps import REFERRED, layout
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.drills import Drill, Fault
from taker311.places.index import PlaceIndex
from taker311.search.index import SearchIndex
from taker311.station.recorder import Recorder
from taker311.station.station import Desk, Station

_CITY_TAKES_S = 2  # until the sealed world's city gives its number
_NEXT_IDS = 1_000_003  # how far from the seed the ids begin after a drill was taken up again
_SPEAKS = ("talking", "bulletin", "topic", "transfer", "interview", "readback", "done", "wrapup")


class DrillStation(Station):
    """Runs one drill. `lines` are the caller's, all of them; `over` once the call has ended."""

    def __init__(
        self,
        drill: Drill,
        bundle: Bundle,
        *,
        trainee: str = "trainee",
        clock: Clock | None = None,
        seed: int | None = None,
        index: SearchIndex | None = None,
        places: PlaceIndex | None = None,
        pair: bool = False,
    ) -> None:
        self.drill = drill
        self.pair = pair  # a colleague speaks for the caller
        self.seed = drill.seed if seed is None else seed
        real = clock or SystemClock()
        drill_clock, ids = DrillClock(drill.at, real), SeededIds(self.seed)
        self._clock = drill_clock
        self.sealed = DrillStore(drill_clock, self.seed)
        world = sealed_bundle(bundle, drill)
        seed_nearby(self.sealed, world, drill, ids)
        desk = Desk(
            bundle=world,
            store=self.sealed,
            recorder=Recorder(None),
            make_submission=submission_of,
            clock=drill_clock,
            ids=ids,
            agent=clean_line(trainee, limit=60) or "trainee",
            permissions=m.Permissions(),
            in_memory=False,
        )
        desk.index, desk.places = index, places
        super().__init__(desk)
        self.online = True
        self.over = False
        self.lines: list[Line] = []
        self.caller = Caller(drill, self.seed, bundle.knowledge.city.languages[0])
        self.watchers: list[
            Callable[[], None]
        ] = []  # told after each thing that may have changed the log, and at each tick
        self._begun = log.Begun(
            v=log.VERSION,
            drill=drill,
            kb_version=bundle.version,
            seed=self.seed,
            trainee=desk.agent,
            began=drill_clock.now(),
            taken=real.now(),
            mode="pair" if pair else "alone",
        )
        self._entries: list[log.Entry] = []
        self._receipts: list[tuple[float, str]] = []  # seconds since the start, case
        self._fallen: set[int] = set()
        self._told = 0
        self._hinted = 0
        self._say(self.caller.begin())
        self._faults("start")

    # ------------------------------------------------------------ what a front end does
    def do(self, verb: str, value: str = "") -> View:
        try:
            return self._do(verb, value)
        finally:
            self._tell_watchers()

    def _do(self, verb: str, value: str) -> View:
        if self.over:
            self.problem = say("This drill is over.")
            return self.view()
        self._tick()
        if verb == "say":
            return self._spoken(value)
        if verb == "help-me" and self.drill.hints:
            shown = super().do(verb, value)
            hint = self.drill.hints[min(self._hinted, len(self.drill.hints) - 1)]
            self._hinted += 1
            return replace(shown, notice=say("DRILL. Hint: {hint}", hint=hint))
        if verb == "park":
            # A drill is not put aside: whoever goes away from it has left the caller.
            self.leave()
            return self.view()
        return super().do(verb, value)

    def view(self) -> View:
        shown = super().view()
        speaks = self.state.phase in _SPEAKS and not self.over
        notice = say("DRILL. {notice}", notice=shown.notice) if shown.notice else say("DRILL")
        return replace(shown, allowed=(*shown.allowed, "say") if speaks else shown.allowed, notice=notice)

    def apply(self, event: ev.Event) -> bool:
        before, at = self.where(self.state), self.desk.clock.now()
        # What an effect brings about is written behind the event that asked for it.
        done = step(self.world, self.state, event, at)
        if done.refusal:
            self.problem = done.refusal
            return False
        after = self.where(done.state)
        self._entries.append(log.Did(at, event, after))  # type: ignore[arg-type]
        ended = isinstance(event, ev.Disposed)
        finished = done.state.finished
        if not super().apply(event):
            return False
        for one in finished[self._told :]:
            self._tell(one, done.state)
        # What the event brought about may have dealt with a topic already; only going back takes one back.
        self._told = len(finished) if isinstance(event, ev.WentBack) else max(self._told, len(finished))
        if ended:
            self.over = True
            return True
        self._say(self.caller.moved(before, after))
        self._faults_at(before, after)
        if isinstance(event, ev.CaseSaved):
            self._saved(event.case_id)
        return True

    def tick(self) -> None:
        super().tick()
        self._tick()
        self._tell_watchers()

    def _tell_watchers(self) -> None:
        for tell in self.watchers:
            tell()

    def leave(self) -> None:
        """The trainee goes away in the middle."""
        if not self.over:
            self._entries.append(log.Left(self.desk.clock.now()))
            self.over = True

    def mark(self, by: str, what: log.Observed, points: int) -> None:
        """An observer's judgement while the drill runs, 0 to 5."""
        bounded = max(0, min(log.MOST_POINTS, points))
        self._entries.append(log.Mark(self.desk.clock.now(), clean_line(by, limit=60), what, bounded))

    def note(self, by: str, text: str) -> None:
        """An observer's words; they count for nothing."""
        self._entries.append(log.Noted(self.desk.clock.now(), clean_line(by, limit=60), clean_line(text, limit=500)))

    def resume(self, kept: log.Log, at: datetime, away_s: int) -> None:
        """Takes a drill up where it was left: the same call, the caller with the same facts given, the same cases in the
        sealed store. `at` is where the drill's clock stood, `away_s` how long nobody was here. Raises UserError where the
        call can't be brought back with this knowledge base."""
        from taker311.drills.resuming import bring_back

        self._begun = replace(kept.begun, trainee=self.desk.agent)
        self._entries, self.lines = [entry for entry in kept.entries if not isinstance(entry, log.Left)], []
        bring_back(self, kept)
        self._clock.go_on_from(at)
        times = sum(isinstance(entry, log.TakenUp) for entry in self._entries)
        self.desk.ids = SeededIds(self.seed + (times + 1) * _NEXT_IDS)
        self._entries.append(log.TakenUp(at, away_s))
        self._search()

    def begin_anew(self) -> None:
        """As before the first event, with nothing written down."""
        self.caller = Caller(self.drill, self.seed, self.world.first)
        self.caller.begin()
        self._fallen, self._receipts, self.online = set(), [], True
        self._fallen.update(i for i, fault in enumerate(self.drill.faults) if not fault.at)

    def redone(self, event: ev.Event, state: m.CallState, at: datetime) -> None:
        """An event of the log happened again: what follows from it in the sealed world is due again, nothing is written."""
        before, finished = self.where(self.state), state.finished
        self.state = state
        self._events.append((at, event))
        self._told = len(finished) if isinstance(event, ev.WentBack) else max(self._told, len(finished))
        names = moments_between(before, self.where(state))
        self._fallen.update(i for i, fault in enumerate(self.drill.faults) if fault.at in names)
        match event:
            case ev.CaseSaved(case_id=case_id):
                self._on_its_way(case_id, at)
            case ev.ReceiptCame(case_id=case_id):
                self._receipts = [one for one in self._receipts if one[1] != case_id]
            case ev.HelpCalled():
                self._hinted += 1
            case _:
                pass

    @property
    def log_so_far(self) -> log.Log:
        return log.Log(self._begun, tuple(self._entries))

    @property
    def elapsed(self) -> float:
        """Seconds since the call began; 0 while nobody has answered it."""
        began = self.state.started_at
        return (self.desk.clock.now() - began).total_seconds() if began else 0.0

    # ------------------------------------------------------------ inside
    def _spoken(self, text: str) -> View:
        self.problem = ""
        if self.state.phase not in _SPEAKS:
            self.problem = say("Nobody is on the line yet; type what the caller says.")
            return self.view()
        text = clean_line(text, limit=500)
        self._entries.append(log.Spoke(self.desk.clock.now(), text))
        self._say(self.caller.asked(text))
        return self.view()

    def _say(self, lines: list[Line]) -> None:
        if self.pair:
            return
        self.lines += lines
        at = self.desk.clock.now()
        self._entries += [log.Said(at, line.text, line.facts, line.why) for line in lines]

    def where(self, state: m.CallState) -> log.Where:
        return log.Where(
            phase=state.phase,
            topic=state.topic_id or state.bulletin_id,
            step=state.interview.at if state.interview and state.phase in ("interview", "readback") else "",
            card=state.card_open,
            nearby=len(state.duplicates),
            done=len(state.finished),
            city_number=any(one.request_id for one in state.finished),
        )

    def _tell(self, one: m.Finished, state: m.CallState) -> None:
        """What was dealt with, as it stands when it is: for a case, what the case holds."""
        script = self.world.script(state)
        interview = state.interview if one.topic_id == state.topic_id else None
        if script is None or interview is None:
            self._entries.append(log.Told(self.desk.clock.now(), one))
            return
        counted = counted_answers(script, interview)
        open_steps = [q.id for q in layout(script).questions.values() if q.public or q.type == "choice"]
        self._entries.append(
            log.Told(
                self.desk.clock.now(),
                one,
                answers={key: answer.value for key, answer in counted.items()},
                place=counted_place(script, interview),
                open_texts={key: str(counted[key].value) for key in open_steps if key in counted},
                referred=interview.at == REFERRED,
                duplicate=state.duplicate_choice,
            )
        )

    # ------------------------------------------------------------ the sealed world goes on
    def _tick(self) -> None:
        if self.over or not self.state.started_at:
            return
        seconds = self.elapsed
        self._say(self.caller.waited(seconds))
        due = [case for when, case in self._receipts if when <= seconds]
        self._receipts = [(when, case) for when, case in self._receipts if when > seconds]
        for case_id in due:
            number = f"{DRILL}-{1000 + len(self._entries)}"
            self.case_changed(arrived(self.sealed, case_id, number, self.desk.clock.now()))

    def _saved(self, case_id: str) -> None:
        if self._on_its_way(case_id, self.desk.clock.now()):
            self._entries.append(log.Fell(self.desk.clock.now(), "error-after-submit"))

    def _on_its_way(self, case_id: str, at: datetime) -> bool:
        """The sealed city will give its number in a moment, unless it can't be reached; True where it answers with an error."""
        kinds = {fault.kind: fault for fault in self.drill.faults}
        if self.online is False:
            return False
        if "error-after-submit" in kinds:
            in_doubt(self.sealed, case_id, at)
            return True
        slow = kinds.get("slow")
        began = self.state.started_at or at
        self._receipts.append(((at - began).total_seconds() + (slow.seconds if slow else _CITY_TAKES_S), case_id))
        return False

    def _faults_at(self, before: log.Where, after: log.Where) -> None:
        for name in moments_between(before, after):
            self._faults(name)

    def _faults(self, at: str) -> None:
        for number, fault in enumerate(self.drill.faults):
            if number not in self._fallen and (fault.at or "start") == at:
                self._fallen.add(number)
                self._fall(fault)

    def _fall(self, fault: Fault) -> None:
        if fault.kind != "error-after-submit":
            self._entries.append(log.Fell(self.desk.clock.now(), fault.kind))
        if fault.kind == "network-drop":
            self.online = False


def moments_between(before: log.Where, after: log.Where) -> list[str]:
    """What a beat or a fault may be tied to, as it came about between two states of the call."""
    found = [before.step] if before.step and before.step != after.step else []
    phases = (("topic", "topic"), ("interview", "intake"), ("readback", "readback"), ("done", "done"))
    return found + [name for phase, name in phases if after.phase == phase and before.phase != phase]

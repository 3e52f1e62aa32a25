"""Random calls: whatever is typed and in whatever order, nothing raises, nothing is saved twice, and the journal alone gives
the call back as it stands."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.stations import NOW, station
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.call import model as m
from taker311.call.allowed import VERBS
from taker311.call.shown import Situation
from taker311.call.table import step
from taker311.call.view import view
from taker311.cases.memory import MemoryStore
from taker311.intake.interview import visible
from taker311.intake.steps import ENDS, PLACE, READBACK
from taker311.station.recorder import Recorder, events_of
from taker311.station.station import Station

WORDS = [
    *(
        "",
        " ",
        "0",
        "1",
        "2",
        "3",
        "4",
        "9",
        "yes",
        "no",
        "unknown",
        "ok",
        "911",
        "tree on the power line",
        "i smell gas",
    ),
    *("hole in the road", "pothole", "tree-problem", "missed-trash", "gas-smell", "library-hours", "boil-water-harbor"),
    *(
        "bridge-closed",
        "nonsense",
        "place",
        "where",
        "sparks",
        "width",
        "readback",
        "stopped",
        "caller.contact",
        "lane",
    ),
    *(
        "wires",
        "private",
        "street",
        "text",
        "email",
        "anonymous",
        "413 555 0142",
        "a@b.example.com",
        "Ann Lee",
        "today",
    ),
    *(
        "100 wash",
        "elm and 3rd",
        "riverside park",
        "the old mill",
        "es",
        "vi interpreter 4711",
        "en relay",
        "xx",
        "1,2",
    ),
    *("413 555 0142; today", "answered", "requested", "²", "٣", "-1", "9" * 5_000, "x" * 20_000, "\x1b]52;c;eA==\x07"),
    *(
        "\ud800",
        "\u202egnp.exe",
        "a\u0301" * 400,
        "\n\t\r",
        "日本語",
        "🔥" * 50,
        "{}",
        "[red]x[/]",
        "'; drop table cases; --",
    ),
]
# A verb with a value that it is likely to take, so that walks get somewhere.
LIKELY = [
    *(("type", "tree on the power line"), ("type", "hole in the road"), ("open", "1"), ("open", "tree-problem")),
    *(("open", "pothole"), ("open", "missed-trash"), ("intake", ""), ("answer", "1"), ("answer", "2"), ("answer", "4")),
    *(("answer", "100 elm"), ("pick", "1"), ("confirm", ""), ("skip", ""), ("unknown", ""), ("answer", "413 555 0142")),
    *(("answer", "anonymous"), ("new", ""), ("join", "1"), ("take", ""), ("second", ""), ("wrapup", ""), ("end", "2")),
    *(("back", ""), ("jump", "where"), ("jump", "place"), ("jump", "readback"), ("close", ""), ("resume", "")),
    *(("answered", ""), ("unverified", "new street"), ("draft", "half a w")),
]
INPUTS = st.one_of(
    st.sampled_from(LIKELY),
    st.sampled_from(LIKELY),
    st.tuples(st.sampled_from([*VERBS, "nonsense"]), st.one_of(st.sampled_from(WORDS), st.text(max_size=20))),
)
WALKS = st.lists(INPUTS, max_size=45)
TREE = (("type", "tree"), ("open", "tree-problem"), ("intake", ""), ("answer", "street"), ("answer", "100 elm"))
POTHOLE = (
    *(("type", "hole"), ("open", "pothole"), ("intake", ""), ("answer", "100 wash"), ("pick", "1"), ("confirm", "")),
    *(("answer", "lane"), ("answer", "yes"), ("skip", ""), ("confirm", ""), ("answer", "anonymous")),
)
SHORTCUTS = st.sampled_from([(), TREE, POTHOLE])


class Kept:
    """A journal in memory, and a store that may be full."""

    def __init__(self) -> None:
        self.entries: list = []

    def append_all(self, entries) -> None:
        self.entries += entries

    def end(self, call_id, at, *, purge_at) -> None:
        self.entries = [entry for entry in self.entries if entry.call_id != call_id]


class Flaky(MemoryStore):
    """Takes every second case at the second attempt only."""

    def __init__(self, clock) -> None:
        super().__init__(clock)
        self.asked = 0

    def enqueue(self, case, submission):
        self.asked += 1
        if self.asked % 2:
            raise UserError("the disk is full.")
        return super().enqueue(case, submission)


def new_station() -> tuple[Station, Kept]:
    clock, kept = ManualClock(NOW), Kept()
    made = station(clock=clock, store=Flaky(clock))
    made.desk.recorder = Recorder(kept)
    return made, kept


def replayed(made: Station, kept: Kept) -> m.CallState:
    """The call as the journal alone gives it back."""
    made.flush()
    state = m.CallState()
    for at, event in events_of([entry for entry in kept.entries if entry.call_id == made.state.call_id]):
        done = step(made.world, state, event, at)
        assert not done.refusal, f"{event} was taken once and is refused now: {done.refusal}"
        state = done.state
    return state


def sound(made: Station) -> None:
    """What is true of every state of a call."""
    state, world = made.state, made.world
    script = world.script(state)
    if state.phase in ("topic", "interview", "readback"):
        assert world.topic(state) is not None
    if state.phase in ("interview", "readback"):
        assert script is not None
        assert state.interview is not None
        steps = visible(script, state.interview)
        assert state.interview.at in (*steps, *ENDS)
        assert (state.phase == "readback") == (state.interview.at == READBACK)
    if state.phase == "done":
        assert state.finished[-1].ref
    if state.phase == "wrapup":
        assert state.wrapup_from != "wrapup"
        assert state.wrapup_after <= len(state.finished)
    if state.picked is not None and state.phase == "interview":
        assert state.interview is not None
        assert state.interview.at == PLACE
    saved = [done.case_id for done in state.finished if done.case_id]
    assert len(saved) == len(set(saved)), "a case is saved once"
    assert state.saving not in saved
    assert all("\x1b" not in text for text in (state.typed, *state.said, *state.drafts.values()))


@settings(max_examples=120, deadline=None)
@given(SHORTCUTS, WALKS)
def test_a_call_goes_on_whatever_is_typed(first, walk):
    made, kept = new_station()
    for verb, value in (*first, *walk):
        before = made.state
        shown = made.do(verb, value)
        refused = made.problem and not made.problem.startswith("NOT SAVED")
        if refused and before.phase != "ready":
            assert made.state == before, f"{verb} was refused: {made.problem}"
        if refused:
            assert len(made.problem) < 400
        assert shown.allowed, "there is always something that can be done"
        assert shown == made.view(), "a View is a pure picture of the state"
        sound(made)
        if made.state.phase != "ready":
            assert replayed(made, kept) == made.state
    ids = [row.case_id for row in made.desk.store.rows()]
    assert len(ids) == len(set(ids))


# A value with which each verb means something, where it is allowed at all.
SENSIBLE = {
    "type": "hole in the road",
    "open": "pothole",
    "draft": "half a w",
    "pick": "1",
    "unverified": "new street",
    "join": "1",
    "jump": "readback",
    "end": "2",
    "language": "es",
    "call-back": "413 555 0142; today",
    "acknowledge": "boil-water-harbor",
}


def sensible(made: Station, verb: str) -> str:
    if verb != "answer":
        return SENSIBLE.get(verb, "")
    shown = made.view()
    if shown.choices:
        return shown.choices[0].key
    by_kind = {"number": "3", "date": "today", "phone": "413 555 0142", "email": "ann@example.com"}
    return by_kind.get(shown.kind, "100 elm")


@settings(max_examples=100, deadline=None)
@given(SHORTCUTS, st.lists(st.one_of(st.sampled_from(LIKELY), st.integers(0, 40)), max_size=30))
def test_what_is_allowed_can_be_done(first, walk):
    made, _ = new_station()
    for item in (*first, *walk):
        if isinstance(item, tuple):
            made.do(*item)
            continue
        allowed = made.view().allowed
        verb = allowed[item % len(allowed)]
        made.do(verb, sensible(made, verb))
        sentence = made.problem
        fine = not sentence or sentence.startswith(
            ("NOT SAVED", "The case is not saved", "Type what the", "Say how the call")
        )
        assert fine or sentence.startswith("This needs an address"), f"{verb} was allowed: {sentence}"


@settings(max_examples=40, deadline=None)
@given(SHORTCUTS, WALKS)
def test_the_same_inputs_make_the_same_call(first, walk):
    one, other = station(seed=7), station(seed=7)
    for verb, value in (*first, *walk):
        assert one.do(verb, value) == other.do(verb, value)
    assert one.state == other.state
    assert [one.desk.store.case(r.case_id) for r in one.desk.store.rows()] == [
        other.desk.store.case(r.case_id) for r in other.desk.store.rows()
    ]


@settings(max_examples=30, deadline=None)
@given(SHORTCUTS, WALKS)
def test_a_view_can_be_drawn_before_anything_is_ready(first, walk):
    made = station()
    made.desk.index = made.desk.places = None
    for verb, value in (*first, *walk):
        made.do(verb, value)
        view(made.world, made.state, Situation(now=NOW, online=False))

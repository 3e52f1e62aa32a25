"""Five moments of one made-up call on the city's own knowledge, each a desk of its own in memory: what the tour shows. Nothing
of it reaches the agent's call, store or journal."""

from __future__ import annotations

from typing import NamedTuple

from taker311.base.ids import SeededIds
from taker311.call import model as m
from taker311.call.world import World
from taker311.cases.memory import MemoryStore
from taker311.cases.model import Case
from taker311.crm.model import Submission
from taker311.desk.control import Control
from taker311.knowledge.model import Topic
from taker311.search.model import Hit
from taker311.station.recorder import Recorder
from taker311.station.station import Desk, Station

Input = tuple[str, str]
_MOST_TRIED, _MOST_STEPS, _LETTERS = 40, 60, 24
_USUAL = 4  # questions
# What a made-up caller says to a question of each kind; the numbers are ones that nobody has.
_SAYS = {"yesno": "n", "phone": "413 555 0142", "email": "caller@example.org", "number": "1", "text": "..."}


class Stage(NamedTuple):
    """`name`: ready, search, card, interview or done."""

    name: str
    control: Control


def stages(real: Desk) -> list[Stage]:
    """As many of the five as this city's knowledge can show: a city whose topics ask nothing has no interview."""
    world = World(real.bundle, real.permissions)
    made = next((found for topic in _topics(world) if (found := _walk(real, topic))), None)
    marks = made or [("ready", ()), *_without_questions(real, world)]
    return [Stage(name, _at(real, inputs)) for name, inputs in marks]


def _topics(world: World) -> list[Topic]:
    """Those that ask where it is, the ones with a few questions first and of those the ones with the most words: an
    ordinary call of this city."""
    may = world.permissions.topics
    asked = {one.id: len(one.questions) for one in world.bundle.knowledge.scripts if one.location == "required"}
    found = [one for one in world.bundle.knowledge.topics if (may is None or one.id in may) and one.script in asked]

    def rank(topic: Topic) -> tuple[int, int, str]:
        return abs(asked[topic.script] - _USUAL), -len(topic.text(world.first, world.first).said), topic.id

    return sorted(found, key=rank)[:_MOST_TRIED]


def _without_questions(real: Desk, world: World) -> list[tuple[str, tuple[Input, ...]]]:
    may = world.permissions.topics
    topic = next((one for one in real.bundle.knowledge.topics if may is None or one.id in may), None)
    if topic is None:
        return []
    typed = ("type", _words(topic, world.first))
    return [("search", (typed,)), ("card", (typed, ("open", topic.id)))]


def _words(topic: Topic, lang: str) -> str:
    """What a caller might say, cut where a word ends."""
    text = topic.text(lang, lang)
    words = min(text.said, key=len, default=text.title)
    return words if len(words) <= _LETTERS else words[:_LETTERS].rsplit(" ", 1)[0]


def _walk(real: Desk, topic: Topic) -> list[tuple[str, tuple[Input, ...]]] | None:
    """(stage, the inputs that lead there); None where the made-up caller does not get to a saved case."""
    walker = _Walker(_station(real))
    marks: list[tuple[str, tuple[Input, ...]]] = [("ready", ())]
    for name, verb, value in (("search", "type", _words(topic, walker.first)), ("card", "open", topic.id)):
        if not walker.do(verb, value):
            return None
        marks.append((name, tuple(walker.taken)))
    if not walker.do("intake"):
        return None
    for _ in range(_MOST_STEPS):
        shown = walker.station.view()
        if shown.state == "readback" and shown.kind != "duplicates":
            break
        asks = shown.kind in ("choice", "yesno") and shown.step != "caller.contact"
        if asks and marks[-1][0] != "interview":
            marks.append(("interview", tuple(walker.taken)))
        if shown.state not in ("interview", "readback") or not walker.answer():
            return None
    if marks[-1][0] != "interview" or not walker.do("confirm") or walker.station.view().state != "done":
        return None
    return [*marks, ("done", tuple(walker.taken))]


class _Walker:
    """Takes a made-up call through its questions; `taken` are the inputs that were accepted."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.first = station.world.first
        self.taken: list[Input] = []

    def do(self, verb: str, value: str = "") -> bool:
        shown = self.station.do(verb, value)
        if not shown.problem:
            self.taken.append((verb, value))
        return not shown.problem

    def answer(self) -> bool:
        """Says something to the question that stands there; False when nothing fits."""
        shown = self.station.view()
        if shown.kind == "duplicates":
            return self.do("new")
        if shown.kind == "place":
            return self._place()
        if shown.step == "caller.contact":
            return self.do("answer", "anonymous") or self.do("answer", "text")
        if shown.kind in ("choice", "choices"):
            return any(self.do("answer", choice.key) for choice in shown.choices)
        if "skip" in shown.allowed:
            return self.do("skip")
        if shown.kind == "confirm":
            return self.do("confirm")
        if shown.kind == "date":
            return self.do("answer", self.station.desk.clock.now().date().isoformat())
        return self.do("answer", _SAYS.get(shown.kind, "...")) or self.do("unknown")

    def _place(self) -> bool:
        """The first house of the city; as it stands, while the street list is still being opened."""
        houses = self.station.desk.bundle.gazetteer().addresses
        typed = f"{houses[0].number} {houses[0].street}" if houses else "1 Main Street"
        if not self.do("answer", typed):
            return False
        if self.station.view().choices and self.do("pick", "1"):
            return self.do("confirm")
        return self.do("unverified", "The caller is not sure")


def _station(real: Desk) -> Station:
    clock = real.clock
    station = Station(
        Desk(
            bundle=real.bundle,
            store=MemoryStore(clock),
            recorder=Recorder(None),
            make_submission=nowhere,
            clock=clock,
            ids=SeededIds(1),
            agent=real.agent,
            permissions=m.Permissions(topics=real.permissions.topics),
            in_memory=False,
        )
    )
    station.desk.index, station.desk.places = real.index, real.places
    return station


def nowhere(case: Case) -> Submission:
    """What stands for a case's bytes in a tour: none."""
    return Submission(path="", body=b"", idem_key=case.id, service_code=case.service_code, reference=case.tag)


def _at(real: Desk, inputs: tuple[Input, ...]) -> Control:
    station = _station(real)
    for verb, value in inputs:
        station.do(verb, value)
    control = Control(station)
    if station.state.phase == "talking" and not station.hits and inputs:
        station.hits = _found(station, inputs)
        control.view = station.view()
    control.entry.set(control.view.draft)
    control.card_arrives()
    return control


def _found(station: Station, inputs: tuple[Input, ...]) -> tuple[Hit, ...]:
    """While the search is being made ready: the topics that are called so."""
    words = inputs[0][1].split()
    lang = station.world.first
    titles = [(one.id, one.text(lang, lang)) for one in station.world.bundle.knowledge.topics]
    near = [(id_, text.title) for id_, text in titles if any(word in " ".join(text.said) for word in words)]
    return tuple(Hit(kind="topic", id=id_, title=title, score=1.0) for id_, title in near[:9])

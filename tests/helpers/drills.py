"""Drills on the small city: a good one to break, and ways to check and to run one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from helpers.mini_city import bundle as mini_bundle
from helpers.mini_city import gazetteer
from taker311.authoring.drill_checks import DrillChecker
from taker311.authoring.files import SourceFile
from taker311.authoring.findings import Finding, Findings
from taker311.authoring.known import Known
from taker311.authoring.read_drills import read_drill
from taker311.authoring.yaml_reader import read_yaml
from taker311.base.clock import ManualClock
from taker311.drills.station import DrillStation
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.drills import Drill
from taker311.places.index import PlaceIndex
from taker311.search.index import SearchIndex

TREE = """\
id: tree-on-wires
version: 1
title: A tree on the wires
category: trees
difficulty: medium
at: 2026-11-25 16:40
opening: There is a tree on the power line in front of my house!
persona: {name: Rosa Diaz, manner: worried}
facts:
  where: {says: It touches the wires., when: opening}
  sparks: {says: "No, no sparks.", asks: [is anything burning]}
  place: 1204 Elm Street.
  caller.contact: {says: "Oh. You can text me.", when: pressed, dodge: Why do you need that?}
  caller.phone: 413 555 0142.
beats:
  - {at: readback, says: That's right.}
expected:
  topic: tree-problem
  place: 1204 elm street
  answers: {where: wires, sparks: no, caller.contact: text, caller.phone: 413 555 0142}
  skip: [width]
  route: utilities
  promise: by Monday, November 30
  disposition: requested
secrets: [413 555 0142, Rosa Diaz]
par: 240
"""

LIBRARY = """\
id: library-sunday
version: 1
title: Is the library open?
category: city-hall
difficulty: easy
at: 2026-11-25 10:00
opening: Is the library open on Sunday?
expected: {topic: library-hours, disposition: answered}
par: 90
"""

GAS = """\
id: gas
version: 1
title: A smell of gas behind a question about potholes
category: emergencies
difficulty: hard
at: 2026-11-25 10:00
opening: Hi, I wanted to ask about a hole in the road.
facts:
  smell: {says: It smells of gas down here. My kids are dizzy., asks: [how do you feel, is anybody hurt]}
beats:
  - {at: topic, says: "Sorry, it smells of gas here, my kids are dizzy.", gives: [smell]}
expected:
  topic: pothole
  ending: emergency
  emergency: {within: 20, after: smell}
  disposition: emergency
par: 90
"""

HOLE = """\
id: second-report
version: 1
title: A hole that was reported yesterday
category: streets
difficulty: medium
at: 2026-11-24 09:00
opening: There's a pothole by the river park.
facts:
  where: In the middle of the lane.
  deep: "Not deep, no."
  damage: "No, nothing."
  place: At Riverside Park.
  caller.contact: I don't want to give my name.
expected:
  topic: pothole
  place: riverside park
  answers: {where: lane, deep: no, damage: nothing, caller.contact: anonymous}
  duplicate: join
  route: streets
  promise: by Tuesday, December 1
  disposition: requested
nearby:
  - {topic: pothole, place: riverside park, hours_ago: 20}
par: 200
"""


@cache
def bundle() -> Bundle:
    return mini_bundle()


@cache
def places() -> PlaceIndex:
    return PlaceIndex.in_memory(gazetteer())


@cache
def index() -> SearchIndex:
    return SearchIndex.build(bundle().knowledge)


def checked(
    text: str, world: Bundle | None = None, streets: PlaceIndex | None = None
) -> tuple[Drill | None, list[Finding]]:
    """The drill in `text` and what the checker finds in it."""
    world = world or bundle()
    knowledge = world.knowledge
    name = text.split("id: ", 1)[-1].split("\n", 1)[0].strip()
    file = SourceFile(Path(f"{name}.yaml"), f"drills/{name}.yaml")
    known = Known(Findings(), first=knowledge.city.languages[0], languages=knowledge.city.languages)
    known.topics = frozenset(topic.id for topic in knowledge.topics)
    known.agencies = frozenset(agency.id for agency in knowledge.agencies)
    report = known.report(file.name)
    source = read_drill(file, read_yaml(text, report), report, known, knowledge.city.time_zone)
    drill = DrillChecker(world, (lambda: streets) if streets else places).check(source) if source else None
    return drill, list(known.findings)


@cache
def good(text: str) -> Drill:
    drill, findings = checked(text)
    assert drill is not None, [str(finding) for finding in findings]
    return drill


class Run:
    """A drill on the small city, with time in the test's hands."""

    def __init__(self, text: str, **options: object) -> None:
        self.clock = ManualClock()
        self.station = DrillStation(
            good(text), bundle(), trainee="Sam", clock=self.clock, index=index(), places=places(), **options
        )

    def do(self, *inputs: tuple[str, str] | str, every: float = 2.0) -> Run:
        for item in inputs:
            verb, value = item if isinstance(item, tuple) else (item, "")
            self.clock.advance(every)
            shown = self.station.do(verb, value)
            assert not shown.problem, f"{verb} {value!r}: {shown.problem}"
        return self

    @property
    def heard(self) -> list[str]:
        return [line.text for line in self.station.lines]

"""Drills and sets of drills: what their authors write, typed and in its place. What they mean is proved in drill_checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

from taker311.authoring.fields import Fields, to_moment
from taker311.authoring.files import SourceFile
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document, Map, Node, Place, Scalar, Seq
from taker311.authoring.read_topics import check_id
from taker311.base.text import clean_line
from taker311.call.dispositions import DISPOSITIONS
from taker311.knowledge.drills import (
    PASS_MARK,
    WEIGHTS,
    Alarm,
    Beat,
    Drill,
    Ending,
    Fact,
    Fault,
    FaultKind,
    Given,
    Nearby,
    Persona,
    Problem,
    Spot,
)

_KEYS = (
    *("id", "version", "title", "category", "difficulty", "minutes", "author", "at", "goals", "persona", "opening"),
    *("facts", "beats", "distractors", "expected", "then", "nearby", "faults", "secrets", "par", "hints", "debrief"),
    *("weights", "pass_mark", "seed", "shuffle", "made_from", "reviewed_by"),
)
_NEEDED = ("id", "version", "title", "category", "difficulty", "at", "opening", "expected", "par")
_PROBLEM = (
    *("topic", "also", "bulletin", "ending", "answers", "place", "unverified", "skip", "duplicate", "route", "promise"),
    "agency",
)
_ENDINGS = ("answered", "requested", "transferred", "referred", "emergency")
_GIVEN = ("opening", "asked", "pressed", "never")
_FAULTS = ("network-drop", "error-after-submit", "stale-article", "slow")
DISTRACTORS = (
    *("wrong-address", "wrong-agency", "two-problems", "privacy-trap", "rumour", "anger", "silence", "correction"),
    *("burst", "spanish", "small-talk"),
)
_TODO = re.compile(r"\bTODO\b")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


@dataclass(slots=True)
class DrillSource:
    """A drill as it was read. `typed` are the places of its problems and open cases as written, each with where it stands;
    `spots` says where anything else stands, for what is found later."""

    drill: Drill
    report: Report
    sound: bool
    spots: dict[str, Place] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    def at(self, *names: str) -> Place:
        return next((self.spots[name] for name in names if name in self.spots), (1, 1))


def read_drill(file: SourceFile, document: Document, report: Report, known: Known, zone: str) -> DrillSource | None:
    if not isinstance(document.root, Map):
        if not document.damaged:
            report.error((1, 1), "wrong-type", "a drill holds keys with values, as in 'id: tree-on-wires'.")
        return None
    before = known.findings.errors
    reader = _Drill(document.root, report, known, damaged=document.damaged)
    check_id(reader.fields, file)
    drill = reader.read(file.stem, zone)
    reader.reviewed()
    sound = known.findings.errors == before and not document.damaged
    return DrillSource(drill, report, sound, reader.spots, reader.typed)


class _Drill:
    def __init__(self, root: Map, report: Report, known: Known, *, damaged: bool) -> None:
        self.fields = Fields(root, report, "a drill", _KEYS, _NEEDED, damaged=damaged)
        self.root, self.report, self.known = root, report, known
        self.spots: dict[str, Place] = {}
        self.typed: dict[str, str] = {}

    def read(self, ident: str, zone: str) -> Drill:
        fields = self.fields
        for key in _KEYS:
            self.spots[key] = fields.place(key)
        facts = self._facts()
        problems, alarm, disposition = self._problems()
        return Drill(
            id=ident,
            version=fields.whole("version", 1, 1, 1_000_000),
            title=fields.text("title"),
            category=fields.ident("category"),
            difficulty=cast(
                "Literal['easy', 'medium', 'hard']", fields.one_of("difficulty", ("easy", "medium", "hard"), "easy")
            ),
            at=self._moment(zone),
            opening=fields.text("opening"),
            problems=problems,
            disposition=disposition or (problems[-1].ending if problems else ""),
            par_s=fields.whole("par", 240, 10, 3600),
            minutes=fields.whole("minutes", 5, 1, 60),
            author=fields.text("author") if "author" in fields else "",
            goals=fields.texts("goals"),
            persona=self._persona(),
            facts=facts,
            beats=(*self._beats("beats"), *self._beats("distractors")),
            emergency=alarm,
            faults=self._faults(),
            nearby=self._nearby(),
            secrets=fields.texts("secrets"),
            hints=fields.texts("hints"),
            debrief=fields.text("debrief") if "debrief" in fields else "",
            weights=self._weights(),
            pass_mark=fields.whole("pass_mark", PASS_MARK, 1, 100),
            seed=fields.whole("seed", 1, 0, 1_000_000),
            shuffle=fields.flag("shuffle"),
        )

    def reviewed(self) -> None:
        """A drill that was made of a call has been read by a person, and nothing in a drill is left to be written."""
        made_from = self.fields.one_of("made_from", ("call",), "") if "made_from" in self.fields else ""
        by = self.fields.text("reviewed_by") if "reviewed_by" in self.fields else ""
        if made_from and not by:
            self.fields.error(
                "made_from",
                "not-reviewed",
                "this drill was made of a call: whoever has read it through puts their name at 'reviewed_by'.",
            )
        for scalar in _scalars(self.root):
            if _TODO.search(scalar.text):
                self.report.error(scalar.at, "todo", "something is still to be written here (TODO).")

    def _moment(self, zone: str) -> datetime:
        text = self.fields.word("at") if "at" in self.fields else ""
        moment = to_moment(text) if text else None
        if text and moment is None:
            self.fields.error("at", "bad-date", f"'{text}' is no moment; write it as 2026-11-25 16:40.")
        return (moment or datetime(2026, 1, 1)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)  # noqa: DTZ001 - the city's zone follows

    def _persona(self) -> Persona:
        sub = self.fields.sub("persona", ("name", "manner", "lang"))
        if sub is None:
            return Persona()
        return Persona(
            name=sub.text("name") if "name" in sub else "",
            manner=sub.text("manner") if "manner" in sub else "",
            lang=sub.word("lang").lower() if "lang" in sub else "",
        )

    # ------------------------------------------------------------ what the caller says
    def _facts(self) -> tuple[Fact, ...]:
        node = self.fields.map("facts")
        return tuple(self._fact(key, value) for key, value in node.pairs) if node else ()

    def _fact(self, key: Scalar, value: Node) -> Fact:
        """A text alone is said when it is asked for."""
        if not _NAME.fullmatch(key.text):
            self.report.error(
                key.at,
                "bad-id",
                f"'{clean_line(key.text, limit=60)}' is no name for a fact; use letters, digits, dashes.",
            )
        self.spots[f"fact {key.text}"] = key.at
        if isinstance(value, Scalar):
            return Fact(id=key.text, says=clean_line(value.text), step=key.text)
        if isinstance(value, Seq):
            self.report.error(value.at, "wrong-type", "a fact is a text, or keys as in {says: ..., when: asked}.")
            return Fact(id=key.text, says="")
        fields = Fields(value, self.report, "a fact", ("says", "when", "step", "of", "asks", "dodge"), ("says",))
        of = fields.word("of") if "of" in fields else ""
        if of:
            self.known.check("topic", of, fields.place("of"), self.report)
        return Fact(
            id=key.text,
            says=fields.text("says"),
            when=cast("Given", fields.one_of("when", _GIVEN, "asked")),
            step=fields.word("step") if "step" in fields else key.text,
            of=of,
            asks=fields.texts("asks"),
            dodge=fields.text("dodge") if "dodge" in fields else "",
        )

    def _beats(self, key: str) -> tuple[Beat, ...]:
        node = self.fields.seq(key)
        kinds = key == "distractors"
        found: list[Beat] = []
        for item in node.items if node else ():
            if not isinstance(item, Map):
                self.report.error(
                    item.at, "wrong-type", f"an entry of '{key}' has keys, as in {{at: place, says: ...}}."
                )
                continue
            allowed = ("at", "after", "says", "gives", *(("kind",) if kinds else ()))
            fields = Fields(item, self.report, f"an entry of '{key}'", allowed, ("says", *(("kind",) if kinds else ())))
            if ("at" in fields) == ("after" in fields):
                self.report.error(
                    item.at, "missing-key", "a line of the caller's needs 'at' or 'after' (seconds), not both."
                )
            gives = fields.words("gives")
            for name, at in gives:
                self.spots[f"gives {name}"] = at
            at_name = fields.word("at") if "at" in fields else ""
            if at_name:
                self.spots[f"at {at_name}"] = fields.place("at")
            found.append(
                Beat(
                    says=fields.text("says"),
                    at=at_name,
                    after_s=fields.whole("after", 0, 1, 3600),
                    kind=fields.one_of("kind", DISTRACTORS, DISTRACTORS[0]) if kinds else "",
                    gives=tuple(name for name, _ in gives),
                )
            )
        return tuple(found)

    # ------------------------------------------------------------ what is expected
    def _problems(self) -> tuple[tuple[Problem, ...], Alarm | None, str]:
        node = self.fields.map("expected")
        if node is None:
            return (), None, ""
        fields = Fields(node, self.report, "'expected'", (*_PROBLEM, "disposition", "emergency"))
        problems = [self._problem(fields, 0)]
        for item in then.items if (then := self.fields.seq("then")) else ():
            if isinstance(item, Map):
                problems.append(self._problem(Fields(item, self.report, "an entry of 'then'", _PROBLEM), len(problems)))
            else:
                self.report.error(item.at, "wrong-type", "an entry of 'then' has the keys of 'expected'.")
        self.spots["disposition"] = fields.place("disposition")
        return tuple(problems), self._alarm(fields), fields.one_of("disposition", tuple(DISPOSITIONS), "")

    def _alarm(self, expected: Fields) -> Alarm | None:
        sub = expected.sub("emergency", ("within", "after"), ("within",))
        if sub is None:
            return None
        self.spots["after"] = sub.place("after")
        return Alarm(sub.whole("within", 20, 1, 600), sub.word("after") if "after" in sub else "")

    def _problem(self, fields: Fields, number: int) -> Problem:
        topic = fields.word("topic") if "topic" in fields else ""
        bulletin = fields.word("bulletin") if "bulletin" in fields else ""
        if not (topic or bulletin or fields.node("ending")):
            self.report.error(
                fields.at, "missing-key", "what is expected needs a 'topic', a 'bulletin' or an 'ending'."
            )
        also = fields.words("also")
        for name, at in ((topic, fields.place("topic")), *also):
            self.known.check("topic", name, at, self.report)
        route = fields.word("route") if "route" in fields else ""
        if route and route != "nobody":
            self.known.check("agency", route, fields.place("route"), self.report)
        agency = fields.word("agency") if "agency" in fields else ""
        self.known.check("agency", agency, fields.place("agency"), self.report)
        default = "referred" if route == "nobody" else "requested" if route else "answered"
        for key in _PROBLEM:
            self.spots[f"{number} {key}"] = fields.place(key)
        answers = self._answers(fields, number)
        self._places(fields, number)
        skip = fields.words("skip")
        for name, at in skip:
            self.spots[f"{number} skip {name}"] = at
        return Problem(
            topics=tuple(name for name in (topic, *(name for name, _ in also)) if name),
            bulletin=bulletin,
            ending=cast("Ending", fields.one_of("ending", _ENDINGS, default)),
            answers=answers,
            skip=tuple(name for name, _ in skip),
            duplicate=cast("Literal['', 'new', 'join']", fields.one_of("duplicate", ("new", "join"), "")),
            route=route,
            promise=fields.text("promise") if "promise" in fields else "",
            agency=agency,
        )

    def _answers(self, fields: Fields, number: int) -> dict[str, str]:
        node = fields.map("answers")
        found: dict[str, str] = {}
        for key, value in node.pairs if node else ():
            self.spots[f"{number} answer {key.text}"] = key.at
            if isinstance(value, Map):
                self.report.error(value.at, "wrong-type", f"the answer to '{key.text}' is a text or a list.")
            elif isinstance(value, Seq):
                found[key.text] = ", ".join(str(getattr(item, "text", "")) for item in value.items)
            else:
                found[key.text] = clean_line(value.text, limit=1_000)
        return found

    def _places(self, fields: Fields, number: int) -> None:
        if "place" in fields and "unverified" in fields:
            fields.error("unverified", "unknown-key", "give 'place' or 'unverified', not both.")
        elif "place" in fields:
            self.typed[f"{number} place"] = fields.text("place")
        elif "unverified" in fields:
            self.typed[f"{number} unverified"] = fields.text("unverified")

    # ------------------------------------------------------------ the sealed world
    def _nearby(self) -> tuple[Nearby, ...]:
        node = self.fields.seq("nearby")
        found: list[Nearby] = []
        for item in node.items if node else ():
            if not isinstance(item, Map):
                self.report.error(item.at, "wrong-type", "an open case has the keys 'topic' and 'place'.")
                continue
            keys = ("topic", "place", "hours_ago", "service")
            fields = Fields(item, self.report, "an open case", keys, ("topic", "place"))
            topic, number = fields.word("topic"), len(found)
            self.known.check("topic", topic, fields.place("topic"), self.report)
            self.spots[f"nearby {number}"] = fields.place("place")
            self.typed[f"nearby {number}"] = fields.text("place")
            spot = Spot(kind="unverified", label="", typed="")
            service = fields.word("service") if "service" in fields else ""
            found.append(Nearby(topic, service, spot, fields.whole("hours_ago", 24, 0, 700)))
        return tuple(found)

    def _faults(self) -> tuple[Fault, ...]:
        node = self.fields.seq("faults")
        found: list[Fault] = []
        for item in node.items if node else ():
            if not isinstance(item, Map):
                self.report.error(
                    item.at, "wrong-type", "a fault has the key 'do', as in {do: network-drop, at: place}."
                )
                continue
            fields = Fields(item, self.report, "a fault", ("do", "at", "topic", "seconds"), ("do",))
            kind = fields.one_of("do", _FAULTS, "network-drop")
            topic = fields.word("topic") if "topic" in fields else ""
            self.known.check("topic", topic, fields.place("topic"), self.report)
            if kind == "stale-article" and not topic:
                self.report.error(item.at, "missing-key", "a stale article needs the key 'topic': which one it is.")
            at_name = fields.word("at") if "at" in fields else ""
            if at_name:
                self.spots[f"at {at_name}"] = fields.place("at")
            found.append(Fault(cast("FaultKind", kind), at_name, topic, fields.whole("seconds", 30, 1, 600)))
        return tuple(found)

    def _weights(self) -> dict[str, int]:
        node = self.fields.map("weights")
        if node is None:
            return {}
        fields = Fields(node, self.report, "'weights'", tuple(WEIGHTS))
        found = {name: fields.whole(name, 0, 0, 100) if name in fields else 0 for name in WEIGHTS}
        total = sum(found.values())
        if total != 100:
            self.fields.error("weights", "weights-sum", f"the weights add up to {total}, not to 100.")
            return {}
        return found


def _scalars(node: Node) -> Iterator[Scalar]:
    """Every value that stands in a mapping or a list, at whatever depth."""
    if isinstance(node, Scalar):
        yield node
        return
    for inner in node.items if isinstance(node, Seq) else (value for _, value in node.pairs):
        yield from _scalars(inner)

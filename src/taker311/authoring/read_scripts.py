"""Intake scripts: questions, then the decision table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from taker311.authoring.condition_domain import PLACE_KINDS
from taker311.authoring.conditions import ConditionReader, Need, check_routes
from taker311.authoring.fields import Fields
from taker311.authoring.files import SourceFile
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document, Map
from taker311.authoring.read_topics import check_id
from taker311.authoring.script_questions import Questions
from taker311.authoring.script_routes import Routes
from taker311.base.text import did_you_mean
from taker311.knowledge.model import (
    Script,
)

NEED = ("required", "optional", "none")
_KEYS = ("id", "version", "service", "location", "contact", "duplicates", "questions", "routes", "examples")


@dataclass(slots=True)
class ScriptSource:
    """A compiled script with what is still to be run: its examples. `sound`: nothing in it was found wrong or left out."""

    script: Script
    examples: tuple[Map, ...]
    report: Report
    sound: bool


def read_script(file: SourceFile, document: Document, report: Report, known: Known) -> ScriptSource | None:
    if not isinstance(document.root, Map):
        if not document.damaged:
            report.error((1, 1), "wrong-type", "a script holds keys with values, as in 'id: pothole'.")
        return None
    before = known.findings.errors
    needed = ("id", "version", "questions", "routes")
    fields = Fields(document.root, report, "a script", _KEYS, needed, damaged=document.damaged)
    check_id(fields, file)
    need, kinds = _location(fields)
    conditions = ConditionReader(known, report, need, kinds, damaged=document.damaged)
    questions = Questions(known, report, conditions, document.damaged).read(fields.seq("questions"))
    routes, places = Routes(known, report, conditions, document.damaged).read(fields, questions)
    script = Script(
        id=file.stem, version=fields.whole("version", 1, 1, 1_000_000), questions=questions, routes=routes,
        service=fields.word("service"), location=need, location_kinds=kinds,
        contact=cast("Need", fields.one_of("contact", NEED, "optional")),
        duplicates_m=fields.whole("duplicates", 0, 1, 5_000),
    )  # fmt: skip
    examples = _examples(fields)
    sound = known.findings.errors == before and not document.damaged
    if sound:
        check_routes(script, places, known, report, fields.place("routes"))
        sound = known.findings.errors == before
    return ScriptSource(script, examples, report, sound)


def _location(fields: Fields) -> tuple[Need, tuple[str, ...]]:
    location = (
        fields.sub("location", ("need", "kinds"), ("need",)) if isinstance(fields.node("location"), Map) else None
    )
    if location is not None:
        need = location.one_of("need", NEED, "required")
        kinds: list[str] = []
        for kind, at in location.words("kinds"):
            if kind not in PLACE_KINDS:
                fields.report.error(
                    at,
                    "wrong-type",
                    f"a kind of place is one of {', '.join(PLACE_KINDS)}, not '{kind}'{did_you_mean(kind, PLACE_KINDS)}.",
                )
            else:
                kinds.append(kind)
        return cast("Need", need), tuple(dict.fromkeys(kinds))
    return cast("Need", fields.one_of("location", NEED, "required")), ()


def _examples(fields: Fields) -> tuple[Map, ...]:
    node = fields.seq("examples")
    found: list[Map] = []
    for item in node.items if node else []:
        if isinstance(item, Map):
            found.append(item)
        else:
            fields.report.error(item.at, "wrong-type", "an example has the keys 'at', 'answers', 'to' and 'promise'.")
    return tuple(found)

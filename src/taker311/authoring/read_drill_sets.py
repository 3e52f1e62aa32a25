"""Sets of drills and courses: the order in which drills are taken, and what is read before them and asked after."""

from __future__ import annotations

from taker311.authoring.fields import Fields
from taker311.authoring.files import SourceFile
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document, Map
from taker311.authoring.read_topics import check_id
from taker311.base.text import did_you_mean
from taker311.knowledge.drills import PASS_MARK, CourseScreen, DrillSet, Quiz

_KEYS = ("id", "title", "minutes", "drills", "screens", "quiz", "pass_mark")


def read_drill_set(
    file: SourceFile, document: Document, report: Report, known: Known, drills: frozenset[str]
) -> DrillSet | None:
    """`drills` are the ids that there are."""
    if not isinstance(document.root, Map):
        if not document.damaged:
            report.error((1, 1), "wrong-type", "a set of drills holds keys with values, as in 'id: new-hire'.")
        return None
    before = known.findings.errors
    fields = Fields(
        document.root, report, "a set of drills", _KEYS, ("id", "title", "drills"), damaged=document.damaged
    )
    check_id(fields, file)
    names = fields.words("drills")
    for name, at in names:
        if name not in drills:
            report.error(
                at, "unknown-drill", f"no drill is called '{name}'{did_you_mean(name, tuple(sorted(drills)))}."
            )
    made = DrillSet(
        id=file.stem,
        title=fields.text("title"),
        drills=tuple(name for name, _ in names),
        minutes=fields.whole("minutes", 0, 1, 600),
        screens=_screens(fields),
        quiz=_quiz(fields),
        pass_mark=fields.whole("pass_mark", PASS_MARK, 1, 100),
    )
    return made if known.findings.errors == before and not document.damaged else None


def _screens(fields: Fields) -> tuple[CourseScreen, ...]:
    node = fields.seq("screens")
    found = []
    for item in node.items if node else ():
        sub = fields.as_map("screens", item)
        if sub is not None:
            one = Fields(sub, fields.report, "a screen", ("title", "text"), ("title", "text"))
            found.append(CourseScreen(one.text("title"), one.text("text")))
    return tuple(found)


def _quiz(fields: Fields) -> tuple[Quiz, ...]:
    node = fields.seq("quiz")
    found = []
    for item in node.items if node else ():
        sub = fields.as_map("quiz", item)
        if sub is None:
            continue
        one = Fields(
            sub, fields.report, "a quiz question", ("ask", "choices", "right", "why"), ("ask", "choices", "right")
        )
        choices = one.texts("choices")
        right = one.whole("right", 1, 1, 9)
        if choices and right > len(choices):
            one.error("right", "not-a-choice", f"there are {len(choices)} choices, and 'right' is {right}.")
        found.append(Quiz(one.text("ask"), choices, right, one.text("why") if "why" in one else ""))
    return tuple(found)

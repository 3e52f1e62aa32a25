"""A drill in the making out of a script's example: the answers, the route and the promise stand there, the caller's words
are the script's own until somebody gives them a voice."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from taker311.authoring.fields import to_moment
from taker311.authoring.files import SourceFile, read_text
from taker311.authoring.findings import Findings, Report
from taker311.authoring.nodes import Map, Node, Scalar, Seq
from taker311.authoring.source import read_source
from taker311.authoring.yaml_reader import read_yaml
from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.intake.interview import run_answers, visible
from taker311.intake.model import Interview
from taker311.intake.routing import route
from taker311.intake.steps import PLACE, layout
from taker311.knowledge.model import Gazetteer, Knowledge, Question, Script, Topic
from taker311.places.model import Place

_ENOUGH = 240


def drill_from_example(path: Path, number: int) -> str:
    """The drill's text. Raises UserError where there is no such script or example."""
    folder = path.resolve().parent.parent
    source = read_source(folder)
    script_id = path.name.split(".")[0]
    if source.knowledge is None:
        raise UserError(f"{folder}: this knowledge base has errors;  taker311 kb check {folder}  lists them.")
    knowledge = source.knowledge
    script = next((one for one in knowledge.scripts if one.id == script_id), None)
    topic = next((one for one in knowledge.topics if one.script == script_id), None)
    if script is None or topic is None:
        raise UserError(f"{path}: no topic leads to a script of that name; name a file in scripts/.")
    return drill_text(knowledge, source.gazetteer, script, topic, _example(path, number), number)


def _example(path: Path, number: int) -> Map:
    report = Report(path.name, Findings())
    text = read_text(SourceFile(path, path.name), report)
    root = read_yaml(text or "", report).root
    node = root.get("examples") if isinstance(root, Map) else None
    items = [item for item in node.items if isinstance(item, Map)] if isinstance(node, Seq) else []
    if not 1 <= number <= len(items):
        raise UserError(f"{path}: it has {len(items)} examples; there is no number {number}.")
    return items[number - 1]


def _words(node: Node | None) -> str:
    if isinstance(node, Scalar):
        return node.text
    return ", ".join(_words(item) for item in node.items) if isinstance(node, Seq) else ""


def drill_text(
    knowledge: Knowledge, gazetteer: Gazetteer, script: Script, topic: Topic, example: Map, number: int
) -> str:
    """The example as a drill."""
    lang = knowledge.city.languages[0]
    where = _somewhere(gazetteer, example.get("place"), script)
    said = topic.text(lang, lang).said
    found = example.get("answers")
    answers = {key.text: _words(value) for key, value in found.pairs} if isinstance(found, Map) else {}
    place = _stand_in(example.get("place"), where)
    interview, _ = run_answers(script, answers, place, lang)
    steps = visible(script, interview)
    plan = layout(script)
    answers |= _caller(script, steps, answers)
    skip = [
        step
        for step in steps
        if step in plan.questions
        and step not in answers
        and step not in plan.required
        and not step.startswith("caller.")
    ]
    to, at = _words(example.get("to")), _words(example.get("at"))
    promise = _words(example.get("promise")) or _promised(knowledge, script, interview, at)
    title = topic.text(lang, lang).title
    rows = [
        "# Made of an example. Give the caller a voice, then: taker311 drill check FILE",
        f"id: {script.id}-example-{number}",
        "version: 1",
        f"title: {quoted(f'{title}, example {number}')}",
        f"category: {topic.theme}",
        "difficulty: easy",
        f"at: {at}",
        f"opening: {quoted(said[0] if said else title)}",
        "facts:",
        *(_fact(plan.questions[step], step, answers, lang) for step in answers if step in plan.questions),
        *([f"  place: {quoted(where)}"] if PLACE in steps and where else []),
        "expected:",
        f"  topic: {topic.id}",
        *([f"  place: {quoted(where)}"] if PLACE in steps and where else []),
        f"  answers: {{{', '.join(f'{step}: {quoted(value)}' for step, value in answers.items())}}}",
        *([f"  skip: [{', '.join(skip)}]"] if skip else []),
        f"  route: {to}",
        *([f"  promise: {quoted(promise)}"] if promise and to != "nobody" else []),
        f"  disposition: {'referred' if to == 'nobody' else 'requested'}",
        f"par: {_ENOUGH}",
    ]
    return "\n".join(rows) + "\n"


def _promised(knowledge: Knowledge, script: Script, interview: Interview, at: str) -> str:
    """What the route promises, where the example doesn't say."""
    moment = to_moment(at)
    if moment is None:
        return ""
    city = knowledge.city
    routed = route(script, interview, city, moment.replace(tzinfo=ZoneInfo(city.time_zone)))
    return routed.promise.texts.get(city.languages[0], "") if routed and routed.promise else ""


def _somewhere(gazetteer: Gazetteer, wanted: Node | None, script: Script) -> str:
    """A place of the city that fits what the example says of it."""
    asked = {key.text: _words(value) for key, value in wanted.pairs} if isinstance(wanted, Map) else {}
    kind, landmark = asked.pop("kind", "address"), asked.pop("landmark", "")
    if kind == "unverified":
        return ""
    if kind == "intersection" or (script.location_kinds and "address" not in script.location_kinds and not landmark):
        crossings = [one for one in gazetteer.intersections if _in(gazetteer, one.districts, asked)]
        return f"{crossings[0].first} and {crossings[0].second}" if crossings else ""
    if landmark or kind == "landmark":
        found = [
            one
            for one in gazetteer.landmarks
            if one.kind == (landmark or one.kind) and _in(gazetteer, one.districts, asked)
        ]
        return found[0].name if found else ""
    houses = [one for one in gazetteer.addresses if _in(gazetteer, one.districts, asked)]
    return f"{houses[0].number} {houses[0].street}" if houses else ""


def _in(gazetteer: Gazetteer, districts: tuple[str, ...], asked: dict[str, str]) -> bool:
    held = dict(zip(gazetteer.district_sets, districts, strict=False))
    return all(held.get(name, value) in ("", value) for name, value in asked.items())


def _stand_in(wanted: Node | None, where: str) -> Place | None:
    asked = {key.text: _words(value) for key, value in wanted.pairs} if isinstance(wanted, Map) else {}
    kind, landmark = asked.pop("kind", "address"), asked.pop("landmark", "")
    if not where and kind != "unverified":
        return None
    return Place(kind=kind, label=where or "somewhere", districts=asked, landmark_kind=landmark)  # type: ignore[arg-type] # checked with the example


def _caller(script: Script, steps: tuple[str, ...], answers: dict[str, str]) -> dict[str, str]:
    """Somebody who gives no name or, where the script needs one, a number that nobody has."""
    if "caller.contact" not in steps or "caller.contact" in answers:
        return {}
    if script.contact == "required":
        return {"caller.contact": "text", "caller.phone": "413 555 0100"}
    return {"caller.contact": "anonymous"}


def _fact(question: Question, step: str, answers: dict[str, str], lang: str) -> str:
    keys = {choice.key: choice.labels.get(lang, choice.key) for choice in question.choices}
    value = answers[step]
    words = ", ".join(keys.get(part.strip(), part.strip()) for part in value.split(","))
    words = {"yes": "Yes.", "no": "No.", "unknown": "I don't know.", "anonymous": "No name, please."}.get(value, words)
    when = "{says: I don't know., when: never}" if value == "unknown" else quoted(clean_line(words))
    return f"  {step}: {when}"


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

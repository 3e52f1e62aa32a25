"""Does the knowledge base still fit the CRM? Rules only: the knowledge and what the CRM offers go in, differences come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from taker311.base.codec import Value
from taker311.base.text import clean_line, fold
from taker311.crm.catalogue import LiveCatalogue
from taker311.crm.model import Attribute, Definition, Service
from taker311.knowledge.model import Knowledge, Question, Script, pick

Kind = Literal[
    "gone", "renamed", "definition-changed", "required-not-asked", "choice-unknown", "attribute-unknown", "choice-not-offered", "unread"
]  # fmt: skip
Weight = Literal["error", "warning", "note"]
_WEIGHTS: dict[Kind, Weight] = {
    "gone": "error",
    "renamed": "error",
    "required-not-asked": "error",
    "choice-unknown": "error",
    "attribute-unknown": "warning",
    "definition-changed": "warning",
    "choice-not-offered": "note",
    "unread": "note",
}
_LISTS = ("singlevaluelist", "multivaluelist")
_SUITS: dict[str, tuple[str, ...]] = {
    "choice": ("singlevaluelist", "multivaluelist", "string", "text"),
    "choices": ("multivaluelist", "string", "text"),
    "yesno": ("singlevaluelist", "multivaluelist", "string", "text"),
    "number": ("number", "string", "text"),
    "date": ("datetime", "string", "text"),
}
_YES_NO = ("true", "false")


class Difference(Value, frozen=True):
    """`sentence` is for the content owner. `script` and `question` say where; `proposed` is the code that should stand there."""

    kind: Kind
    service: str
    sentence: str
    script: str = ""
    question: str = ""
    proposed: str = ""

    @property
    def weight(self) -> Weight:
        return _WEIGHTS[self.kind]


def compare(knowledge: Knowledge, live: LiveCatalogue, before: LiveCatalogue | None = None) -> tuple[Difference, ...]:
    """Errors first. `before`: what the CRM offered last time; with it a definition that changed since is told too."""
    lang = knowledge.city.languages[0]
    found: list[Difference] = []
    for script in knowledge.scripts:
        titles = [pick(script.titles, lang, lang)]
        titles += [topic.text(lang, lang).title for topic in knowledge.topics if topic.script == script.id]
        for code in codes_of(script):
            service = live.service(code)
            if service is None:
                found.append(_gone(script, code, titles, live, before))
            else:
                found += _definition(script, service, live, before)
    order = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda one: (order[one.weight], one.service, one.script, one.question)))


def codes_of(script: Script) -> tuple[str, ...]:
    """Every service that the script can make a case of."""
    rows = (route.service or script.service for route in script.routes if route.to != "nobody")
    return tuple(dict.fromkeys(code for code in rows if code))


def _gone(
    script: Script, code: str, titles: Iterable[str], live: LiveCatalogue, before: LiveCatalogue | None
) -> Difference:
    old = before.service(code) if before else None
    names = {_plain(name) for name in (old.name if old else "", *titles) if name}
    alike = [service for service in live.services if _plain(service.name) in names]
    if len(alike) == 1:
        new = alike[0]
        sentence = (
            f"the CRM no longer has the service {code}, but '{clean_line(new.name, limit=80)}' is {new.code} now: "
            f"write service: {new.code} in scripts/{script.id}.yaml, if it is the same."
        )
        return Difference("renamed", code, sentence, script.id, proposed=new.code)
    sentence = f"the CRM no longer has the service {code} that scripts/{script.id}.yaml makes cases of; such cases would be held."
    return Difference("gone", code, sentence, script.id)


def _plain(name: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(name)).split())


def _definition(
    script: Script, service: Service, live: LiveCatalogue, before: LiveCatalogue | None
) -> Iterator[Difference]:
    code = service.code
    if code in live.missing:
        yield Difference("unread", code, f"the questions of service {code} could not be read this time.", script.id)
        return
    definition = live.definition(code) or Definition(code=code)
    old = before.definition(code) if before else None
    if before and before.service(code) and old != live.definition(code) and code not in before.missing:
        what = _what_changed(old or Definition(code=code), definition)
        since = before.fetched_at.date().isoformat()
        yield Difference(
            "definition-changed",
            code,
            f"the CRM has changed the questions of service {code} since {since}: {what}.",
            script.id,
        )
    asked = {question.open311: question for question in script.questions if question.open311}
    for attribute in definition.attributes:
        if attribute.variable and attribute.required and attribute.code not in asked:
            words = clean_line(attribute.description, limit=80)
            yield Difference(
                "required-not-asked", code, f"service {code} requires {attribute.code} ('{words}') and the script never asks for it.", script.id
            )  # fmt: skip
    known = {attribute.code: attribute for attribute in definition.attributes if attribute.variable}
    for open311, question in asked.items():
        there = known.get(open311)
        if there is None:
            if code == script.service or len(codes_of(script)) == 1:
                sentence = f"service {code} has no attribute {open311}, which the question '{question.id}' answers."
                yield Difference("attribute-unknown", code, sentence, script.id, question.id)
        else:
            yield from _question(script, question, there, code)


def _what_changed(old: Definition, new: Definition) -> str:
    before = {attribute.code: attribute for attribute in old.attributes if attribute.variable}
    after = {attribute.code: attribute for attribute in new.attributes if attribute.variable}
    said = [f"{code} is new" for code in after if code not in before]
    said += [f"{code} is gone" for code in before if code not in after]
    for code, attribute in after.items():
        was = before.get(code)
        if was is None or was == attribute:
            continue
        if was.required != attribute.required:
            said.append(f"{code} is {'required' if attribute.required else 'no longer required'}")
        elif was.values != attribute.values:
            said.append(f"the choices of {code} differ")
        elif was.datatype != attribute.datatype:
            said.append(f"{code} is a {attribute.datatype}")
        else:
            said.append(f"the text of {code} differs")
    return ", ".join(said[:5]) or "the texts differ"


def _question(script: Script, question: Question, attribute: Attribute, code: str) -> Iterator[Difference]:
    suits = _SUITS.get(question.type, ("string", "text", *_LISTS, "datetime", "number"))
    if attribute.datatype not in suits:
        sentence = f"{attribute.code} of service {code} is a {attribute.datatype}, and the question '{question.id}' a {question.type}."
        yield Difference("definition-changed", code, sentence, script.id, question.id)
    if attribute.datatype not in _LISTS or not attribute.values:
        return
    keys = {value.key for value in attribute.values}
    ours = [choice.open311 or choice.key for choice in question.choices] or (
        list(_YES_NO) if question.type == "yesno" else []
    )
    for key in ours:
        if key not in keys:
            sentence = f"{attribute.code} of service {code} has no choice {key}, which the question '{question.id}' may answer."
            yield Difference("choice-unknown", code, sentence, script.id, question.id)
    new = [value for value in attribute.values if value.key not in ours]
    if ours and new:
        names = ", ".join(clean_line(value.name, limit=40) for value in new[:4])
        sentence = (
            f"{attribute.code} of service {code} has choices that the question '{question.id}' does not offer: {names}."
        )
        yield Difference("choice-not-offered", code, sentence, script.id, question.id)

"""Translations of scripts: texts by question id, choices by key, routes by position from 1."""

from __future__ import annotations

from taker311.authoring.fields import Fields, prose
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document, Map
from taker311.authoring.read_city import unknown_in_overlay
from taker311.authoring.script_questions import read_heard
from taker311.knowledge.model import Question, Route, Script, Texts


def overlay_script(script: Script, lang: str, document: Document, report: Report, known: Known) -> None:
    """Adds the texts of <id>.<lang>.yaml to `script`."""
    if not isinstance(document.root, Map):
        if not document.damaged:
            report.error((1, 1), "wrong-type", "a translated script holds 'questions' and 'routes'.")
        return
    fields = Fields(document.root, report, "a translated script", ("questions", "routes", "source_version"))
    version = fields.whole("source_version", script.version, 1, 1_000_000)
    if version != script.version:
        report.warn(
            fields.place("source_version"), "stale-translation", f"this was made from version {version} and the script is at {script.version} now; "
            "compare the two and write the new number."
        )  # fmt: skip
    questions = {question.id: question for question in script.questions}
    node = fields.map("questions")
    for key, value in node.pairs if node else []:
        if key.text not in questions:
            unknown_in_overlay(key, tuple(questions), "question", report, "unknown-question-in-overlay")
        elif not isinstance(value, Map):
            report.error(value.at, "wrong-type", f"'{key.text}' needs keys with values, as in 'ask: ...'.")
        else:
            _Overlay(
                Fields(
                    value, report, f"question '{key.text}'", ("ask", "why", "label", "unit", "choices", "stop", "heard")
                ),
                lang,
                known,
            ).question(questions[key.text])
    node = fields.map("routes")
    rows = {str(number): route for number, route in enumerate(script.routes, 1)}
    for key, value in node.pairs if node else []:
        if key.text not in rows:
            unknown_in_overlay(key, (), "route number", report)
        elif not isinstance(value, Map):
            report.error(value.at, "wrong-type", f"'{key.text}' needs keys with values, as in 'say: ...'.")
        else:
            _Overlay(Fields(value, report, f"route {key.text}", ("say", "transfer")), lang, known).route(rows[key.text])


class _Overlay:
    """Puts the texts of one mapping beside the original's."""

    def __init__(self, fields: Fields, lang: str, known: Known) -> None:
        self._fields = fields
        self._report = fields.report
        self._lang = lang
        self._known = known

    def question(self, question: Question) -> None:
        self._add("ask", question.ask)
        self._add("why", question.why)
        self._add("label", question.labels)
        self._add("unit", question.unit)
        if "stop" in self._fields:
            self._add("stop", question.stop.say if question.stop else {})
        labels = {choice.key: choice.labels for choice in question.choices}
        node = self._fields.map("choices")
        for key, value in node.pairs if node else []:
            if key.text not in labels:
                unknown_in_overlay(key, tuple(labels), "choice", self._report, "not-a-choice")
            else:
                labels[key.text][self._lang] = prose(value, f"choice '{key.text}'", self._report)
        if "heard" in self._fields:
            question.heard[self._lang] = read_heard(self._fields, question.type, question.choices)

    def route(self, route: Route) -> None:
        self._add("say", route.say)
        if "transfer" in self._fields:
            self._add("transfer", route.transfer.say if route.transfer else {})

    def _add(self, key: str, texts: Texts) -> None:
        if key not in self._fields:
            return
        text = self._known.spoken(self._fields.text(key), self._fields.place(key), self._report)
        if not texts:
            self._report.error(
                self._fields.keys[key].at,
                "missing-first-language",
                f"the original has no text for '{key}'; write it there first.",
            )
        elif text:
            texts[self._lang] = text

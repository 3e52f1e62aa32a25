"""The questions of a script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, cast

from taker311.authoring.condition_lexer import RESERVED
from taker311.authoring.conditions import ConditionReader
from taker311.authoring.fields import Fields, prose, proses
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Map, Node, Seq
from taker311.base.text import clean_line, did_you_mean
from taker311.knowledge.model import Choice, Condition, Question, QuestionType, Scalar, Stop

QUESTION_TYPES = (
    "choice",
    "choices",
    "yesno",
    "number",
    "text",
    "date",
    "phone",
    "email",
    "place",
    "asset",
    "photo-url",
    "note",
)
_QUESTION_KEYS = (
    "id", "ask", "why", "label", "type", "choices", "when", "stop", "required", "open311", "public", "min", "max", "unit", "heard",
)  # fmt: skip
_QUESTION_ID = re.compile(r"[a-z][a-z0-9_]{0,63}(?:-[a-z0-9_]+)*")
_CHOICE_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
# Words that a condition or the interview itself means something by.
_TAKEN = RESERVED | {"place", "caller", "readback", "stopped", "referred", "unknown"}


class Questions:
    """Reads questions in their order, so that each may look at those before it."""

    def __init__(self, known: Known, report: Report, conditions: ConditionReader, damaged: bool) -> None:
        self._known = known
        self._report = report
        self._conditions = conditions
        self._damaged = damaged
        self._done: list[Question] = []
        self._later: frozenset[str] = frozenset()

    def read(self, node: Seq | None) -> tuple[Question, ...]:
        items = node.items if node else []
        names = [_id_of(item) for item in items]
        for place, item in enumerate(items):
            if not isinstance(item, Map):
                self._report.error(item.at, "wrong-type", "a question has keys, as in '- id: where'.")
                continue
            self._later = frozenset(name for name in names[place:] if name)
            self._question(item)
        return tuple(self._done)

    def _question(self, item: Map) -> None:
        kind = getattr(item.get("type"), "text", "")
        needed = ("id", "ask", "type", "choices") if kind in ("choice", "choices") else ("id", "ask", "type")
        fields = Fields(item, self._report, "a question", _QUESTION_KEYS, needed, damaged=self._damaged)
        ident = self._id(fields)
        asked = cast("QuestionType", fields.one_of("type", QUESTION_TYPES, "text"))
        choices = self._choices(fields, asked)
        low, high = fields.number("min"), fields.number("max")
        for key in ("min", "max", "unit"):
            if key in fields and asked != "number":
                self._report.error(fields.keys[key].at, "wrong-type", f"only a question of type number has '{key}'.")
        if low is not None and high is not None and low > high:
            fields.error("max", "wrong-type", f"'max' is less than 'min' ({low:g}).")
        if asked == "note":
            for key in ("stop", "required", "open311", "heard", "public"):
                if key in fields:
                    self._report.error(
                        fields.keys[key].at, "wrong-type", f"a note asks nothing, so '{key}' has no meaning here."
                    )
        first = self._known.first
        unit = fields.text("unit")
        question = Question(
            id=ident, type=asked, ask=self._spoken(fields, "ask"), why=self._spoken(fields, "why"),
            labels=self._spoken(fields, "label"), choices=choices,
            when=self._when(fields), required=fields.flag("required"), open311=fields.word("open311"), public=fields.flag("public"),
            minimum=low, maximum=high, unit={first: unit} if unit else {}, stop=self._stop(fields, asked, choices),
            heard={first: read_heard(fields, asked, choices)} if "heard" in fields else {},
        )  # fmt: skip
        if ident:
            self._done.append(question)

    def _id(self, fields: Fields) -> str:
        ident = fields.word("id")
        if not ident:
            return ""
        if not _QUESTION_ID.fullmatch(ident):
            fields.error(
                "id",
                "bad-id",
                f"'{ident}' is no id; an id is lower-case letters, digits and dashes and begins with a letter.",
            )
            return ""
        if ident in _TAKEN:
            fields.error(
                "id", "bad-id", f"'{ident}' means something of its own in conditions; call the question something else."
            )
            return ""
        if any(question.id == ident for question in self._done):
            fields.error("id", "duplicate-id", f"a question called '{ident}' stands above already.")
            return ""
        return ident

    def _spoken(self, fields: Fields, key: str) -> dict[str, str]:
        text = self._known.spoken(fields.text(key), fields.place(key), self._report)
        return {self._known.first: text} if text else {}

    def _choices(self, fields: Fields, asked: str) -> tuple[Choice, ...]:
        node = fields.map("choices")
        if node is None:
            return ()
        if asked not in ("choice", "choices"):
            self._report.error(
                fields.keys["choices"].at,
                "wrong-type",
                f"a question of type {asked} has no choices; its type would be choice or choices.",
            )
            return ()
        found: dict[str, Choice] = {}
        for key, value in node.pairs:
            if not _CHOICE_KEY.fullmatch(key.text) or key.text == "unknown":
                self._report.error(
                    key.at,
                    "bad-id",
                    f"'{clean_line(key.text, limit=60)}' can't be a choice's key; it is letters, digits and dashes ('unknown' is always there).",
                )
                continue
            label, code = "", ""
            if isinstance(value, Map):
                entry = Fields(value, self._report, f"choice '{key.text}'", ("label", "open311"), ("label",))
                label, code = entry.text("label"), entry.word("open311")
            else:
                label = prose(value, f"choice '{key.text}'", self._report)
            found.setdefault(key.text, Choice(key.text, {self._known.first: label}, code))
        if not found:
            self._report.error(node.at, "missing-value", "no choice stands here.")
        return tuple(found.values())

    def _when(self, fields: Fields) -> Condition | None:
        node = fields.node("when")
        return None if node is None else self._conditions.read(node, tuple(self._done), self._later)

    def _stop(self, fields: Fields, asked: str, choices: Sequence[Choice]) -> Stop | None:
        stop = fields.sub("stop", ("on", "do", "say"), ("on", "do"))
        if stop is None or "on" not in stop:
            return None
        what = cast("Literal['emergency', 'end']", stop.one_of("do", ("emergency", "end"), "end"))
        text = stop.word("on")
        value = _constant(text, asked, choices)
        if text and value is None:
            keys = tuple(choice.key for choice in choices) or ("yes", "no")
            code = "not-a-choice" if choices or asked == "yesno" else "type-clash"
            stop.error("on", code, f"'{text}' is no answer to this question{did_you_mean(text, keys)}.")
        if what == "end" and "say" not in stop:
            self._report.error(stop.at, "missing-key", "where the call ends, 'say' gives the words for it.")
        return None if value is None else Stop(value, what, self._spoken(stop, "say"))


def _id_of(item: Node) -> str:
    return str(getattr(item.get("id"), "text", "")) if isinstance(item, Map) else ""


def _constant(text: str, asked: str, choices: Sequence[Choice]) -> Scalar | None:
    """An answer as written, typed as the question is; None where it can't be one."""
    if asked in ("choice", "choices"):
        return text if any(choice.key == text for choice in choices) else None
    if asked == "yesno":
        return {"yes": True, "no": False, "true": True, "false": False}.get(text)
    if asked == "number":
        return float(text) if re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", text, re.ASCII) else None
    return text or None


def read_heard(fields: Fields, asked: str, choices: Sequence[Choice]) -> dict[str, tuple[str, ...]]:
    """answer -> callers' phrases that give it away."""
    node = fields.map("heard")
    found: dict[str, tuple[str, ...]] = {}
    for key, value in node.pairs if node else []:
        if _constant(key.text, asked, choices) is None:
            known = tuple(choice.key for choice in choices) or ("yes", "no")
            fields.report.error(
                key.at,
                "not-a-choice",
                f"'{clean_line(key.text, limit=60)}' is no answer to this question{did_you_mean(key.text, known)}.",
            )
        else:
            found[key.text] = proses(value, f"'{key.text}'", fields.report)
    return found

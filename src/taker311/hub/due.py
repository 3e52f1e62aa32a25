"""Which of a script's times holds for a case, as far as the posted attributes tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taker311.intake.condition import evaluate, names
from taker311.intake.model import AnswerValue
from taker311.knowledge.model import Question, Route, Script, Sla

_HOURS = {"hours": 1, "days": 24, "working days": 34}  # for telling which is longer: five working days are a week


def sla_of(script: Script, code: str, fields: Sequence[tuple[str, str]]) -> Sla | None:
    """The time of the row that the case took at the desk. Rows that look at something which is never posted can't be told
    apart; of those left the longest time is given, so that nothing is shown as late that is not."""
    told = {question.id: question for question in script.questions if question.open311}
    values = {
        name: value
        for name, question in told.items()
        if (value := _value(question, _posted(question.open311, fields))) is not None
    }
    possible: list[Route] = []
    for route in script.routes:
        if route.to == "nobody" or (route.service or script.service) != code:
            continue
        if route.when is not None and all(name in told for name in names(route.when)):
            if evaluate(route.when, values):
                return route.sla
            continue
        possible.append(route)
    if any(route.sla is None for route in possible):
        return None
    return max(
        (route.sla for route in possible if route.sla), key=lambda sla: sla.count * _HOURS[sla.unit], default=None
    )


def _posted(code: str, fields: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    wanted = {f"attribute[{code}]", f"attribute[{code}][]"}
    return tuple(value for name, value in fields if name in wanted and value.strip())


def _value(question: Question, posted: tuple[str, ...]) -> AnswerValue | None:
    if not posted:
        return None
    ours: Mapping[str, str] = {choice.open311 or choice.key: choice.key for choice in question.choices}
    if question.type == "choices":
        return tuple(ours.get(value, value) for value in posted)
    if question.type == "yesno":
        return posted[0].strip().lower() in {"yes", "true", "1"}
    if question.type == "number":
        try:
            return float(posted[0])
        except ValueError:
            return None
    return ours.get(posted[0], posted[0])

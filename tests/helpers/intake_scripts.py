"""Small scripts for the tests of the interview: built by hand, so that each shows one rule."""

from __future__ import annotations

from helpers.mini_city import knowledge
from taker311.intake import interview as interviews
from taker311.intake.model import Answer, Interview, Refusal
from taker311.intake.parse import parse_answer
from taker311.intake.steps import PLACE, layout
from taker311.knowledge.model import Choice, Compare, Condition, Const, Name, Question, Route, Script
from taker311.places.model import Place

HERE = Place(kind="address", label="100 Main Street", lat=42.7, lon=-73.2, districts={"ward": "Ward 1"})


def mini(script_id: str) -> Script:
    return next(script for script in knowledge().scripts if script.id == script_id)


def is_(name: str, value: str | bool) -> Condition:
    return Compare("==", Name(name), Const(value))


def yesno(question_id: str, **more: object) -> Question:
    return Question(id=question_id, type="yesno", ask={"en": f"{question_id}?"}, **more)  # type: ignore[arg-type]


def choice(question_id: str, *keys: str, **more: object) -> Question:
    choices = tuple(Choice(key, {"en": key.capitalize()}) for key in keys)
    return Question(id=question_id, type="choice", ask={"en": f"{question_id}?"}, choices=choices, **more)  # type: ignore[arg-type]


def script(*questions: Question, routes: tuple[Route, ...] = (Route(to="streets"),), **more: object) -> Script:
    more = {"location": "none", "contact": "none", "service": "S", **more}
    return Script(id="made-up", version=1, questions=questions, routes=routes, **more)  # type: ignore[arg-type]


def said(made: Script, interview: Interview, *answers: tuple[str, str]) -> Interview:
    """The interview after these answers; each must be taken."""
    for step, text in answers:
        if step == PLACE:
            result = interviews.set_place(made, interview, HERE)
        else:
            answer = parse_answer(layout(made).questions[step], text, lang="en")
            assert isinstance(answer, Answer), answer
            result = interviews.give(made, interview, step, answer)
        assert isinstance(result, Interview), (step, result)
        interview = result
    return interview


def refused(result: object) -> str:
    assert isinstance(result, Refusal)
    return result.sentence

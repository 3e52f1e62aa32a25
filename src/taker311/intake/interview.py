"""An interview: which step comes next, what an answer does, what is still missing. Every function gives a new Interview.

An answer stays when its question becomes hidden, counts for nothing while it is, and is there again when it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from typing import Literal

from msgspec.structs import replace

from taker311.base.text import clean_line, did_you_mean
from taker311.base.words import noted, say
from taker311.intake.condition import evaluate, same, values_of
from taker311.intake.model import Answer, AnswerValue, Caller, Interview, Refusal
from taker311.intake.parse import parse_answer
from taker311.intake.rows import matching_row
from taker311.intake.steps import ENDS, NOBODY, PLACE, READBACK, REFERRED, STOPPED, layout, of_place
from taker311.knowledge.model import Question, Script
from taker311.places.model import Place


def start(script: Script, *, answers: Mapping[str, Answer] | None = None) -> Interview:
    """A new interview; `answers` are what this caller has already said (who they are, in a second topic), of which it
    takes what its own questions could have been answered with."""
    known = layout(script).questions
    kept = {step: answer for step, answer in (answers or {}).items() if step in known and _fits(known[step], answer)}
    interview = Interview(script_id=script.id, script_version=script.version, answers=kept)
    return _stand_at_next(script, interview, after=-1)


def _fits(question: Question, answer: Answer) -> bool:
    keys = {choice.key for choice in question.choices}
    return question.type != "choice" or answer.value is None or answer.value in keys


def visible(script: Script, interview: Interview) -> tuple[str, ...]:
    """The steps that this interview has, in order, as its answers make them; ends where an answer ends it, and where it
    is certain that nothing is sent anywhere."""
    plan = layout(script)
    shown: list[str] = []
    counted: dict[str, Answer] = {}
    place: Place | None = None
    unsettled = {name for names in plan.looks_at for name in names}  # what may still change which route is taken
    for step in plan.order:
        if _leads_to_nobody(script, values_of(counted, place), unsettled):
            break
        if step == PLACE:
            shown.append(step)
            place = interview.place
            if place is not None or step in interview.skipped:
                unsettled = {name for name in unsettled if not of_place(name)}
            continue
        question = plan.questions[step]
        if question.when is not None and not evaluate(question.when, values_of(counted, place)):
            unsettled.discard(step)
            continue
        shown.append(step)
        answer = interview.answers.get(step)
        if answer is not None:
            unsettled.discard(step)
            counted[step] = answer
            if _stops(question, answer):
                break
    return tuple(shown)


def _leads_to_nobody(script: Script, values: Mapping[str, AnswerValue], unsettled: Set[str] = frozenset()) -> bool:
    """True when a route that sends nothing anywhere is taken, whatever is still to be answered."""
    plan = layout(script)
    if not plan.refers:
        return False
    row = matching_row(script, values)
    return row is not None and script.routes[row].to == NOBODY and not plan.looks_at[row] & unsettled


def _stops(question: Question, answer: Answer) -> bool:
    if question.stop is None or answer.value is None:
        return False
    given = answer.value if isinstance(answer.value, tuple) else (answer.value,)
    return any(same(one, question.stop.on) for one in given)


def counted_answers(script: Script, interview: Interview) -> dict[str, Answer]:
    """The answers of visible questions alone, in the order of the script: what the case is made of."""
    answers = interview.answers
    return {step: answers[step] for step in visible(script, interview) if step in answers}


def counted_place(script: Script, interview: Interview) -> Place | None:
    """The place, where this interview asks for one."""
    return interview.place if PLACE in visible(script, interview) else None


def values(script: Script, interview: Interview) -> dict[str, AnswerValue]:
    """What conditions and routes see."""
    return values_of(counted_answers(script, interview), counted_place(script, interview))


def stopped_by(script: Script, interview: Interview) -> Question | None:
    """The question whose answer ended the interview, if one did."""
    questions = layout(script).questions
    for step, answer in counted_answers(script, interview).items():
        if _stops(questions[step], answer):
            return questions[step]
    return None


def is_done(interview: Interview, step: str) -> bool:
    return interview.place is not None if step == PLACE else step in interview.answers


def missing(script: Script, interview: Interview) -> tuple[str, ...]:
    """The steps that must be answered ("doesn't know" is an answer) before there can be a case."""
    required = layout(script).required
    return tuple(step for step in visible(script, interview) if step in required and not is_done(interview, step))


def give(script: Script, interview: Interview, step: str, answer: Answer) -> Interview | Refusal:
    """Records an answer and moves on from it."""
    if step not in layout(script).questions:
        known = list(layout(script).questions)
        return Refusal(
            say(
                "This script asks nothing called '{step}'{near}.",
                step=clean_line(step, limit=40),
                near=did_you_mean(step, known),
            )
        )
    if step not in visible(script, interview):
        return Refusal(say("That question is not asked with the answers so far."))
    changed = replace(interview, answers={**interview.answers, step: answer}, skipped=_without(interview, step))
    return _advance(script, changed, from_step=step)


def skip(script: Script, interview: Interview, step: str) -> Interview | Refusal:
    """Moves on from a step that need not be answered; it is not asked again unless somebody goes back to it."""
    if step not in visible(script, interview):
        return Refusal(say("There is nothing to skip here."))
    if step in layout(script).required and not is_done(interview, step):
        if step == PLACE:
            return Refusal(say("This has to be asked. Take the place as the caller says it."))
        return Refusal(say("This has to be asked. 0 says that the caller doesn't know."))
    return _advance(script, replace(interview, skipped=(*_without(interview, step), step)), from_step=step)


def _without(interview: Interview, step: str) -> tuple[str, ...]:
    return tuple(skipped for skipped in interview.skipped if skipped != step)


_KINDS = {
    "address": noted("an address"),
    "intersection": noted("a corner"),
    "block": noted("a block"),
    "landmark": noted("a landmark"),
}


def accepts(script: Script, place: Place) -> Refusal | None:
    """None when the script takes a place of this kind; a place that can't be verified is always taken."""
    if not script.location_kinds or not place.verified or place.kind in script.location_kinds:
        return None
    wanted = say(" or ").join(say(_KINDS.get(kind, kind)) for kind in script.location_kinds)
    return Refusal(
        say("This needs {wanted}; '{place}' is {kind}.", wanted=wanted, place=place.label, kind=say(_KINDS[place.kind]))
    )


def set_place(script: Script, interview: Interview, place: Place) -> Interview | Refusal:
    """Sets where it is, as the caller agreed to it, and moves on."""
    if PLACE not in visible(script, interview):
        return Refusal(say("No place is asked for with the answers so far."))
    changed = replace(interview, place=place, skipped=_without(interview, PLACE))
    return accepts(script, place) or _advance(script, changed, from_step=PLACE)


def _advance(script: Script, interview: Interview, *, from_step: str) -> Interview:
    """The interview at its next step: the first open one behind `from_step`, then what is missing, then an end."""
    return _stand_at_next(script, interview, visible(script, interview).index(from_step))


def _stand_at_next(script: Script, interview: Interview, after: int) -> Interview:
    if stopped_by(script, interview) is not None:
        return replace(interview, at=STOPPED)
    shown = visible(script, interview)
    for step in shown[after + 1 :]:
        if not is_done(interview, step) and step not in interview.skipped:
            return replace(interview, at=step)
    open_steps = missing(script, interview)
    if open_steps:
        return replace(interview, at=open_steps[0])
    return replace(interview, at=REFERRED if _leads_to_nobody(script, values(script, interview)) else READBACK)


def back(script: Script, interview: Interview) -> Interview | None:
    """One step back; None when this is the first."""
    shown = visible(script, interview)
    if interview.at in ENDS:
        return replace(interview, at=shown[-1]) if shown else None
    index = shown.index(interview.at) if interview.at in shown else 0
    return replace(interview, at=shown[index - 1]) if index else None


def jump(script: Script, interview: Interview, step: str) -> Interview | Refusal:
    """To any step that this interview has; nothing that was answered is lost. To the read-back: to it or to what is still
    missing before it."""
    shown = visible(script, interview)
    if step == READBACK:
        return _stand_at_next(script, interview, after=len(shown))
    return (
        replace(interview, at=step) if step in shown else Refusal(say("There is no such step in this interview now."))
    )


def caller_of(interview: Interview) -> Caller:
    """Who calls, from the caller's steps. Without an answer to them the case is anonymous."""
    answers = interview.answers

    def text(step: str) -> str:
        answer = answers.get(step)
        return str(answer.value) if answer is not None and answer.value is not None else ""

    way = text("caller.contact")
    if way in ("", "anonymous"):
        return Caller(anonymous=True)
    first, _, last = text("caller.name").partition(" ")
    phone = text("caller.phone") if way in ("text", "phone") else ""
    email = text("caller.email") if way == "email" else ""
    reached: Literal["text", "email", "none"] = "text" if way == "text" and phone else "email" if email else "none"
    return Caller(
        anonymous=False, first_name=first, last_name=last, phone=phone, email=email, notify=reached, consent=True
    )


def caller_answers(interview: Interview) -> dict[str, Answer]:
    """What a second topic of the same caller begins with."""
    return {step: answer for step, answer in interview.answers.items() if step.startswith("caller.")}


def run_answers(
    script: Script,
    answers: Mapping[str, str],
    place: Place | None,
    lang: str,
    *,
    today: date | None = None,
    area: str = "US",
) -> tuple[Interview, list[str]]:
    """Takes a whole interview from written answers, as an author's example gives them, in the order of the script.

    Gives the interview and what went wrong, a sentence each: an answer that can't be read, one whose question was never asked.
    """
    plan = layout(script)
    problems = [
        f"the script asks nothing called '{step}'{did_you_mean(step, list(plan.questions))}"
        for step in answers
        if step not in plan.questions
    ]
    interview = Interview(script_id=script.id, script_version=script.version, place=place)
    for step in plan.order:
        if step not in answers or step not in visible(script, interview):
            continue
        answer = parse_answer(plan.questions[step], answers[step], lang=lang, today=today, area=area)
        if isinstance(answer, Refusal):
            problems.append(f"'{step}': {answer.sentence}")
            continue
        interview = replace(interview, answers={**interview.answers, step: answer})
    shown = set(visible(script, interview))
    problems += [
        f"'{step}' is answered, but with these answers it is never asked"
        for step in answers
        if step in plan.questions and step not in shown
    ]
    return _stand_at_next(script, interview, after=-1), problems

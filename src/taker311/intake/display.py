"""An interview in words: the outline beside a question, the numbered read-back, and a value as people say it."""

from __future__ import annotations

from datetime import date

from taker311.base.codec import Value
from taker311.intake.interview import caller_of, counted_answers, is_done, visible
from taker311.intake.model import Answer, Interview, OutlineLine
from taker311.intake.parse import in_digits
from taker311.intake.phrases import phrase
from taker311.intake.promise import day_in_words
from taker311.intake.steps import PLACE, layout
from taker311.knowledge.model import Question, Script, pick
from taker311.places.model import Place


class ReadLine(Value, frozen=True):
    """A line of the read-back: `id` is the step that mends it."""

    id: str
    label: str
    value: str


_LABELLED = frozenset({"caller.contact", "caller.phone", "caller.email", "caller.name"})


def label_of(question: Question, lang: str, first: str) -> str:
    """What a question is called where there is little room."""
    if question.id in _LABELLED:
        return phrase(f"{question.id}.label", lang)
    return pick(question.labels, lang, first) or pick(question.ask, lang, first)


def value_in_words(question: Question, answer: Answer, lang: str, first: str) -> str:
    """An answer as it is read out in `lang`."""
    value = answer.value
    if value is None:
        return phrase("unknown", lang)
    if isinstance(value, bool):
        return "" if question.type == "note" else phrase("yes" if value else "no", lang)
    if isinstance(value, tuple):
        return ", ".join(_choice_label(question, key, lang, first) for key in value)
    if question.type == "choice":
        return _choice_label(question, str(value), lang, first)
    if question.type == "phone":
        return phone_in_groups(str(value))
    if question.type == "date":
        return day_in_words(date.fromisoformat(str(value)), lang)
    unit = pick(question.unit, lang, first)
    return f"{in_digits(value)} {unit}".strip() if isinstance(value, int | float) else str(value)


def phone_in_groups(number: str) -> str:
    """An E.164 number as people say it: in groups, without the country code where the plan leaves it out at home."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    national = phonenumbers.PhoneNumberFormat.NATIONAL
    return phonenumbers.format_number(
        parsed, national if parsed.country_code == 1 else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )


def _choice_label(question: Question, key: str, lang: str, first: str) -> str:
    for choice in question.choices:
        if choice.key == key:
            return pick(choice.labels, lang, first)
    return key


def place_in_words(place: Place, lang: str) -> str:
    """'1204 Washington Street, behind the church', an unverified place with its mark."""
    words = f"{place.label}, {place.detail}" if place.detail else place.label
    return words if place.verified else f"{words} ({phrase('unverified', lang)})"


def outline(script: Script, interview: Interview, lang: str, first: str) -> tuple[OutlineLine, ...]:
    """Every step of the interview as its answers make it now."""
    questions = layout(script).questions
    lines: list[OutlineLine] = []
    for step in visible(script, interview):
        here = interview.at == step
        if step == PLACE:
            value = place_in_words(interview.place, lang) if interview.place else _skipped(interview, step, lang)
            state = "here" if here else "done" if is_done(interview, step) else "open"
            lines.append(OutlineLine(step, phrase("place.label", lang), value, state))  # type: ignore[arg-type]
            continue
        question = questions[step]
        answer = interview.answers.get(step)
        value = value_in_words(question, answer, lang, first) if answer else _skipped(interview, step, lang)
        if here:
            state = "here"
        elif question.type == "note":
            state = "note"
        elif answer is None:
            state = "open"
        else:
            state = {"asked": "done", "inferred": "inferred", "unknown": "unknown"}[answer.how]
        lines.append(OutlineLine(step, label_of(question, lang, first), value, state))  # type: ignore[arg-type]
    return tuple(lines)


def _skipped(interview: Interview, step: str, lang: str) -> str:
    return phrase("not-asked", lang) if step in interview.skipped else ""


def readback(script: Script, interview: Interview, lang: str, first: str) -> tuple[ReadLine, ...]:
    """What is read back before the case is saved: the place, the answers that count, who calls."""
    questions = layout(script).questions
    counted = counted_answers(script, interview)
    lines: list[ReadLine] = []
    for step in visible(script, interview):
        if step == PLACE:
            value = place_in_words(interview.place, lang) if interview.place else phrase("not-asked", lang)
            lines.append(ReadLine(step, phrase("place.label", lang), value))
        elif step in counted and questions[step].type != "note":
            lines.append(
                ReadLine(
                    step,
                    label_of(questions[step], lang, first),
                    value_in_words(questions[step], counted[step], lang, first),
                )
            )
    if (
        script.contact != "none"
        and caller_of(interview).anonymous
        and not any(line.id == "caller.contact" for line in lines)
    ):
        lines.append(ReadLine("caller.contact", phrase("caller.contact.label", lang), phrase("anonymous", lang)))
    return tuple(lines)

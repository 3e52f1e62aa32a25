"""From what the agent typed to an answer's value, or a sentence that says what is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from taker311.base.text import clean, clean_line, did_you_mean, fold
from taker311.base.words import say
from taker311.intake.model import Answer, Refusal
from taker311.knowledge.model import Question

_YES = frozenset({"yes", "y", "true", "si", "s", "1"})
_NO = frozenset({"no", "n", "false", "2"})
_UNKNOWN = frozenset({"unknown", "doesn't know", "no sabe", "?"})
_TODAY = {"today": 0, "hoy": 0, "yesterday": 1, "ayer": 1}
_TEXT_LIMIT = 1_000
CHOICE_KEYS = "123456789abcdefghijklmopqrstuvwxz"  # no n, no y: they answer what was heard


def parse_answer(
    question: Question, text: str, *, lang: str, today: date | None = None, area: str = "US"
) -> Answer | Refusal:
    """Reads `text` as an answer to `question`: 'unknown' and '0' are "doesn't know" where they can't be a value."""
    text = clean(text, limit=_TEXT_LIMIT).strip()
    folded = fold(text)
    if folded in _UNKNOWN or (text == "0" and question.type in ("choice", "choices", "yesno")):
        return Answer(value=None, how="unknown")
    if question.type == "note":
        return Answer(value=True)
    if not text:
        return Refusal(say("Nothing was typed; 0 says that the caller doesn't know."))
    if question.type == "date":
        return _date(question, text, today)
    if question.type == "phone":
        return _phone(text, area)
    return _READERS[question.type](question, text, lang)


def _choice_key(question: Question, text: str) -> str | None:
    """What stands before a choice on the screen wins over a choice whose own key is that one character."""
    keys = [choice.key for choice in question.choices]
    index = CHOICE_KEYS.find(text.lower()) if len(text) == 1 else -1
    if 0 <= index < len(keys):
        return keys[index]
    if text in keys:
        return text
    wanted = fold(text)
    for choice in question.choices:
        if wanted == fold(choice.key) or any(wanted == fold(label) for label in choice.labels.values()):
            return choice.key
    return None


def _not_a_choice(question: Question, text: str) -> Refusal:
    keys = [choice.key for choice in question.choices]
    return Refusal(
        say(
            "'{typed}' is none of the answers{near}; pick one by its key.",
            typed=clean_line(text, limit=40),
            near=did_you_mean(text, keys),
        )
    )


def _choice(question: Question, text: str, _lang: str) -> Answer | Refusal:
    key = _choice_key(question, text)
    return Answer(value=key) if key is not None else _not_a_choice(question, text)


def _choices(question: Question, text: str, _lang: str) -> Answer | Refusal:
    parts = [part.strip() for part in text.split(",") if part.strip()] if "," in text else text.split()
    if _choice_key(question, text) is not None:
        parts = [text]
    if not parts:
        return _not_a_choice(question, text)
    chosen: list[str] = []
    for part in parts:
        key = _choice_key(question, part)
        if key is None:
            return _not_a_choice(question, part)
        if key not in chosen:
            chosen.append(key)
    order = [choice.key for choice in question.choices]
    return Answer(value=tuple(sorted(chosen, key=order.index)))


def _yesno(_question: Question, text: str, _lang: str) -> Answer | Refusal:
    folded = fold(text)
    if folded in _YES:
        return Answer(value=True)
    if folded in _NO:
        return Answer(value=False)
    return Refusal(say("This wants yes or no."))


def _number(question: Question, text: str, lang: str) -> Answer | Refusal:
    compact = text.replace(" ", "")
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", compact):
        compact = compact.replace(",", "")
    elif lang != "en":
        compact = compact.replace(",", ".")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", compact):
        return Refusal(say("This wants a number, in digits."))
    value: float | int = float(compact) if "." in compact else int(compact)
    if question.minimum is not None and value < question.minimum:
        return Refusal(say("The least this takes is {least}.", least=in_digits(question.minimum)))
    if question.maximum is not None and value > question.maximum:
        return Refusal(say("The most this takes is {most}.", most=in_digits(question.maximum)))
    return Answer(value=value)


def in_digits(value: float) -> str:
    """'3', '2.5', '12000000': never with an exponent."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _text(_question: Question, text: str, _lang: str) -> Answer | Refusal:
    return Answer(value=text)


def _email(_question: Question, text: str, _lang: str) -> Answer | Refusal:
    from email_validator import EmailNotValidError, validate_email

    try:
        return Answer(value=validate_email(text, check_deliverability=False).normalized)
    except EmailNotValidError:
        return Refusal(say("That is not a whole e-mail address; ask the caller to spell it."))


def _photo(_question: Question, text: str, _lang: str) -> Answer | Refusal:
    if re.fullmatch(r"https?://[^\s<>\"]{3,500}", text):
        return Answer(value=text)
    return Refusal(say("A photo is given by its address, which begins with https://"))


def _phone(text: str, area: str) -> Answer | Refusal:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, area)
    except phonenumbers.NumberParseException:
        return Refusal(say("That is no phone number; type its digits with the area code."))
    # Not is_possible_number, which also passes seven digits without an area code: nobody could ring those back.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return Refusal(say("That phone number lacks its area code, or a digit too many or too few was typed."))
    return Answer(value=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _date(_question: Question, text: str, today: date | None) -> Answer | Refusal:
    folded = fold(text)
    if today is not None and folded in _TODAY:
        return Answer(value=(today - timedelta(days=_TODAY[folded])).isoformat())
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    slashed = re.fullmatch(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?", text)
    day: date | None = None
    if iso:
        day = _day(int(iso[1]), int(iso[2]), int(iso[3]))
    elif slashed and slashed[3]:
        day = _day(int(slashed[3]), int(slashed[1]), int(slashed[2]))
    elif slashed and today is not None:
        day = _nearest_day(today, int(slashed[1]), int(slashed[2]))
    if day is not None:
        return Answer(value=day.isoformat())
    return Refusal(say("This wants a day, as 2026-11-25, 11/25, today or yesterday."))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest_day(today: date, month: int, day: int) -> date | None:
    """Said in January, 12/31 was last year's."""
    found = [d for year in (today.year - 1, today.year, today.year + 1) if (d := _day(year, month, day))]
    return min(found, key=lambda d: abs(d - today), default=None)


_READERS: dict[str, Callable[[Question, str, str], Answer | Refusal]] = {
    "choice": _choice,
    "choices": _choices,
    "yesno": _yesno,
    "number": _number,
    "text": _text,
    "place": _text,
    "asset": _text,
    "email": _email,
    "photo-url": _photo,
}

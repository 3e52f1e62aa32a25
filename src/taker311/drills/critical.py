"""Errors that fail a drill whatever its score."""

from __future__ import annotations

import re

from taker311.base.text import fold
from taker311.call import events as ev
from taker311.drills.compare import fit
from taker311.drills.log import Told
from taker311.drills.rubric import CRITICAL, Critical
from taker311.drills.story import Story, accepted, needs_alarm

_DROPS = frozenset({"dropped", "silent", "misdial", "abusive"})
_LONG_NUMBER = 7
_PROMISES = re.compile(r"\b(will|'ll|shall|going to|promise|by|within|should be|guarantee|van a|sera|estara|prometo)\b")
_WHEN = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b"
    r"|\b(?:today|tonight|tomorrow|hoy|manana)\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}\b"
    r"|\b(?:in|within|en) (?:an|a|one|two|three|four|five|\d{1,3}) (?:working )?(?:hour|day|week|hora|dia|semana)s?\b"
)
_CITY_NUMBER = re.compile(r"\b(?:city|service request|case|request|tracking)(?:'s)? number\b[^0-9]{0,20}\d{3,}")


def critical_errors(story: Story) -> tuple[Critical, ...]:
    """In the order in which they happened; each kind once."""
    found = [
        *_emergency(story),
        *_wrong_answers(story),
        *_wrong_places(story),
        *_personal(story),
        *_false_promises(story),
        *_dropped(story),
    ]
    first: dict[str, Critical] = {}
    for one in sorted(found, key=lambda one: (one.at_s, list(CRITICAL).index(one.id))):
        first.setdefault(one.id, one)
    return tuple(first.values())


def alarm_late_by(story: Story) -> int | None:
    """Seconds after the limit at which the card first stood open; 0 or less is in time, None is never."""
    alarm = story.drill.emergency
    opened = story.card_seconds()
    if not opened:
        return None
    if alarm is None:
        return 0
    given = story.when_given(alarm.after) if alarm.after and story.log.begun.mode == "alone" else 0
    return opened[0] - ((given or 0) + alarm.within_s)


def _emergency(story: Story) -> list[Critical]:
    if not needs_alarm(story.drill):
        return []
    late = alarm_late_by(story)
    if late is None:
        return [Critical("emergency-missed", story.seconds, "The 911 card was never opened.")]
    if late > 0:
        return [Critical("emergency-late", story.card_seconds()[0], f"The 911 card came {late} s too late.")]
    handed = any(isinstance(one.event, ev.CardClosed) and one.event.connected for one in story.events)
    if any(problem.ending == "emergency" for problem in story.drill.problems) and not handed:
        return [Critical("emergency-missed", story.seconds, "The caller was not handed to 911.")]
    return []


def _wrong_answers(story: Story) -> list[Critical]:
    right = {name for problem in story.drill.problems for name in accepted(problem)}
    found = []
    for end in story.ends:
        topic = end.told.done.topic_id
        if end.told.done.disposition != "answered":
            continue
        if topic not in right:
            found.append(Critical("wrong-answer", end.second, f"'{topic}' was given as the answer."))
        elif topic in story.stale():
            found.append(Critical("wrong-answer", end.second, f"'{topic}' is out of date and was given as fact."))
    return found


def _wrong_places(story: Story) -> list[Critical]:
    spots = [problem.place for problem in story.drill.problems if problem.place is not None]
    found = []
    for end in story.ends:
        place = end.told.place
        if not spots or place is None or not end.told.done.case_id:
            continue
        fits = [
            spot.label == place.label if place.verified else fit(spot.label, place.label) != "wrong" for spot in spots
        ]
        if not any(fits):
            found.append(
                Critical("wrong-location", end.second, f"The case says '{place.label}', not '{spots[0].label}'.")
            )
    return found


def _personal(story: Story) -> list[Critical]:
    found = []
    for text, second, where in _open_texts(story):
        secret = next((one for one in story.drill.secrets if _holds(text, one)), None)
        if secret is not None:
            found.append(Critical("personal-data", second, f"'{secret}' stands in {where}."))
    written_down = "The caller wanted to stay anonymous and was written down."
    found += [
        Critical("personal-data", end.second, written_down)
        for end in story.ends
        if _told_though_anonymous(story, end.told)
    ]
    return found


def _open_texts(story: Story) -> list[tuple[str, int, str]]:
    """Texts that others than the crew read: public answers, a place's words, and words kept for the content owner."""
    found: list[tuple[str, int, str]] = []
    for end in story.ends:
        if not end.told.done.case_id:
            continue
        found += [(text, end.second, f"the answer to '{step}'") for step, text in sorted(end.told.open_texts.items())]
        place = end.told.place
        if place is not None:
            found.append(
                (
                    f"{place.label} {place.detail} {place.reason}" if not place.verified else place.detail,
                    end.second,
                    "the place",
                )
            )
    typed = ""
    for one in story.events:
        if isinstance(one.event, ev.Typed):
            typed = one.event.text
        elif isinstance(one.event, ev.NoAnswerFound):
            found.append((typed, story.second(one.at), "the words kept for the content owner"))
    return found


def _holds(text: str, secret: str) -> bool:
    digits = re.sub(r"\D", "", secret)
    if len(digits) >= _LONG_NUMBER:
        return digits in re.sub(r"\D", "", text)
    return bool(secret) and fold(secret) in fold(text)


def _told_though_anonymous(story: Story, told: Told) -> bool:
    wanted = next(
        (p.values.get("caller.contact", "") for p in story.drill.problems if told.done.topic_id in p.topics), ""
    )
    return (
        bool(told.done.case_id)
        and wanted == "anonymous"
        and told.answers.get("caller.contact") not in (None, "anonymous")
    )


def _false_promises(story: Story) -> list[Critical]:
    found = []
    if story.disposition == "requested" and not any(end.told.done.case_id for end in story.ends):
        found.append(Critical("false-promise", story.seconds, "Coded as a request, and no case was saved."))
    given = fold(" ".join(problem.promise for problem in story.drill.problems))
    for spoke in story.spoken:
        second = story.second(spoke.at)
        for sentence in re.split(r"(?<=[.!?])\s+", fold(spoke.text)):
            if "?" in sentence:
                continue
            dates = _WHEN.findall(sentence) if _PROMISES.search(sentence) else []
            wrong = next((date for date in dates if date not in given), None)
            if wrong is not None:
                found.append(Critical("false-promise", second, f"'{wrong}' was promised, and nothing promises it."))
            if _CITY_NUMBER.search(sentence) and not _number_known(story, spoke.at.isoformat()):
                found.append(Critical("false-promise", second, "A city number was told before the city gave one."))
    return found


def _number_known(story: Story, at: str) -> bool:
    return any(one.where.city_number for one in story.events if one.at.isoformat() <= at)


def _dropped(story: Story) -> list[Critical]:
    if story.left:
        return [Critical("caller-dropped", story.seconds, "The drill was left before the call ended.")]
    if story.disposition in _DROPS and story.disposition != story.drill.disposition:
        return [Critical("caller-dropped", story.seconds, f"The call was ended as '{story.disposition}'.")]
    return []

"""An answer past its date: what the agent must know, and what to say of it to the caller, in the caller's language."""

from __future__ import annotations

from datetime import date

from taker311.base.words import say, whole_day
from taker311.call.world import World
from taker311.intake.promise import day_in_words
from taker311.knowledge.model import Texts, Topic, pick

_MAY_HAVE_CHANGED: Texts = {"en": "This may have changed since.", "es": "Esto puede haber cambiado desde entonces."}
_CAN_CONFIRM: Texts = {
    "en": "{who} can tell you for certain: {number}.",
    "es": "{who} se lo puede confirmar: {number}.",
}
_WAS_SO: Texts = {"en": "This was so until {day}.", "es": "Esto fue así hasta el {day}."}
_NOT_YET: Texts = {"en": "This begins on {day}.", "es": "Esto empieza el {day}."}


def marks(world: World, topic: Topic, lang: str, today: date) -> tuple[str, ...]:
    """Nothing for an answer within its dates. `today` is the city's."""
    found: list[str] = []
    confirm = _who_confirms(world, topic, lang)
    if topic.valid_to and topic.valid_to < today:
        told = _told(f"{_in(_WAS_SO, lang).format(day=day_in_words(topic.valid_to, lang, today=today))}{confirm}")
        found.append(say("This answer is not in force since {day}. {tell}", day=whole_day(topic.valid_to), tell=told))
    elif topic.valid_from and topic.valid_from > today:
        told = _told(_in(_NOT_YET, lang).format(day=day_in_words(topic.valid_from, lang, today=today)))
        found.append(
            say("This answer is not in force before {day}. {tell}", day=whole_day(topic.valid_from), tell=told)
        )
    elif topic.review_by and topic.review_by < today:
        told = _told(f"{_in(_MAY_HAVE_CHANGED, lang)}{confirm}")
        found.append(say("This answer was to be reviewed by {day}. {tell}", day=whole_day(topic.review_by), tell=told))
    return tuple(found)


def _told(words: str) -> str:
    return say('Tell the caller: "{words}"', words=words)


def _in(texts: Texts, lang: str) -> str:
    return texts.get(lang) or texts["en"]


def _who_confirms(world: World, topic: Topic, lang: str) -> str:
    """Whom the caller can ask: the agency and its number, where the base has both."""
    agency = world.bundle.agency(topic.agency)
    phone = world.bundle.phone(agency.phone) if agency else None
    if agency is None or phone is None:
        return ""
    who = pick(agency.names, lang, world.first)
    return " " + _in(_CAN_CONFIRM, lang).format(who=who[:1].upper() + who[1:], number=phone.number)

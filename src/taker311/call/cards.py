"""The card of a topic, a bulletin or a rumour: what is read aloud, what stands behind it, and how far it can be trusted."""

from __future__ import annotations

from datetime import date, datetime

from taker311.base.codec import Value
from taker311.base.words import day, noted, plural, say, whole_day
from taker311.call import past_date
from taker311.call.world import World
from taker311.knowledge.model import Asked, Bulletin, Topic, pick


class Card(Value, frozen=True):
    """An opened topic or bulletin. `details` and answers are Markdown; `facts` are short lines (who, hours, reviewed)."""

    title: str
    say: str
    details: str = ""
    asked: tuple[Asked, ...] = ()
    facts: tuple[str, ...] = ()
    alert: str = ""
    marks: tuple[str, ...] = ()


def topic_card(world: World, topic_id: str, lang: str, now: datetime) -> Card | None:
    """The card of a topic in `lang`, as far as it can be shown without a call."""
    topic = world.bundle.topic(topic_id)
    if topic is None:
        return None
    text = topic.text(lang, world.first)
    today = world.today(now)
    alert = ""
    if topic.alert and (topic.alert.until is None or topic.alert.until >= today):
        alert = pick(topic.alert.texts, lang, world.first)
    return Card(
        title=text.title,
        say=text.say,
        details=text.details,
        asked=text.asked,
        facts=_facts(world, topic, lang),
        alert=alert,
        marks=_marks(world, topic, lang, today),
    )


def bulletin_card(world: World, id: str, lang: str) -> Card | None:  # noqa: A002 - a bulletin's id is its id
    """The card of a bulletin or a rumour."""
    bulletin = world.bundle.bulletin(id)
    if bulletin is not None:
        until = until_when(bulletin)
        return Card(
            title=pick(bulletin.titles, lang, world.first),
            say=pick(bulletin.say, lang, world.first),
            details=pick(bulletin.details, lang, world.first),
            facts=tuple(
                fact for fact in (say("bulletin"), until, say("must be read") if bulletin.must_read else "") if fact
            ),
        )
    rumour = world.bundle.rumour(id)
    if rumour is None:
        return None
    return Card(
        title=pick(rumour.claims, lang, world.first),
        say=pick(rumour.say, lang, world.first),
        facts=(say(RUMOUR_IS[rumour.status]),),
    )


RUMOUR_IS = {
    "true": noted("rumour: true"),
    "false": noted("rumour: false"),
    "unconfirmed": noted("rumour: unconfirmed"),
}


def until_when(bulletin: Bulletin) -> str:
    """How long a bulletin counts, in the agent's words; '' where nobody said."""
    if bulletin.valid_to is None:
        return ""
    if bulletin.until_time:
        return say("until {day} {time}", day=day(bulletin.valid_to), time=bulletin.until_time)
    return say("until {day}", day=day(bulletin.valid_to))


def _facts(world: World, topic: Topic, lang: str) -> tuple[str, ...]:
    facts: list[str] = []
    agency = world.bundle.agency(topic.agency)
    if agency:
        facts.append(pick(agency.names, lang, world.first))
        hours = pick(agency.hours, lang, world.first)
        facts += [hours] if hours else []
    for phone_id in topic.phones:
        phone = world.bundle.phone(phone_id)
        if phone:
            facts.append(f"{pick(phone.names, lang, world.first)}: {phone.number}")
    if topic.reviewed:
        facts.append(say("reviewed {day}", day=whole_day(topic.reviewed)))
    script = world.bundle.script(topic.script) if topic.script else None
    if script:
        facts.append(plural(len(script.questions), "{count} question", "{count} questions"))
    return tuple(facts)


def _marks(world: World, topic: Topic, lang: str, today: date) -> tuple[str, ...]:
    """What the agent must know before trusting this answer."""
    marks: list[str] = []
    if lang not in topic.texts:
        marks.append(say("There is no text in '{lang}' yet: this one is in '{first}'.", lang=lang, first=world.first))
    elif topic.texts[lang].stale:
        marks.append(say("This translation is older than its original."))
    marks += past_date.marks(world, topic, lang, today)
    if topic.status == "draft":
        marks.append(say("This answer is a draft."))
    return tuple(marks)

"""The card of a topic, a bulletin or a rumour: what is read aloud, what stands behind it, and how far it can be trusted."""

from __future__ import annotations

from datetime import date, datetime

from taker311.base.codec import Value
from taker311.call.world import World
from taker311.knowledge.model import Asked, Topic, pick


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
        until = f"until {bulletin.valid_to.isoformat()} {bulletin.until_time}".strip() if bulletin.valid_to else ""
        return Card(
            title=pick(bulletin.titles, lang, world.first),
            say=pick(bulletin.say, lang, world.first),
            details=pick(bulletin.details, lang, world.first),
            facts=tuple(fact for fact in ("bulletin", until, "must be read" if bulletin.must_read else "") if fact),
        )
    rumour = world.bundle.rumour(id)
    if rumour is None:
        return None
    return Card(
        title=pick(rumour.claims, lang, world.first),
        say=pick(rumour.say, lang, world.first),
        facts=(f"rumour: {rumour.status}",),
    )


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
        facts.append(f"reviewed {topic.reviewed.isoformat()}")
    script = world.bundle.script(topic.script) if topic.script else None
    if script:
        facts.append(f"{len(script.questions)} questions")
    return tuple(facts)


def _marks(world: World, topic: Topic, lang: str, today: date) -> tuple[str, ...]:
    """What the agent must know before trusting this answer."""
    marks: list[str] = []
    if lang not in topic.texts:
        marks.append(f"There is no text in '{lang}' yet: this one is in '{world.first}'.")
    elif topic.texts[lang].stale:
        marks.append("This translation is older than its original.")
    if topic.review_by and topic.review_by < today:
        marks.append(f"This answer was to be reviewed by {topic.review_by.isoformat()}: say that it may have changed.")
    if (topic.valid_to and topic.valid_to < today) or (topic.valid_from and topic.valid_from > today):
        marks.append("This answer is not in force today.")
    if topic.status == "draft":
        marks.append("This answer is a draft.")
    return tuple(marks)

"""What changed between two states of the city's knowledge, in sentences that a content owner and a call-taker read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec import structs

from taker311.base.codec import Value
from taker311.base.words import noted, say
from taker311.knowledge.model import Agency, Bulletin, City, Knowledge, Phone, Rumour, Topic, TopicText
from taker311.sync.script_changes import in_language, script_changes

T = TypeVar("T")
_ORDER = ("bulletin", "rumour", "city", "topic", "script", "agency")


class Change(Value, frozen=True):
    """`title` is how people call it, `what` goes after its colon: 'promised time 5 -> 3 working days'."""

    kind: Literal["bulletin", "rumour", "city", "topic", "script", "agency"]
    id: str
    title: str
    what: str

    @property
    def sentence(self) -> str:
        return f"{self.title}: {self.what}"


def changes(
    old: Knowledge, new: Knowledge, lang: str = "", *, used: Mapping[str, int] | None = None
) -> tuple[Change, ...]:
    """Bulletins first, then what is used most (`used`: topic or script id -> how often), then by name."""
    lang = lang or new.city.languages[0]
    # A script is called what its topic is called; that change is told once, for the topic.
    titles = {script.id: script.titles for script in new.scripts}
    scripts = tuple(structs.replace(script, titles=titles.get(script.id, script.titles)) for script in old.scripts)
    found = [
        *_each("bulletin", old.bulletins, new.bulletins, lambda b: in_language(b.titles, lang), lambda a, b: _bulletin(a, b, lang)),
        *_each("rumour", old.rumours, new.rumours, lambda r: in_language(r.claims, lang), lambda a, b: _rumour(a, b, lang)),
        *(Change("city", new.city.id, in_language(new.city.names, lang), what) for what in _city(old.city, new.city, lang)),
        *_each("topic", old.topics, new.topics, lambda t: _topic_title(t, lang), lambda a, b: _topic(a, b, new, lang)),
        *_each("script", scripts, new.scripts, lambda s: in_language(s.titles, lang) or s.id, lambda a, b: script_changes(a, b, new.agencies, lang)),
        *_each("agency", old.agencies, new.agencies, lambda a: in_language(a.names, lang), lambda a, b: _agency(a, b, new.city, lang)),
    ]  # fmt: skip
    count = used or {}
    return tuple(sorted(found, key=lambda c: (_ORDER.index(c.kind) > 1, -count.get(c.id, 0), _ORDER.index(c.kind), c.id)))  # fmt: skip


def _each(
    kind: Any, old: Sequence[T], new: Sequence[T], title: Callable[[T], str], compare: Callable[[T, T], Iterator[str]]
) -> Iterator[Change]:
    before, after = ({item.id: item for item in items} for items in (old, new))  # type: ignore[attr-defined]
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            yield Change(kind, key, title(after[key]), say(_NEW[kind]))
        elif key not in after:
            yield Change(kind, key, title(before[key]), say(_GONE[kind]))
        elif before[key] != after[key]:
            told = list(compare(before[key], after[key])) or [say("details changed")]
            yield from (Change(kind, key, title(after[key]), what) for what in told)


_NEW = {
    "bulletin": noted("new bulletin"),
    "rumour": noted("new rumour"),
    "topic": noted("new topic"),
    "script": noted("new script"),
    "agency": noted("new agency"),
}
_GONE = {
    "bulletin": noted("no longer a bulletin"),
    "rumour": noted("no longer a rumour"),
    "topic": noted("no longer a topic"),
    "script": noted("no longer a script"),
    "agency": noted("no longer an agency"),
}
_STATUS = {"true": noted("true"), "false": noted("false"), "unconfirmed": noted("unconfirmed")}


def _topic_title(topic: Topic, lang: str) -> str:
    return topic.text(lang, next(iter(topic.texts))).title


def _topic(old: Topic, new: Topic, knowledge: Knowledge, lang: str) -> Iterator[str]:
    first = next(iter(new.texts))
    before, after = old.text(lang, next(iter(old.texts))), new.text(lang, first)
    if before.title != after.title:
        yield say("was called '{title}'", title=before.title)
    if before.say != after.say:
        yield say('say now: "{words}"', words=after.say) if after.say else say("no words to say any more")
    if before.details != after.details:
        yield say("details changed")
    yield from _asked(before, after)
    yield from _where_it_goes(old, new, knowledge, lang)
    if (old.valid_from, old.valid_to) != (new.valid_from, new.valid_to):
        yield _valid(new.valid_from, new.valid_to)
    if (before.said, before.keywords) != (after.said, after.keywords):
        yield say("found by other words")
    if old.texts != new.texts and before == after:
        yield say("another language's text changed")
    if (old.reviewed, old.review_by) != (new.reviewed, new.review_by):
        yield say("reviewed {day}", day=new.reviewed) if new.reviewed else say("no longer marked as reviewed")


def _asked(before: TopicText, after: TopicText) -> Iterator[str]:
    asked = {item.question for item in before.asked}
    for item in after.asked:
        if item.question not in asked:
            yield say("answers a new question: {question}", question=item.question)
    if asked - {item.question for item in after.asked}:
        yield say("a question is no longer answered")
    if any(item not in before.asked and item.question in asked for item in after.asked):
        yield say("another answer to a question that callers put")


def _where_it_goes(old: Topic, new: Topic, knowledge: Knowledge, lang: str) -> Iterator[str]:
    if old.alert != new.alert:
        yield (
            say('alert: "{words}"', words=in_language(new.alert.texts, lang)) if new.alert else say("the alert is over")
        )
    if old.agency != new.agency:
        yield say("now with {agency}", agency=_agency_name(knowledge, new.agency, lang))
    if old.transfer != new.transfer:
        yield (
            say("calls go to {agency}", agency=_agency_name(knowledge, new.transfer.agency, lang))
            if new.transfer
            else say("no longer transferred")
        )
    if old.script != new.script:
        yield say("has a script now") if new.script else say("makes no request any more")
    if old.emergency != new.emergency:
        yield say("raises the 911 card") if new.emergency else say("no longer raises the 911 card")


def _bulletin(old: Bulletin, new: Bulletin, lang: str) -> Iterator[str]:
    if old.titles != new.titles:
        yield say("was called '{title}'", title=in_language(old.titles, lang))
    if old.say != new.say:
        yield say('say now: "{words}"', words=in_language(new.say, lang))
    if (old.valid_from, old.valid_to, old.until_time) != (new.valid_from, new.valid_to, new.until_time):
        yield _valid(new.valid_from, new.valid_to) + (f" {new.until_time}" if new.until_time else "")
    if new.must_read and not old.must_read:
        yield say("must be read now")
    if new.urgent and not old.urgent:
        yield say("urgent now")


def _rumour(old: Rumour, new: Rumour, lang: str) -> Iterator[str]:
    if old.status != new.status:
        yield say("{now} now (was {before})", now=say(_STATUS[new.status]), before=say(_STATUS[old.status]))
    if old.say != new.say:
        yield say('say now: "{words}"', words=in_language(new.say, lang))


def _city(old: City, new: City, lang: str) -> Iterator[str]:
    if old.greeting != new.greeting:
        yield say('greeting: "{words}"', words=in_language(new.greeting, lang))
    if (old.opens, old.closes, old.working_days) != (new.opens, new.closes, new.working_days):
        yield say("hours {opens} to {closes}", opens=new.opens, closes=new.closes)
    before = {closure.day for closure in old.closures}
    after = {closure.day: closure for closure in new.closures}
    for day in sorted(after.keys() - before):
        yield say("closed on {day} ({why})", day=day, why=in_language(after[day].names, lang))
    for day in sorted(before - after.keys()):
        yield say("no longer closed on {day}", day=day)
    yield from _phones({p.id: p for p in old.phones}, {p.id: p for p in new.phones}, lang)
    if old.emergency_words != new.emergency_words:
        yield say("other words raise the 911 card")
    if old.emergency_card != new.emergency_card:
        yield say("the 911 card changed")
    if old.distress_card != new.distress_card:
        yield say("the card for callers in distress changed")


def _phones(before: dict[str, Phone], after: dict[str, Phone], lang: str) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if new is None and old is not None:
            yield say("{name} has no number any more", name=in_language(old.names, lang))
        elif new is not None and (old is None or old.number != new.number):
            name = in_language(new.names, lang)
            yield (
                say("{name} is now {number} (was {before})", name=name, number=new.number, before=old.number)
                if old
                else say("{name} is now {number}", name=name, number=new.number)
            )
        elif old is not None and new is not None and old.hours != new.hours:
            yield f"{in_language(new.names, lang)}: {in_language(new.hours, lang) or say('no hours given')}"


def _agency(old: Agency, new: Agency, city: City, lang: str) -> Iterator[str]:
    if old.names != new.names:
        yield say("was called {name}", name=in_language(old.names, lang))
    if old.hours != new.hours:
        hours = in_language(new.hours, lang)
        yield say("hours {hours}", hours=hours) if hours else say("hours not given")
    if old.phone != new.phone:
        number = next((phone.number for phone in city.phones if phone.id == new.phone), "")
        yield say("phone is now {number}", number=number) if number else say("has no phone any more")
    if old.transfer != new.transfer:
        yield say("other words for a transfer")


def _agency_name(knowledge: Knowledge, agency: str, lang: str) -> str:
    return next((in_language(item.names, lang) for item in knowledge.agencies if item.id == agency), agency)


def _valid(start: object, end: object) -> str:
    if start and end:
        return say("valid from {start} to {end}", start=start, end=end)
    if end:
        return say("valid until {end}", end=end)
    return say("valid from {start}", start=start) if start else say("valid without an end")

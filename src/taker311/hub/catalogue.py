"""What the hub offers: services and their definitions, made from a city's scripts and routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from taker311.base.codec import Value
from taker311.crm.model import Attribute, AttributeValue, Definition, Service
from taker311.hub.due import sla_of
from taker311.intake.promise import promise
from taker311.knowledge.model import City, Knowledge, Question, Script, Sla, Topic, pick


class Offer(Value, frozen=True):
    """A service with its questions and who does the work. How long it may take stands in the script, or as one `sla`."""

    service: Service
    definition: Definition
    agency: str = ""
    sla: Sla | None = None
    script: Script | None = None
    location_required: bool = True


class Catalogue:
    """Offers by service code; with a city it also knows when a case is due."""

    def __init__(self, offers: Iterable[Offer], *, city: City | None = None, name: str = "") -> None:
        self.offers: Mapping[str, Offer] = {offer.service.code: offer for offer in offers}
        self.city = city
        self.name = name or (pick(city.names, city.languages[0], city.languages[0]) if city else "")

    def expected(self, code: str, at: datetime, fields: Sequence[tuple[str, str]] = ()) -> datetime | None:
        """When a case of that service made at `at` with these posted fields is due (aware); None where nothing promises it."""
        offer = self.offers.get(code)
        if offer is None or self.city is None:
            return None
        sla = sla_of(offer.script, code, fields) if offer.script else offer.sla
        made = promise(sla, at, self.city) if sla else None
        return made.due if made else None


def catalogue_of(knowledge: Knowledge) -> Catalogue:
    """One offer for each service code that a script or one of its routes names, sorted by code.

    Attributes are the questions that carry an `open311` code, in order. None is marked required: at the desk "the caller
    doesn't know" is an answer, and an answer without a value is not sent.
    """
    lang = knowledge.city.languages[0]
    topics: dict[str, list[Topic]] = {}
    for topic in knowledge.topics:
        if topic.script:
            topics.setdefault(topic.script, []).append(topic)
    agencies = {agency.id: pick(agency.names, lang, lang) for agency in knowledge.agencies}
    themes = {theme.id: pick(theme.names, lang, lang) for theme in knowledge.city.themes}
    offers: dict[str, Offer] = {}
    for script in knowledge.scripts:
        for code in _codes(script):
            made = _offer(script, code, topics.get(script.id, []), agencies, themes, lang)
            offers[code] = _with_questions(offers[code], made) if code in offers else made
    return Catalogue([offers[code] for code in sorted(offers)], city=knowledge.city)


def _codes(script: Script) -> list[str]:
    return list(dict.fromkeys(code for code in (script.service, *(route.service for route in script.routes)) if code))


def _offer(
    script: Script, code: str, topics: list[Topic], agencies: dict[str, str], themes: dict[str, str], lang: str
) -> Offer:
    rows = [route for route in script.routes if (route.service or script.service) == code and route.to != "nobody"]
    agency = agencies.get(rows[0].to, rows[0].to) if rows else ""
    base = pick(script.titles, lang, lang) or (topics[0].text(lang, lang).title if topics else script.id)
    several = len(_codes(script)) > 1 and code != script.service and agency
    attributes = tuple(
        attribute
        for place, question in enumerate(script.questions, start=1)
        if (attribute := _attribute(question, place, lang))
    )
    return Offer(
        service=Service(
            code=code,
            name=f"{base} ({agency})" if several else base,
            description=topics[0].text(lang, lang).say if topics else "",
            metadata=bool(attributes),
            keywords=tuple(dict.fromkeys(word for topic in topics for word in topic.text(lang, lang).keywords)),
            group=themes.get(topics[0].theme, "") if topics else "",
        ),
        definition=Definition(code=code, attributes=attributes),
        agency=agency,
        script=script,
        location_required=script.location == "required",
    )


def _with_questions(offer: Offer, other: Offer) -> Offer:
    """Two scripts make cases of one service: it takes what either asks. The first script's texts and times stay."""
    have = {attribute.code for attribute in offer.definition.attributes}
    more = [attribute for attribute in other.definition.attributes if attribute.code not in have]
    attributes = tuple(
        replace(attribute, order=place)
        for place, attribute in enumerate((*offer.definition.attributes, *more), start=1)
    )
    return replace(
        offer,
        service=replace(offer.service, metadata=bool(attributes)),
        definition=replace(offer.definition, attributes=attributes),
        location_required=offer.location_required and other.location_required,
    )


_TYPES = {"choice": "singlevaluelist", "choices": "multivaluelist", "yesno": "singlevaluelist", "number": "number"} | {
    "date": "datetime",
    "text": "text",
}


def _attribute(question: Question, place: int, lang: str) -> Attribute | None:
    ask = pick(question.ask, lang, lang)
    if question.type == "note":
        return Attribute(
            code=question.open311 or question.id, datatype="text", variable=False, order=place, description=ask
        )
    if not question.open311:
        return None
    values = tuple(
        AttributeValue(key=choice.open311 or choice.key, name=pick(choice.labels, lang, lang))
        for choice in question.choices
    )
    if question.type == "yesno" and not values:
        values = (AttributeValue(key="true", name="Yes"), AttributeValue(key="false", name="No"))
    return Attribute(
        code=question.open311,
        datatype=_TYPES.get(question.type, "string"),  # type: ignore[arg-type]  # the table holds the literal's values only
        order=place,
        description=ask,
        datatype_description=pick(question.unit, lang, lang) or pick(question.why, lang, lang),
        values=values,
    )

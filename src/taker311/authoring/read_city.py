"""city.yaml and its translations."""

from __future__ import annotations

import re
import zoneinfo

from taker311.authoring.fields import ID, Fields, prose, to_day
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document, Map, Scalar
from taker311.base.text import clean_line, did_you_mean
from taker311.knowledge.model import City, Closure, DistressCard, EmergencyCard, EmergencyWords, Phone, Texts, Theme

_KEYS = (
    "id", "name", "languages", "time_zone", "calling_area", "hours", "greeting", "closures_until", "closures", "themes", "phones", "emergency",
    "distress_card",
)  # fmt: skip
_NEEDED = ("id", "name", "languages", "time_zone", "hours", "greeting", "closures_until", "themes", "emergency")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_city(document: Document, report: Report, known: Known) -> City | None:
    """Also tells `known` the languages, themes and phones. None where what is wrong leaves no city to work with."""
    if not isinstance(document.root, Map):
        if not document.damaged:
            report.error((1, 1), "wrong-type", "city.yaml holds keys with values, as in 'name: Port Ellery'.")
        return None
    before = known.findings.errors
    fields = Fields(document.root, report, "city.yaml", _KEYS, _NEEDED, damaged=document.damaged)
    languages = _languages(fields)
    known.languages, known.first = languages, languages[0]
    lang = known.first
    zone = fields.word("time_zone")
    if zone and zone not in _zones():
        fields.error(
            "time_zone", "wrong-type", f"no time zone is called '{zone}'{did_you_mean(zone, tuple(sorted(_zones())))}."
        )
    area = fields.word("calling_area")
    if area and not re.fullmatch(r"[A-Z]{2}", area):
        fields.error(
            "calling_area", "wrong-type", f"'calling_area' is a country in two capital letters, as US, not '{area}'."
        )
    opens, closes, days = _hours(fields)
    phones = _phones(fields, lang)
    if "phones" not in fields or fields.map("phones") is not None:
        known.phones = {phone.id: phone.number for phone in phones}
    themes = tuple(Theme(key, {lang: name}) for key, name in _names(fields, "themes"))
    if fields.map("themes") is not None:
        known.themes = frozenset(theme.id for theme in themes)
    closures = _closures(fields, lang)
    until = fields.day("closures_until")
    words, card = _emergency(fields, lang, known)
    distress = _distress(fields, lang, known)
    name, ident = fields.text("name"), fields.ident("id")
    greeting = known.spoken(fields.text("greeting"), fields.place("greeting"), report)
    if known.findings.errors > before or document.damaged or until is None:
        return None
    return City(
        id=ident, names={lang: name}, languages=languages, time_zone=zone, greeting={lang: greeting}, opens=opens, closes=closes,
        working_days=days, closures=closures, closures_until=until, themes=themes, phones=phones, emergency_words={lang: words},
        emergency_card=card, area=area, distress_card=distress,
    )  # fmt: skip


def _zones() -> set[str]:
    return zoneinfo.available_timezones()


def _languages(fields: Fields) -> tuple[str, ...]:
    found: list[str] = []
    for text, at in fields.words("languages"):
        if not re.fullmatch(r"[a-z]{2,3}", text):
            fields.report.error(
                at, "unknown-language", f"'{text}' is no language code; it is two or three letters, as en or es."
            )
        elif text in found:
            fields.report.error(at, "duplicate-id", f"the language '{text}' stands in the list twice.")
        else:
            found.append(text)
    if "languages" in fields and not found:
        fields.error(
            "languages",
            "missing-first-language",
            "'languages' names at least one; the first is the one every text must have.",
        )
    return tuple(found) or ("en",)


def _hours(fields: Fields) -> tuple[str, str, tuple[int, ...]]:
    hours = fields.sub("hours", ("opens", "closes", "days"), ("opens", "closes", "days"))
    if hours is None:
        return "", "", ()
    days: list[int] = []
    for text, at in hours.words("days"):
        if text not in _DAYS:
            fields.report.error(at, "wrong-type", f"a day is one of {', '.join(_DAYS)}, not '{text}'.")
        else:
            days.append(_DAYS.index(text))
    if "days" in hours and not days:
        hours.error("days", "wrong-type", "the city needs at least one working day.")
    opens, closes = hours.hour("opens"), hours.hour("closes")
    if opens and closes and opens >= closes:
        hours.error("closes", "wrong-type", f"the city closes at {closes}, which is not after {opens}.")
    return opens, closes, tuple(sorted(set(days)))


def _names(fields: Fields, key: str) -> list[tuple[str, str]]:
    """id -> text pairs of one key."""
    node = fields.map(key)
    found: list[tuple[str, str]] = []
    for name, value in node.pairs if node else []:
        if not ID.fullmatch(name.text):
            fields.report.error(
                name.at,
                "bad-id",
                f"'{clean_line(name.text, limit=60)}' is no id; an id is lower-case letters, digits and dashes.",
            )
        elif name.text not in dict(found):
            found.append((name.text, prose(value, f"'{name.text}'", fields.report)))
    return found


def _closures(fields: Fields, lang: str) -> tuple[Closure, ...]:
    node = fields.map("closures")
    found: dict[object, Closure] = {}
    for key, value in node.pairs if node else []:
        day = to_day(key.text)
        if day is None:
            fields.report.error(
                key.at, "bad-date", f"'{clean_line(key.text, limit=40)}' is no date; write it as 2026-11-25."
            )
            continue
        found[day] = Closure(day, {lang: prose(value, "the closure's name", fields.report)})
    return tuple(sorted(found.values(), key=lambda closure: closure.day))


def _phones(fields: Fields, lang: str) -> tuple[Phone, ...]:
    node = fields.map("phones")
    found: dict[str, Phone] = {}
    for key, value in node.pairs if node else []:
        if not ID.fullmatch(key.text):
            fields.report.error(
                key.at,
                "bad-id",
                f"'{clean_line(key.text, limit=60)}' is no id; an id is lower-case letters, digits and dashes.",
            )
            continue
        entry = fields.as_map(key.text, value)
        if entry is None:
            continue
        phone = Fields(entry, fields.report, f"phone '{key.text}'", ("name", "number", "hours"), ("name", "number"))
        number = phone.word("number")
        if number and not re.fullmatch(r"[+(]?[0-9][0-9A-Z ().-]{0,24}", number, re.ASCII):
            phone.error(
                "number", "wrong-type", f"'{number}' is no phone number; write it as it is read out, as in 555-0142."
            )
        hours = phone.text("hours")
        found.setdefault(key.text, Phone(key.text, {lang: phone.text("name")}, number, {lang: hours} if hours else {}))
    return tuple(found[key] for key in sorted(found))


def _emergency(fields: Fields, lang: str, known: Known) -> tuple[EmergencyWords, EmergencyCard]:
    emergency = fields.sub("emergency", ("words", "unless", "card"), ("words", "card"))
    if emergency is None:
        return EmergencyWords(()), EmergencyCard({})
    words = EmergencyWords(emergency.texts("words"), emergency.texts("unless"))
    card = emergency.sub("card", ("say", "steps", "phone"), ("say",))
    if card is None:
        return words, EmergencyCard({})
    phone = card.word("phone")
    known.check("phone", phone, card.place("phone"), fields.report)
    say = known.spoken(card.text("say"), card.place("say"), fields.report)
    return words, EmergencyCard({lang: say}, tuple({lang: step} for step in card.texts("steps")), phone)


def _distress(fields: Fields, lang: str, known: Known) -> DistressCard:
    card = fields.sub("distress_card", ("say", "steps", "phones"), ("say",))
    if card is None:
        return DistressCard()
    phones = tuple(name for name, at in card.words("phones") if known.check("phone", name, at, fields.report))
    say = known.spoken(card.text("say"), card.place("say"), fields.report)
    return DistressCard({lang: say}, tuple({lang: step} for step in card.texts("steps")), phones)


def overlay_city(city: City, lang: str, document: Document, report: Report, known: Known) -> None:
    """Adds the texts of city.<lang>.yaml to `city`."""
    if not isinstance(document.root, Map):
        return
    fields = Fields(
        document.root,
        report,
        "a translation of city.yaml",
        ("name", "greeting", "closures", "themes", "phones", "emergency", "distress_card"),
    )
    _add(city.names, lang, fields.text("name"))
    _add(city.greeting, lang, known.spoken(fields.text("greeting"), fields.place("greeting"), report))
    _overlay_names(fields, "closures", lang, {closure.day.isoformat(): closure.names for closure in city.closures})
    _overlay_names(fields, "themes", lang, {theme.id: theme.names for theme in city.themes})
    phones = {phone.id: phone for phone in city.phones}
    for key, entry in overlay_entries(fields.map("phones"), tuple(phones), "phone", report):
        phone = Fields(entry, report, f"phone '{key}'", ("name", "hours"))
        _add(phones[key].names, lang, phone.text("name"))
        _add(phones[key].hours, lang, phone.text("hours"))
    distress = fields.sub("distress_card", ("say", "steps"))
    if distress is not None:
        _overlay_card(distress, lang, city.distress_card)
    emergency = fields.sub("emergency", ("words", "unless", "card"))
    if emergency is None:
        return
    if "words" in emergency:
        city.emergency_words[lang] = EmergencyWords(emergency.texts("words"), emergency.texts("unless"))
    card = emergency.sub("card", ("say", "steps"))
    if card is not None:
        _overlay_card(card, lang, city.emergency_card)


def _overlay_card(card: Fields, lang: str, original: EmergencyCard | DistressCard) -> None:
    if not original.say:
        card.error("say", "missing-first-language", "the original has no such card; write it in city.yaml first.")
        return
    _add(original.say, lang, card.text("say"))
    steps = card.texts("steps")
    if steps and len(steps) != len(original.steps):
        card.error(
            "steps",
            "orphan-translation",
            f"the card has {len(original.steps)} steps and this translation {len(steps)}.",
        )
        return
    for step, text in zip(original.steps, steps, strict=False):
        step[lang] = text


def _add(texts: Texts, lang: str, text: str) -> None:
    if text:
        texts[lang] = text


def _overlay_names(fields: Fields, key: str, lang: str, known: dict[str, Texts]) -> None:
    node = fields.map(key)
    for name, value in node.pairs if node else []:
        if name.text not in known:
            unknown_in_overlay(name, tuple(known), f"entry of '{key}'", fields.report)
        else:
            _add(known[name.text], lang, prose(value, f"'{name.text}'", fields.report))


def unknown_in_overlay(
    name: Scalar, known: tuple[str, ...], what: str, report: Report, code: str = "orphan-translation"
) -> None:
    text = clean_line(name.text, limit=60)
    report.error(name.at, code, f"the original has no {what} '{text}'{did_you_mean(text, known)}.")


def overlay_entries(node: Map | None, known: tuple[str, ...], what: str, report: Report) -> list[tuple[str, Map]]:
    """The entries of a translation that its original has; the others are told."""
    found: list[tuple[str, Map]] = []
    for name, value in node.pairs if node else []:
        if name.text not in known:
            unknown_in_overlay(name, known, what, report)
        elif isinstance(value, Map):
            found.append((name.text, value))
        else:
            report.error(value.at, "wrong-type", f"'{name.text}' needs keys with values.")
    return found

"""From a finished case to the frozen bytes of a GeoReport POST: made once, sealed with the case, sent unchanged ever after."""

from __future__ import annotations

import re

from taker311.base.text import clean, clean_line
from taker311.cases.model import Case, CaseAnswer
from taker311.cases.reference import format_ref
from taker311.crm.form import encode_form
from taker311.crm.model import Dialect, Submission
from taker311.intake.model import AnswerValue
from taker311.knowledge.model import City
from taker311.places.model import Place

_EMAIL = re.compile(
    r"[^\s@<>]+(?:@|\s*[(\[]\s*at\s*[)\]]\s*)[^\s@<>]+\.[^\s@<>.,;:]+|\S+ (?:at|arroba) \S+ (?:dot|punto) \w+",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?")
# Seven digits or more, however they are broken up: phone numbers, and what cards, accounts and licences carry.
_NUMBER = re.compile(r"[+(]*\d(?:[\s().\-/‐‑–]{0,3}\d){6,}")


def make_submission(case: Case, dialect: Dialect, city: City, idem_key: str) -> Submission:
    """`idem_key`: a uuid4 of the case's own. The API key is not in the bytes; the client adds the one held at sending."""
    fields: list[tuple[str, str]] = []
    if dialect.jurisdiction:
        fields.append(("jurisdiction_id", dialect.jurisdiction))
    fields.append(("service_code", case.service_code))
    fields += _location(case.place, dialect, city)
    fields += [pair for answer in case.answers for pair in _attribute(answer, dialect)]
    fields += _contact(case)
    if dialect.reference_field:
        fields.append((dialect.reference_field, case.tag))
    given = {name for name, _ in fields}
    fields += [(name, value) for name, value in sorted(dialect.extra.items()) if name not in given]
    fields.append(("description", description(case, dialect.description_limit, city)))
    suffix = f".{dialect.format}" if dialect.suffix else ""
    return Submission(
        path=f"requests{suffix}",
        body=encode_form(fields),
        idem_key=idem_key,
        service_code=case.service_code,
        reference=case.tag,
    )


def description(case: Case, limit: int, city: City) -> str:
    """What anybody may read: the topic, then each answer that has no attribute of its own and is not personal or was
    released by its script, then the reference in the last line. At most `limit` characters."""
    lines = [clean_line(case.topic_title, limit=200)]
    lines += [line for answer in case.answers if (line := _line(answer))]
    if case.lang != city.languages[0]:
        lines.append(f"Caller's language: {clean_line(case.lang, limit=20)}")
    if case.linked_to:
        # The city's own number may have eight characters too, and is not to be cut into groups.
        named = case.linked_to if case.linked_to.isdigit() else format_ref(case.linked_to)
        lines.append(f"Adds to {clean_line(named, limit=60)}")
    last = f"Ref {case.tag}"
    text = "\n".join(lines)
    room = limit - len(last) - 1
    if len(text) > room:
        text = text[: max(room - 1, 0)] + "…"
    return f"{text}\n{last}" if room > 1 else last


def without_personal(text: str) -> str:
    """The text with e-mail addresses, phone numbers and other long numbers taken out. ISO dates stay."""
    text = _EMAIL.sub("[e-mail]", text)
    pieces: list[str] = []
    at = 0
    for date in _DATE.finditer(text):
        pieces += [_NUMBER.sub("[number]", text[at : date.start()]), date.group()]
        at = date.end()
    return "".join(pieces) + _NUMBER.sub("[number]", text[at:])


def _line(answer: CaseAnswer) -> str:
    if answer.open311 or answer.how == "unknown" or (answer.personal and not answer.public):
        return ""
    question = clean_line(answer.question, limit=300)
    label = clean(without_personal(answer.label), limit=3_000).strip()
    if not label:
        return ""
    return f"{question} {label}" if question.endswith(("?", ":")) else f"{question}: {label}"


def _attribute(answer: CaseAnswer, dialect: Dialect) -> list[tuple[str, str]]:
    """`attribute[CODE]=key`; several values in the dialect's style. Keys go out, never labels."""
    if not answer.open311 or answer.key is None or answer.how == "unknown":
        return []
    name = f"attribute[{answer.open311}]"
    if isinstance(answer.key, tuple):
        many = f"{name}[]" if dialect.multi_value == "brackets" else name
        return [(many, value) for value in answer.key]
    return [(name, _text(answer.key))]


def _text(value: AnswerValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value), limit=4_000)


def _location(place: Place | None, dialect: Dialect, city: City) -> list[tuple[str, str]]:
    """lat and long, address_string, or both, as the dialect takes them; what there is where that leaves nothing."""
    if place is None:
        return []
    point = []
    if place.lat is not None and place.lon is not None:
        point = [("lat", f"{place.lat:.6f}"), ("long", f"{place.lon:.6f}")]
    name = clean_line(city.names.get(city.languages[0], ""), limit=100)
    where = clean_line(without_personal(place.label), limit=300)
    detail = clean_line(without_personal(place.detail), limit=300)
    text = f"{where} ({detail})" if detail else where
    address = [("address_string", ", ".join(part for part in (text, name) if part))] if where else []
    match dialect.location:
        case "point":
            return point or address
        case "address":
            return address or point
        case "any" | "both":
            return point + address


def _contact(case: Case) -> list[tuple[str, str]]:
    caller = case.caller
    if caller.anonymous is not False or not caller.consent:
        return []
    fields = (
        ("first_name", caller.first_name),
        ("last_name", caller.last_name),
        ("phone", caller.phone),
        ("email", caller.email),
    )
    return [(name, clean_line(value, limit=200)) for name, value in fields if value]

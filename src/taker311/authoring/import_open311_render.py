"""A service and its definition as the parts of a topic and of a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from taker311.authoring.condition_lexer import RESERVED
from taker311.authoring.import_open311_parts import Part
from taker311.authoring.import_open311_texts import Phones, comment, markdown, plain, scalar, slug, times_in, unique
from taker311.base.text import clean_line, fold
from taker311.crm.model import Attribute, Definition, Service

# Two sentences that are true of any request, by language. Nothing of the CRM's text is read aloud unseen.
SAY = {
    "en": "I can send that to the right people for you. A few questions first, so that they have what they need.",
    "es": "Puedo enviar eso a las personas indicadas. Primero unas preguntas, para que tengan lo que necesitan.",
}
_MORE = {
    "en": "Is there anything else that the crew should know?",
    "es": "¿Hay algo más que deba saber el equipo?",
}
_MORE_WHY = {
    "en": "It goes into the description, which anybody may read: leave out names and numbers.",
    "es": "Va en la descripción, que cualquiera puede leer: sin nombres ni números.",
}
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "your",
        "my",
        "new",
        "other",
    ]
)
# What 311 systems put among keywords for machines (mySociety), and codes.
_FLAGS = frozenset({"private", "inactive", "staff", "waste_only", "non_public"})
# Names that a condition or the interview means something by; a question's id may be none of them.
_TAKEN = RESERVED | {"place", "caller", "readback", "stopped", "referred", "unknown"}
_TYPES = {
    "string": "text",
    "text": "text",
    "number": "number",
    "datetime": "date",
    "singlevaluelist": "choice",
    "multivaluelist": "choices",
}
_LISTS = ("singlevaluelist", "multivaluelist")
# What CRMs write as a hint and what is none.
_NO_HINT = re.compile(
    r"optional list|list of values|boolean|character|^string$|^text$|^number$|^datetime$|^-+$", re.IGNORECASE
)


def title_of(service: Service) -> str:
    return clean_line(plain(service.name).replace("_", " "), limit=120) or service.code


def agency_of(service: Service) -> tuple[str, str]:
    """id and name; services without a group belong to 311 itself."""
    name = clean_line(plain(service.group), limit=120)
    ident = slug(name) if name else ""
    return (ident, name) if ident and ident not in {"nobody", "service"} else ("city-311", "311")


def topic_parts(
    service: Service, *, ident: str, title: str, theme: str, agency: str, lang: str, phones: Phones
) -> list[Part]:
    keywords = _keywords(service, title)
    front = [
        ("id", ident),
        ("title", scalar(title)),
        ("theme", theme),
        ("keywords", f"[{', '.join(scalar(word, in_brackets=True) for word in keywords)}]" if keywords else ""),
        ("agency", agency),
        ("script", ident),
        ("status", "imported"),
        ("external_id", scalar(service.code)),
    ]
    parts = [
        Part("---", "---\n"),
        *(Part(key, f"{key}: {value}\n") for key, value in front if value),
        Part("--- end", "---\n"),
    ]
    parts.append(Part("## Say", f"## Say\n{SAY.get(lang, SAY['en'])}\n"))
    details = phones.named(markdown(service.description))
    if details and fold(details) != fold(title):
        parts.append(Part("## Details", f"## Details\n{details}\n"))
    return parts


def _keywords(service: Service, title: str) -> list[str]:
    """Single words, without those that are in the title anyway or mean nothing to a caller."""
    have = set(re.findall(r"\w+", fold(title)))
    found: dict[str, str] = {}
    for word in service.keywords:
        bare = clean_line(plain(word), limit=60).strip(" ()[]{}\"'.,;")
        folded = fold(bare)
        if len(folded) > 1 and ":" not in folded and folded not in have | _SMALL | _FLAGS:
            found.setdefault(folded, bare)
    return list(found.values())[:40]


def script_parts(
    service: Service, definition: Definition | None, *, ident: str, agency: str, lang: str, phones: Phones
) -> list[Part]:
    """Every part but the question blocks holds one key; a final open question takes what no attribute asks for."""
    parts = [
        Part("id", f"id: {ident}\n"),
        Part("version", "version: 1\n"),
        Part("service", f"service: {scalar(service.code)}\n"),
        Part("location", "location: required\n"),
        Part("contact", "contact: optional\n"),
    ]
    head = "questions:\n"
    if definition is None and service.metadata:
        head += "  # The CRM has questions of its own for this service; its definition could not be had.\n"
    for problem in definition.problems if definition else ():
        head += f"  # {comment(problem)}\n"
    parts.append(Part("questions", head))
    taken = set(_TAKEN)
    for attribute in definition.attributes if definition else ():
        name, lines = _question(attribute, taken, phones)
        if lines:
            parts.append(Part(f"question {name}", lines))
    name = unique("anything-else", taken)
    ask, why = _MORE.get(lang, _MORE["en"]), _MORE_WHY.get(lang, _MORE_WHY["en"])
    more = [
        f"  - id: {name}",
        f"    ask: {scalar(ask)}",
        f"    why: {scalar(why)}",
        "    type: text",
        "    required: no",
        "    public: yes",
    ]
    parts.append(Part(f"question {name}", "\n".join(more) + "\n"))
    parts.append(Part("routes", _routes(service, definition, agency)))
    return parts


def _question(attribute: Attribute, taken: set[str], phones: Phones) -> tuple[str, str]:
    ask = phones.named(clean_line(plain(attribute.description)) or (attribute.code if attribute.variable else ""))
    if not attribute.variable and not ask.strip(" *:-."):
        return "", ""
    name = unique(_question_id(attribute.code or ask), taken)
    lines = [f"  - id: {name}", f"    ask: {scalar(ask)}"]
    if not attribute.variable:
        return name, "\n".join([*lines, "    type: note"]) + "\n"
    listed = bool(attribute.values) and attribute.datatype in _LISTS
    hint = clean_line(plain(attribute.datatype_description))
    if hint and not listed and not _NO_HINT.search(hint):
        lines.append(f"    why: {scalar(phones.named(hint))}")
    lines.append(f"    type: {_TYPES[attribute.datatype] if listed or attribute.datatype not in _LISTS else 'text'}")
    if listed:
        lines.append("    choices:")
        keys: set[str] = {"unknown"}  # always there: "the caller doesn't know"
        for value in attribute.values:
            key = slug(value.name, limit=40)
            lines.append(f"      {unique('not-known' if key == 'unknown' else key, keys)}:")
            lines.append(f"        label: {scalar(plain(value.name) or value.key)}")
            lines.append(f"        open311: {scalar(value.key)}")
    lines.append(f"    required: {'yes' if attribute.required else 'no'}")
    lines.append(f"    open311: {scalar(attribute.code)}")
    return name, "\n".join(lines) + "\n"


def _question_id(text: str) -> str:
    ident = slug(text, limit=40)
    return ident if ident[0].isalpha() and ident not in _TAKEN else f"q-{ident}"


def _routes(service: Service, definition: Definition | None, agency: str) -> str:
    lines = ["routes:", "  - otherwise: yes", f"    to: {agency}"]
    texts = (
        [service.description, *(a.description for a in definition.attributes if not a.variable)]
        if definition
        else [service.description]
    )
    lines += [f"    # sla: {sla}   <- the CRM's text: {comment(words)}" for sla, words in _times(texts)]
    return "\n".join(lines) + "\n"


def _times(texts: list[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for text in texts:
        for sla, words in times_in(text):
            if sla not in seen:
                seen.add(sla)
                yield sla, words

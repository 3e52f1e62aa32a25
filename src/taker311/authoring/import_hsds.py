"""`kb import hsds`: an Open Referral package (HSDS, a folder of CSV tables) as referral topics.

What is read: services, organizations, phones, regular_schedules (or schedules), eligibility, languages, physical_addresses,
locations, services_at_location, and taxonomies where there are any. HSDS 1.x to 3.x name some tables and columns differently;
both names are tried.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from taker311.authoring.import_open311_texts import markdown
from taker311.authoring.import_tables import line_in, numbers_in, rows_of, spoken_case, text_in
from taker311.authoring.import_topics import Entry
from taker311.base.errors import UserError
from taker311.base.text import clean_line, fold

RECORD = ".import-hsds.json"
THEMES = {
    "food-and-shelter": "Food and a roof",
    "children-and-school": "Children and school",
    "work-and-learning": "Work and learning",
    "law-and-immigration": "Law and immigration",
    "older-people-and-disability": "Older people and disability",
}
# Beginnings of words (folded). The first row that fits decides, in the name first, then in the description's beginning.
_TABLE = (
    ("food-and-shelter", "food|pantry|meal|soup|nutrition|homeless|shelter|housing|rent |rental|transitional living"),
    ("older-people-and-disability", "elder|senior|aging|older|alzheimer|hospice|nursing home|disab|blind|deaf|autis|wheelchair"),
    ("children-and-school", "child|youth|kid|school|head start|infant|preschool|teen|adolesc|boys|girls|scout|parent|adoption|foster|day ?care|camp "),
    ("law-and-immigration", "legal|law |lawyer|attorney|court|immigra|refugee|victim|consumer|citizenship|probation|justice|bar association"),
    ("work-and-learning", "job|employ|career|training|vocation|workforce|college|universit|literacy|ged |education|librar|esol"),
    ("health-and-safety", "health|hospital|clinic|medic|dental|doctor|mental|psych|counsel|therap|substance|alcohol|addict|drug|recovery|hiv|aids|cancer|diabet|pregnan|suicid|crisis|hotline|abuse|violence|rape|police|fire rescue|red cross|blood|vision|eye |pharm"),
    ("money-and-benefits", "assistance|benefit|financial|emergency fund|salvation army|welfare|medicaid|social security|tax|insurance|thrift|donat|credit"),
    ("trees-and-animals", "animal|humane|pet |pets|wildlife"),
    ("parks-and-events", "park|recreation|museum|art |arts|theat|sport|cultur|communit(?:y|ies) center|volunteer"),
    ("my-home", "utilit|weatheriz|home repair|electric|energy"),
    ("permits-and-business", "permit|licens|business|chamber of commerce"),
    ("city-hall", "city of|county|town of|village of|government|department|election|commission"),
)  # fmt: skip
_RULES = tuple((theme, re.compile(rf"\b(?:{words})")) for theme, words in _TABLE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_BYDAY = {"mo": 0, "tu": 1, "we": 2, "th": 3, "fr": 4, "sa": 5, "su": 6}


@dataclass(slots=True)
class Package:
    """`warnings` are sentences about rows that belong to nothing."""

    entries: list[Entry]
    name: str
    warnings: list[str] = field(default_factory=list)


def read_package(folder: Path) -> Package:
    """Raises UserError where the folder holds no services."""
    return _Reader(folder).read()


class _Reader:
    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UserError(f"{folder}: there is no such folder; name the folder of an Open Referral package.")
        self._folder = folder
        self._warnings: list[str] = []

    def read(self) -> Package:
        services = self._rows("services", "service")
        if not services:
            raise UserError(
                f"{self._folder}: services.csv is missing or empty; is this an Open Referral (HSDS) package?"
            )
        organizations = {row.get("id", ""): row for row in self._rows("organizations", "organization")}
        at = self._services_at()
        phones = self._by_service("phones", "phone", at=at)
        schedules = self._by_service("regular_schedules", "regular_schedule", "schedules", "schedule", at=at)
        languages = self._by_service("languages", "language", at=at)
        eligibility = self._by_service("eligibility", "eligibilities", at={})
        areas = self._by_service("service_areas", "service_area", at={})
        addresses = self._by_service("physical_addresses", "physical_address", "addresses", "address", at=at)
        access = self._by_service("accessibility_for_disabilities", "accessibility", at=at)
        terms = self._terms()
        entries: list[Entry] = []
        seen: set[str] = set()
        for row in services:
            key = clean_line(row.get("id", ""), limit=200)
            if not key or key in seen:
                self._warnings.append(
                    f"services: a row {'has no id' if not key else f'repeats the id {key[:40]}'}; it is left out."
                )
                continue
            if line_in(row, "status").lower() in {"inactive", "defunct", "closed"}:
                continue
            seen.add(key)
            facts = _Facts(
                organizations.get(row.get("organization_id", ""), {}), phones[key], schedules[key], languages[key],
                eligibility[key], addresses[key], access[key], areas[key], terms[key],
            )  # fmt: skip
            entries.append(_entry(key, row, facts))
        return Package(entries, clean_line(self._folder.resolve().name.replace("_", " ")).title(), self._warnings)

    def _rows(self, *names: str) -> list[dict[str, str]]:
        for name in names:
            path = self._folder / f"{name}.csv"
            if path.is_file():
                return [row for _, row in rows_of(path)]
        return []

    def _services_at(self) -> dict[str, list[str]]:
        """location_id and service_at_location_id -> services."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self._rows("services_at_location", "service_at_location"):
            service = row.get("service_id", "")
            if service:
                found[f"location {row.get('location_id', '')}"].append(service)
                found[f"at {row.get('id', '')}"].append(service)
        return found

    def _by_service(self, *names: str, at: dict[str, list[str]]) -> dict[str, list[dict[str, str]]]:
        """Rows by the service that they belong to: named itself, or by the place where it is given."""
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        lost = 0
        for row in self._rows(*names):
            service, place = row.get("service_id", ""), row.get("location_id", "")
            owners = [service] if service else at.get(f"at {row.get('service_at_location_id', '')}", [])
            if not owners and (row.get("link_type") or row.get("link_entity", "")) == "service":
                owners = [row.get("link_id", "")]
            owners = owners or (at.get(f"location {place}", []) if place else [])
            lost += not owners and not row.get("organization_id")
            for owner in dict.fromkeys(owners):
                found[owner].append(row)
        if lost:
            self._warnings.append(
                f"{names[0]}: {lost:,} rows name no service of this package, so nobody can tell what they belong to; they are left out."
            )
        return found

    def _terms(self) -> dict[str, list[str]]:
        names = {
            row.get("id", "") or row.get("taxonomy_id", ""): line_in(row, "name", "term")
            for row in (*self._rows("taxonomy_terms", "taxonomies", "taxonomy"),)
        }
        found: dict[str, list[str]] = defaultdict(list)
        for row in self._rows("service_taxonomy", "services_taxonomy", "attributes", "service_attributes"):
            service = row.get("service_id", "") or (
                row.get("link_id", "") if row.get("link_entity", "service") == "service" else ""
            )
            term = names.get(row.get("taxonomy_term_id", "") or row.get("taxonomy_id", ""), "") or line_in(
                row, "taxonomy_detail"
            )
            if service and term:
                found[service].append(term)
        return found


@dataclass(frozen=True, slots=True)
class _Facts:
    organization: dict[str, str]
    phones: list[dict[str, str]]
    schedules: list[dict[str, str]]
    languages: list[dict[str, str]]
    eligibility: list[dict[str, str]]
    addresses: list[dict[str, str]]
    access: list[dict[str, str]]
    areas: list[dict[str, str]]
    terms: list[str]


def _entry(key: str, row: dict[str, str], facts: _Facts) -> Entry:
    name = spoken_case(line_in(row, "name")) or f"Service {key}"
    described = text_in(row, "description")
    organization = spoken_case(line_in(facts.organization, "name")) or name
    numbers = [number for phone in facts.phones for number in numbers_in(line_in(phone, "number"))]
    if not numbers:
        numbers = numbers_in(line_in(row, "phone", "phones"))
    also = tuple(
        dict.fromkeys(w for w in (line_in(row, "alternate_name"), *facts.terms) if w and fold(w) != fold(name))
    )
    return Entry(
        key=key,
        title=name,
        theme=_theme(name, organization, " ".join(facts.terms), described),
        agency=(clean_line(row.get("organization_id", ""), limit=200) or f"service {key}", organization),
        phone=numbers[0] if numbers else "",
        details=_details(described, name),
        said=tuple(word for word in also if " " in word)[:8],
        keywords=tuple(word for word in also if " " not in word)[:12],
        asked=tuple(_asked(row, facts, numbers)),
    )


def _details(described: str, name: str) -> str:
    text = markdown(described)
    return "" if fold(text) == fold(name) else text[:8_000]


def _theme(*texts: str) -> str:
    for text in texts:
        folded = re.sub(r"[^a-z0-9]+", " ", fold(text[:400])) + " "
        for theme, rule in _RULES:
            if rule.search(folded):
                return theme
    return "unsorted"


def _asked(row: dict[str, str], facts: _Facts, numbers: list[str]) -> Iterator[tuple[str, str]]:
    """What callers ask of any service, as far as the package answers it."""
    eligibility = _joined(text_in(r, "eligibility", "description") for r in facts.eligibility)
    yield "Who can use it?", eligibility or text_in(row, "eligibility_description", "eligibility")
    yield "When are they open?", hours_of(facts.schedules)
    yield "How do I apply?", text_in(row, "application_process")
    yield "What does it cost?", text_in(row, "fees_description", "fees")
    yield "Where is it?", _joined((_address(r) for r in facts.addresses), "; ", most=6)
    yield "Which languages do they speak?", _joined(_language(r) for r in facts.languages)
    yield "Is it accessible?", _joined(text_in(r, "accessibility", "description", "details") for r in facts.access)
    yield "Which area do they serve?", _joined(line_in(r, "service_area", "name", "description") for r in facts.areas)
    yield "What should I bring?", text_in(row, "required_documents")
    yield "How long is the wait?", text_in(row, "wait_time")
    yield "Do they have other numbers?", ", ".join(dict.fromkeys(numbers[1:6]))
    yield "Is there a website?", line_in(row, "url") or line_in(facts.organization, "url", "website")
    yield "Is there an e-mail address?", line_in(row, "email") or line_in(facts.organization, "email")


def _joined(texts: Iterable[str], mark: str = ", ", *, most: int = 30) -> str:
    found = list(dict.fromkeys(text for text in texts if text))
    return mark.join(found[:most])


def _language(row: dict[str, str]) -> str:
    return line_in(row, "language", "name", "code")


def _address(row: dict[str, str]) -> str:
    street = " ".join(part for part in (line_in(row, "address_1"), line_in(row, "address_2")) if part)
    region = " ".join(part for part in (line_in(row, "state_province"), line_in(row, "postal_code")) if part)
    return ", ".join(part for part in (street, line_in(row, "city"), region) if part)


def hours_of(rows: list[dict[str, str]]) -> str:
    """'Mon-Fri 9:00am to 5:00pm, Sat 9:00am to 12:00pm': days with the same hours together, in the week's order."""
    by_day: dict[int, list[str]] = {}
    told: list[str] = []
    for row in rows:
        opens, closes = line_in(row, "opens_at"), line_in(row, "closes_at")
        span = f"{opens} to {closes}" if opens and closes else opens or closes
        if not span:
            told.append(line_in(row, "original_text", "description"))
            continue
        for day in _days(row):
            if span not in by_day.setdefault(day, []):
                by_day[day].append(span)
    runs: list[tuple[int, int, str]] = []
    for day in sorted(by_day):
        span = " and ".join(by_day[day])
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == span:
            runs[-1] = (runs[-1][0], day, span)
        else:
            runs.append((day, day, span))
    parts = [f"{_SHORT[first]}{f'-{_SHORT[last]}' if last > first else ''} {span}" for first, last, span in runs]
    return ", ".join(dict.fromkeys([*parts, *(text for text in told if text)]))


def _days(row: dict[str, str]) -> list[int]:
    weekday = line_in(row, "weekday").lower()
    if weekday in _DAYS:
        return [_DAYS.index(weekday)]
    if weekday.isdigit() and 1 <= int(weekday) <= 7:
        return [int(weekday) - 1]
    return [_BYDAY[code] for code in re.split(r"[,\s]+", (line_in(row, "byday") or weekday).lower()) if code in _BYDAY]

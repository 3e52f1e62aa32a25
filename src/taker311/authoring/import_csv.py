"""`kb import csv`: any table with a column of titles, one topic a row. What a column is called is looked up in a table."""

from __future__ import annotations

import re
from pathlib import Path

from taker311.authoring.import_hsds import Package
from taker311.authoring.import_open311_themes import theme_of
from taker311.authoring.import_tables import line_in, numbers_in, rows_of, text_in
from taker311.authoring.import_topics import Entry
from taker311.authoring.prose import sayable
from taker311.base.errors import UserError
from taker311.base.text import clean_line, fold
from taker311.crm.model import Service

RECORD = ".import-csv.json"
# What a topic is made of -> what columns are called for it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "key": ("id", "key", "code", "external_id", "article_id", "label"),
    "title": ("title", "name", "topic", "service", "question", "subject"),
    "say": ("say", "summary", "short_answer"),
    "details": ("details", "description", "answer", "content", "body", "text"),
    "said": ("said", "phrases", "also", "synonyms", "alternate_name"),
    "keywords": ("keywords", "tags"),
    "agency": ("agency", "department", "organization", "organisation", "division", "provider"),
    "phone": ("phone", "telephone", "phone_number", "number"),
    "hours": ("hours", "opening_hours"),
    "theme": ("theme", "category", "group", "section"),
}
# Columns that answer what callers ask.
ASKED = {
    "eligibility": "Who can use it?", "hours": "When are they open?", "fees": "What does it cost?", "cost": "What does it cost?",
    "address": "Where is it?", "location": "Where is it?", "languages": "Which languages do they speak?", "apply": "How do I apply?",
    "application_process": "How do I apply?", "documents": "What should I bring?", "url": "Is there a website?",
    "website": "Is there a website?", "email": "Is there an e-mail address?",
}  # fmt: skip


def read_table(path: Path) -> Package:
    """Raises UserError where there is no column of titles, or no row. Without a column of ids the title is the id."""
    entries: list[Entry] = []
    warnings: list[str] = []
    seen: set[str] = set()
    columns: set[str] = set()
    for line, row in rows_of(path):
        if not columns:
            columns = set(row)
            if not columns & set(COLUMNS["title"]):
                raise UserError(f"{path}:1: no column holds titles; call one of them 'title'.")
            known = {name for names in COLUMNS.values() for name in names} | set(ASKED)
            warnings += [
                f"column '{clean_line(name, limit=60)}' is not used." for name in sorted(columns - known) if name
            ]
        title = line_in(row, *COLUMNS["title"])
        key = line_in(row, *COLUMNS["key"]) or fold(title)
        if not title or key in seen:
            what = "has no title" if not title else f"repeats the id '{clean_line(key, limit=40)}'"
            warnings.append(f"line {line} {what}; it is left out.")
            continue
        seen.add(key)
        entries.append(_entry(key, title, row))
    if not entries:
        raise UserError(f"{path}: below its heading the table has no row with a title.")
    return Package(entries, clean_line(path.stem.replace("_", " ")).title(), warnings)


def _entry(key: str, title: str, row: dict[str, str]) -> Entry:
    agency = line_in(row, *COLUMNS["agency"])
    numbers = numbers_in(line_in(row, *COLUMNS["phone"]))
    keywords = _several(line_in(row, *COLUMNS["keywords"]))
    said = _several(line_in(row, *COLUMNS["said"]))
    group = line_in(row, *COLUMNS["theme"])
    say = line_in(row, *COLUMNS["say"])
    words = tuple(dict.fromkeys(word for word in (*said, *keywords) if " " not in word))
    return Entry(
        key=key,
        title=title,
        theme=theme_of(Service(code=key, name=title, keywords=(*keywords, *said), group=group)),
        agency=(fold(agency), agency),
        phone=numbers[0] if numbers else "",
        hours=line_in(row, *COLUMNS["hours"]) if agency else "",
        say=say if sayable(say) else "",  # so that a safe sentence stands there instead
        details=text_in(row, *COLUMNS["details"])[:8_000],
        said=tuple(dict.fromkeys(word for word in (*said, *keywords) if " " in word))[:40],
        keywords=words[:40],
        asked=tuple(
            dict.fromkeys((question, text) for name, question in ASKED.items() if (text := text_in(row, name)))
        ),
        refers=bool(agency),
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(word for part in re.split(r"[|;,]", text) if (word := clean_line(part, limit=120)))

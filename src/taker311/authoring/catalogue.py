"""A minimal knowledge base from a table of services: one topic for each label, so that any labelled set can be searched."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from taker311.authoring.import_open311_city import CityOptions, add_agencies, add_below, new_city
from taker311.authoring.import_open311_texts import Phones, markdown, scalar, slug, unique
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.base.text import clean, clean_line
from taker311.knowledge.model import Topic, TopicText
from taker311.search.words import is_filler, split

THEME, AGENCY = "all", "city"
LONGEST_FILE = 64_000_000
MOST_SAID = 2_000  # wordings of one topic
_SAY = {"en": "I can help you with that.", "es": "Puedo ayudarle con eso.", "de": "Dabei kann ich Ihnen helfen."}
_GUESSED = ("en", "es", "de", "fr", "pt", "it")
# A description this short, without a list's marks and of one label only, is a wording: "Can I request a catch basin".
_WORDING_WORDS, _LISTED = 20, (":", "/", ";", "\n")


@dataclass(slots=True)
class Drafted:
    """A topic to be written; `label` is what the catalogue calls it."""

    id: str
    label: str
    title: str
    said: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    details: str = ""


@dataclass(slots=True)
class Catalogue:
    drafts: list[Drafted]
    language: str
    skipped: list[str]  # sentences about rows that could not be used


def read_catalogue(catalogue: Path, said: Path | None = None, *, language: str = "") -> Catalogue:
    """Columns label, title, description, keywords (the last three may be missing); of `said` query and label.

    Raises UserError where a file can't be read or lacks its columns. `language`: '' guesses it from the words.
    """
    made = draft(read_table(catalogue, ("label",)), read_table(said, ("query", "label")) if said else ())
    if not made.drafts:
        raise UserError(f"{catalogue}: no row below the heading has a label; nothing was made.")
    made.language = language or made.language
    return made


def read_table(path: Path, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a tab- or comma-separated file as (line, column -> text), by its heading. Raises UserError."""
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise UserError(f"{path}: this table is too large (at most {LONGEST_FILE:,} bytes); split it.")
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise UserError(f"{path}: this table can't be read ({error.strerror or error}); check the path.") from error
    heading = text.split("\n", 1)[0]
    if "\t" in heading:
        reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(io.StringIO(text.replace("\0", "")))
    try:
        columns = [clean_line(name).lower() for name in next(reader, [])]
        missing = [name for name in needed if name not in columns]
        if missing:
            raise UserError(f"{path}:1: the heading has no column '{missing[0]}'; it needs {', '.join(needed)}.")
        return [(reader.line_num, dict(zip(columns, row, strict=False))) for row in reader]
    except csv.Error as error:
        raise UserError(f"{path}:{reader.line_num}: this is no table ({error}).") from error


def draft(
    rows: Iterable[tuple[int, Mapping[str, str]]], said: Iterable[tuple[int, Mapping[str, str]]] = ()
) -> Catalogue:
    """One topic for each label, in the rows' order; a label that stands twice adds to the first."""
    drafts: dict[str, Drafted] = {}
    taken: set[str] = set()
    skipped: list[str] = []
    rows = list(rows)
    groups = Counter(clean(row.get("description", "")).strip() for _, row in rows)
    for line, row in rows:
        label = clean_line(row.get("label", ""), limit=300)
        if not label:
            skipped.append(f"line {line} of the catalogue has no label")
            continue
        if label not in drafts:
            title = clean_line(row.get("title", ""), limit=200) or label
            drafts[label] = Drafted(unique(_topic_id(label), taken), label, title)
        _describe(drafts[label], row, groups)
    for line, row in said:
        label, wording = clean_line(row.get("label", ""), limit=300), clean_line(row.get("query", ""), limit=1_000)
        if not wording or not split(wording):
            skipped.append(f"line {line} of the wordings has no words")
        elif label not in drafts:
            skipped.append(f"line {line} of the wordings: no label '{clean_line(label, limit=60)}' in the catalogue")
        else:
            drafts[label].said.append(wording)
    for one in drafts.values():
        one.said = list(dict.fromkeys(one.said))[:MOST_SAID]
        one.keywords = list(dict.fromkeys(one.keywords))
    return Catalogue(list(drafts.values()), _guess(drafts.values()), skipped)


def _topic_id(label: str) -> str:
    made = slug(label)
    return made if made[0].isalpha() else f"t-{made}"


def _describe(one: Drafted, row: Mapping[str, str], groups: Mapping[str, int]) -> None:
    for part in clean(row.get("keywords", "")).split("|"):
        words = clean_line(part, limit=300)
        if split(words):
            (one.said if len(split(words)) > 1 else one.keywords).append(words)
    description = clean(row.get("description", "")).strip()
    if not split(description):
        return
    short = len(description.split()) <= _WORDING_WORDS and not any(mark in description for mark in _LISTED)
    if short and groups[description] == 1:
        one.said.append(clean_line(description))
    else:
        one.details = f"{one.details}\n\n{description}".strip()


def _guess(drafts: Iterable[Drafted]) -> str:
    """The language most of whose small words stand in the texts."""
    found: Counter[str] = Counter()
    for one in drafts:
        for text in (one.title, *one.said[:50]):
            for word in split(text):
                found.update(lang for lang in _GUESSED if is_filler(word, lang))
    return max(_GUESSED, key=lambda lang: (found[lang], -_GUESSED.index(lang)))


def topics(made: Catalogue) -> tuple[Topic, ...]:
    """The same topics as plain values, sorted by id: what reading the written folder gives."""
    texts = {
        one.id: TopicText(
            title=one.title, said=tuple(one.said), keywords=tuple(one.keywords), say=_say(made.language), details=markdown(one.details)
        )
        for one in made.drafts
    }  # fmt: skip
    return tuple(
        Topic(
            id=one.id, theme=THEME, agency=AGENCY, texts={made.language: texts[one.id]}, status="imported", external_id=one.label
        )
        for one in sorted(made.drafts, key=lambda one: one.id)
    )  # fmt: skip


def write_catalogue(made: Catalogue, folder: Path, *, name: str, today: date) -> None:
    """Writes the folder of sources. Raises UserError where it holds something already or can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UserError(f"{folder}: this folder is not empty; name a new one.")
        phones = Phones({})
        (folder / "topics" / THEME).mkdir(parents=True)
        for one in made.drafts:
            page = _page(one, made.language, phones)
            write_atomically(folder / "topics" / THEME / f"{one.id}.md", page.encode(), mode=0o644)
        city = new_city(CityOptions(name=name, language=made.language, today=today))
        city = add_below(city, "themes", {THEME: "Everything"}, folder / "city.yaml")
        numbers = {phone: f"{{name: Number {number}, number: {number}}}" for phone, number in phones.new.items()}
        city = add_below(city, "phones", numbers, folder / "city.yaml")
        write_atomically(folder / "agencies.yaml", add_agencies("", {AGENCY: "The city"}).encode(), mode=0o644)
        write_atomically(folder / "city.yaml", city.encode(), mode=0o644)
    except OSError as error:
        raise UserError(f"{folder}: the sources can't be written there ({error.strerror or error}).") from error


def _say(language: str) -> str:
    return _SAY.get(language, _SAY["en"])


def _page(one: Drafted, language: str, phones: Phones) -> str:
    lines = ["---", f"id: {one.id}", f"title: {scalar(one.title)}", f"theme: {THEME}"]
    for key, texts in (("said", one.said), ("keywords", one.keywords)):
        if texts:
            lines.append(f"{key}:")
            lines.extend(f"  - {scalar(text)}" for text in texts)
    lines += [f"agency: {AGENCY}", "status: imported", f"external_id: {scalar(one.label)}", "---"]
    lines += ["## Say", _say(language)]
    if one.details:
        lines += ["## Details", phones.named(markdown(one.details))]
    return "\n".join(lines) + "\n"

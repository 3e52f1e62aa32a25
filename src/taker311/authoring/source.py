"""A whole source folder: every file read once, all findings together, and the knowledge where there are no errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from msgspec import structs

from taker311.authoring.crosschecks import cross_check
from taker311.authoring.drill_folder import read_drills
from taker311.authoring.examples import run_examples
from taker311.authoring.fields import ID
from taker311.authoring.files import MAX_TABLE, SourceFile, read_text
from taker311.authoring.findings import Findings
from taker311.authoring.folder import Folder, list_folder
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document
from taker311.authoring.overlay_scripts import overlay_script
from taker311.authoring.read_agencies import overlay_agencies, read_agencies
from taker311.authoring.read_city import overlay_city, read_city
from taker311.authoring.read_notices import overlay_bulletin, overlay_rumour, read_bulletin, read_rumour
from taker311.authoring.read_packs import read_recipes
from taker311.authoring.read_places import COLUMNS, Table, build_gazetteer, place_values, read_districts
from taker311.authoring.read_scripts import ScriptSource, read_script
from taker311.authoring.read_topics import overlay_topic, read_topic, source_hash
from taker311.authoring.yaml_reader import read_yaml
from taker311.base.text import did_you_mean
from taker311.knowledge.model import Agency, Bulletin, City, District, Gazetteer, Knowledge, Rumour, Script, Topic

V = TypeVar("V")


@dataclass(slots=True)
class Source:
    """`knowledge` is None when there are errors; where all of them are in drills, `without_faulty_drills` is what else there is.
    `hashes`: topic -> what its translations write as source_hash."""

    knowledge: Knowledge | None
    gazetteer: Gazetteer
    findings: Findings
    files: int
    examples: int = 0
    hashes: dict[str, str] = field(default_factory=dict)
    without_faulty_drills: Knowledge | None = None


def read_source(folder: Path, *, today: date | None = None) -> Source:
    """Reads and checks `folder`. Without `today` nothing is said about reviews that are due or days that have passed.

    Raises UserError where there is no such folder, or no city.yaml in it.
    """
    return _Reader(list_folder(folder), Known(Findings(), today)).read()


class _Reader:
    """Reads in the order in which one file's names are needed by another."""

    def __init__(self, folder: Folder, known: Known) -> None:
        self._folder = folder
        self._known = known
        self._examples = 0

    def read(self) -> Source:
        known, folder = self._known, self._folder
        for name, code, sentence in folder.strays:
            known.report(name).warn((1, 1), code, sentence)
        gazetteer = self._places()
        city = self._city()
        agencies = self._agencies()
        known.topics = frozenset(file.stem for file in folder.originals("topics"))
        known.scripts = frozenset(file.stem for file in folder.originals("scripts"))
        scripts = self._scripts(city)
        topics = self._each("topics", read_topic, overlay_topic)
        bulletins: dict[str, Bulletin] = self._each("bulletins", read_bulletin, overlay_bulletin)
        rumours: dict[str, Rumour] = self._each("rumours", read_rumour, overlay_rumour)
        paths = {kind: {file.stem: file.name for file in folder.originals(kind)} for kind in ("topics", "scripts")}
        cross_check(topics, {key: source.script for key, source in scripts.items()}, paths, known)
        hashes = {key: source_hash(topic, known.first) for key, topic in sorted(topics.items())}
        knowledge = None
        if city is not None and not known.findings.errors:
            knowledge = Knowledge(
                city, agencies, _sorted(topics), tuple(_titled(scripts[key].script, topics) for key in sorted(scripts)), _sorted(bulletins),
                _sorted(rumours),
            )  # fmt: skip
            knowledge = read_drills(folder, self._yaml, knowledge, gazetteer, known)
        drills = frozenset(file.stem for file in folder.originals("drills"))
        read_recipes(folder, self._yaml, known, frozenset(bulletins), drills)
        errors = {finding.file for finding in known.findings if finding.severity == "error"}
        only_drills = bool(errors) and all(name.startswith("drills/") for name in errors)
        return Source(
            None if errors else knowledge,
            gazetteer,
            known.findings,
            folder.count,
            self._examples,
            hashes,
            knowledge if only_drills else None,
        )

    def _yaml(self, file: SourceFile) -> Document:
        report = self._known.report(file.name)
        text = read_text(file, report)
        if text is None:
            return Document(None, damaged=True)
        document = read_yaml(text, report)
        if document.root is None and not document.damaged:
            report.error((1, 1), "empty-file", "nothing stands in this file.")
            return Document(None, damaged=True)
        return document

    def _language(self, file: SourceFile) -> bool:
        """Whether a translation's language is one of the city's."""
        known = self._known
        if file.lang in known.languages and file.lang != known.first:
            return True
        if known.languages:
            what = (
                "is the first language, whose text is the original"
                if file.lang == known.first
                else "is no language of this city"
            )
            near = did_you_mean(file.lang, known.languages[1:])
            known.report(file.name).error(
                (1, 1),
                "unknown-language",
                f"'{file.lang}' {what}{near}; 'languages' in city.yaml has {', '.join(known.languages)}.",
            )
        return False

    def _city(self) -> City | None:
        city = None
        for file in self._folder.originals("city"):
            city = read_city(self._yaml(file), self._known.report(file.name), self._known)
        for file in self._folder.overlays("city"):
            document = self._yaml(file)
            if self._language(file) and city is not None:
                overlay_city(city, file.lang, document, self._known.report(file.name), self._known)
        return city

    def _agencies(self) -> tuple[Agency, ...]:
        agencies: tuple[Agency, ...] = ()
        files = self._folder.originals("agencies")
        if not files:
            self._known.report("agencies.yaml").error(
                (1, 1), "missing-file", "this file is missing; it says who does the work."
            )
        for file in files:
            agencies = read_agencies(self._yaml(file), self._known.report(file.name), self._known)
        for file in self._folder.overlays("agencies"):
            document = self._yaml(file)
            if self._language(file):
                overlay_agencies(agencies, file.lang, document, self._known.report(file.name), self._known)
        return agencies

    def _scripts(self, city: City | None) -> dict[str, ScriptSource]:
        found: dict[str, ScriptSource] = {}
        for file in self._folder.originals("scripts"):
            document = self._yaml(file)
            self._good_name(file)
            source = read_script(file, document, self._known.report(file.name), self._known)
            if source is not None:
                found[file.stem] = source
        for file in self._folder.overlays("scripts"):
            document = self._yaml(file)
            if self._language(file) and self._has_original(file, self._known.scripts) and file.stem in found:
                overlay_script(found[file.stem].script, file.lang, document, self._known.report(file.name), self._known)
        if city is not None:
            self._examples = sum(run_examples(source, city, self._known) for source in found.values() if source.sound)
        return found

    def _each(
        self, kind: str, read: Callable[..., V | None], overlay: Callable[..., None]
    ) -> dict[str, V]:  # fmt: skip
        found: dict[str, V] = {}
        places: dict[str, str] = {}
        for file in self._folder.originals(kind):
            report = self._known.report(file.name)
            text = read_text(file, report)
            self._good_name(file)
            if file.stem in places:
                report.error((1, 1), "duplicate-id", f"'{file.stem}' stands in {places[file.stem]} already.")
            places.setdefault(file.stem, file.name)
            value = None if text is None else read(file, text, report, self._known)
            if value is not None:
                found.setdefault(file.stem, value)
        for file in self._folder.overlays(kind):
            report = self._known.report(file.name)
            text = read_text(file, report)
            if (
                text is not None
                and self._language(file)
                and self._has_original(file, frozenset(places))
                and file.stem in found
            ):
                overlay(found[file.stem], file.lang, text, report, self._known)
        return found

    def _good_name(self, file: SourceFile) -> None:
        if not ID.fullmatch(file.stem):
            self._known.report(file.name).error(
                (1, 1),
                "bad-id",
                f"a file can't be called '{file.stem}'; an id is lower-case letters, digits and dashes.",
            )

    def _has_original(self, file: SourceFile, known: frozenset[str]) -> bool:
        if file.stem in known:
            return True
        near = did_you_mean(file.stem, tuple(sorted(known)))
        self._known.report(file.name).error(
            (1, 1), "orphan-translation", f"this translates '{file.stem}', and there is no such original{near}."
        )
        return False

    def _places(self) -> Gazetteer:
        tables: dict[str, Table] = {}
        districts: tuple[District, ...] = ()
        for file in self._folder.originals("places"):
            report = self._known.report(file.name)
            text = read_text(file, report, MAX_TABLE)
            if text is None:
                continue
            if file.path.name in COLUMNS:
                tables[file.path.name] = Table(file.path.name, text, report)
            else:
                districts = read_districts(text, report)
        gazetteer = build_gazetteer(tables, districts)
        self._known.place_sets = place_values(gazetteer)
        return gazetteer


def _sorted(values: dict[str, V]) -> tuple[V, ...]:
    return tuple(values[key] for key in sorted(values))


def _titled(script: Script, topics: dict[str, Topic]) -> Script:
    """A script is called as the first topic that leads to it."""
    for key in sorted(topics):
        if topics[key].script == script.id:
            return structs.replace(script, titles={lang: text.title for lang, text in topics[key].texts.items()})
    return script

"""The drills of a knowledge base: read, proved against the rest of it, and put beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from taker311.authoring.drill_checks import DrillChecker
from taker311.authoring.fields import ID
from taker311.authoring.files import SourceFile, read_text
from taker311.authoring.findings import Findings
from taker311.authoring.folder import Folder
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document
from taker311.authoring.read_drill_sets import read_drill_set
from taker311.authoring.read_drills import DrillSource, read_drill
from taker311.authoring.yaml_reader import read_yaml
from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.drills import Drill, DrillSet
from taker311.knowledge.model import Gazetteer, Knowledge
from taker311.places.index import PlaceIndex


def read_drills(
    folder: Folder,
    parse: Callable[[SourceFile], Document],
    knowledge: Knowledge,
    gazetteer: Gazetteer,
    known: Known,
) -> Knowledge:
    """`knowledge` with its drills and sets, without those in which something is wrong; the findings say what."""
    files = folder.originals("drills")
    zone = knowledge.city.time_zone
    sources: list[DrillSource] = []
    for file in files:
        report = known.report(file.name)
        document = parse(file)
        if not ID.fullmatch(file.stem):
            report.error(
                (1, 1),
                "bad-id",
                f"a file can't be called '{file.stem}'; an id is lower-case letters, digits and dashes.",
            )
        source = read_drill(file, document, report, known, zone)
        if source is not None:
            sources.append(source)
    ids = frozenset(file.stem for file in files)
    sets: list[DrillSet] = []
    for file in folder.originals("drill-sets"):
        made = read_drill_set(file, parse(file), known.report(file.name), known, ids)
        if made is not None:
            sets.append(made)
    checker = DrillChecker(Bundle.of(knowledge, gazetteer), lambda: PlaceIndex.in_memory(gazetteer))
    drills = [drill for source in sources if (drill := checker.check(source)) is not None]
    faulty = {finding.file for finding in known.findings if finding.severity == "error"}
    names = {file.stem: file.name for file in files if file.name not in faulty}
    sound = [drill for drill in drills if drill.id in names]
    taken = {drill.id for drill in sound}
    whole = [one for one in sets if taken.issuperset(one.drills)]
    return replace(knowledge, drills=_by_id(sound), drill_sets=tuple(sorted(whole, key=lambda one: one.id)))


def _by_id(drills: list[Drill]) -> tuple[Drill, ...]:
    return tuple(sorted(drills, key=lambda drill: drill.id))


def read_drill_file(path: Path, bundle: Bundle, places: Callable[[], PlaceIndex]) -> Drill:
    """One drill from a file of its own, proved against `bundle`. Raises UserError with all that is wrong with it."""
    knowledge, name = bundle.knowledge, clean_line(path.name)
    known = Known(Findings(), first=knowledge.city.languages[0], languages=knowledge.city.languages)
    known.topics = frozenset(topic.id for topic in knowledge.topics)
    known.agencies = frozenset(agency.id for agency in knowledge.agencies)
    file, report = SourceFile(path, name), known.report(name)
    text = read_text(file, report)
    document = read_yaml(text, report) if text is not None else Document(None, damaged=True)
    source = read_drill(file, document, report, known, knowledge.city.time_zone)
    drill = DrillChecker(bundle, places).check(source) if source is not None else None
    if drill is None:
        raise UserError("\n".join(["this drill can't be run:", *(f"  {finding}" for finding in known.findings)]))
    return drill

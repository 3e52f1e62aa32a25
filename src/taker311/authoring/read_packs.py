"""The recipe of an emergency pack, packs/<id>.yaml: what goes in, and what a volunteer must have passed and may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from taker311.authoring.fields import Fields
from taker311.authoring.files import SourceFile, read_text
from taker311.authoring.findings import Findings, Report
from taker311.authoring.folder import Folder, list_folder
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document, Map
from taker311.authoring.prose import check_say
from taker311.authoring.read_topics import check_id
from taker311.authoring.yaml_reader import read_yaml
from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean
from taker311.knowledge.model import Knowledge, Texts

BREAK_MINUTES = 120
REVIEW_EVERY = 10
_KEYS = ("id", "incident", "topics", "bulletins", "drills", "transfer", "break_minutes", "review_every")


@dataclass(slots=True)
class Recipe:
    """`bulletins` empty: all of them. `phone` and `say`: where a caller goes whom nothing in the pack answers."""

    id: str
    incident: str
    topics: tuple[str, ...]
    bulletins: tuple[str, ...] = ()
    drills: tuple[str, ...] = ()
    phone: str = ""
    say: Texts = field(default_factory=dict)
    break_minutes: int = BREAK_MINUTES
    review_every: int = REVIEW_EVERY


def read_recipe(
    file: SourceFile,
    document: Document,
    report: Report,
    known: Known,
    bulletins: frozenset[str],
    drills: frozenset[str],
) -> Recipe | None:
    if not isinstance(document.root, Map):
        if not document.damaged:
            report.error((1, 1), "wrong-type", "a pack's recipe holds keys with values, as in 'incident: Flood 2026'.")
        return None
    before = known.findings.errors
    needed = ("id", "incident", "topics", "transfer")
    fields = Fields(document.root, report, "a pack's recipe", _KEYS, needed, damaged=document.damaged)
    check_id(fields, file)
    topics = tuple(name for name, at in fields.words("topics") if known.check("topic", name, at, report))
    if "topics" in fields and not topics:
        fields.error("topics", "missing-value", "a pack without topics answers nobody; name 10 to 30.")
    phone, say = "", ""
    transfer = fields.sub("transfer", ("phone", "say"), ("phone", "say"))
    if transfer is not None:
        phone = transfer.word("phone")
        known.check("phone", phone, transfer.place("phone"), report)
        say = known.spoken(transfer.text("say"), transfer.place("say"), report)
        check_say(say, transfer.place("say"), report)
    made = Recipe(
        id=file.stem,
        incident=fields.text("incident"),
        topics=topics,
        bulletins=_named(fields, "bulletins", bulletins, report),
        drills=_named(fields, "drills", drills, report),
        phone=phone,
        say={known.first: say} if say else {},
        break_minutes=fields.whole("break_minutes", BREAK_MINUTES, 5, 600),
        review_every=fields.whole("review_every", REVIEW_EVERY, 1, 1000),
    )
    return made if known.findings.errors == before and not document.damaged else None


def _named(fields: Fields, key: str, there: frozenset[str], report: Report) -> tuple[str, ...]:
    what = key.removesuffix("s")
    found = []
    for name, at in fields.words(key):
        if name in there:
            found.append(name)
        else:
            near = did_you_mean(name, tuple(sorted(there)))
            report.error(at, f"unknown-{what}", f"no {what} is called '{name}'{near}.")
    return tuple(found)


def overlay_recipe(recipe: Recipe, lang: str, document: Document, report: Report, known: Known) -> None:
    """Adds the words of packs/<id>.<lang>.yaml."""
    if not isinstance(document.root, Map):
        return
    transfer = Fields(document.root, report, "a translated recipe", ("transfer",)).sub("transfer", ("say",), ("say",))
    if transfer is not None:
        recipe.say[lang] = known.spoken(transfer.text("say"), transfer.place("say"), report)
        check_say(recipe.say[lang], transfer.place("say"), report)


def read_recipes(
    folder: Folder,
    parse: Callable[[SourceFile], Document],
    known: Known,
    bulletins: frozenset[str],
    drills: frozenset[str],
) -> dict[str, Recipe]:
    """All recipes of a source folder by id; what is wrong with them stands in the findings."""
    found: dict[str, Recipe] = {}
    for file in folder.originals("packs"):
        made = read_recipe(file, parse(file), known.report(file.name), known, bulletins, drills)
        if made is not None:
            found[file.stem] = made
    stems = frozenset(file.stem for file in folder.originals("packs"))
    for file in folder.overlays("packs"):
        report = known.report(file.name)
        if file.stem not in stems or file.lang not in known.languages or file.lang == known.first:
            report.error((1, 1), "orphan-translation", "this translates no recipe, or into no language of this city.")
        elif file.stem in found:
            overlay_recipe(found[file.stem], file.lang, parse(file), report, known)
    return found


def find_recipe(root: Path, recipe_id: str, knowledge: Knowledge) -> Recipe:
    """One recipe of the source folder `root`, whose knowledge has been checked already. Raises UserError."""
    folder = list_folder(root)
    known = Known(Findings(), first=knowledge.city.languages[0], languages=knowledge.city.languages)
    known.topics = frozenset(topic.id for topic in knowledge.topics)
    known.phones = {phone.id: phone.number for phone in knowledge.city.phones}

    def parse(file: SourceFile) -> Document:
        report = known.report(file.name)
        text = read_text(file, report)
        return Document(None, damaged=True) if text is None else read_yaml(text, report)

    bulletins = frozenset(bulletin.id for bulletin in knowledge.bulletins)
    drills = frozenset(drill.id for drill in knowledge.drills)
    found = read_recipes(folder, parse, known, bulletins, drills)
    if recipe_id not in found:
        names = tuple(file.stem for file in folder.originals("packs"))
        wrong = "".join(f"\n  {finding}" for finding in known.findings)
        near = did_you_mean(recipe_id, names)
        shown = clean_line(recipe_id, limit=60)
        raise UserError(f"{root}: there is no sound recipe packs/{shown}.yaml{near}.{wrong}")
    return found[recipe_id]

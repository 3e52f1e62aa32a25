"""Topics out of any table, again and again: who answers, what to say, and an owner for every part of a file.

The importers of Open Referral packages and of tables make `Entry` values; what becomes of them is the same for both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from taker311.authoring.import_folder import ImportFolder, ImportReport, read_record
from taker311.authoring.import_open311_city import CityOptions, add_below, new_city, phones_of
from taker311.authoring.import_open311_parts import Part
from taker311.authoring.import_open311_texts import Phones, markdown, plain, scalar, slug, unique
from taker311.authoring.import_open311_themes import NAMES, UNSORTED
from taker311.authoring.prose import WORDS, sayable
from taker311.base.codec import Value
from taker311.base.text import clean_line, fold

_REFER = {
    "en": ("{name} can help with that. I can give you the number, or connect you.", "That is something others help with. I can tell you who, and how to reach them."),
    "es": ("{name} puede ayudar con eso. Le doy el número o le comunico.", "De eso se ocupan otros. Le digo quiénes y cómo encontrarlos."),
}  # fmt: skip
_CONNECT = {"en": "I am connecting you now.", "es": "Le comunico ahora."}
_LONGEST_NAME = 14  # words of a name that are read aloud inside a sentence


@dataclass(slots=True)
class Entry:
    """One topic to be. `key` is the source's own id and never changes; `asked` are (question, answer) pairs.

    `agency` is the organisation's key and name; `phone` as the source writes it; `hours` of the agency, if it has one.
    """

    key: str
    title: str
    theme: str = UNSORTED
    agency: tuple[str, str] = ("", "")
    phone: str = ""
    hours: str = ""
    say: str = ""
    details: str = ""
    said: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()
    refers: bool = True  # somebody else does the work: the caller is told who, or connected


class _Remembered(Value, frozen=True):
    ident: str
    topic: dict[str, str] = {}


class _Record(Value, frozen=True):
    version: int = 1
    topics: dict[str, _Remembered] = {}
    agencies: dict[str, str] = {}  # the source's key -> our id
    themes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Agency:
    name: str
    phone: str = ""
    hours: str = ""
    numbers: list[str] = field(default_factory=list)


def import_topics(
    entries: list[Entry],
    folder: Path,
    options: CityOptions,
    *,
    record: str,
    source: str,
    themes: dict[str, str] | None = None,
) -> ImportReport:
    """Writes into `folder` (made where it is missing). `record` is the name of the memory's file, `source` whose texts they
    are in sentences; `themes` names those that are not the usual ones. Raises UserError."""
    return _TopicImport(entries, folder, options, record, source, {**NAMES, **(themes or {})}).run()


class _TopicImport:
    def __init__(
        self, entries: list[Entry], folder: Path, options: CityOptions, record: str, source: str, themes: dict[str, str]
    ) -> None:  # fmt: skip
        self._entries, self._folder, self._options = entries, folder, options
        self._record, self._source, self._themes = folder / record, source, themes
        self._report = ImportReport(services=len(entries))
        self._files = ImportFolder(folder, self._report, source)
        self._before = read_record(self._record, _Record)
        self._after: dict[str, _Remembered] = {}

    def run(self) -> ImportReport:
        city = self._files.text(self._folder / "city.yaml")
        city = new_city(self._options) if city is None else city
        phones = Phones(phones_of(city))
        agencies, ids = self._agencies()
        titles = _distinct_titles(self._entries)
        _keep_wordings_apart(self._entries)
        paths = {path.stem: path for path in sorted(self._folder.glob("topics/*/*.md"))}
        taken = set(paths) | {known.ident for known in self._before.topics.values()}
        for entry, title in zip(self._entries, titles, strict=True):
            known = self._before.topics.get(entry.key)
            ident = known.ident if known else unique(_topic_id(title), taken)
            self._report.themes[entry.theme] = self._report.themes.get(entry.theme, 0) + 1
            parts = _parts(entry, ident, title, ids[entry.agency[0]], self._options.language, phones)
            path = paths.get(ident, self._folder / "topics" / entry.theme / f"{ident}.md")
            digests = self._files.merge(path, parts, known.topic if known else None, is_script=False)
            self._after[entry.key] = _Remembered(ident, digests)
        self._drop_gone(paths)
        self._shared(city, agencies, phones)
        record = _Record(topics=self._after, agencies=ids, themes=tuple(sorted(self._report.themes)))
        self._files.write(self._record, record)
        return self._report

    def _agencies(self) -> tuple[dict[str, _Agency], dict[str, str]]:
        """Our id -> agency, and the source's key -> our id."""
        ids = dict(self._before.agencies)
        taken = set(ids.values()) | {"nobody"}
        found: dict[str, _Agency] = {}
        for entry in self._entries:
            key, name = entry.agency
            if key not in ids:
                ids[key] = unique(_topic_id(name) if name else "city-311", taken)
            agency = found.setdefault(ids[key], _Agency(clean_line(name) or "311"))
            agency.hours = agency.hours or clean_line(entry.hours)
            if entry.phone:
                agency.numbers.append(entry.phone)
        for agency in found.values():
            if len(set(agency.numbers)) == 1:  # one number for all that it does: it is the agency's own
                agency.phone = agency.numbers[0]
        used = {entry.agency[0] for entry in self._entries}
        return found, {key: ident for key, ident in ids.items() if key in used}

    def _drop_gone(self, paths: dict[str, Path]) -> None:
        for key, known in self._before.topics.items():
            path = paths.get(known.ident)
            if key in self._after or path is None:
                continue
            if not self._files.drop(path, known.topic, is_script=False):
                self._after[key] = known
                self._report.warnings.append(
                    f"{self._files.named(path)}: {self._source} no longer has it, but somebody has written here; give it an owner or take it out."
                )

    def _shared(self, city: str, agencies: dict[str, _Agency], phones: Phones) -> None:
        path = self._folder / "city.yaml"
        lines: dict[str, str] = {}
        for ident, agency in sorted(agencies.items()):
            name = scalar(phones.named(agency.name))
            extra = [f"  phone: {phones.name_of(agency.phone)}\n"] if agency.phone else []
            extra += [f"  hours: {scalar(phones.named(agency.hours))}\n"] if agency.hours else []
            lines[ident] = f"{ident}:\n  name: {name}\n" + "".join(extra)
        text = self._files.text(self._folder / "agencies.yaml") or ""
        new = [line for ident, line in lines.items() if f"\n{ident}:" not in f"\n{text}"]
        head = text.rstrip("\n") + "\n" if text.strip() else ""
        self._files.put(self._folder / "agencies.yaml", head + "".join(new), "agencies")
        wanted = {name: scalar(self._themes.get(name, name)) for name in sorted(self._report.themes)}
        city = add_below(city, "themes", wanted, path)
        entries = {
            name: f"{{name: {_phone_name(number)}, number: {_quoted(number)}}}" for name, number in phones.new.items()
        }
        self._files.put(path, add_below(city, "phones", entries, path), "themes and phones")


def _phone_name(number: str) -> str:
    return scalar(f"Number {number}", in_brackets=True)


def _quoted(number: str) -> str:
    return scalar(number, in_brackets=True)


def _topic_id(title: str) -> str:
    made = slug(title)
    return made if made[0].isalpha() else f"t-{made}"


def _keep_wordings_apart(entries: list[Entry]) -> None:
    """A wording that several topics have tells nobody which is meant: it helps to find them all, as keywords do."""
    counts: dict[str, int] = {}
    for entry in entries:
        for wording in {fold(text) for text in entry.said}:
            counts[wording] = counts.get(wording, 0) + 1
    for entry in entries:
        shared = tuple(text for text in entry.said if counts[fold(text)] > 1)
        entry.keywords = tuple(dict.fromkeys((*entry.keywords, *shared)))
        entry.said = tuple(text for text in entry.said if text not in shared)


def _distinct_titles(entries: list[Entry]) -> list[str]:
    """A title that several have gets what tells them apart behind it: the agency, else a number."""
    plain_titles = [clean_line(plain(entry.title), limit=120) or entry.key for entry in entries]
    counts: dict[str, int] = {}
    for title in plain_titles:
        counts[fold(title)] = counts.get(fold(title), 0) + 1
    taken: set[str] = set()
    made: list[str] = []
    for entry, title in zip(entries, plain_titles, strict=True):
        agency = clean_line(entry.agency[1], limit=80)
        several = counts[fold(title)] > 1 and bool(agency) and fold(agency) != fold(title)
        base = f"{title} ({agency})" if several and fold(f"{title} ({agency})") not in taken else title
        count, own = 2, base
        while fold(own) in taken:
            own, count = f"{base} ({count})", count + 1
        taken.add(fold(own))
        made.append(own)
    return made


def _parts(entry: Entry, ident: str, title: str, agency: str, lang: str, phones: Phones) -> list[Part]:
    phone = phones.name_of(entry.phone) if entry.phone else ""
    connect = _CONNECT.get(lang, _CONNECT["en"])
    front = [
        ("id", ident),
        ("title", scalar(phones.named(title))),
        ("theme", entry.theme),
        ("said", _listed(entry.said, phones)),
        ("keywords", _listed(entry.keywords, phones)),
        ("agency", agency),
        ("transfer", f"{{agency: {agency}, phone: {phone}, say: {scalar(connect, in_brackets=True)}}}" if phone and entry.refers else ""),
        ("phones", f"[{phone}]" if phone else ""),
        ("status", "imported"),
        ("external_id", scalar(entry.key)),
    ]  # fmt: skip
    parts = [Part("---", "---\n"), *(Part(key, f"{key}: {value}\n") for key, value in front if value)]
    parts.append(Part("--- end", "---\n"))
    parts.append(Part("## Say", f"## Say\n{phones.named(entry.say) if entry.say else _say(entry, title, lang)}\n"))
    if details := phones.named(markdown(entry.details)):
        parts.append(Part("## Details", f"## Details\n{details}\n"))
    asked = [(clean_line(question), _answer(answer, phones)) for question, answer in entry.asked]
    if pairs := [f"**{question}** {answer}" for question, answer in asked if answer]:
        parts.append(Part("## If asked", "## If asked\n" + "\n\n".join(pairs) + "\n"))
    return parts


def _listed(texts: tuple[str, ...], phones: Phones) -> str:
    words = [scalar(phones.named(clean_line(text, limit=200)), in_brackets=True) for text in texts if text.strip()]
    return f"[{', '.join(dict.fromkeys(words))}]" if words else ""


def _answer(text: str, phones: Phones) -> str:
    """One paragraph: a blank line would end the answer, and two stars would begin another question."""
    return phones.named(" ".join(plain(text).replace("**", "").split()))


def _say(entry: Entry, title: str, lang: str) -> str:
    named, unnamed = _REFER.get(lang, _REFER["en"])
    name = clean_line(plain(entry.agency[1] or title)).rstrip(".")
    spoken = named.replace("{name}", name)
    too_long = len(name.split()) > _LONGEST_NAME or len(spoken.split(". ", maxsplit=1)[0].split()) > WORDS
    odd = any(mark in name for mark in ".!?…*_`[]()#>{}") or any(character.isdigit() for character in name)
    return unnamed if too_long or odd or not entry.phone or not sayable(spoken) else spoken

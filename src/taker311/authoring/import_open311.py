"""`kb import open311`: a city's Open311 services as a source folder that passes the check, again and again.

What belongs to whom is told part by part (import_open311_parts); what was written last is remembered in
`.import-open311.json` inside the folder, which goes with it into version control.
"""

from __future__ import annotations

from pathlib import Path

from taker311.authoring.import_folder import ImportFolder, ImportReport, read_record
from taker311.authoring.import_open311_city import CityOptions, add_agencies, add_below, new_city, phones_of
from taker311.authoring.import_open311_render import SAY, agency_of, script_parts, title_of, topic_parts
from taker311.authoring.import_open311_sources import Found
from taker311.authoring.import_open311_texts import Phones, scalar, slug, unique
from taker311.authoring.import_open311_themes import NAMES, theme_of
from taker311.base.codec import Value
from taker311.base.text import fold
from taker311.crm.model import Service

__all__ = ["RECORD", "ImportReport", "import_open311"]

RECORD = ".import-open311.json"


class _Remembered(Value, frozen=True):
    """Of one service: its topic's id and name, and the parts of both files as the import wrote them last."""

    ident: str
    name: str
    topic: dict[str, str] = {}
    script: dict[str, str] = {}


class _Record(Value, frozen=True):
    version: int = 1
    services: dict[str, _Remembered] = {}
    agencies: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


def import_open311(found: Found, folder: Path, options: CityOptions) -> ImportReport:
    """Writes into `folder` (made where it is missing). Raises UserError where a file of people's can't be read or added to."""
    return _Import(found, folder, options).run()


class _Import:
    def __init__(self, found: Found, folder: Path, options: CityOptions) -> None:
        self._found = found
        self._folder = folder
        self._options = options
        self._report = ImportReport(len(found.services), len(found.definitions), warnings=list(found.warnings))
        self._files = ImportFolder(folder, self._report, "the CRM")
        self._before = read_record(folder / RECORD, _Record)
        self._after: dict[str, _Remembered] = {}
        self._known: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def run(self) -> ImportReport:
        city = self._files.text(self._folder / "city.yaml")
        city = new_city(self._options) if city is None else city
        phones = Phones(phones_of(city))
        titles: set[str] = set()
        names = self._names()
        agencies: dict[str, str] = {}
        for service in self._found.services:
            ident, name = agency_of(service)
            agencies[ident] = phones.named(name)
            theme = theme_of(service)
            self._report.themes[theme] = self._report.themes.get(theme, 0) + 1
            title = title_of(service)
            if fold(title) in titles:
                title = f"{title} ({service.code})"
            titles.add(fold(title))
            self._service(service, names[service.code], title, theme, ident, phones)
        self._drop_gone()
        self._shared_files(city, agencies, phones)
        if self._options.language not in SAY:
            self._report.warnings.append(
                f"the words to say are in English; write them in '{self._options.language}' in the topics."
            )
        record = _Record(services=dict(sorted(self._after.items())), agencies=self._known[0], themes=self._known[1])
        self._files.write(self._folder / RECORD, record)
        return self._report

    def _shared_files(self, city: str, agencies: dict[str, str], phones: Phones) -> None:
        """Adds what the topics and scripts need. What people took out stays out unless a new file needs it."""
        written = "\n".join(
            text for path, text in self._files.texts.items() if path.name not in {"city.yaml", "agencies.yaml"}
        )
        path = self._folder / "city.yaml"
        wanted = {
            name for name in self._report.themes if name not in self._before.themes or f"\ntheme: {name}\n" in written
        }
        written += "\n".join(agencies.values())
        city = add_below(city, "themes", {name: scalar(NAMES[name]) for name in NAMES if name in wanted}, path)
        named = {name: number for name, number in phones.new.items() if f"{{phone:{name}}}" in written}
        entries = {name: f'{{name: "Number in the CRM\'s text", number: {number}}}' for name, number in named.items()}
        self._files.put(path, add_below(city, "phones", entries, path), "themes and phones")
        path = self._folder / "agencies.yaml"
        wanted = {name for name in agencies if name not in self._before.agencies or f": {name}\n" in written}
        self._files.put(
            path, add_agencies(self._files.text(path) or "", {name: agencies[name] for name in wanted}), "agencies"
        )
        self._known = (tuple(sorted(agencies)), tuple(sorted(self._report.themes)))

    # ------------------------------------------------------------ one service
    def _names(self) -> dict[str, str]:
        """service_code -> topic id. A code that was imported before keeps its id."""
        taken = {path.stem.split(".")[0] for path in self._folder.glob("topics/*/*.md")}
        taken |= {path.stem.split(".")[0] for path in self._folder.glob("scripts/*.yaml")}
        names = {code: known.ident for code, known in self._before.services.items()}
        taken |= set(names.values())
        for service in self._found.services:
            if service.code not in names:
                names[service.code] = unique(slug(title_of(service)), taken)
        return names

    def _service(self, service: Service, ident: str, title: str, theme: str, agency: str, phones: Phones) -> None:
        known = self._before.services.get(service.code)
        lang = self._options.language
        definition = self._found.definitions.get(service.code)
        topic = topic_parts(service, ident=ident, title=title, theme=theme, agency=agency, lang=lang, phones=phones)
        script = script_parts(service, definition, ident=ident, agency=agency, lang=lang, phones=phones)
        topic_path = next(
            iter(sorted(self._folder.glob(f"topics/*/{ident}.md"))), self._folder / "topics" / theme / f"{ident}.md"
        )
        script_path = self._folder / "scripts" / f"{ident}.yaml"
        if known and service.metadata and definition is None and self._files.text(script_path) is not None:
            # The definition could not be had this time: that is no reason to take its questions out of the script.
            script_digests = known.script
        else:
            script_digests = self._files.merge(script_path, script, known.script if known else None, is_script=True)
        self._after[service.code] = _Remembered(
            ident=ident,
            name=service.name,
            topic=self._files.merge(topic_path, topic, known.topic if known else None, is_script=False),
            script=script_digests,
        )

    def _drop_gone(self) -> None:
        """Services that the CRM no longer has: files that nobody touched go, the others stay and are told of."""
        fresh = {
            fold(service.name): service.code
            for service in self._found.services
            if service.code not in self._before.services
        }
        for code, known in self._before.services.items():
            if code in self._after:
                continue
            again = fresh.get(fold(known.name))
            if again:
                self._report.warnings.append(
                    f"the service '{known.name}' has a new service_code: {code} is {again} now; move your texts to its new files."
                )
            paths = [(path, known.topic, False) for path in sorted(self._folder.glob(f"topics/*/{known.ident}.md"))]
            paths.append((self._folder / "scripts" / f"{known.ident}.yaml", known.script, True))
            for path, recorded, is_script in paths:
                if not self._files.drop(path, recorded, is_script=is_script):
                    self._after[code] = known
                    self._report.warnings.append(
                        f"{self._files.named(path)}: the CRM no longer has the service {code}, but somebody has written here; "
                        "give it another service or take it out."
                    )

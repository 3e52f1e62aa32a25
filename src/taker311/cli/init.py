"""`taker311 init`: from nothing to a desk on a city's own services: probes, imports, builds, writes the settings, looks."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.text import clean_line

if TYPE_CHECKING:
    from taker311.base.paths import Paths
    from taker311.crm.probe import Probed

HELP = "Sets this desk up: asks the city's CRM what it can do, makes a knowledge base of its services, writes the settings."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--endpoint", default="", metavar="URL", help="the city's Open311 endpoint")
    parser.add_argument("--key-env", default="", metavar="NAME", help="the environment variable that holds the API key")
    parser.add_argument("--keyring", action="store_true", help="put the API key into the system's keyring")
    parser.add_argument(
        "--jurisdiction", default="", metavar="ID", help="jurisdiction_id, where it serves several cities"
    )
    parser.add_argument(
        "--dialect", default="", metavar="NAME", help="a built-in dialect or a file, instead of what probing finds"
    )
    parser.add_argument("--name", default="", help="the city's name")
    parser.add_argument(
        "--languages", default="", metavar="CODES", help="the callers' languages, the CRM's own first: en,es"
    )
    parser.add_argument("--time-zone", default="", metavar="ZONE", help="the city's, as America/New_York")
    parser.add_argument(
        "--kb", type=Path, metavar="PATH", help="a knowledge base that is there already; nothing is imported"
    )
    parser.add_argument("--origin", default="", metavar="URL", help="where the city publishes its knowledge base")
    parser.add_argument("--fingerprint", default="", metavar="WORDS", help="the fingerprint of its signing keys")
    parser.add_argument(
        "--desk-code", default="", metavar="CODE", help="the three characters from the city's list of desks"
    )
    parser.add_argument("--agent", default="", metavar="NAME", help="who signs in first; default: the login name")
    parser.add_argument("--passphrase-fd", type=int, metavar="N", help="read the first agent's passphrase from here")
    parser.add_argument("--yes", action="store_true", help="ask nothing; what no flag says is left at its default")
    parser.add_argument("--force", action="store_true", help="write the settings anew where there are some")


@dataclass(slots=True)
class _Answers:
    """What the desk was told. `key` stays in memory."""

    endpoint: str
    key_env: str
    key: str
    name: str
    languages: tuple[str, ...]
    time_zone: str
    notes: list[str] = field(default_factory=list)


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.files import private_folder, write_atomically
    from taker311.base.paths import find_paths
    from taker311.base.settings import parse_settings

    paths = find_paths()
    file = paths.settings_file
    if file.exists() and not arguments.force:
        raise UserError(f"{file}: this desk is set up already; --force writes its settings anew.")
    if not (arguments.kb or arguments.origin):
        arguments.origin = _typed(
            arguments, "Where the city publishes its knowledge base (empty: make one of the CRM's services)"
        )
    if arguments.origin and not arguments.fingerprint:
        arguments.fingerprint = _typed(arguments, "The fingerprint of the city's signing keys, 16 words")
    if arguments.fingerprint:
        from taker311.sync.fingerprint import read_fingerprint

        read_fingerprint(arguments.fingerprint)
    if bool(arguments.origin) != bool(arguments.fingerprint):
        raise UserError(
            "--origin and --fingerprint come together: nothing is trusted unseen. The city's IT knows both."
        )
    answers = _ask(arguments)
    found = _probed(answers, arguments)
    dialect = arguments.dialect or str(Path(paths.config) / "crm.toml")
    text = _dialect_text(found)
    knowledge = _knowledge(arguments, answers, found, text, paths)
    code = _code(arguments, answers, found)
    settings = _settings_text(arguments, answers, found, dialect=dialect, kb=knowledge, code=code)
    parse_settings(settings, str(file))
    if arguments.keyring and answers.key:
        from taker311.base.apikey import keep_key

        keep_key(found.endpoint, answers.key)
    try:
        private_folder(file.parent)
        if not arguments.dialect:
            write_atomically(Path(dialect), text.encode(), mode=0o644)
        write_atomically(file, settings.encode())
    except OSError as error:
        raise UserError(f"{file}: the settings can't be written there ({error.strerror or error}).") from error
    print(f"{file}: written.")
    _first_slot(arguments, paths, answers.notes)
    for note in answers.notes:
        print(f"note: {note}")
    _look()
    return 0


# ---------------------------------------------------------------- what to know
def _ask(arguments: argparse.Namespace) -> _Answers:
    endpoint = arguments.endpoint or _typed(arguments, "The city's Open311 endpoint (its address)")
    if not endpoint.startswith(("http://", "https://")):
        raise UserError("init: the endpoint is an http or https address; give it with --endpoint.")
    key_env = arguments.key_env or _typed(arguments, "The environment variable with the API key", "TAKER311_API_KEY")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key_env):
        raise UserError("--key-env: this is the NAME of an environment variable; the key itself is never typed here.")
    name = clean_line(arguments.name or _typed(arguments, "The city's name"), limit=80)
    if not name and not (arguments.kb or arguments.origin):
        raise UserError("init: say what the city is called, with --name.")
    languages = arguments.languages or _typed(arguments, "The callers' languages, the CRM's own first", "en")
    codes = tuple(dict.fromkeys(clean_line(code).lower() for code in languages.split(",") if code.strip())) or ("en",)
    if any(not re.fullmatch(r"[a-z]{2,3}", code) for code in codes):
        raise UserError("--languages: two or three small letters each, as en,es.")
    zone = arguments.time_zone or _typed(arguments, "The city's time zone, as America/New_York", "UTC")
    from taker311.cli.kb_import import zone_named

    answers = _Answers(endpoint, key_env, _key(arguments, key_env), name, codes, zone_named(zone))
    if not answers.key:
        answers.notes.append(f"No API key is in {key_env} yet: cases wait in the queue until it is.")
    return answers


def _typed(arguments: argparse.Namespace, question: str, default: str = "") -> str:
    if arguments.yes or not sys.stdin.isatty():
        return default
    try:
        given = input(f"{question}{f' [{default}]' if default else ''}: ")
    except EOFError:
        given = ""
    return clean_line(given, limit=500).strip() or default


def _key(arguments: argparse.Namespace, name: str) -> str:
    import os

    found = os.environ.get(name, "").strip()
    if found or not arguments.keyring or arguments.yes or not sys.stdin.isatty():
        return found
    import getpass

    return getpass.getpass("The API key (it goes into the keyring alone): ").strip()


# ---------------------------------------------------------------- what is found out and made
def _probed(answers: _Answers, arguments: argparse.Namespace) -> Probed:
    from taker311 import __version__
    from taker311.crm.probe import probe
    from taker311.net.http import Http

    print(f"Asking {clean_line(answers.endpoint, limit=200)} what it can do ...", flush=True)
    found = probe(
        Http(f"taker311/{__version__}"), answers.endpoint, key=answers.key, jurisdiction=arguments.jurisdiction
    )
    print(f"{found.endpoint}: {len(found.services)} services, like '{found.base}' ({found.base_why})")
    answers.notes += found.notes
    return found


def _dialect_text(found: Probed) -> str:
    from taker311.crm.dialect_file import dialect_text

    return dialect_text(found, today=datetime.now(UTC).date())


def _knowledge(arguments: argparse.Namespace, answers: _Answers, found: Probed, dialect: str, paths: Paths) -> str:
    """The path of the knowledge base; '' where it is fetched from the city's origin."""
    if arguments.origin:
        answers.notes.append("The knowledge base is not here yet:  taker311 sync  fetches it from the city.")
        return ""
    folder = arguments.kb.absolute() if arguments.kb else Path(paths.data) / "knowledge"
    if not arguments.kb:
        _import(folder, answers, found, dialect, arguments.dialect)
    if folder.is_dir():
        from taker311.cli._city import compiled

        known = compiled(folder, Path(paths.cache))
        if known.notice:
            raise UserError(known.notice)
        bundle = known.bundle
        print(f"{folder}: {len(bundle.knowledge.topics)} topics, {len(bundle.knowledge.scripts)} scripts, built")
        return str(folder)
    from taker311.knowledge.bundle import Bundle

    bundle = Bundle.open(folder)
    print(f"{folder}: version {bundle.version}, {len(bundle.knowledge.topics)} topics")
    return str(folder)


def _import(folder: Path, answers: _Answers, found: Probed, dialect: str, named: str) -> None:
    import tempfile

    from taker311 import __version__
    from taker311.authoring.import_open311 import import_open311
    from taker311.authoring.import_open311_city import CityOptions
    from taker311.authoring.import_open311_sources import from_endpoint
    from taker311.base.files import write_atomically
    from taker311.net.http import Http

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "crm.toml"
        path.write_text(dialect, encoding="utf-8")
        http = Http(f"taker311/{__version__}")
        services = from_endpoint(found.endpoint, http=http, dialect=named or str(path), key=answers.key)
    first = answers.languages[0]
    options = CityOptions(answers.name, answers.time_zone, first, datetime.now(UTC).date())
    report = import_open311(services, folder, options)
    answers.notes += report.warnings[:10]
    city = folder / "city.yaml"
    before = city.read_text(encoding="utf-8")
    after = before.replace(f"languages: [{first}]", f"languages: [{', '.join(answers.languages)}]", 1)
    if after != before:
        write_atomically(city, after.encode(), mode=0o644)


def _code(arguments: argparse.Namespace, answers: _Answers, found: Probed) -> str:
    """The desk's code: as given, as the hub allots it, or '' (drawn by chance at the first start)."""
    from taker311.cases.reference import is_desk_code

    given = clean_line(arguments.desk_code).upper()
    if given and not is_desk_code(given):
        raise UserError("--desk-code: three characters of the city's list, as 1K3.")
    if given or not found.claims_keys or not answers.key:
        return given
    from taker311 import __version__
    from taker311.crm.desk_link import DeskLink
    from taker311.crm.tree import CrmError
    from taker311.net.http import Http

    try:
        code = DeskLink(Http(f"taker311/{__version__}"), found.endpoint, answers.key).code()
    except CrmError as error:
        answers.notes.append(f"The hub allots no desk code ({error}); one is drawn by chance.")
        return ""
    print(f"The hub gave this desk the code {code}.")
    return code


# ---------------------------------------------------------------- what is written
def _settings_text(
    arguments: argparse.Namespace, answers: _Answers, found: Probed, *, dialect: str, kb: str, code: str
) -> str:
    from taker311.crm.dialect_file import toml

    city = [("kb", kb)] if kb else [("origin", arguments.origin), ("fingerprint", clean_line(arguments.fingerprint))]
    desk = [("language", answers.languages[0] if answers.languages[0] in ("en", "es") else "en"), ("code", code)]
    crm: list[tuple[str, object]] = [("endpoint", found.endpoint), ("dialect", dialect), ("key_env", answers.key_env)]
    if found.dialect.jurisdiction:
        crm.append(("jurisdiction", found.dialect.jurisdiction))
    if arguments.keyring:
        crm.append(("key_in_keyring", True))
    lines = [
        f"# Written by taker311 init on {datetime.now(UTC).date().isoformat()}. taker311 config schema lists every setting."
    ]
    for section, values in (("city", city), ("desk", desk), ("crm", crm)):
        lines += [f"[{section}]", *(f"{name} = {toml(value)}" for name, value in values if value != ""), ""]
    return "\n".join(lines)


def _first_slot(arguments: argparse.Namespace, paths: Paths, notes: list[str]) -> None:
    """The first agent's key slot, where somebody is there to choose a passphrase."""
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.cli._start import checked, login_name
    from taker311.cli.sign_in import asker

    agent = clean_line(arguments.agent, limit=40) or login_name()
    slots = KeySlots(paths.seat("main"), SystemClock())
    if slots.exists():
        return
    if arguments.passphrase_fd is None and (arguments.yes or not sys.stdin.isatty()):
        notes.append("Nobody can sign in yet:  taker311 sign-in  makes the first key slot.")
        return
    ask = asker(arguments.passphrase_fd)
    slots.create(agent, checked(ask(f"Choose a passphrase for {agent}, at least eight characters: ")))
    print(f"{agent} can sign in now.")


def _look() -> None:
    """What doctor finds is for a person to see to; the desk is set up all the same."""
    from taker311.cli import doctor

    parser = argparse.ArgumentParser()
    doctor.configure(parser)
    doctor.run(parser.parse_args([]))

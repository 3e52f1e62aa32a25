"""`taker311 crm check`: compares the knowledge base with the CRM's live services."""

from __future__ import annotations

import argparse
import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.base.settings import Settings
    from taker311.crm.client import Open311

HELP = "Compares the knowledge base with the CRM's live services. Exit code 1 where cases would be refused or held."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kb", default="", metavar="PATH", help="a bundle or a source folder; default: the settings'")
    parser.add_argument("--endpoint", default="", metavar="URL", help="default: the settings'")
    parser.add_argument("--dialect", default="", metavar="NAME", help="default: the settings'")
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each difference")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli._city import find_city
    from taker311.crm.catalogue import catalogue_file, fetch_catalogue, keep_catalogue, kept_catalogue
    from taker311.crm.compare import codes_of, compare

    paths = find_paths()
    settings = load_settings(paths.settings_file)
    knowledge = find_city(arguments.kb, settings, paths).bundle.knowledge
    client = client_for(
        settings, endpoint=arguments.endpoint, dialect=arguments.dialect, folder=paths.settings_file.parent
    )
    codes = {code for script in knowledge.scripts for code in codes_of(script)}
    kept = catalogue_file(Path(paths.cache), client.endpoint)
    before = kept_catalogue(kept)
    live = fetch_catalogue(client, datetime.now(UTC), only=codes)
    differences = compare(knowledge, live, before)
    for one in differences:
        if arguments.json:
            print(to_json({**{name: getattr(one, name) for name in one.__struct_fields__}, "weight": one.weight}))
        else:
            where = f"scripts/{one.script}.yaml: " if one.script else ""
            print(f"{where}{one.weight}[{one.kind}]: {one.sentence}")
    with contextlib.suppress(OSError, UserError):
        keep_catalogue(kept, live)
    errors = sum(one.weight == "error" for one in differences)
    if not arguments.json:
        used = len(codes)
        print(
            f"{client.endpoint}: {len(live.services)} services, {used} of them used; {len(differences)} differences, {errors} of them errors"
        )
    return 1 if errors else 0


def client_for(settings: Settings, *, endpoint: str = "", dialect: str = "", folder: Path | None = None) -> Open311:
    """A client of the settings' endpoint. Raises UserError where none is named."""
    from taker311 import __version__
    from taker311.base.apikey import read_key
    from taker311.crm.client import Open311
    from taker311.crm.dialects import load_dialect
    from taker311.net.http import Http

    address = endpoint or settings.crm.endpoint
    if not address:
        raise UserError('No endpoint is set: name one with --endpoint, or in the settings as  [crm] endpoint = "...".')
    chosen = load_dialect(dialect or settings.crm.dialect, jurisdiction=settings.crm.jurisdiction, folder=folder)
    return Open311(Http(f"taker311/{__version__}"), address, chosen, read_key(settings.crm), total_s=30)

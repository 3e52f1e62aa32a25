"""`taker311 kb import ...`: topics and scripts out of what a city already has."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.authoring.import_folder import ImportReport
    from taker311.authoring.import_open311_sources import Found

HELP = "Makes or updates a folder of sources from what a city already has; what people wrote in it is kept."


def configure(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)

    def kind(name: str, line: str, source: str) -> argparse.ArgumentParser:
        made = kinds.add_parser(name, help=line, description=line)
        made.add_argument("source", metavar="SOURCE", help=source)
        made.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the folder of sources")
        made.add_argument("--name", default="", help="the city's name")
        made.add_argument("--time-zone", default="UTC", metavar="ZONE", help="the city's, as America/New_York")
        made.add_argument("--language", default="en", metavar="CODE", help="the language of the texts (default en)")
        made.add_argument("--json", action="store_true", help="print the report as one line of JSON")
        return made

    kind("hsds", "an Open Referral package (HSDS): a folder of CSV tables", "the folder that holds services.csv")
    kind("csv", "a table with a column of titles, one topic a row", "the table")
    line = "an Open311 endpoint, or a folder of its recorded replies"
    open311 = kind("open311", line, "the endpoint's address, or a folder")
    open311.add_argument(
        "--dialect", default="standard", metavar="NAME", help="how the endpoint differs from the standard"
    )
    open311.add_argument(
        "--jurisdiction", default="", metavar="ID", help="jurisdiction_id, where the endpoint serves several cities"
    )
    open311.add_argument(
        "--key-env", default="", metavar="NAME", help="the environment variable with the API key, if reading needs one"
    )


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.source import read_source
    from taker311.cli.kb_check import closing_line

    today = datetime.now(UTC).date()
    report = _imported(arguments, today)
    source = read_source(arguments.output, today=today)
    if arguments.json:
        _print_json(report, source.findings.errors, source.findings.warnings)
    else:
        _print(report, arguments.output)
        for finding in source.findings:
            print(finding)
        print(closing_line(source.findings.errors, source.findings.warnings, source.files))
    return 1 if source.findings.errors else 0


def _imported(arguments: argparse.Namespace, today: date) -> ImportReport:
    from taker311.authoring.import_open311_city import CityOptions
    from taker311.base.text import clean_line

    zone, language = zone_named(arguments.time_zone), _language(arguments.language)

    def options(name: str) -> CityOptions:
        given = clean_line(arguments.name, limit=80)
        return CityOptions(name=given or name, time_zone=zone, language=language, today=today)

    if arguments.kind == "open311":
        from taker311.authoring.import_open311 import import_open311

        found = _found(arguments)
        return import_open311(found, arguments.output, options(found.name))
    from taker311.authoring import import_csv, import_hsds
    from taker311.authoring.import_topics import import_topics

    if arguments.kind == "hsds":
        package = import_hsds.read_package(Path(arguments.source))
        record, source, themes = import_hsds.RECORD, "the package", import_hsds.THEMES
    else:
        package = import_csv.read_table(Path(arguments.source))
        record, source, themes = import_csv.RECORD, "the table", {}
    made = import_topics(
        package.entries, arguments.output, options(package.name), record=record, source=source, themes=themes
    )
    made.warnings[:0] = package.warnings
    return made


def _found(arguments: argparse.Namespace) -> Found:
    from taker311 import __version__
    from taker311.authoring.import_open311_sources import from_endpoint, from_folder
    from taker311.net.http import Http

    if not arguments.source.startswith(("http://", "https://")):
        return from_folder(Path(arguments.source))
    key = os.environ.get(arguments.key_env, "") if arguments.key_env else ""
    if arguments.key_env and not key:
        raise UserError(f"--key-env: the environment variable {arguments.key_env} is not set.")
    http = Http(f"taker311/{__version__}")
    return from_endpoint(
        arguments.source, http=http, dialect=arguments.dialect, jurisdiction=arguments.jurisdiction, key=key
    )


def zone_named(name: str) -> str:
    import zoneinfo

    from taker311.base.text import clean_line, did_you_mean

    zones = zoneinfo.available_timezones()
    if name not in zones:
        raise UserError(
            f"--time-zone: no time zone is called '{clean_line(name, limit=60)}'{did_you_mean(name, tuple(sorted(zones)))}."
        )
    return name


def _language(code: str) -> str:
    if not (code.isascii() and code.isalpha() and code.islower() and 2 <= len(code) <= 3):
        raise UserError("--language: a language is two or three small letters, as en or es.")
    return code


def _print(report: ImportReport, folder: Path) -> None:
    definitions = f", {report.definitions} definitions" if report.definitions else ""
    print(f"{folder}: {report.services:,} services{definitions}")
    print("themes: " + ", ".join(f"{name} {count}" for name, count in sorted(report.themes.items())))
    print(
        f"{len(report.created)} files made, {len(report.updated)} changed, {len(report.removed)} removed, {len(report.kept)} parts kept"
    )
    for title, lines in (
        ("changed", report.updated),
        ("removed", report.removed),
        ("kept", report.kept),
        ("warning", report.warnings),
    ):
        for line in lines:
            print(f"{title}: {line}")


def _print_json(report: ImportReport, errors: int, warnings: int) -> None:
    import json
    from dataclasses import asdict

    print(json.dumps({**asdict(report), "check": {"errors": errors, "warnings": warnings}}))

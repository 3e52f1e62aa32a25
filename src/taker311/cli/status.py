"""`taker311 status REF_OR_NUMBER`: how a case stands, in words for the caller."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.base.words import say, use
from taker311.cli.at_seat import add_seat, add_sign_in, seat_folder, sign_in

if TYPE_CHECKING:
    from taker311.base.paths import Paths
    from taker311.base.settings import Settings
    from taker311.cases.city_cases import CityCases
    from taker311.cases.model import OutboxRow
    from taker311.cases.status import CaseStatus, StatusDesk
    from taker311.crm.client import Open311

HELP = (
    "How a case stands, in words for the caller: asked of the city's system, or as it was seen last when that is away."
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "case", nargs="?", default="", metavar="REF_OR_NUMBER", help="this desk's reference, or the city's number"
    )
    parser.add_argument(
        "--phone", default="", metavar="NUMBER", help="this desk's own cases of a caller; needs the key"
    )
    parser.add_argument("--at", default="", metavar="LAT,LONG", help="open cases around a point")
    parser.add_argument("--place", default="", metavar="TEXT", help="open cases around an address, corner or landmark")
    parser.add_argument("--metres", type=float, default=100.0, metavar="N", help="how far around (default 100)")
    parser.add_argument("--language", default="en", choices=("en", "es"), help="the caller's")
    parser.add_argument("--offline", action="store_true", help="ask nobody; say what was seen last")
    add_seat(parser)
    add_sign_in(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli.crm_probe import point_of

    asked = [name for name in ("case", "phone", "at", "place") if getattr(arguments, name)]
    if len(asked) != 1:
        raise UserError(say("taker311 status: give a reference or number, or --phone, --at or --place."))
    paths = find_paths()
    settings = load_settings(paths.settings_file)
    use(settings.desk.language)
    folder = seat_folder(arguments)
    client = None if arguments.offline else _client(settings, paths)
    cases = cases_seen(settings, paths)
    if asked in (["at"], ["place"]):
        point = point_of(arguments.at) if arguments.at else _point_at(arguments.place, settings, paths)
        if point is None:
            raise UserError(say("--at: a place looks like 42.6526,-70.6100 (latitude, longitude)."))
        return _around(arguments, point, client, cases)
    desk = _desk(folder, client, cases, zone_of(settings, paths))
    if asked == ["case"]:
        found = [desk.look(arguments.case, arguments.language)]
    else:
        found = [desk.of_row(row, arguments.language) for row in _of_phone(arguments, folder)]
        if not found:
            raise UserError(say("No case of this desk has that phone number, as far as it is still kept."), exit_code=1)
    for one in found:
        _print(one, as_json=arguments.json)
    return 0 if any(one.standing != "not-known" for one in found) else 1


def cases_seen(settings: Settings, paths: Paths) -> CityCases:
    """What was seen of the endpoint's cases, in this machine's cache."""
    from taker311.cases.city_cases import CityCases, city_cases_file

    return CityCases(city_cases_file(Path(paths.cache), settings.crm.endpoint))


def zone_of(settings: Settings, paths: Paths) -> tzinfo:
    """The city's time zone, if a knowledge base is set; else UTC."""
    if not settings.city.kb:
        return UTC
    from taker311.cli._city import find_city

    try:
        return ZoneInfo(find_city("", settings, paths).bundle.knowledge.city.time_zone)
    except UserError:
        return UTC


def _client(settings: Settings, paths: Paths) -> Open311 | None:
    if not settings.crm.endpoint:
        return None
    from taker311 import __version__
    from taker311.base.apikey import read_key
    from taker311.crm.client import Open311
    from taker311.crm.dialects import load_dialect
    from taker311.net.http import Http

    dialect = load_dialect(
        settings.crm.dialect, jurisdiction=settings.crm.jurisdiction, folder=paths.settings_file.parent
    )
    key = read_key(settings.crm)
    return Open311(Http(f"taker311/{__version__}"), settings.crm.endpoint, dialect, key, total_s=10)


def _desk(folder: Path, client: Open311 | None, cases: CityCases, zone: tzinfo) -> StatusDesk:
    from taker311.cases.reading import read_rows
    from taker311.cases.status import StatusDesk

    rows = read_rows(folder)
    return StatusDesk(lambda: rows, client, cases, lambda: datetime.now(UTC), zone)


def _of_phone(arguments: argparse.Namespace, folder: Path) -> list[OutboxRow]:
    from taker311.cases.reading import read_case, read_rows
    from taker311.cases.status import same_phone

    unlocked = sign_in(arguments, folder)
    found: list[OutboxRow] = []
    for row in reversed(read_rows(folder)):
        try:
            caller = read_case(folder, row.case_id, unlocked.sealer).caller
        except UserError:
            continue
        if same_phone(caller.phone, arguments.phone):
            found.append(row)
    return found


def _print(one: CaseStatus, *, as_json: bool) -> None:
    from taker311.base.codec import to_json
    from taker311.cases.reference import format_ref

    if as_json:
        print(to_json({name: getattr(one, name) for name in one.__struct_fields__}))
        return
    about = [format_ref(one.ref) if one.ref else "", one.number, one.service]
    print("  ".join(part for part in about if part))
    print(one.words)


def _point_at(text: str, settings: Settings, paths: Paths) -> tuple[float, float]:
    """Where the city's places put it, told on stderr so that nobody takes it for another."""
    from taker311.cli._city import find_city
    from taker311.places.index import PlaceIndex

    bundle = find_city("", settings, paths).bundle
    index = PlaceIndex.open_or_build(Path(paths.cache) / "places", bundle.part_hash("places"), bundle.gazetteer)
    try:
        found = next((one.place for one in index.find(text) if one.place.lat is not None), None)
    finally:
        index.close()
    if found is None or found.lat is None or found.lon is None:
        raise UserError(
            say("--place: '{typed}' is no place that the city's list has.", typed=clean_line(text, limit=80)),
            exit_code=1,
        )
    print(say("Around {place}:", place=found.label), file=sys.stderr)
    return found.lat, found.lon


def _around(arguments: argparse.Namespace, point: tuple[float, float], client: Open311 | None, cases: CityCases) -> int:
    from taker311.base.codec import to_json

    if client is not None:
        codes = sorted({service.code for service in client.services()})
        cases.refresh(client, codes, datetime.now(UTC))
    found = cases.near((), *point, arguments.metres)
    for metres, seen in found:
        case = seen.record
        if arguments.json:
            print(to_json({"metres": round(metres), "case": case, "as_of": seen.at}))
        else:
            name = case.service_name or case.service_code
            made = case.requested.date().isoformat() if case.requested else ""
            print(f"{round(metres):>5} m  {case.request_id}  {name}  {made}  {case.address}".rstrip())
    if not found and not arguments.json:
        print(say("No open case is known there."))
    return 0 if found else 1

"""`taker311 crm probe URL`: asks an endpoint what it can do and writes a first dialect."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError

if TYPE_CHECKING:
    from taker311.crm.probe import Probed

HELP = "Asks an Open311 endpoint what it can do, reading only, and writes a first dialect that says how each line was found."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the endpoint's address, or its discovery's")
    parser.add_argument("--key-env", default="", metavar="NAME", help="the environment variable that holds the API key")
    parser.add_argument(
        "--jurisdiction", default="", metavar="ID", help="jurisdiction_id, where it serves several cities"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where the dialect goes (TOML); else it is printed"
    )
    parser.add_argument(
        "--submit-test", action="store_true", help="send ONE test case, which somebody has to close there"
    )
    parser.add_argument("--service", default="", metavar="CODE", help="the service of the test case")
    parser.add_argument("--at", default="", metavar="LAT,LONG", help="the place of the test case")
    parser.add_argument("--json", action="store_true", help="print what was found as one line of JSON")


def run(arguments: argparse.Namespace) -> int:
    from taker311 import __version__
    from taker311.base.codec import to_json
    from taker311.crm.dialect_file import dialect_text
    from taker311.crm.probe import probe
    from taker311.net.http import Http

    key = key_from(arguments.key_env)
    point = point_of(arguments.at)
    found = probe(Http(f"taker311/{__version__}"), arguments.url, key=key, jurisdiction=arguments.jurisdiction)
    if arguments.submit_test:
        found = _tested(found, key, arguments.service, point)
    text = dialect_text(found, today=datetime.now(UTC).date())
    if arguments.output:
        write_new(arguments.output, text)
    if arguments.json:
        print(to_json(found))
        return 0
    if not arguments.output:
        print(text, end="")
    out = sys.stdout if arguments.output else sys.stderr
    print(f"{found.endpoint}: {len(found.services)} services, like '{found.base}' ({found.base_why})", file=out)
    for note in found.notes:
        print(f"note: {note}", file=out)
    if arguments.output:
        print(f"{arguments.output}: written. For the settings:", file=out)
        print(f'[crm]\nendpoint = "{found.endpoint}"\ndialect = "{arguments.output.absolute()}"', file=out)
    return 0


def key_from(name: str) -> str:
    """The key in the environment variable; '' where none is named. Raises UserError where it isn't set."""
    key = os.environ.get(name, "") if name else ""
    if name and not key:
        raise UserError(f"--key-env: the environment variable {name} is not set.")
    return key


def write_new(path: Path, text: str) -> None:
    from taker311.base.files import write_atomically

    try:
        write_atomically(path, text.encode(), mode=0o644)
    except OSError as error:
        raise UserError(f"{path}: the file can't be written there ({error.strerror or error}).") from error


def point_of(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise UserError("--at: a place looks like 42.6526,-70.6100 (latitude, longitude).") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise UserError("--at: latitude lies between -90 and 90, longitude between -180 and 180.")
    return lat, lon


def _tested(found: Probed, key: str, service: str, point: tuple[float, float] | None) -> Probed:
    from taker311 import __version__
    from taker311.base.clock import SystemClock
    from taker311.base.ids import SystemIds
    from taker311.crm.client import Open311
    from taker311.crm.dialect_file import with_traits
    from taker311.crm.probe_submit import submit_test
    from taker311.net.http import Http

    client = Open311(Http(f"taker311/{__version__}"), found.endpoint, found.dialect, key, total_s=30)
    tested = submit_test(client, found, SystemClock(), SystemIds(), service=service, at=point)
    return with_traits(found, tested.traits, tested.notes)

"""`taker311 kb suggestions`: what calls tell the content owners: answers that were flagged, words that found nothing, words
that led to a topic only on a second try. From this seat, beside its running desk too, or from all desks of a hub."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.codec import Value

if TYPE_CHECKING:
    from taker311.base.paths import Paths
    from taker311.base.settings import Settings
    from taker311.crm.desk_model import Suggestion as HandedIn
    from taker311.knowledge.bundle import Bundle

HELP = (
    "Lists answers that agents flagged, callers' words that found no answer, and words that led to a topic only on a second try, "
    "with who owns the topic. Of a caller's words only the knowledge base's own are in it; nothing changes by itself."
)


class Row(Value, frozen=True):
    """One thing to look into. `kind`: wrong, no-answer, or alias; `desks` that told it, where a hub was asked."""

    kind: str
    topic: str
    owner: str
    text: str
    count: int = 1
    desks: tuple[str, ...] = ()


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli.at_seat import add_seat, add_sign_in

    parser.add_argument("--kb", default="", metavar="PATH", help="a bundle or a source folder; default: the settings'")
    parser.add_argument("--hub", action="store_true", help="what all desks handed in to the hub of the settings")
    parser.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="write what was not handed in yet into FILE, for whoever carries it to the content owners",
    )
    parser.add_argument("--again", action="store_true", help="with --export: also what was handed in before")
    add_seat(parser)
    add_sign_in(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.base.errors import UserError
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.base.text import clean_line
    from taker311.cli._city import find_city

    if arguments.hub and arguments.export:
        raise UserError("--export writes what this seat has; leave --hub out.")
    paths = find_paths()
    settings = load_settings(paths.settings_file)
    bundle = find_city(arguments.kb, settings, paths).bundle
    if arguments.export:
        return _export(arguments, paths, bundle)
    rows = _from_hub(settings, bundle) if arguments.hub else _from_seat(arguments, paths, bundle)
    owner = None
    for row in rows:
        if arguments.json:
            print(to_json(row))
            continue
        if row.owner != owner:
            owner = row.owner
            print(f"{clean_line(owner) or 'without an owner'}:")
        meant = f" -> {clean_line(row.topic)}" if row.topic else ""
        desks = f"  ({', '.join(clean_line(desk) for desk in row.desks)})" if row.desks else ""
        print(f"{row.count:>4}  {row.kind:<10} {clean_line(row.text, limit=400)}{meant}{desks}")
    if not rows and not arguments.json:
        print("Nothing was flagged, and every search led somewhere.")
    return 0


def _handed_in(
    arguments: argparse.Namespace, paths: Paths, bundle: Bundle, *, new: bool
) -> tuple[Path, list[HandedIn]]:
    from taker311.cases.reading_calls import read_calls
    from taker311.cli.at_seat import seat_folder, sign_in
    from taker311.search.cache import open_index
    from taker311.station.handing_in import Done, read_done, waiting

    folder = seat_folder(arguments)
    unlocked = sign_in(arguments, folder)
    vocabulary = open_index(bundle, Path(paths.cache)).vocabulary
    done = read_done(folder) if new else Done()
    return folder, list(waiting(read_calls(folder, unlocked.sealer), done, vocabulary))


def _from_seat(arguments: argparse.Namespace, paths: Paths, bundle: Bundle) -> list[Row]:
    _, found = _handed_in(arguments, paths, bundle, new=False)
    return _rows([("", one) for one in found], bundle)


def _from_hub(settings: Settings, bundle: Bundle) -> list[Row]:
    from taker311 import __version__
    from taker311.base.apikey import read_key
    from taker311.base.errors import UserError
    from taker311.crm.client import Open311
    from taker311.crm.dialects import load_dialect
    from taker311.net.http import Http

    crm = settings.crm
    if not crm.endpoint:
        raise UserError("No hub is set (crm.endpoint), so there is no inbox to look into.")
    dialect = load_dialect(crm.dialect, jurisdiction=crm.jurisdiction)
    client = Open311(Http(f"taker311/{__version__}"), crm.endpoint, dialect, read_key(crm), total_s=15)
    link = client.desk_link()
    if link is None:
        raise UserError(f"{crm.endpoint} keeps no inbox for desks, or no API key is set: use --export at each desk.")
    return _rows([(row.desk, row.suggestion) for row in link.inbox()], bundle)


def _rows(found: list[tuple[str, HandedIn]], bundle: Bundle) -> list[Row]:
    """The same from several calls or desks once, with how often; by owner, flagged answers first."""
    counts = Counter((one.kind, one.topic, one.text) for _, one in found)
    rows = []
    for (kind, topic_id, text), count in counts.items():
        topic = bundle.topic(topic_id) if topic_id else None
        desks = sorted(
            {desk for desk, one in found if desk and (one.kind, one.topic, one.text) == (kind, topic_id, text)}
        )
        named = "alias" if kind == "idea" else kind
        rows.append(Row(named, topic_id, topic.owner if topic else "", text, count, tuple(desks)))
    return sorted(rows, key=lambda row: (row.owner, row.kind != "wrong", -row.count, row.kind, row.text))


def _export(arguments: argparse.Namespace, paths: Paths, bundle: Bundle) -> int:
    from taker311.base.codec import to_json
    from taker311.base.errors import UserError
    from taker311.base.files import write_atomically
    from taker311.station.handing_in import note_done

    folder, found = _handed_in(arguments, paths, bundle, new=not arguments.again)
    try:
        write_atomically(arguments.export, "".join(f"{to_json(one)}\n" for one in found).encode())
    except OSError as error:
        raise UserError(f"{arguments.export}: can't be written ({error.strerror}).") from error
    note_done(folder, [one.id for one in found], ())
    what = "1 thing is" if len(found) == 1 else f"{len(found)} things are"
    print(f"{what} in {arguments.export}; the file holds nothing of a caller but words of the knowledge base's own.")
    return 0

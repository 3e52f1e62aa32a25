"""`taker311 kb pack`: a short knowledge base for an emergency in one signed file that ends by itself."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, time
from pathlib import Path

from taker311.cli._publisher import add_keys, key_folder

HELP = "Makes an emergency pack: chosen topics, bulletins and rumours in one signed file, with an end."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", type=Path, metavar="SOURCE", help="the folder that holds city.yaml, or a built bundle"
    )
    parser.add_argument("--topics", required=True, metavar="ID,ID", help="the topics it holds")
    parser.add_argument("--bulletins", default="", metavar="ID,ID", help="default: all bulletins")
    parser.add_argument("--expires", required=True, type=_end, metavar="DATE", help="its last day (UTC)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="where it is written")
    add_keys(parser)


def _end(text: str) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59, 59), UTC)
    except ValueError:
        raise argparse.ArgumentTypeError("a date looks like 2026-12-31") from None


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.packing import make_pack
    from taker311.cli.kb_publish import built
    from taker311.knowledge.bundle import Bundle, write_bundle
    from taker311.sync.fingerprint import fingerprint_of, in_hex, in_words

    bundle = Bundle.from_bytes(built(arguments.source), str(arguments.source))
    keys = key_folder(arguments, arguments.source)
    topics, bulletins = (
        [one.strip() for one in text.split(",") if one.strip()] for text in (arguments.topics, arguments.bulletins)
    )
    data = make_pack(bundle, topics, bulletins, arguments.expires, keys, datetime.now(UTC))
    write_bundle(arguments.output, data)
    found = fingerprint_of(list(keys.roots().values())[-1])
    print(
        f"{arguments.output}: {len(data):,} bytes, {len(topics)} topics, until {arguments.expires:%Y-%m-%d %H:%M} UTC."
    )
    print(
        f"Whoever opens it types this fingerprint, told by another way than the file:\n  {in_words(found)}\n  {in_hex(found)}"
    )
    return 0

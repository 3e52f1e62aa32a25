"""`taker311 kb from-catalogue TABLE -o DIR`: a minimal knowledge base out of a table of services."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

HELP = "Makes a minimal folder of sources from a table of services: one topic for each label."
_SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("catalogue", type=Path, metavar="CATALOGUE", help="columns label, title, description, keywords")
    parser.add_argument("--said", type=Path, metavar="FILE", help="callers' words: columns query, label")
    parser.add_argument(
        "--lang", default="", metavar="CODE", help="the texts' language; default: guessed from the words"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="a new folder for the sources")


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.catalogue import read_catalogue, write_catalogue
    from taker311.base.errors import UserError

    if arguments.lang and not (arguments.lang.isascii() and arguments.lang.islower() and len(arguments.lang) in (2, 3)):
        raise UserError("--lang: a language is two or three small letters, as en or es.")
    made = read_catalogue(arguments.catalogue, arguments.said, language=arguments.lang)
    write_catalogue(made, arguments.output, name=arguments.output.resolve().name, today=datetime.now(UTC).date())
    for sentence in made.skipped[:_SHOWN]:
        print(f"skipped: {sentence}.", file=sys.stderr)
    if len(made.skipped) > _SHOWN:
        print(f"skipped: {len(made.skipped) - _SHOWN} more rows.", file=sys.stderr)
    wordings = sum(len(one.said) for one in made.drafts)
    print(f"{arguments.output}: {len(made.drafts):,} topics, {wordings:,} wordings, language {made.language}")
    return 0

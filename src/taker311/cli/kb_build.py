"""`taker311 kb build DIR -o FILE`: checks, and compiles into one file for the desks."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

HELP = "Checks a folder of sources and compiles it into one file. The same source gives the same bytes."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds city.yaml")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="where the bundle is written")


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.build import build
    from taker311.authoring.learned_file import read_learned
    from taker311.authoring.source import read_source
    from taker311.cli.kb_check import closing_line
    from taker311.knowledge.bundle import Bundle, write_bundle

    source = read_source(arguments.folder, today=datetime.now(UTC).date())
    for finding in source.findings:
        print(finding, file=sys.stderr)
    if source.knowledge is None:
        print(closing_line(source.findings.errors, source.findings.warnings, source.files), file=sys.stderr)
    data = build(source, read_learned(arguments.folder))
    bundle = Bundle.from_bytes(data)
    write_bundle(arguments.output, data)
    print(
        f"{arguments.output}: version {bundle.version}, {len(data):,} bytes, {len(bundle.knowledge.topics):,} topics, "
        f"{len(bundle.knowledge.scripts):,} scripts, {len(source.gazetteer.addresses):,} addresses"
    )
    return 0

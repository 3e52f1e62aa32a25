"""`taker311 kb check DIR`: everything that is wrong with a knowledge base's source, at once."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

HELP = "Checks a folder of sources and tells every error with its file, line and column. Exit code 1 when there are errors."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds city.yaml")
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each finding")
    parser.add_argument("--hashes", action="store_true", help="print what translations of topics write as source_hash")


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.source import read_source
    from taker311.base.codec import to_json

    source = read_source(arguments.folder, today=datetime.now(UTC).date())
    for finding in source.findings:
        print(to_json(finding) if arguments.json else finding)
    if arguments.hashes and not arguments.json:
        for topic, value in source.hashes.items():
            print(f"{topic}: source_hash: {value}")
    if not arguments.json:
        print(closing_line(source.findings.errors, source.findings.warnings, source.files))
    return 1 if source.findings.errors else 0


def closing_line(errors: int, warnings: int, files: int) -> str:
    return f"{_count(errors, 'error')}, {_count(warnings, 'warning')} in {_count(files, 'file')}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"

"""`taker311 kb publish SOURCE --to REPO`: checks, builds, signs, and writes the folder that desks fetch."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from taker311.cli._publisher import add_keys, key_folder

HELP = "Checks and builds a knowledge base and writes it, signed, into a folder that any web server can serve."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", type=Path, metavar="SOURCE", help="the folder that holds city.yaml, or a built bundle"
    )
    parser.add_argument("--to", type=Path, required=True, metavar="REPO", help="the folder that is served")
    add_keys(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.publish import publish
    from taker311.authoring.publish_repo import Repo
    from taker311.base.codec import to_json

    data = built(arguments.source)
    keys = key_folder(arguments, arguments.source, arguments.to)
    done = publish(data, Repo(arguments.to), keys, datetime.now(UTC))
    if arguments.json:
        print(to_json(done))
        return 0
    if not done.changed:
        print(f"Nothing changed since publication {done.number}; it was signed anew.")
    else:
        sizes = ", ".join(f"{name} {size:,}" for name, size in sorted(done.sizes.items()))
        print(
            f"Publication {done.number}, version {done.version}: {sizes} bytes; {done.deltas} deltas of {done.delta_bytes:,} bytes"
        )
    print(f"Sign again before {done.sign_again:%Y-%m-%d %H:%M} UTC:  taker311 kb re-sign --to {arguments.to}")
    return 0


def built(source: Path) -> bytes:
    """The bundle's bytes from a source folder or a bundle file; findings go to stderr. Raises UserError."""
    from taker311.knowledge.bundle import Bundle

    if source.is_file():
        Bundle.open(source)
        return source.read_bytes()
    from taker311.authoring.build import build
    from taker311.authoring.learned_file import read_learned
    from taker311.authoring.source import read_source
    from taker311.cli.kb_check import closing_line

    read = read_source(source, today=datetime.now(UTC).date())
    for finding in read.findings:
        print(finding, file=sys.stderr)
    if read.knowledge is None:
        print(closing_line(read.findings.errors, read.findings.warnings, read.files), file=sys.stderr)
    if read.knowledge is None and read.without_faulty_drills is not None:
        print("The drills above are left out: what callers are told does not wait for them.", file=sys.stderr)
        read = replace(read, knowledge=read.without_faulty_drills)
    return build(read, read_learned(source))

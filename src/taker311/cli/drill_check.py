"""`taker311 drill check`: whether drills can be passed."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.text import clean_line

HELP = "Checks the drills of a source folder, or one drill file: each is played as it is meant and must reach 100."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._drills import configure_city

    parser.add_argument("what", type=Path, metavar="DIR|FILE", help="a source folder, or one drill's file")
    configure_city(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each finding")


def run(arguments: argparse.Namespace) -> int:
    if arguments.what.is_dir():
        return _folder(arguments.what, as_json=arguments.json)
    if not arguments.what.exists():
        raise UserError(f"{clean_line(str(arguments.what))}: there is no such file or folder; check the path.")
    from taker311.authoring.drill_folder import read_drill_file
    from taker311.cli._drills import Training

    training = Training(arguments.kb)
    begun = time.perf_counter()
    drill = read_drill_file(arguments.what, training.bundle, training.places)
    print(f"{drill.id}: can be played to 100 ({(time.perf_counter() - begun) * 1000:.0f} ms)")
    return 0


def _folder(folder: Path, *, as_json: bool) -> int:
    from taker311.authoring.source import read_source
    from taker311.base.codec import to_json
    from taker311.cli.kb_check import closing_line

    source = read_source(folder)
    for finding in source.findings:
        print(to_json(finding) if as_json else finding)
    if not as_json:
        count = len(source.knowledge.drills) if source.knowledge else 0
        print(
            f"{closing_line(source.findings.errors, source.findings.warnings, source.files)}; {count} drills can be played to 100"
        )
    return 1 if source.findings.errors else 0

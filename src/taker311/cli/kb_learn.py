"""`taker311 kb learn HISTORY`: what past requests teach search, and wordings to review."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.knowledge.model import Knowledge

HELP = (
    "Learns from past requests which words mean which topic, and proposes callers' wordings to review. "
    "Without past requests it learns from the knowledge base's own wordings, so that desks need not."
)
PROPOSED = "said-proposed.txt"
_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "history",
        type=Path,
        nargs="?",
        metavar="HISTORY",
        help="a table: a column text, and one of topic, service, label; without it, the base's own wordings",
    )
    parser.add_argument("--kb", default="", metavar="PATH", help="a source folder or a bundle; default: the settings'")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="where the two files go; default: the source folder, else here"
    )


def run(arguments: argparse.Namespace) -> int:
    from taker311.authoring.learn import read_history, review_text, teach
    from taker311.authoring.learned_file import NAME
    from taker311.base.errors import UserError
    from taker311.base.files import write_atomically
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli._city import find_city

    paths = find_paths()
    known = find_city(arguments.kb, load_settings(paths.settings_file), paths)
    named = Path(arguments.kb) if arguments.kb else None
    folder = arguments.output or (named if named and named.is_dir() else Path())
    made = datetime.now(UTC).date().isoformat()
    if arguments.history is None:
        return _from_own_wordings(known.bundle.knowledge, folder)
    history = read_history(arguments.history, known.bundle.knowledge)
    for sentence in history.skipped[:_SHOWN]:
        print(f"{arguments.history}: skipped {sentence}.", file=sys.stderr)
    if len(history.skipped) > _SHOWN:
        print(f"{arguments.history}: skipped {len(history.skipped) - _SHOWN:,} more rows.", file=sys.stderr)
    source = arguments.history.name
    lesson = teach(history.requests, known.bundle.knowledge, known.bundle.gazetteer(), source=source, made=made)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / NAME, lesson.learned, mode=0o644)
        write_atomically(folder / PROPOSED, review_text(lesson, source=source, made=made).encode(), mode=0o644)
    except OSError as error:
        raise UserError(f"{folder}: nothing can be written there ({error.strerror or error}).") from error
    proposed = sum(len(found) for found in lesson.proposals.values())
    print(
        f"{folder / NAME}: {len(lesson.learned):,} bytes from {lesson.rows:,} requests ({len(history.skipped):,} rows skipped)"
    )
    print(f"{folder / PROPOSED}: {proposed:,} wordings for {len(lesson.proposals):,} topics, to review")
    return 0


def _from_own_wordings(knowledge: Knowledge, folder: Path) -> int:
    """What a desk would learn for itself, learned once where the base is published."""
    from taker311.authoring.learned_file import NAME
    from taker311.base.errors import UserError
    from taker311.base.files import write_atomically
    from taker311.search.index import SearchIndex

    learned = SearchIndex.build(knowledge).learned
    if not learned:
        raise UserError(
            f"{folder}: this base has too many or too few wordings to learn from alone; give past requests."
        )
    try:
        write_atomically(folder / NAME, learned, mode=0o644)
    except OSError as error:
        raise UserError(f"{folder}: nothing can be written there ({error.strerror or error}).") from error
    print(f"{folder / NAME}: {len(learned):,} bytes from the base's own wordings")
    return 0

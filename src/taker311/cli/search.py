"""`taker311 search`: topics by a caller's words, for people, programs and measurements."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.search.index import SearchIndex

HELP = "Finds topics by a caller's words."
_BATCH_LIMIT = 10


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORDS", help="the caller's words")
    parser.add_argument("--kb", default="", metavar="PATH", help="a bundle or a source folder; default: the settings'")
    parser.add_argument("--lang", default="", metavar="CODE", help="the language typed in; default: the city's first")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="at most so many hits (default 10)")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument(
        "--batch", metavar="FILE", help="a query a line (a table's first column); writes a line of JSON each"
    )


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.errors import UserError
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli._city import find_city
    from taker311.search.cache import open_index

    if bool(arguments.words) == bool(arguments.batch):
        raise UserError("Give either a caller's words or --batch FILE; 'taker311 search --help' says more.")
    if not 1 <= arguments.limit <= 1_000:
        raise UserError("--limit: a number from 1 to 1000.")
    paths = find_paths()
    known = find_city(arguments.kb, load_settings(paths.settings_file), paths)
    if known.notice:
        print(known.notice, file=sys.stderr)
    city = known.bundle.knowledge.city
    lang = arguments.lang or city.languages[0]
    if lang not in city.languages:
        raise UserError(f"--lang: this city's languages are {', '.join(city.languages)}.")
    index = open_index(known.bundle, Path(paths.cache))
    external = {topic.id: topic.external_id for topic in known.bundle.knowledge.topics if topic.external_id}
    if arguments.batch:
        return _batch(arguments.batch, _Asked(index, lang, max(arguments.limit, _BATCH_LIMIT), external))
    asked = _Asked(index, lang, arguments.limit, external)
    query = " ".join(arguments.words)
    if arguments.json:
        print(asked.as_json(query))
    else:
        asked.show(query)
    return 0


class _Asked:
    """Queries put to one index."""

    def __init__(self, index: SearchIndex, lang: str, limit: int, external: dict[str, str]) -> None:
        self._index = index
        self._lang = lang
        self._limit = limit
        self._external = external

    def as_json(self, query: str) -> str:
        """{"query", "hits": [{"id", "score", "why", ...}], "cpu_ms"}; as many hits as were asked for where there are so many."""
        import json
        import time

        from taker311.base.text import clean_line

        began = time.process_time()
        hits = self._index.search(query, self._lang, self._limit, fill=True)
        spent = (time.process_time() - began) * 1_000
        shown = [
            {
                "id": hit.id,
                "score": hit.score,
                "why": hit.why or hit.title,
                "kind": hit.kind,
                "title": hit.title,
                "words": list(hit.words),
                **({"external_id": self._external[hit.id]} if hit.kind == "topic" and hit.id in self._external else {}),
            }
            for hit in hits
        ]
        cleaned = clean_line(query, limit=20_000)
        return json.dumps({"query": cleaned, "hits": shown, "cpu_ms": round(spent, 3)}, ensure_ascii=False)

    def show(self, query: str) -> None:
        heard = self._index.emergency(query, self._lang)
        if heard:
            print(f"911: '{heard.matched}'")
        hits = self._index.search(query, self._lang, self._limit)
        for hit in hits:
            mark = "" if hit.kind == "topic" else f" [{hit.kind}]"
            print(f"{hit.id}{mark}  {hit.title}" + (f'  ("{hit.why}")' if hit.why else ""))
        if not hits:
            print("Nothing fits these words.")


def _batch(path: str, asked: _Asked) -> int:
    from taker311.base.errors import UserError

    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"{path}: this file can't be read ({error.strerror or error}); check the path.") from error
    lines = data.decode("utf-8", errors="replace").removeprefix("\ufeff").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    for line in lines:
        print(asked.as_json(line.removesuffix("\r").split("\t")[0]))
    return 0

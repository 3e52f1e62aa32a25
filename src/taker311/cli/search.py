"""`taker311 search`: topics by a caller's words, for people, programs and measurements."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.words import say, use

if TYPE_CHECKING:
    from taker311.knowledge.bundle import Bundle
    from taker311.search.index import SearchIndex
    from taker311.search.model import Hit

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
    from taker311.knowledge.bundle import Bundle
    from taker311.search.cache import open_index

    if bool(arguments.words) == bool(arguments.batch):
        raise UserError(say("Give either a caller's words or --batch FILE; 'taker311 search --help' says more."))
    if not 1 <= arguments.limit <= 1_000:
        raise UserError(say("--limit: a number from 1 to 1000."))
    if not arguments.batch:
        gc.disable()  # all that is made here stays until the end, which is soon
    paths = find_paths()
    settings = load_settings(paths.settings_file)
    use(settings.desk.language)
    # Where the index is kept already, the topics themselves are asked for only what `--json` says of a hit.
    known = find_city(arguments.kb, settings, paths, Bundle.glance)
    if known.notice:
        print(known.notice, file=sys.stderr)
    city = known.bundle.city
    lang = arguments.lang or city.languages[0]
    if lang not in city.languages:
        raise UserError(say("--lang: this city's languages are {languages}.", languages=", ".join(city.languages)))
    index = open_index(known.bundle, Path(paths.cache))
    if arguments.batch:
        return _batch(arguments.batch, _Asked(index, lang, max(arguments.limit, _BATCH_LIMIT), known.bundle))
    asked = _Asked(index, lang, arguments.limit, known.bundle)
    query = " ".join(arguments.words)
    if arguments.json:
        print(asked.as_json(query))
    else:
        asked.show(query)
    return 0


class _Asked:
    """Queries put to one index."""

    def __init__(self, index: SearchIndex, lang: str, limit: int, bundle: Bundle) -> None:
        self._index = index
        self._lang = lang
        self._limit = limit
        self._bundle = bundle

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
                **self._external_id(hit),
            }
            for hit in hits
        ]
        cleaned = clean_line(query, limit=20_000)
        return json.dumps({"query": cleaned, "hits": shown, "cpu_ms": round(spent, 3)}, ensure_ascii=False)

    def _external_id(self, hit: Hit) -> dict[str, str]:
        topic = self._bundle.topic(hit.id) if hit.kind == "topic" else None
        return {"external_id": topic.external_id} if topic and topic.external_id else {}

    def show(self, query: str) -> None:
        heard = self._index.emergency(query, self._lang)
        if heard:
            print(f"911: '{heard.matched}'")
        hits = self._index.search(query, self._lang, self._limit)
        for hit in hits:
            mark = "" if hit.kind == "topic" else f" [{_kind(hit)}]"
            print(f"{hit.id}{mark}  {hit.title}" + (f'  ("{hit.why}")' if hit.why else ""))
        if not hits:
            print(say("Nothing fits these words."))


def _kind(hit: Hit) -> str:
    from taker311.call.shown import MARKS

    return say(MARKS[hit.kind])


def _batch(path: str, asked: _Asked) -> int:
    from taker311.base.errors import UserError

    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UserError(
            say("{path}: this file can't be read ({why}); check the path.", path=path, why=error.strerror or error)
        ) from error
    lines = data.decode("utf-8", errors="replace").removeprefix("\ufeff").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    for line in lines:
        print(asked.as_json(line.removesuffix("\r").split("\t")[0]))
    return 0

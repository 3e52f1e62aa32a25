"""What else could rank topics by a caller's words: each peer sees the same texts as our index and gives topic ids, best first."""

from __future__ import annotations

import importlib.util
import math
import re
import shutil
import sqlite3
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Protocol

from rapidfuzz import fuzz, process

_WORD = re.compile(r"\w+")


class Peer(Protocol):
    def __call__(self, query: str) -> list[str]: ...


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _by_phrase(scorer: Callable[..., float]) -> Callable[[Sequence[tuple[str, str]]], Peer]:
    def make(texts: Sequence[tuple[str, str]]) -> Peer:
        phrases = [text.lower() for text, _ in texts]

        def rank(query: str) -> list[str]:
            best: dict[str, float] = {}
            for _, score, at in process.extract(query.lower(), phrases, scorer=scorer, limit=200):
                best[texts[at][1]] = max(score, best.get(texts[at][1], 0.0))
            return sorted(best, key=lambda topic: (-best[topic], topic))

        return rank

    return make


def fts5(texts: Sequence[tuple[str, str]]) -> Peer:
    """SQLite FTS5: one row for each topic, porter, any of the words, the last one as a prefix, bm25."""
    pooled: dict[str, list[str]] = defaultdict(list)
    for text, topic in texts:
        pooled[topic].append(text)
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(id UNINDEXED, body, tokenize='porter unicode61', prefix='2 3')")
    base.executemany("INSERT INTO t VALUES (?, ?)", [(topic, " ".join(parts)) for topic, parts in pooled.items()])

    def rank(query: str) -> list[str]:
        words = _words(query)
        if not words:
            return []
        asked = " OR ".join([*(f'"{word}"' for word in words), f'"{words[-1]}"*'])
        return [row[0] for row in base.execute("SELECT id FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT 10", (asked,))]

    return rank


def naive_bayes(texts: Sequence[tuple[str, str]]) -> Peer:
    """Multinomial naive Bayes over words, add-.1 smoothing, trained on the same texts."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows: Counter[str] = Counter()
    for text, topic in texts:
        counts[topic].update(_words(text))
        rows[topic] += 1
    known = {word for count in counts.values() for word in count}
    total = sum(rows.values())
    sums = {topic: sum(count.values()) + 0.1 * len(known) for topic, count in counts.items()}

    def rank(query: str) -> list[str]:
        words = [word for word in _words(query) if word in known]
        scores = {
            topic: math.log(rows[topic] / total) + sum(math.log((count[word] + 0.1) / sums[topic]) for word in words)
            for topic, count in counts.items()
        }
        return sorted(scores, key=lambda topic: (-scores[topic], topic))[:10]

    return rank


def tantivy(texts: Sequence[tuple[str, str]]) -> Peer:
    import tantivy as engine  # type: ignore[import-not-found]

    builder = engine.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("body", tokenizer_name="en_stem")
    index = engine.Index(builder.build())
    pooled: dict[str, list[str]] = defaultdict(list)
    for text, topic in texts:
        pooled[topic].append(text)
    writer = index.writer()
    for topic, parts in pooled.items():
        writer.add_document(engine.Document(id=topic, body=" ".join(parts)))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def rank(query: str) -> list[str]:
        words = _words(query)
        if not words:
            return []
        asked = index.parse_query(" ".join(words), ["body"])
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(asked, 10).hits]

    return rank


def fzf(texts: Sequence[tuple[str, str]]) -> Peer:
    lines = "\n".join(" ".join(text.split()) + "\t" + topic for text, topic in texts)

    def rank(query: str) -> list[str]:
        done = subprocess.run(
            ["fzf", "--filter", query, "--delimiter", "\t", "--nth", "1"], input=lines, capture_output=True, text=True, check=False
        )  # fmt: skip
        return list(dict.fromkeys(line.rsplit("\t", 1)[1] for line in done.stdout.splitlines() if "\t" in line))[:10]

    return rank


PEERS: dict[str, Callable[[Sequence[tuple[str, str]]], Peer]] = {
    "rapidfuzz WRatio": _by_phrase(fuzz.WRatio),
    "rapidfuzz token_set": _by_phrase(fuzz.token_set_ratio),
    "SQLite FTS5": fts5,
    "naive Bayes": naive_bayes,
    "tantivy": tantivy,
    "fzf": fzf,
}


def missing(name: str) -> bool:
    """True for a peer that is not installed here; its row then says so."""
    if name == "tantivy":
        return importlib.util.find_spec("tantivy") is None
    return name == "fzf" and shutil.which("fzf") is None

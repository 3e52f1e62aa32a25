"""How fast and how large search is, key by key, at 3,600 and 50,000 made topics and on 4,089 real services. One line of JSON.

python benchmarks/search_speed.py            3,600 topics, with what a publisher's machine learns of them, and Miami
python benchmarks/search_speed.py --large    50,000 topics as well (about two minutes)
python benchmarks/search_speed.py --quick    3,600 topics without learning
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from _search_made import MANGLED, city, initials, made
from _search_sets import shared

from taker311.knowledge.model import Knowledge, Topic, TopicText
from taker311.search.index import SearchIndex
from taker311.search.learning import counted, learn, wordings

ASKED = 150  # titles, each mangled in every way


def keys(texts: list[str]) -> list[str]:
    """What stands in the box after each key."""
    return [text[:n] for text in texts for n in range(1, len(text) + 1)]


def percentiles(index: SearchIndex, typed: list[str]) -> dict[str, float]:
    """CPU milliseconds a key; the memory of words is emptied by loading the index anew before."""
    spent = []
    gc.collect()
    for text in typed:
        began = time.process_time()
        index.search(text)
        index.emergency(text, "en")
        spent.append((time.process_time() - began) * 1_000)
    spent.sort()
    return {f"p{p}": round(spent[min(len(spent) - 1, int(len(spent) * p / 100))], 2) for p in (50, 95, 99)} | {
        "keys": len(spent)
    }


def resident_mib(index_file: str) -> float:
    """What a process grows by when it loads the index and answers, in MiB."""
    program = (
        "import sys, gc\n"
        "from pathlib import Path\n"
        "from taker311.search.index import SearchIndex\n"
        "import snowballstemmer, jellyfish, rapidfuzz.process, rapidfuzz.distance\n"
        "SearchIndex.from_bytes(Path(sys.argv[2]).read_bytes()).search('pothole in the street')\n"
        "gc.collect()\n"
        "rss = lambda: int([l for l in open('/proc/self/status') if l.startswith('VmRSS')][0].split()[1])\n"
        "before = rss()\n"
        "index = SearchIndex.from_bytes(Path(sys.argv[1]).read_bytes())\n"
        "[index.search(q) for q in ('a', 'st', 'broken street light', 'noise', 'abandoned vehcle')]\n"
        "gc.collect()\n"
        "print((rss() - before) / 1024)\n"
    )
    tiny = SearchIndex.build(Knowledge(city=city(), agencies=(), topics=made(20).knowledge.topics, scripts=()))
    with tempfile.NamedTemporaryFile(suffix=".index") as small:
        small.write(tiny.to_bytes())
        small.flush()
        done = subprocess.run(
            [sys.executable, "-c", program, index_file, small.name], capture_output=True, text=True, check=True
        )
    return round(float(done.stdout), 1)


def timed(what: Callable[[], SearchIndex]) -> tuple[SearchIndex, float]:
    began = time.process_time()
    index = what()
    return index, time.process_time() - began


def loaded(index: SearchIndex) -> tuple[SearchIndex, dict[str, object]]:
    data = index.to_bytes()
    fastest = min(timed(lambda: SearchIndex.from_bytes(data))[1] for _ in range(5))
    again = SearchIndex.from_bytes(data)
    with tempfile.NamedTemporaryFile(suffix=".index") as file:
        file.write(data)
        file.flush()
        memory = resident_mib(file.name) if sys.platform == "linux" else None
    return again, {"load ms": round(fastest * 1_000, 1), "bytes": len(data), "memory MiB": memory}


def made_topics(size: int, *, learning: bool) -> dict[str, object]:
    base, chance = made(size), random.Random(1)
    report: dict[str, object] = {}
    part = b""
    if learning:
        import zstandard

        began = time.process_time()
        found = [(counted(text, lang), topic) for text, lang, topic in wordings(base.knowledge)]
        part = learn(found, [topic.id for topic in base.knowledge.topics], source="made", made="2026-11-25")
        report["learn s"] = round(time.process_time() - began, 1)
        report["learned bytes, compressed"] = len(zstandard.ZstdCompressor(level=19).compress(part))
    index, spent = timed(lambda: SearchIndex.build(base.knowledge, part))
    report["build s"] = round(spent, 2)
    index, figures = loaded(index)
    report |= figures
    chosen = chance.sample(range(size), ASKED)
    shared_by = Counter(initials(title, chance) for title in base.titles)
    alone = [number for number, title in enumerate(base.titles) if shared_by[initials(title, chance)] == 1]
    quality: dict[str, object] = {}
    typed: list[str] = []
    ways = [(name, mangle, chosen) for name, mangle in {**MANGLED, "initials": initials}.items()]
    ways.append(("initials that no other title has", initials, chance.sample(alone, min(ASKED, len(alone)))))
    for name, mangle, numbers in ways:
        asked = [mangle(base.titles[number], chance) for number in numbers]
        found_ids = [[hit.id for hit in index.search(text if name == "half-typed" else text + " ")] for text in asked]
        ids = [f"t{number:05d}" for number in numbers]
        quality[name] = {
            "top1": round(sum(f[:1] == [i] for f, i in zip(found_ids, ids, strict=True)) / len(ids), 3),
            "top5": round(sum(i in f[:5] for f, i in zip(found_ids, ids, strict=True)) / len(ids), 3),
        }
        typed += asked[:30]
    report["found"] = quality
    report["CPU ms a key"] = percentiles(index, keys(typed))
    return report


def miami() -> dict[str, object]:
    """Real services with their real, long descriptions; typed are their names, with a slip."""
    csv.field_size_limit(10_000_000)
    with (shared() / "hsds" / "miami" / "services.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["name"].strip()]
    topics = tuple(
        Topic(id=f"s{row['id']}", theme="all", agency="city", reviewed=date(2026, 1, 1),
              texts={"en": TopicText(title=row["name"].strip(), details=row["description"])})
        for row in sorted(rows, key=lambda row: row["id"])
    )  # fmt: skip
    index, spent = timed(lambda: SearchIndex.build(Knowledge(city=city(), agencies=(), topics=topics, scripts=())))
    index, figures = loaded(index)
    chance = random.Random(2)
    typed = [" ".join(topic.texts["en"].title.lower().split()[:5]) for topic in chance.sample(topics, 60)]
    return {
        "topics": len(topics),
        "build s": round(spent, 2),
        **figures,
        "CPU ms a key": percentiles(index, keys(typed)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--large", action="store_true")
    arguments = parser.parse_args()
    report: dict[str, object] = {"benchmark": "search_speed"}
    report["3,600 made topics"] = made_topics(3_600, learning=not arguments.quick)
    if not arguments.quick:
        report["Miami's services"] = miami()
    if arguments.large:
        report["50,000 made topics"] = made_topics(50_000, learning=False)
    print(json.dumps(report))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()

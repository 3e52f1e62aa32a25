"""How well search finds what citizens mean, side by side with its peers in one run. Prints one line of JSON.

python benchmarks/search_quality.py                 four sets, five folds inside each dev half, with and without `said`
python benchmarks/search_quality.py --set NAME      one set
python benchmarks/search_quality.py --quick         at most 60 queries a set
python benchmarks/search_quality.py --fit           one round over the fitted weights, best value of each
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence

from _search_peers import PEERS, missing
from _search_sets import SETS, VARIANTS, Fold, folds

from taker311.search import weights
from taker311.search.index import SearchIndex

FITTED = ("LEXICAL", "LEXICAL_FEW", "COVERAGE", "COVERAGE_FEW", "WORDINGS", "LEARNED", "TRUST_SLIP", "TRUST_CUT")
TRIED = (0.5, 0.7, 1.4, 2.0)


class Tally:
    """Ranks of the right topic; 0 where it is not among the hits."""

    def __init__(self) -> None:
        self.ranks: list[int] = []

    def add(self, found: Sequence[str], right: str) -> None:
        self.ranks.append(found.index(right) + 1 if right in found else 0)

    def figures(self) -> dict[str, float]:
        n = len(self.ranks) or 1
        figures: dict[str, float] = {
            f"top{k}": round(sum(0 < rank <= k for rank in self.ranks) / n, 4) for k in (1, 3, 5)
        }
        figures["mrr"] = round(sum(1 / rank for rank in self.ranks if rank) / n, 4)
        return figures


def picked(queries: list[tuple[str, str]], most: int) -> list[tuple[str, str]]:
    """At most so many, spread evenly over the set."""
    step = max(1, len(queries) / most)
    return [queries[int(i * step)] for i in range(min(most, len(queries)))]


def measure(made: list[Fold], most: int, variants: Sequence[str]) -> dict[str, dict[str, dict[str, float]] | str]:
    """engine -> variant -> figures, every engine on the same queries of the same folds."""
    tallies: dict[str, dict[str, Tally]] = {name: {v: Tally() for v in variants} for name in ("taker311", *PEERS)}
    for fold in made:
        index = SearchIndex.build(fold.knowledge)
        texts = fold.texts()
        engines: dict[str, Callable[[str], list[str]]] = {
            "taker311": lambda query, index=index, lang=fold.lang: [hit.id for hit in index.search(query, lang)]
        }
        engines |= {name: make(texts) for name, make in PEERS.items() if not missing(name)}
        for query, right in picked(fold.queries, -(-most // len(made))):
            for variant in variants:
                asked = VARIANTS[variant](query)
                for name, rank in engines.items():
                    tallies[name][variant].add(rank(asked)[:10], right)
    return {
        name: "not installed" if missing(name) else {v: tally.figures() for v, tally in by_variant.items()}
        for name, by_variant in tallies.items()
    }


def fit(names: Sequence[str], most: int) -> dict[str, object]:
    """For each fitted weight the multiple that does best while the others stand; 1.0 means: leave it."""
    base = []
    for name in names:
        for fold in folds(name):
            index = SearchIndex.build(fold.knowledge)
            base.append((name, index.to_bytes(), fold, picked(fold.queries, -(-most // 5))))

    def worth() -> float:
        by_set: dict[str, list[float]] = {}
        for name, data, fold, queries in base:
            index = SearchIndex.from_bytes(data)
            for query, right in queries:
                for variant, change in VARIANTS.items():
                    if variant != "capitals":
                        found = [hit.id for hit in index.search(change(query), fold.lang, 5)]
                        share = 1.0 if variant == "whole" else 0.3
                        by_set.setdefault(name, []).append(share * ((found[:1] == [right]) + 0.7 * (right in found)))
        return sum(sum(one) / len(one) for one in by_set.values()) / len(by_set)

    now = worth()
    found: dict[str, object] = {"worth": round(now, 5)}
    for weight in FITTED:
        value = getattr(weights, weight)
        tried = {1.0: now}
        for multiple in TRIED:
            setattr(weights, weight, value * multiple)
            tried[multiple] = worth()
        setattr(weights, weight, value)
        found[weight] = {"value": value, "best multiple": max(tried, key=lambda m: tried[m]),
                         "worth by multiple": {str(m): round(w, 5) for m, w in sorted(tried.items())}}  # fmt: skip
        print(weight, found[weight], file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=SETS, action="append", dest="sets")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--most", type=int, default=0, metavar="N", help="queries of a set (default 300)")
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    names = arguments.sets or SETS
    most = arguments.most or (60 if arguments.quick else 300)
    began = time.process_time()
    if arguments.fit:
        print(json.dumps(fit(names, most)))
        return
    report: dict[str, object] = {"benchmark": "search_quality", "queries a set": most, "sets": {}}
    sets: dict[str, object] = {}
    for name in names:
        sets[name] = {
            "with said, five folds": measure(folds(name), most, list(VARIANTS)),
            "without said": measure(folds(name, said=False), most, ["whole", "typo"]),
        }
        print(f"{name}: done", file=sys.stderr, flush=True)
    report["sets"] = sets
    report["cpu seconds"] = round(time.process_time() - began, 1)
    print(json.dumps(report))


if __name__ == "__main__":
    main()

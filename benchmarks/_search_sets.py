"""The public sets of citizens' words, their folds, and what happens to a query on its way from the head to the keyboard."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from _search_made import city

from taker311.authoring.catalogue import draft, read_table, topics
from taker311.knowledge.model import Knowledge

SETS = ("newhaven_core", "kit_questions", "fixmystreet_names", "konstanz_de")
FOLDS = 5


@dataclass(frozen=True)
class Fold:
    """A knowledge base, the queries that it has not seen, and for each the id of its topic."""

    knowledge: Knowledge
    lang: str
    queries: list[tuple[str, str]]

    def texts(self) -> list[tuple[str, str]]:
        """(text, topic id): what the peers index, the same words that our index is built from."""
        found = []
        for topic in self.knowledge.topics:
            text = topic.texts[self.lang]
            own = (text.title, *text.said, " ".join(text.keywords), text.details)
            found.extend((one, topic.id) for one in own if one.strip())
        return found


def shared() -> Path:
    folder = (
        Path(os.environ.get("TAKER311_SHARED") or Path(__file__).resolve().parent.parent.parent / "shared") / "data"
    )
    if not folder.is_dir():
        raise SystemExit(f"The public sets are not here ({folder}); set TAKER311_SHARED to the folder that holds them.")
    return folder


def fold_of(query: str) -> int:
    return int(hashlib.md5(b"fold" + query.encode()).hexdigest(), 16) % FOLDS  # noqa: S324  no secret, only a split


def folds(name: str, *, said: bool = True) -> list[Fold]:
    """Five folds of the dev half, each with the other four's queries as `said`; without `said` one with all the queries."""
    folder = shared() / "search" / name
    catalogue, dev = (
        read_table(folder / "catalogue.tsv", ("label",)),
        read_table(folder / "dev.tsv", ("query", "label")),
    )
    made = []
    for number in range(FOLDS if said else 1):
        seen = [row for row in dev if fold_of(row[1]["query"]) != number] if said else []
        held = [row for row in dev if not said or fold_of(row[1]["query"]) == number]
        drafted = draft(catalogue, seen)
        ids = {one.label: one.id for one in drafted.drafts}
        knowledge = Knowledge(city=city((drafted.language,)), agencies=(), topics=topics(drafted), scripts=())
        queries = [(row["query"].strip(), ids[row["label"].strip()]) for _, row in held if row["query"].strip()]
        made.append(Fold(knowledge, drafted.language, queries))
    return made


def _chance(query: str, kind: str) -> random.Random:
    return random.Random(hashlib.md5((kind + query).encode()).hexdigest())  # noqa: S324  the same noise in every run


def whole(query: str) -> str:
    return query


def typo(query: str) -> str:
    """One slip in one word of four letters or more, not on its first or last: lost, wrong, one too many, two swapped."""
    chance, words = _chance(query, "typo"), query.split()
    fit = [i for i, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not fit:
        return query
    at = chance.choice(fit)
    word, place, kind = words[at], chance.randrange(1, len(words[at]) - 1), chance.randrange(4)
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    if kind == 0:
        word = word[:place] + word[place + 1 :]
    elif kind == 1:
        word = word[:place] + letter + word[place + 1 :]
    elif kind == 2:
        word = word[:place] + letter + word[place:]
    elif place + 1 < len(word) - 1:
        word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    else:
        word = word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
    words[at] = word
    return " ".join(words)


def joined(query: str) -> str:
    """Two neighbours run together, or a word of six letters or more taken apart."""
    chance, words = _chance(query, "join"), query.split()
    long = [i for i, word in enumerate(words) if len(word) >= 6 and word.isalpha()]
    if len(words) > 1 and (not long or chance.random() < 0.5):
        at = chance.randrange(len(words) - 1)
        return " ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]])
    if not long:
        return query
    at = chance.choice(long)
    cut = chance.randrange(3, len(words[at]) - 2)
    return " ".join([*words[:at], words[at][:cut], words[at][cut:], *words[at + 1 :]])


def half_typed(query: str) -> str:
    words = query.split()
    return " ".join([*words[:-1], words[-1][: max(2, (len(words[-1]) + 1) // 2)]])


def at_60_percent(query: str) -> str:
    return query[: max(1, round(len(query) * 0.6))]


VARIANTS: dict[str, Callable[[str], str]] = {
    "whole": whole,
    "typo": typo,
    "joined or split": joined,
    "capitals": str.upper,
    "half-typed last word": half_typed,
    "60 % typed": at_60_percent,
}

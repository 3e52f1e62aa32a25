"""`kb learn`: what past requests teach search, and the callers' wordings they propose; never a caller's own data.

A feature needs five rows and a proposed wording three; words of personal data enter neither (`private_words`).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from taker311.authoring.catalogue import read_table
from taker311.authoring.private_words import PrivateWords, public_words
from taker311.base.errors import UserError
from taker311.base.text import clean_line, fold
from taker311.knowledge.model import Gazetteer, Knowledge
from taker311.search.features import features
from taker311.search.learning import counted, learn, wordings
from taker311.search.words import is_filler, split, spoken, stem

FEATURE_ROWS, PHRASE_ROWS = 5, 3
# A proposed wording stands for its topic in so many of the rows that hold it.
PHRASE_SHARE = 0.6
MOST_PROPOSED, MOST_PHRASE_WORDS = 12, 6
# So many rows teach at most, evenly by topic: beyond that the answers hardly change and the training takes minutes.
MOST_ROWS = 60_000
_TEXT = ("text", "description", "words", "query", "comment")
_TOPIC = ("topic", "service", "service_code", "service_name", "label", "category")


class Request(NamedTuple):
    """A past request's words and the topic it was about."""

    text: str
    topic: str


class Proposal(NamedTuple):
    """A wording for a topic's `said`: it stands in `rows` of that topic's requests and in `all_rows` of everybody's."""

    phrase: str
    rows: int
    all_rows: int


@dataclass(slots=True)
class History:
    requests: list[Request] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # "line 12: ..." sentences


@dataclass(slots=True)
class Lesson:
    """`learned` is the bundle's part; `proposals` by topic id, the best first."""

    learned: bytes
    proposals: dict[str, list[Proposal]]
    rows: int


def read_history(path: Path, knowledge: Knowledge) -> History:
    """A table with a column of text and one of topic, service or label. Raises UserError where it has none of them; a row that
    can't be used is skipped and told with its line."""
    rows = read_table(path, ())
    columns = set(rows[0][1]) if rows else set()
    text_column = next((name for name in _TEXT if name in columns), "")
    topic_columns = [name for name in _TOPIC if name in columns]
    if not rows:
        raise UserError(f"{path}: there is no row below the heading; nothing was learned.")
    if not text_column or not topic_columns:
        raise UserError(
            f"{path}:1: the heading needs a column 'text' and a column 'topic' or 'service'; it has {', '.join(sorted(columns))[:200]}."
        )
    known = _topics_by_name(knowledge)
    history = History()
    for line, row in rows:
        text = clean_line(row.get(text_column, ""), limit=4_000)
        named = next((row[name] for name in topic_columns if row.get(name, "").strip()), "")
        found = known.get(fold(clean_line(named, limit=300)), set())
        if not split(text):
            history.skipped.append(f"line {line}: no words in '{text_column}'")
        elif not named:
            history.skipped.append(f"line {line}: no topic or service")
        elif len(found) != 1:
            what = "belongs to several topics" if found else "is no topic, service or label of this base"
            history.skipped.append(f"line {line}: '{clean_line(named, limit=40)}' {what}")
        else:
            history.requests.append(Request(text, next(iter(found))))
    return history


def _topics_by_name(knowledge: Knowledge) -> dict[str, set[str]]:
    """Everything by which a CRM may call a topic, folded -> topic ids."""
    services = {
        script.id: {script.service, *(route.service for route in script.routes)} - {""} for script in knowledge.scripts
    }
    known: dict[str, set[str]] = defaultdict(set)
    for topic in knowledge.topics:
        known[fold(topic.external_id)].add(topic.id)
        for text in topic.texts.values():
            known[fold(text.title)].add(topic.id)
        for service in services.get(topic.script, ()):
            known[fold(service)].add(topic.id)
    for topic in knowledge.topics:
        known[topic.id] = {topic.id}
    known.pop("", None)
    return known


def teach(requests: Sequence[Request], knowledge: Knowledge, gazetteer: Gazetteer, *, source: str, made: str) -> Lesson:
    """Learns from the base's own wordings and from `requests`; `made` is the day as text. The same input gives the same bytes."""
    first = knowledge.city.languages[0]
    public = public_words(knowledge)
    private = PrivateWords(public, gazetteer, first)
    private.study(request.text for request in requests)
    read = [(private.words(request.text), request.topic) for request in requests]
    rows_of_word = Counter(word for words, _ in read for word in {word for word in words if word})
    runs = [
        (_runs(words, lambda word: word in public or rows_of_word[word] >= FEATURE_ROWS), topic)
        for words, topic in read
    ]
    own = [(counted(text, lang), topic) for text, lang, topic in wordings(knowledge)]
    public_features = {feature for count, _ in own for feature in count}
    counts = [(_count(parts, knowledge.city.languages), topic) for parts, topic in runs]
    rows_of_feature = Counter(feature for count, _ in counts for feature in count)
    kept = [
        (Counter({f: n for f, n in count.items() if f in public_features or rows_of_feature[f] >= FEATURE_ROWS}), topic)
        for count, topic in counts
    ]
    topics = [topic.id for topic in knowledge.topics if topic.status != "draft"]
    learned = learn([*own, *_evenly(kept)], topics, source=source, made=made)
    return Lesson(learned, _propose(runs, knowledge), len(requests))


def _runs(words: Iterable[str | None], allowed: Callable[[str], bool]) -> list[list[str]]:
    """Words that stand side by side and may be learned, without those that may not."""
    runs: list[list[str]] = [[]]
    for word in words:
        if word is not None and allowed(word):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _count(parts: Sequence[Sequence[str]], langs: tuple[str, ...]) -> Counter[int]:
    count: Counter[int] = Counter()
    lang = spoken([word for run in parts for word in run], langs[0], langs)
    for run in parts:
        count.update(features(run, [stem(word, lang) for word in run]))
    return count


def _evenly(rows: Sequence[tuple[Counter[int], str]]) -> list[tuple[Counter[int], str]]:
    """At most MOST_ROWS, no topic above its even share while another waits; which ones is decided by their content."""
    if len(rows) <= MOST_ROWS:
        return list(rows)
    by_topic: dict[str, list[tuple[str, Counter[int]]]] = defaultdict(list)
    for count, topic in rows:
        digest = hashlib.sha256(repr(sorted(count.items())).encode()).hexdigest()
        by_topic[topic].append((digest, count))
    left, taken = MOST_ROWS, list[tuple[Counter[int], str]]()
    smallest_first = sorted(by_topic, key=lambda topic: (len(by_topic[topic]), topic))
    for done, topic in enumerate(smallest_first):
        share = left // (len(smallest_first) - done)
        some = sorted(by_topic[topic], key=lambda item: item[0])[:share]
        taken.extend((count, topic) for _, count in some)
        left -= len(some)
    return taken


def _propose(runs: Sequence[tuple[list[list[str]], str]], knowledge: Knowledge) -> dict[str, list[Proposal]]:
    everywhere: Counter[tuple[str, ...]] = Counter()
    by_topic: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for parts, topic in runs:
        phrases = {phrase for run in parts for phrase in _phrases(run, knowledge.city.languages[0])}
        everywhere.update(phrases)
        by_topic[topic].update(phrases)
    proposals: dict[str, list[Proposal]] = {}
    for one in knowledge.topics:
        known = {tuple(split(said)) for text in one.texts.values() for said in (text.title, *text.said, *text.keywords)}
        best = _best(by_topic[one.id], everywhere, known)
        if best:
            proposals[one.id] = best
    return proposals


def _phrases(run: Sequence[str], lang: str) -> Iterator[tuple[str, ...]]:
    """Two to six words in a row that neither begin nor end with a small one."""
    for start in range(len(run)):
        if is_filler(run[start], lang):
            continue
        for end in range(start + 2, min(len(run), start + MOST_PHRASE_WORDS) + 1):
            if not is_filler(run[end - 1], lang):
                yield tuple(run[start:end])


def _best(
    rows: Mapping[tuple[str, ...], int], everywhere: Mapping[tuple[str, ...], int], known: set[tuple[str, ...]]
) -> list[Proposal]:
    fit = [
        (phrase, n)
        for phrase, n in rows.items()
        if n >= PHRASE_ROWS and n >= PHRASE_SHARE * everywhere[phrase] and phrase not in known
    ]
    fit.sort(key=lambda item: (-item[1] * len(item[0]) ** 0.5, item[0]))
    taken: list[tuple[str, ...]] = []
    for phrase, _ in fit:
        held = f" {' '.join(phrase)} "
        if not any(held in f" {' '.join(one)} " or f" {' '.join(one)} " in held for one in taken):
            taken.append(phrase)
        if len(taken) == MOST_PROPOSED:
            break
    return [Proposal(" ".join(phrase), rows[phrase], everywhere[phrase]) for phrase in taken]


def review_text(lesson: Lesson, *, source: str, made: str) -> str:
    """The proposals as a text for the content owner: lines to copy below a topic's `said:`."""
    lines = [
        f"# Callers' wordings proposed from {lesson.rows:,} requests of {source}, {made}.",
        "# Nothing of this is used until you copy a line below `said:` in the topic's file.",
    ]
    for topic, proposals in sorted(lesson.proposals.items()):
        lines += ["", f"{topic}:"]
        lines += [f"  - {one.phrase}   # {one.rows} of {one.all_rows} requests with these words" for one in proposals]
    return "\n".join(lines) + "\n"

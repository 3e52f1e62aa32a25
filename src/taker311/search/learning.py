"""From wordings whose topic is known to the `learned` part: what `SearchIndex.build` does for a small base and `kb learn` at
the publisher's for any."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence

from taker311.knowledge.model import Knowledge
from taker311.search import learned as part
from taker311.search.features import features
from taker311.search.train import Example, train, unit
from taker311.search.words import split, stem

# About 2.9 bytes a weight after compression keep the part under 400 KB (design.md 4.3).
MOST_WEIGHTS = 125_000
RIVALS, ALL_ARE_RIVALS = 32, 64
EPOCHS, EPOCHS_MANY, MANY = 10, 6, 8_000  # rounds, and from how many wordings fewer do; more change no answer


def wordings(knowledge: Knowledge) -> list[tuple[str, str, str]]:
    """What the base itself says: of each topic and language the title, each `said`, and the keywords together."""
    found: list[tuple[str, str, str]] = []
    for topic in knowledge.topics:
        if topic.status == "draft":
            continue
        for lang, text in sorted(topic.texts.items()):
            own = (text.title, *text.said, " ".join(text.keywords))
            found.extend((wording, lang, topic.id) for wording in own if wording.strip())
    return found


def counted(text: str, lang: str) -> Counter[int]:
    """A wording's features with how often each stands in it."""
    words = split(text)
    return Counter(features(words, [stem(word, lang) for word in words]))


def learn(
    found: Sequence[tuple[Counter[int], str]],
    topics: Sequence[str],
    *,
    source: str,
    made: str,
    most: int = MOST_WEIGHTS,
) -> bytes:
    """The bytes of the `learned` part for `topics` from wordings (features, topic id); `source` and `made`, a date, stand in it."""
    place = {topic: i for i, topic in enumerate(topics)}
    used = [(count, place[topic]) for count, topic in found if topic in place and count]
    df = Counter(feature for count, _ in used for feature in count)
    # as in scikit-learn's TfidfVectorizer (smooth_idf)
    idf = {feature: math.log((1 + len(used)) / (1 + n)) + 1.0 for feature, n in df.items()}
    vectors = [unit(count, idf) for count, _ in used]
    owners = [owner for _, owner in used]
    rivals = _rivals(vectors, owners, len(topics))
    weights = train(
        [Example(v, o, r) for v, o, r in zip(vectors, owners, rivals, strict=True)],
        epochs=EPOCHS if len(used) < MANY else EPOCHS_MANY,
    )
    each = Counter(owners)
    examples = [each[i] for i in range(len(topics))]
    return part.compact(weights, idf, topics, examples, source=source, made=made, most=most)


def _rivals(
    vectors: Sequence[tuple[tuple[int, float], ...]], owners: Sequence[int], size: int
) -> Iterable[frozenset[int] | None]:
    """For each wording the topics most like it, by the sum of their wordings; only these are told apart where there are many."""
    if size <= ALL_ARE_RIVALS:
        return [None] * len(vectors)
    sums: dict[int, dict[int, float]] = {}
    for vector, owner in zip(vectors, owners, strict=True):
        for feature, value in vector:
            row = sums.setdefault(feature, {})
            row[owner] = row.get(owner, 0.0) + value
    each = Counter(owners)
    most = max(20, size // 20)
    found = []
    for vector in vectors:
        near: dict[int, float] = {}
        for feature, value in vector:
            row = sums[feature]
            if len(row) <= most:
                for topic, total in row.items():
                    near[topic] = near.get(topic, 0.0) + value * total / math.sqrt(each[topic])
        found.append(frozenset(heapq.nsmallest(RIVALS, near, key=lambda topic: (-near[topic], topic))))
    return found

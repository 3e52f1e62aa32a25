"""From knowledge to the plain values of a search index: entries, vocabulary, postings. Runs in a worker, once for each text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from taker311.knowledge.model import Knowledge
from taker311.search import weights
from taker311.search.entries import Entry, Phrase
from taker311.search.features import pieces
from taker311.search.index import FORMAT, Data
from taker311.search.learning import counted, learn, wordings
from taker311.search.tables import packed
from taker311.search.words import is_filler, split, stem

Kind = Literal["topic", "bulletin", "rumour"]
# A base up to this size learns from its own wordings where it is opened (about 5 s); a bigger one at the publisher's.
LEARNS_AT_HOME = 6_000
SHORTEST_INITIALS = 3


def learns_here(knowledge: Knowledge) -> bool:
    """Whether a desk learns from this base's wordings itself, when its publisher has not."""
    return 0 < len(wordings(knowledge)) <= LEARNS_AT_HOME


def derive(knowledge: Knowledge, learned: bytes, *, learn_here: bool = True) -> Data:
    """Everything that search counts in the text; the same knowledge gives the same data."""
    builder = _Builder(knowledge.city.languages)
    for b in knowledge.bulletins:
        builder.entry("bulletin", b.id, b.titles, b.said, {}, b.say)
    for r in knowledge.rumours:
        builder.entry("rumour", r.id, r.claims, r.said, {}, r.say)
    for topic in knowledge.topics:
        if topic.status == "draft":
            continue
        texts = topic.texts
        body = {
            lang: "\n".join([t.say, t.details, *(f"{a.question} {a.answer}" for a in t.asked)])
            for lang, t in texts.items()
        }
        builder.entry(
            "topic",
            topic.id,
            {lang: t.title for lang, t in texts.items() if t.title},
            {lang: t.said for lang, t in texts.items()},
            {lang: t.keywords for lang, t in texts.items()},
            body,
        )
    if not learned and learn_here:
        own = wordings(knowledge)
        if own and len(own) <= LEARNS_AT_HOME:
            topics = sorted({topic for _, _, topic in own})
            examples = [(counted(text, lang), topic) for text, lang, topic in own]
            learned = learn(examples, topics, source="said", made="")
    return builder.data(knowledge, learned)


class _Builder:
    def __init__(self, langs: tuple[str, ...]) -> None:
        self.langs = langs
        self.terms: dict[str, int] = {}
        self.word_terms: dict[str, set[int]] = {}
        self.initials: dict[str, int] = {}
        self.entries: list[Entry] = []
        self.term_counts: list[dict[int, float]] = []
        self.piece_counts: list[dict[int, float]] = []

    def entry(
        self,
        kind: Kind,
        name: str,
        titles: Mapping[str, str],
        said: Mapping[str, Sequence[str]],
        keywords: Mapping[str, Sequence[str]],
        body: Mapping[str, str],
    ) -> None:
        self.term_counts.append(defaultdict(float))
        self.piece_counts.append(defaultdict(float))
        phrases = []
        for lang, title in sorted(titles.items()):
            phrases.append(Phrase(title, lang, "t", self._file(title, lang, weights.TITLE)))
            self._file_initials(title, lang)
        for lang, texts in sorted(said.items()):
            phrases.extend(Phrase(text, lang, "s", self._file(text, lang, weights.SAID)) for text in texts)
        for lang, texts in sorted(keywords.items()):
            for text in texts:
                self._file(text, lang, weights.KEYWORDS)
        for lang, text in sorted(body.items()):
            self._file(text, lang, weights.BODY, whole=False)
        self.entries.append(Entry(kind, name, dict(titles), tuple(phrases)))

    def _file(self, text: str, lang: str, weight: float, *, whole: bool = True) -> tuple[int, ...]:
        counts, letters = self.term_counts[-1], self.piece_counts[-1]
        filed = []
        for word in split(text):
            term = self.terms.setdefault(stem(word, lang), len(self.terms))
            self.word_terms.setdefault(word, set()).add(term)
            counts[term] += weight
            if whole:
                for piece in pieces(word):
                    letters[piece] += weight
            if not is_filler(word, lang):
                filed.append(term)
        return tuple(filed)

    def _file_initials(self, title: str, lang: str) -> None:
        """'Supplemental Nutrition Assistance Program' as 'snap', with and without its small words."""
        words = split(title)
        for some in (words, [word for word in words if not is_filler(word, lang)]):
            short = "".join(word[0] for word in some)
            if len(short) >= SHORTEST_INITIALS:
                term = self.terms.setdefault(f"@{short}", len(self.terms))
                self.initials[short] = term
                self.term_counts[-1][term] = weights.TITLE

    def data(self, knowledge: Knowledge, learned: bytes) -> Data:
        lengths = [
            (sum(terms.values()) + sum(letters.values())) ** 0.5
            for terms, letters in zip(self.term_counts, self.piece_counts, strict=True)
        ]
        mean = sum(lengths) / (len(lengths) or 1) or 1.0
        norms = [weights.K1 * (1 - weights.B + weights.B * length / mean) for length in lengths]
        words = sorted(self.word_terms)
        term_rows = _impacts(self.term_counts, norms)
        return Data(
            format=FORMAT,
            langs=self.langs,
            entries=tuple(self.entries),
            words=words,
            word_terms=[tuple(sorted(self.word_terms[word])) for word in words],
            terms=list(self.terms),
            initials=self.initials,
            term_rows=packed({term: term_rows.get(term, ()) for term in range(len(self.terms))}, "B"),
            piece_rows=packed(_impacts(self.piece_counts, norms), "B"),
            emergency=dict(knowledge.city.emergency_words),
            learned=learned,
        )


def _impacts(counts: Iterable[Mapping[int, float]], norms: Sequence[float]) -> dict[int, list[tuple[int, int]]]:
    rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, count in enumerate(counts):
        for key, tf in count.items():
            rows[key].append((number, max(1, round(weights.IMPACT * tf * (weights.K1 + 1) / (tf + norms[number])))))
    return rows

"""The search index: built from a city's knowledge, kept as bytes between starts, asked on every key.

Immutable once made; any number of threads may read it at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Container, Mapping
from itertools import islice, pairwise

import msgspec

from taker311.base.codec import Value, pack, unpack
from taker311.base.text import clean_line
from taker311.knowledge.model import EmergencyWords, Knowledge
from taker311.search import learned as part
from taker311.search import weights
from taker311.search.emergency import EmergencyListener
from taker311.search.entries import Entry
from taker311.search.features import pair_feature, pieces, stem_feature
from taker311.search.lexical import Lexical
from taker311.search.model import EmergencyHit, Hit
from taker311.search.nearness import Nearness
from taker311.search.show import Query, Ranked, show
from taker311.search.tables import Packed
from taker311.search.vocabulary import Slot, Vocabulary
from taker311.search.words import split, spoken, stem

FORMAT = 4
MOST_LETTERS, MOST_WORDS = 2_000, 48
CANDIDATES = 64


class Data(Value, frozen=True):
    """An index as plain values; `word_terms` are the numbers of the terms that `words` are filed under."""

    format: int
    langs: tuple[str, ...]
    entries: tuple[Entry, ...]
    words: list[str]
    word_terms: list[tuple[int, ...]]
    terms: list[str]
    initials: dict[str, int]  # of titles -> term
    term_rows: Packed  # by term number: entry, impact
    piece_rows: Packed  # by piece: entry, impact
    emergency: dict[str, EmergencyWords]
    learned: bytes = b""


class SearchIndex:
    """From a caller's words to ranked topics, bulletins and rumours."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._entries = data.entries
        self._langs = data.langs
        self._term_names = data.terms
        self._lexical = Lexical(len(data.entries), len(data.terms), data.term_rows, data.piece_rows)
        self._nearness = Nearness(data.entries, self._lexical)
        numbers = {term: i for i, term in enumerate(data.terms)}
        self._vocabulary = Vocabulary(data.words, data.word_terms, numbers, data.initials, self._lexical.df, data.langs)
        self._listener = EmergencyListener(data.emergency, self._vocabulary.__contains__)
        learned = part.read(data.learned)
        places = {entry.id: i for i, entry in enumerate(data.entries) if entry.kind == "topic"}
        self._linear = part.Linear(learned, places) if learned else None
        self._wordings = max(weights.FEWEST, self._linear.examples_per_topic if self._linear else 0.0)

    @classmethod
    def build(cls, knowledge: Knowledge, learned: bytes = b"", *, learn: bool = True) -> SearchIndex:
        """Derives everything that is counted from the text. `learned` is the bundle's part of that name; without it a small
        base learns from its own wordings here (seconds: call it in a worker), unless `learn` is False."""
        from taker311.search.build import derive

        return cls(derive(knowledge, learned, learn_here=learn))

    def to_bytes(self) -> bytes:
        """For the cache."""
        return pack(self._data)

    @classmethod
    def from_bytes(cls, data: bytes) -> SearchIndex:
        """ValueError where the bytes are no index of this format."""
        try:
            read = unpack(data, Data)
        except msgspec.DecodeError as error:
            raise ValueError("not a search index") from error
        if read.format != FORMAT:
            raise ValueError(f"a search index of format {read.format}, not {FORMAT}")
        return cls(read)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def learned(self) -> bytes:
        """The learned part in use: the bundle's, or the one learned here."""
        return self._data.learned

    @property
    def vocabulary(self) -> Container[str]:
        """The knowledge base's own words, folded: only these may leave a desk in a suggestion."""
        return self._vocabulary

    def emergency(self, query: str, lang: str) -> EmergencyHit | None:
        """The city's emergency phrase that stands in what was typed so far, if one does."""
        return self._listener.hear(clean_line(query[:MOST_LETTERS]), lang)

    def search(self, query: str, lang: str = "en", limit: int = 10, *, fill: bool = False) -> tuple[Hit, ...]:
        """The best `limit` entries for what was typed so far; nothing for a query without a word.

        Bulletins and rumours that match come first. A query that ends in a blank has ended its last word; otherwise that word
        may still grow. `fill`: as many hits as `limit` where there are so many entries, the rest with a score of 0.
        """
        asked = self._ask(query, lang)
        if asked is None:
            return ()
        ranked = self._rank(asked)[: max(limit, 0)]
        if fill and len(ranked) < limit:
            held = {one.entry for one in ranked}
            rest = (number for number in range(len(self._entries)) if number not in held)
            ranked += [Ranked(number, 0.0, -1) for number in islice(rest, limit - len(ranked))]
        learned = self._deciding_words(asked, [one.entry for one in ranked])
        return show(self._entries, ranked, asked, lang, self._vocabulary, self._langs, learned)

    def _ask(self, query: str, lang: str) -> Query | None:
        query = query[:MOST_LETTERS]
        opened = not query[-1:].isspace()
        typed = split(clean_line(query))[:MOST_WORDS]
        if not typed or not self._entries:
            return None
        lang = spoken(typed, lang, self._langs)
        return Query(self._vocabulary.slots(typed, lang, last_open=opened), opened, lang)

    # ------------------------------------------------------------ scoring
    def _rank(self, asked: Query) -> list[Ranked]:
        pieces_asked = self._query_pieces(asked)
        scores = self._lexical.scores(asked.slots, pieces_asked)
        top = max(scores)
        if top <= 0.0 and self._linear is None:
            return []
        # The blend is weights.LEARNED * learned + share * lexical / top, kept in units of the lexical score while it is summed.
        share, unit = 1.0, top or 1.0
        if self._linear:
            share = weights.LEXICAL + weights.LEXICAL_FEW / self._wordings
            scores.append(0.0)  # where weights for topics that are gone fall to
            self._linear.add(scores, self._counts(asked, pieces_asked), weights.LEARNED * unit / share)
            scores.pop()
        factor = share / unit
        best = self._best(scores, factor)
        best.sort(key=lambda item: (-item[1], item[0]))
        return self._nearness.rerank(asked.slots, best, weights.COVERAGE + weights.COVERAGE_FEW / self._wordings)

    def _best(self, scores: list[float], factor: float) -> list[tuple[int, float]]:
        """The CANDIDATES best entries that have a score at all, in no order; a first sieve saves sorting 50,000 of them."""
        for floor in (max(scores) * 0.3, 0.0):
            best = [(score, -entry) for entry, score in enumerate(scores) if score > floor]
            if len(best) >= CANDIDATES:
                break
        return [(-entry, score * factor) for score, entry in heapq.nlargest(CANDIDATES, best)]

    def _query_pieces(self, asked: Query) -> dict[int, float]:
        """Pieces of the typed words, of the likely words where a typed one is unknown; piece -> how often."""
        found: dict[int, float] = {}
        last = len(asked.slots) - 1
        for i, slot in enumerate(asked.slots):
            own = pieces(slot.word)
            if asked.open and i == last and len(own) > 1:
                own = own[:-1]
            read = slot.reading
            if read.trust < 1.0:
                for piece in own:
                    found[piece] = found.get(piece, 0.0) + 1.0 - read.trust
            for word, share in read.words:
                for piece in pieces(word):
                    found[piece] = found.get(piece, 0.0) + read.trust * share
        return found

    def _counts(self, asked: Query, pieces_asked: Mapping[int, float]) -> dict[int, float]:
        """The query's features as the trainer counted them; feature -> how often."""
        counts = dict(pieces_asked)
        stems: list[list[tuple[str, float]]] = []
        for slot in asked.slots:
            read = slot.reading
            if read.words:
                held = [(self._known_stem(word, asked.lang), read.trust * share) for word, share in read.words]
                stems.extend([one] for one in held) if read.apart else stems.append(held)
            else:
                stems.append([(self._stem_of(slot, asked.lang), 1.0)])
        for held in stems:
            for name, share in held:
                feature = stem_feature(name)
                counts[feature] = counts.get(feature, 0.0) + share
        for firsts, seconds in pairwise(stems):
            for first, share in firsts:
                for second, part_of in seconds:
                    feature = pair_feature(first, second)
                    counts[feature] = counts.get(feature, 0.0) + share * part_of
        return counts

    def _deciding_words(self, asked: Query, entries: list[int]) -> dict[int, tuple[str, ...]]:
        """For each entry the typed words that learning counts in its favour, the strongest first."""
        if self._linear is None:
            return {}
        found: dict[int, list[tuple[float, str]]] = {entry: [] for entry in entries}
        for slot in asked.slots:
            if slot.filler:
                continue
            for entry, weight in self._linear.for_entries(stem_feature(self._stem_of(slot, asked.lang)), found).items():
                if weight > 0.0:
                    found[entry].append((-weight, slot.word))
        return {entry: tuple(dict.fromkeys(word for _, word in sorted(words)))[:3] for entry, words in found.items()}

    def _stem_of(self, slot: Slot, lang: str) -> str:
        if slot.reading.words:
            return self._known_stem(slot.reading.words[0][0], lang)
        if slot.terms:
            return self._term_names[max(slot.terms, key=lambda term: (slot.terms[term], -term))]
        return stem(slot.word, lang)

    def _known_stem(self, word: str, lang: str) -> str:
        filed = self._vocabulary.filed(word)
        return self._term_names[filed[0]] if filed else stem(word, lang)

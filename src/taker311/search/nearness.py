"""How near a query is to each single title or wording, and which bulletins and rumours it means."""

from __future__ import annotations

from collections.abc import Sequence

from taker311.search import weights
from taker311.search.entries import Entry
from taker311.search.lexical import Lexical
from taker311.search.show import Ranked
from taker311.search.vocabulary import Slot

# A notice comes first when one of its texts holds half of what was asked (by idf), in at least three letters, and is itself
# held by it to a third.
NOTICE_LETTERS, NOTICE_SHARE, TEXT_SHARE, MOST_NOTICES = 3, 0.5, 0.33, 3
_FADES = [weights.FADE**i for i in range(weights.MOST_WORDINGS)]


class Nearness:
    """The entries' titles and wordings as terms; worked out for an entry when it is first asked for."""

    def __init__(self, entries: Sequence[Entry], lexical: Lexical) -> None:
        self._entries = entries
        self._lexical = lexical
        self._notices = sum(entry.kind != "topic" for entry in entries)  # they stand first
        self._memo: dict[int, list[tuple[tuple[int, ...], float, int]]] = {}

    def rerank(self, slots: list[Slot], best: list[tuple[int, float]], share: float) -> list[Ranked]:
        """`best` (entry, score) with `share` * nearness added, best first, notices that are meant before all."""
        worth: dict[int, float] = {}
        wanted = 0.0
        for slot in slots:
            if slot.filler or not slot.terms:
                continue
            idf = self._lexical.worth(slot)
            wanted += idf
            for term, weight in slot.terms.items():
                worth[term] = max(worth.get(term, 0.0), weight * idf)
        if not wanted:
            return [Ranked(entry, score, -1) for entry, score in best]
        ranked = []
        for entry, score in best:
            near = self._nearest(entry, worth, wanted)
            if near:
                gain = weights.WORDINGS * sum([one * fade for (one, _), fade in zip(near, _FADES, strict=False)])
                ranked.append(Ranked(entry, score + share * near[0][0] + gain, -near[0][1]))
            else:
                ranked.append(Ranked(entry, score, -1))
        ranked.sort(key=lambda one: (-one.score, one.entry))
        letters = sum(len(slot.word) for slot in slots if not slot.filler)
        if not self._notices or letters < NOTICE_LETTERS:
            return ranked
        return self._notices_first(worth, wanted, ranked)

    def _nearest(self, entry: int, worth: dict[int, float], wanted: float) -> list[tuple[float, int]]:
        """Dice's coefficient, by idf, with the nearest texts, best first; each with minus its place among the phrases."""
        near = []
        get, asked_for = worth.get, worth.keys()
        for terms, full, place in self._texts(entry):
            if asked_for.isdisjoint(terms):
                continue
            matched = 0.0
            for term in terms:
                matched += get(term, 0.0)
            near.append((2.0 * matched / (wanted + full), -place))
        near.sort(reverse=True)
        return near[: weights.MOST_WORDINGS]

    def _notices_first(self, worth: dict[int, float], wanted: float, ranked: list[Ranked]) -> list[Ranked]:
        first = []
        for entry in range(self._notices):
            best, nearest = 0.0, -1
            for terms, full, place in self._texts(entry):
                matched = sum(worth.get(term, 0.0) for term in set(terms))
                if matched > best and matched >= TEXT_SHARE * full:
                    best, nearest = matched, place
            if best >= NOTICE_SHARE * wanted:
                first.append(Ranked(entry, 1.0 + best / wanted, nearest))
        first.sort(key=lambda one: (-one.score, one.entry))
        del first[MOST_NOTICES:]
        held = {one.entry for one in first}
        return [*first, *(one for one in ranked if one.entry not in held)]

    def _texts(self, entry: int) -> list[tuple[tuple[int, ...], float, int]]:
        """An entry's different titles and wordings: terms, the sum of their idf, place."""
        known = self._memo.get(entry)
        if known is None:
            idf = self._lexical.idf
            different: dict[tuple[int, ...], int] = {}
            for place, phrase in enumerate(self._entries[entry].phrases):
                if phrase.terms:
                    different.setdefault(phrase.terms, place)
            known = [(terms, sum(idf[term] for term in terms), place) for terms, place in different.items()]
            self._memo[entry] = known
        return known

"""Text match: BM25 over each entry's pooled stems and letter pieces."""

from __future__ import annotations

import math
from collections.abc import Mapping

from taker311.search import weights
from taker311.search.tables import Packed, Table
from taker311.search.vocabulary import Slot

# Bounds on time at 50,000 topics, which small bases never reach. Rows begin with the entries that a word says most about, so
# what is left unread are mentions in passing.
POSTINGS = 6_000  # of pieces, rarest first
ROW, ROWS = 4_000, 4_000  # of one word, and of all its alternatives


class Lexical:
    """`term_rows` by term number, `piece_rows` by piece; both hold (entry, impact in hundredths)."""

    def __init__(self, size: int, terms: int, term_rows: Packed, piece_rows: Packed) -> None:
        self._size = size
        self._terms = Table(term_rows)
        self._pieces = Table(piece_rows)
        self.df = [self._terms.size(term) for term in range(terms)]
        self.idf = [self._idf(df) for df in self.df]

    def _idf(self, df: int) -> float:
        """Robertson & Sparck Jones, smoothed so that it never falls below 0."""
        return math.log(1 + (self._size - df + 0.5) / (df + 0.5))

    def worth(self, slot: Slot) -> float:
        """The idf of a typed word: that of its most common likely alternative, so that a slip does not make it rare."""
        least = min((self.idf[term] for term, weight in slot.terms.items() if weight >= 0.5), default=0.0)
        return least * (weights.FILLER if slot.filler else 1.0)

    def scores(self, slots: list[Slot], pieces: Mapping[int, float]) -> list[float]:
        """By entry number; of a word's alternatives an entry gains by its best one."""
        total = [0.0] * self._size
        for slot in slots:
            self._add_word(total, slot)
        self._add_pieces(total, pieces)
        return total

    def _add_word(self, total: list[float], slot: Slot) -> None:
        rows = self._terms.row
        idf = self.worth(slot) / weights.IMPACT
        if len(slot.terms) == 1:
            ((term, weight),) = slot.terms.items()
            worth = weight * idf
            for entry, impact in rows(term, ROW):
                total[entry] += worth * impact
            return
        best: dict[int, float] = {}
        most = ROWS // max(1, len(slot.terms))
        for term, weight in slot.terms.items():
            worth = weight * idf
            for entry, impact in rows(term, ROW if weight >= 0.9 else most):
                gain = worth * impact
                if gain > best.get(entry, 0.0):
                    best[entry] = gain
        for entry, gain in best.items():
            total[entry] += gain

    def _add_pieces(self, total: list[float], pieces: Mapping[int, float]) -> None:
        table = self._pieces
        held = []
        for piece, share in pieces.items():
            row = table.find(piece)
            if row >= 0:
                held.append((table.size(row), row, min(share, 1.0)))
        held.sort()
        left = POSTINGS
        for size, row, share in held:
            left -= size
            if left < 0:
                break
            worth = share * self._idf(size) / weights.IMPACT
            for entry, impact in table.row(row):
                total[entry] += worth * impact

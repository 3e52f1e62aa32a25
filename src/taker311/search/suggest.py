"""Which of a caller's words may leave the desk in a suggestion."""

from __future__ import annotations

from collections.abc import Container

from taker311.search.words import tokens

HIDDEN = "…"


def words_that_may_leave(query: str, vocabulary: Container[str]) -> str:
    """`query` with every word that is not one of the knowledge base's own as '…', runs of them as one; numbers never leave.

    `vocabulary` holds folded words (`SearchIndex.vocabulary`). What stands between the words is a single blank.
    """
    kept: list[str] = []
    for token in tokens(query):
        word = query[token.start : token.end]
        shown = word if token.word in vocabulary and not any(c.isdigit() for c in word) else HIDDEN
        if shown != HIDDEN or kept[-1:] != [HIDDEN]:
            kept.append(shown)
    return " ".join(kept)

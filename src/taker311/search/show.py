"""A ranked entry as a hit: its title in the agent's language, what matched in it, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from taker311.search.entries import Entry
from taker311.search.model import Hit, Span
from taker311.search.vocabulary import Slot, Vocabulary
from taker311.search.words import tokens


class Query(NamedTuple):
    """A caller's words, made ready; `open` when the last of them may still grow. `lang` is the words' language."""

    slots: list[Slot]
    open: bool
    lang: str


class Ranked(NamedTuple):
    """`phrase` is the place of the entry's nearest title or wording, -1 where none came near."""

    entry: int
    score: float
    phrase: int


def show(
    entries: Sequence[Entry],
    ranked: Sequence[Ranked],
    asked: Query,
    lang: str,
    vocabulary: Vocabulary,
    langs: tuple[str, ...],
    learned: Mapping[int, tuple[str, ...]],
) -> tuple[Hit, ...]:
    """Hits in the order of `ranked`, titled in `lang`, the agent's language."""
    matching = {term for slot in asked.slots if not slot.filler for term in slot.terms}
    hits = []
    for number, score, place in ranked:
        entry = entries[number]
        title = entry.titles.get(lang) or entry.titles.get(langs[0], "")
        phrase = entry.phrases[place] if place >= 0 else None
        why = phrase.text if phrase and phrase.text != title else ""
        hits.append(
            Hit(
                kind=entry.kind,
                id=entry.id,
                title=title,
                score=round(score, 4),
                why=why,
                title_spans=_spans(title, matching, vocabulary),
                why_spans=_spans(why, matching, vocabulary) if why else (),
                words=learned.get(number, ()),
            )
        )
    return tuple(hits)


def _spans(text: str, matching: set[int], vocabulary: Vocabulary) -> tuple[Span, ...]:
    return tuple(
        (token.start, token.end) for token in tokens(text) if not matching.isdisjoint(vocabulary.filed(token.word))
    )

"""The `learned` part of a bundle: for each word, pair or piece, the topics it speaks for or against, as small integers."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from math import log

import msgspec

from taker311.base.codec import Value, pack, unpack
from taker311.search.tables import Packed, Table, packed

FORMAT = 1
NOTE = 16  # a row's note is its feature's idf times this


class Learned(Value, frozen=True):
    """`topics` are ids; a row's entries are places in it. A weight is value * `scale`. `examples`: wordings by topic."""

    format: int
    source: str
    made: str
    topics: tuple[str, ...]
    examples: tuple[int, ...]
    scale: float
    rows: Packed


def read(data: bytes) -> Learned | None:
    """None where there is nothing, or nothing that this version can read: search then works without."""
    if not data:
        return None
    try:
        found = unpack(data, Learned)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return found if found.format == FORMAT and _whole(found) else None


def _whole(learned: Learned) -> bool:
    """True when every row and entry that the table names is there: a damaged part is passed over, it never fails a search."""
    rows, size = learned.rows, len(learned.topics)
    if rows.kind != "b" or any(len(part) % 4 for part in (rows.keys, rows.starts, rows.holders)):
        return False
    table = Table(rows)
    return (
        len(learned.examples) == size
        and len(table.starts) == len(table.keys) + 1 == len(table.notes) + 1
        and list(table.starts) == sorted(table.starts)
        and table.starts[-1] == len(table.holders) == len(table.values)
        and max(table.holders, default=-1) < size
    )


def compact(
    weights: Mapping[int, Mapping[int, float]],
    idf: Mapping[int, float],
    topics: Sequence[str],
    examples: Sequence[int],
    *,
    source: str,
    made: str,
    most: int,
) -> bytes:
    """Weights (feature -> topic's place -> weight, over unit-length tf-idf) as the bytes of the part; the `most` largest
    stay. Ties fall by feature and topic, so the same weights give the same bytes."""
    flat = [(abs(w), feature, topic, w) for feature, row in weights.items() for topic, w in row.items()]
    flat.sort(key=lambda item: (-item[0], item[1], item[2]))
    scale = (flat[0][0] if flat else 1.0) / 127
    rows: dict[int, list[tuple[int, int]]] = {}
    for _, feature, topic, weight in flat[:most]:
        value = round(weight / scale)
        if value:
            rows.setdefault(feature, []).append((topic, value))
    notes = {feature: min(255, round(idf[feature] * NOTE)) for feature in rows}
    return pack(Learned(FORMAT, source, made, tuple(topics), tuple(examples), scale, packed(rows, "b", notes)))


class Linear:
    """The learned weights, ready to score; `entries` maps topic ids to the index's entry numbers."""

    def __init__(self, learned: Learned, entries: Mapping[str, int]) -> None:
        self._table = Table(learned.rows)
        self._scale = learned.scale
        self._entry = [entries.get(topic, -1) for topic in learned.topics]  # -1: gone since
        self.examples = {entries[t]: n for t, n in zip(learned.topics, learned.examples, strict=True) if t in entries}
        full = sum(self.examples.values())
        self.examples_per_topic = full / len(self.examples) if self.examples else 0.0

    def add(self, scores: list[float], counts: Mapping[int, float], factor: float) -> None:
        """Adds `factor` times what was learned to each entry's score: 0 (speaks not for it) .. about 2 (as sure as of its own
        wordings). `counts`: feature -> how often."""
        table, held = self._table, []
        length = 0.0
        for feature, count in counts.items():
            row = table.find(feature)
            if row >= 0:
                value = (1.0 + log(count) if count >= 1.0 else count) * table.notes[row]
                length += value * value
                held.append((row, value))
        if not held:
            return
        unit = factor * self._scale / length**0.5
        entry = self._entry
        for row, value in held:
            worth = value * unit
            for topic, weight in table.row(row):
                scores[entry[topic]] += worth * weight

    def for_entries(self, feature: int, entries: Container[int]) -> dict[int, float]:
        """What `feature` says for each of `entries`, before idf."""
        row = self._table.find(feature)
        if row < 0:
            return {}
        entry = self._entry
        return {entry[topic]: weight * self._scale for topic, weight in self._table.row(row) if entry[topic] in entries}

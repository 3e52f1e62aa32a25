"""The one trainer: which words, word pairs and letter pieces separate a topic from its neighbours.

A linear machine for each topic (one against the rest, squared hinge), trained by dual coordinate descent in pure Python: the
same phrases give the same weights on every machine. It runs where a knowledge base is published and, for small bases, in the
desk's worker.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Vector = tuple[tuple[int, float], ...]


class Example(NamedTuple):
    """A wording (features as numbers, tf-idf, unit length) and the topic it belongs to."""

    vector: Vector
    topic: int
    rivals: frozenset[int] | None = None  # the only topics to tell it from (its own may stand among them); None: all


def train(
    examples: Sequence[Example], *, epochs: int = 12, cost: float = 0.5, seed: int = 311
) -> dict[int, dict[int, float]]:
    """Weights by feature and topic: a topic's score for a text x is sum(x[f] * weights[f][topic]).

    Hsieh et al. 2008, "A dual coordinate descent method for large-scale linear SVM", algorithm 1 with L2 loss, with the
    intercept held at -1 so that a topic which shares nothing with a text is at rest and costs nothing: a wording's own topic
    wants a score of at least 2, every other one at most 0.
    """
    weights: dict[int, dict[int, float]] = {}
    alphas: list[dict[int, float]] = [{} for _ in examples]
    slack = 1.0 / (2.0 * cost)
    order = list(range(len(examples)))
    chance = random.Random(seed)  # noqa: S311  an order of visits, no secret
    for _ in range(epochs):
        chance.shuffle(order)
        moved = 0.0
        for number in order:
            vector, own, rivals = examples[number]
            alpha = alphas[number]
            scores = score(weights, vector) if rivals is None else _score_among(weights, vector, rivals)
            scores.setdefault(own, 0.0)
            for topic, reached in scores.items():
                held = alpha.get(topic, 0.0)
                if topic == own:
                    gap = reached - 2.0 + held * slack
                elif held or reached > 0.0:
                    gap = -reached + held * slack
                else:
                    continue
                # |x| = 1, so the curvature along this coordinate is 1 + slack
                new = max(held - gap / (1.0 + slack), 0.0)
                step = new - held
                if abs(step) < 1e-3:
                    continue
                moved += abs(step)
                alpha[topic] = new
                signed = step if topic == own else -step
                for feature, value in vector:
                    row = weights.setdefault(feature, {})
                    row[topic] = row.get(topic, 0.0) + signed * value
        if moved < 0.005 * len(examples):
            break
    return weights


def score(weights: dict[int, dict[int, float]], vector: Vector) -> dict[int, float]:
    """Each topic's score for a text; topics without a common feature are absent (their score is 0)."""
    scores: dict[int, float] = {}
    for feature, value in vector:
        row = weights.get(feature)
        if row:
            for topic, weight in row.items():
                scores[topic] = scores.get(topic, 0.0) + value * weight
    return scores


def _score_among(weights: dict[int, dict[int, float]], vector: Vector, topics: frozenset[int]) -> dict[int, float]:
    scores: dict[int, float] = {}
    for feature, value in vector:
        row = weights.get(feature)
        if row:
            for topic in row.keys() & topics if len(row) > len(topics) else [t for t in row if t in topics]:
                scores[topic] = scores.get(topic, 0.0) + value * row[topic]
    return scores


def unit(counts: Mapping[int, int], idf: Mapping[int, float]) -> Vector:
    """Sublinear tf x idf at unit length: (1 + ln tf) * idf, as in scikit-learn's TfidfVectorizer."""
    raw = [(feature, (1.0 + math.log(n)) * idf[feature]) for feature, n in counts.items()]
    length = math.sqrt(sum(value * value for _, value in raw)) or 1.0
    return tuple((feature, value / length) for feature, value in sorted(raw))

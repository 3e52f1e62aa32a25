"""A script's decision table, read from the top: which row takes these answers."""

from __future__ import annotations

from collections.abc import Mapping

from taker311.intake.condition import evaluate
from taker311.intake.model import AnswerValue
from taker311.knowledge.model import Script


def matching_row(script: Script, values: Mapping[str, AnswerValue]) -> int | None:
    """The index of the row that takes these answers; `otherwise` takes what no other row does."""
    fallback: int | None = None
    for index, route in enumerate(script.routes):
        if route.when is None:
            fallback = index
        elif evaluate(route.when, values):
            return index
    return fallback

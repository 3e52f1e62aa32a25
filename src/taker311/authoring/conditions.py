"""Between the nodes of a script's file and the checks of conditions and routes: gives what they find its place."""

from __future__ import annotations

from typing import Literal

from taker311.authoring.condition_checks import Problem, check_condition
from taker311.authoring.condition_domain import domains_of, place_domains
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Map, Node, Place, Scalar, Seq
from taker311.authoring.route_proof import prove
from taker311.knowledge.model import Condition, Question, Script

Need = Literal["required", "optional", "none"]


class ConditionReader:
    """Reads the conditions of one script, whose `location` says which places there can be."""

    def __init__(self, known: Known, report: Report, need: Need, kinds: tuple[str, ...], *, damaged: bool) -> None:
        self._report = report
        self._first = known.first
        self._damaged = damaged
        self._places = place_domains(known.place_sets, location=need, kinds=kinds)

    def read(self, node: Node, earlier: tuple[Question, ...], later: frozenset[str] = frozenset()) -> Condition | None:
        """A condition that may look at `earlier` and at the place; None (and findings) where it is none."""
        if isinstance(node, Seq):
            self._report.error(
                node.at,
                "quote-this",
                "YAML takes a condition that begins with '[' for a list; put single quotes around the whole of it.",
            )
            return None
        if isinstance(node, Scalar) and node.comment:
            self._report.error(
                node.at,
                "quote-this",
                "' #' begins a comment and the rest of the condition is lost; put single quotes around the whole of it.",
            )
            return None
        written = node.text if isinstance(node, Scalar) else _mapping(node, self._report)
        if written is None:
            return None
        domains = {**self._places, **domains_of(earlier, self._first)}
        condition, problems = check_condition(written, domains, later)
        for problem in problems:
            if not (self._damaged and problem.code in ("unknown-name", "later-question", "not-a-choice")):
                self._report.error(_place(node, problem), problem.code, f"{problem.sentence}.")
        return condition


def _mapping(node: Map, report: Report) -> dict[str, str | list[str]] | None:
    written: dict[str, str | list[str]] = {}
    for key, value in node.pairs:
        if isinstance(value, Scalar):
            written[key.text] = value.text
        elif isinstance(value, Seq) and value.items and all(isinstance(item, Scalar) for item in value.items):
            written[key.text] = [item.text for item in value.items if isinstance(item, Scalar)]
        else:
            report.error(
                value.at, "wrong-type", f"'{key.text}' must be an answer, or a list of answers of which any will do."
            )
            return None
    if not written:
        report.error(node.at, "condition-syntax", "the condition is empty.")
        return None
    return written


def _place(node: Node, problem: Problem) -> Place:
    """Where in the file a problem stands. In quotes the column is one further; doubled quotes before it are not counted."""
    if isinstance(node, Scalar):
        return node.at[0], node.at[1] + problem.offset + (0 if node.plain else 1)
    if isinstance(node, Map):
        for key, value in node.pairs:
            if key.text != problem.key:
                continue
            if isinstance(value, Seq) and 0 <= problem.item < len(value.items):
                return value.items[problem.item].at
            return key.at if problem.code in ("unknown-name", "later-question") else value.at
    return node.at


def check_routes(script: Script, places: tuple[Place, ...], known: Known, report: Report, at: Place) -> None:
    """The proof that every combination of answers reaches exactly one row. `places`: where each row's `when` stands."""
    result = prove(
        script.questions, script.routes, known.place_sets, location=script.location, location_kinds=script.location_kinds,
        language=known.first,
    )  # fmt: skip
    for problem in result.problems:
        where = places[problem.rows[-1] - 1] if problem.rows else at
        report.error(where, problem.code, f"{problem.sentence}.")

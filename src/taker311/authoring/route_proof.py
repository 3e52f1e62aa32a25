"""The proof of a script's routes: every combination of answers reaches exactly one row, shown by trying all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from taker311.authoring.condition_cells import TooManyCombinationsError
from taker311.authoring.condition_domain import Domain, domains_of, place_domains
from taker311.authoring.condition_space import NotExactError, Space, space
from taker311.authoring.route_cubes import Leaves
from taker311.intake.condition import names
from taker311.knowledge.model import And, Compare, Condition, Const, In, Name, Not, Or, Question, Route

MOST_COMBINATIONS = 100_000
_MOST_TOLD = 10  # of one kind of problem; the rest is counted

RouteCode = Literal[
    "route-missing",
    "route-overlap",
    "route-never",
    "route-otherwise",
    "route-not-provable",
    "too-many-combinations",
]


@dataclass(frozen=True, slots=True)
class RouteProblem:
    """`rows` count from 1, as people say them; none for a problem of the whole table."""

    code: RouteCode
    sentence: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofResult:
    """`combinations` is how many were tried (0: none could be)."""

    problems: tuple[RouteProblem, ...]
    combinations: int

    @property
    def proved(self) -> bool:
        return not self.problems


def prove(
    questions: Sequence[Question],
    routes: Sequence[Route],
    place_sets: Mapping[str, Sequence[str]],
    *,
    location: Literal["required", "optional", "none"] = "optional",
    location_kinds: Sequence[str] = (),
    language: str = "",
) -> ProofResult:
    """What is missing in the table, claimed twice or never reached, in the words of `language`.

    Answers that no row can tell apart are tried once. "Doesn't know" is in every question's domain, a hidden question
    has no value, and an answer that stops the script makes no combination. `place_sets` maps a district set, and
    'landmark', to its names; `location` and `location_kinds` are the script's. Conditions are taken to be free of the
    problems that `check_condition` finds; a name that nobody knows has no value here.
    """
    problems = [*_otherwise(routes), *_forms(routes)]
    if any(problem.code == "route-not-provable" for problem in problems):
        return ProofResult(tuple(problems), 0)
    domains: dict[str, Domain] = {
        **place_domains(place_sets, location=location, kinds=location_kinds),
        **domains_of(questions, language),
    }
    rows = {number: route.when for number, route in enumerate(routes, 1) if route.when is not None}
    try:
        tried = space(list(rows.values()), domains, limit=MOST_COMBINATIONS)
    except TooManyCombinationsError:
        looked_at = ", ".join(dict.fromkeys(name for when in rows.values() for name in names(when)))
        sentence = (
            f"the routes look at {looked_at}, which makes more than {MOST_COMBINATIONS:,} combinations to prove; "
            "let them look at fewer questions or values"
        )
        return ProofResult((*problems, RouteProblem("too-many-combinations", sentence)), 0)
    except NotExactError as error:
        rows_of = tuple(number for number, when in rows.items() if str(error) in names(when))
        sentence = f"what the conditions ask of '{error}' cannot be proved; compare it with constants only"
        return ProofResult((*problems, RouteProblem("route-not-provable", sentence, rows_of)), 0)
    problems += _tried(tried, rows, otherwise=any(route.when is None for route in routes))
    return ProofResult(tuple(problems), len(tried.leaves))


def _otherwise(routes: Sequence[Route]) -> list[RouteProblem]:
    found = [number for number, route in enumerate(routes, 1) if route.when is None]
    problems = [
        RouteProblem("route-otherwise", f"row {number} says otherwise, as row {found[0]} does; keep one", (number,))
        for number in found[1:]
    ]
    if found and found[0] != len(routes) and len(found) == 1:
        sentence = f"row {found[0]} says otherwise and is not the last row; move it to the end"
        problems.append(RouteProblem("route-otherwise", sentence, (found[0],)))
    return problems


def _forms(routes: Sequence[Route]) -> list[RouteProblem]:
    problems = []
    for number, route in enumerate(routes, 1):
        if route.when is not None and not _provable(route.when):
            sentence = f"row {number} compares answers with each other; a route compares one name with constants"
            problems.append(RouteProblem("route-not-provable", sentence, (number,)))
    return problems


def _provable(condition: Condition) -> bool:
    match condition:
        case And(items) | Or(items):
            return all(_provable(item) for item in items)
        case Not(item):
            return _provable(item)
        case Compare(_, left, right):
            return isinstance(left, Const) or isinstance(right, Const)
        case In(item, _, name) if name:
            return not isinstance(item, Name)
        case _:
            return True


def _tried(tried: Space, rows: Mapping[int, Condition], *, otherwise: bool) -> list[RouteProblem]:
    leaves = Leaves.of(tried)
    taken = {number: leaves.where(tried.holds(when)) for number, when in rows.items()}
    problems = [
        RouteProblem("route-never", f"row {number} is never reached: no combination of answers leads to it", (number,))
        for number, held in taken.items()
        if not held
    ]
    for first, second in combinations(taken, 2):
        both = taken[first] & taken[second]
        told = _told(leaves, both, 1)
        if told:
            sentence = f"rows {first} and {second} both claim {told[0]}"
            problems.append(RouteProblem("route-overlap", sentence, (first, second)))
    claimed = 0
    for held in taken.values():
        claimed |= held
    if not otherwise:
        missing = _told(leaves, leaves.every & ~claimed, _MOST_TOLD)
        problems += [RouteProblem("route-missing", f"nobody takes: {words}") for words in missing]
    return problems


def _told(leaves: Leaves, wanted: int, most: int) -> list[str]:
    """The cubes of `wanted` in words; what goes beyond `most` is counted at the end of the last."""
    told: list[str] = []
    left = wanted
    for cube, covered in leaves.cubes(wanted):
        told.append(leaves.words(cube))
        left &= ~covered
        if len(told) == most:
            break
    if left:
        count = left.bit_count()
        told[-1] += f" (and {count} more combination{'s' if count > 1 else ''})"
    return told

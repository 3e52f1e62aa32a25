"""Every combination of answers that can come about, as far as the given conditions can tell answers apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from taker311.authoring.condition_cells import Cell, TooManyCombinationsError, Usages, cells, stopping
from taker311.authoring.condition_domain import Domain
from taker311.intake.condition import evaluate, names
from taker311.intake.model import AnswerValue
from taker311.knowledge.model import Condition, Scalar

Leaf = tuple[int, ...]
HIDDEN, UNKNOWN = 0, 1  # the first two cells of every name


class NotExactError(Exception):
    """A name is used in a way that cannot be told into finitely many cells; `str` is the name."""


@dataclass(frozen=True, slots=True)
class Space:
    """A leaf holds one index into `cells` a name. Names stand after the names that decide whether they are asked."""

    names: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    leaves: tuple[Leaf, ...]

    def values(self, leaf: Leaf) -> dict[str, AnswerValue]:
        found = ((name, cell[at].value) for name, cell, at in zip(self.names, self.cells, leaf, strict=True))
        return {name: value for name, value in found if value is not None}

    def holds(self, condition: Condition) -> Iterator[bool]:
        """What `condition` is at each leaf, in their order."""
        memo = Memo(condition, self.names, self.cells)
        return (memo(leaf) for leaf in self.leaves)


class Memo:
    """A condition over cells, evaluated once for each combination of the names it looks at."""

    def __init__(self, condition: Condition, order: Sequence[str], among: Sequence[Sequence[Cell]]) -> None:
        looked_at = set(names(condition))
        self._condition = condition
        self._at = [(index, name) for index, name in enumerate(order) if name in looked_at]
        self._cells = among
        self._known: dict[Leaf, bool] = {}

    def __call__(self, leaf: Sequence[int]) -> bool:
        key = tuple(leaf[index] for index, _ in self._at)
        if key not in self._known:
            found = ((name, self._cells[index][leaf[index]].value) for index, name in self._at)
            self._known[key] = evaluate(self._condition, {name: value for name, value in found if value is not None})
        return self._known[key]


def space(conditions: Sequence[Condition], domains: Mapping[str, Domain], *, limit: int) -> Space:
    """The combinations of the names in `conditions`, and of those that decide whether these are asked.

    A question whose own `when` does not hold has no value; an answer that stops the interview makes no combination.
    Raises TooManyCombinationsError above `limit` leaves, and NotExactError.
    """
    order = _with_deciders(conditions, domains)
    known = [domains[name] for name in order]
    usages = Usages()
    for condition in [*conditions, *(domain.when for domain in known if domain.when is not None)]:
        usages.gather(condition)
    for name, domain in zip(order, known, strict=True):
        usages[name].constants.extend(domain.stops)
        usages[name].members.extend(stop for stop in domain.stops if isinstance(stop, str))
    linked = [name for name in order if usages[name].linked]
    shared: list[Scalar] = [constant for name in linked for constant in usages[name].constants]
    shared += [end for name in linked for end in (domains[name].minimum, domains[name].maximum) if end is not None]
    shared += [key for name in linked for key in domains[name].choices]
    columns: list[tuple[Cell, ...]] = []
    for name, domain in zip(order, known, strict=True):
        found = cells(domain, usages[name], shared, len(linked))
        if found is None:
            raise NotExactError(name)
        place = name.startswith("place.")
        nothing = (
            Cell(None, "not known" if place else "not asked"),
            Cell(None, "not known" if place else "doesn't know"),
        )
        columns.append((*nothing, *(cell for cell in found if not stopping(cell.value, domain.stops))))
    whens: list[Callable[[Sequence[int]], bool]] = [
        Memo(domain.when, order, columns) if domain.when is not None else _always for domain in known
    ]
    leaves: list[Leaf] = []
    for leaf in _grow([], columns, whens, known):
        if len(leaves) >= limit:
            raise TooManyCombinationsError
        leaves.append(leaf)
    return Space(tuple(order), tuple(columns), tuple(leaves))


def _always(_: Sequence[int]) -> bool:
    return True


def _grow(
    leaf: list[int],
    columns: Sequence[Sequence[Cell]],
    whens: Sequence[Callable[[Sequence[int]], bool]],
    known: Sequence[Domain],
) -> Iterator[Leaf]:
    depth = len(leaf)
    if depth == len(columns):
        yield tuple(leaf)
        return
    # The memo looks at deciders only, and these stand before; the padding is never read.
    asked = whens[depth]([*leaf, *([HIDDEN] * (len(columns) - depth))])
    choices = range(UNKNOWN if known[depth].unknown else UNKNOWN + 1, len(columns[depth])) if asked else (HIDDEN,)
    for index in choices:
        leaf.append(index)
        yield from _grow(leaf, columns, whens, known)
        leaf.pop()


def _with_deciders(conditions: Sequence[Condition], domains: Mapping[str, Domain]) -> list[str]:
    order: dict[str, None] = {}
    entered: set[str] = set()

    def visit(name: str) -> None:
        if name in entered or name not in domains:
            return
        entered.add(name)
        decider = domains[name].when
        for other in names(decider) if decider is not None else ():
            visit(other)
        order[name] = None

    wanted = {name for condition in conditions for name in names(condition)}
    for name in domains:
        if name in wanted:
            visit(name)
    return list(order)

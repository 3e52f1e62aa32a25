"""Whether two reviewers who judged the same calls without seeing each other's forms agree, criterion by criterion."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from taker311.base.codec import Value
from taker311.drills.report import kappa
from taker311.review.form import Form
from taker311.review.rubric import BEST, CRITERIA

FEWEST = 5  # below that a coefficient says nothing
_THOUSAND = 1000


class _Pair(NamedTuple):
    call_id: str
    one: int
    other: int


class Agreed(Value, frozen=True):
    """Two reviewers on one thing: `pairs` of marks on `calls` that both judged, `equal` of them alike. `kappa` in thousandths;
    None below five calls, and where both gave one and the same mark throughout. `weighted`: by how far marks lie apart."""

    reviewers: tuple[str, str]
    what: str
    calls: int
    pairs: int
    equal: int
    kappa: int | None
    weighted: bool

    @property
    def too_few(self) -> bool:
        return self.calls < FEWEST


def agreement(forms: Iterable[Form]) -> tuple[Agreed, ...]:
    """Over finished, blind forms. Marks are steps of a scale, so their kappa is weighted; "critical" (whether there was any
    critical error) and "observed" (criteria that one left out and the other judged) are yes or no, so theirs is not."""
    of_call: dict[str, list[Form]] = defaultdict(list)
    for form in forms:
        if form.finished is not None and form.blind:
            of_call[form.call_id].append(form)
    found: dict[tuple[str, str, str], list[_Pair]] = defaultdict(list)
    for both in of_call.values():
        for one, other in itertools.combinations(sorted(both, key=lambda form: (form.reviewer, form.reviewer_id)), 2):
            _compare(one, other, found)
    return tuple(
        _agreed((first, second), what, marks)
        for (first, second, what), marks in sorted(found.items(), key=lambda item: (item[0][:2], _order(item[0][2])))
    )


def _compare(one: Form, other: Form, found: dict[tuple[str, str, str], list[_Pair]]) -> None:
    names = one.reviewer, other.reviewer
    theirs = {mark.id: mark.mark for mark in other.marks}
    for mark in one.marks:
        their = theirs.get(mark.id)
        found[*names, "observed"].append(_Pair(one.call_id, int(mark.mark is not None), int(their is not None)))
        if mark.mark is not None and their is not None:
            found[*names, mark.id].append(_Pair(one.call_id, mark.mark, their))
    critical = [int(any(fault.found for fault in form.faults)) for form in (one, other)]
    found[*names, "critical"].append(_Pair(one.call_id, critical[0], critical[1]))


def _order(what: str) -> int:
    known = [*CRITERIA, "critical", "observed"]
    return known.index(what) if what in known else len(known)


def _agreed(reviewers: tuple[str, str], what: str, pairs: Sequence[_Pair]) -> Agreed:
    weighted, calls = what in CRITERIA, len({pair.call_id for pair in pairs})
    marks = [(pair.one, pair.other) for pair in pairs]
    value = None
    if calls >= FEWEST:
        value = weighted_kappa(marks) if weighted else kappa(marks)
    return Agreed(reviewers, what, calls, len(marks), sum(one == other for one, other in marks), value, weighted)


def weighted_kappa(marks: Sequence[tuple[int, int]], best: int = BEST) -> int | None:
    """Cohen's weighted kappa in thousandths for marks from 0 to `best`: 1 - (sum of w*observed) / (sum of w*by chance), with
    the linear weights w = |i - j| / best, so that 4 against 5 counts as nearly the same (J. Cohen, "Weighted kappa: nominal
    scale agreement with provision for scaled disagreement or partial credit", Psychological Bulletin 70, 1968, 213-220).
    None where chance alone would give no disagreement: both gave one and the same mark throughout."""
    if not marks:
        return None
    count = len(marks)
    observed = Fraction(sum(abs(one - other) for one, other in marks), best * count)
    firsts, seconds = Counter(one for one, _ in marks), Counter(other for _, other in marks)
    apart = sum(abs(i - j) * firsts[i] * seconds[j] for i in firsts for j in seconds)
    chance = Fraction(apart, best * count * count)
    return None if chance == 0 else round((1 - observed / chance) * _THOUSAND)

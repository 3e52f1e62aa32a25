"""What a supervisor wants to know of many finished forms: QA per agent and criterion, how sure that is, the weakest criterion,
the trend, and whether reviewers agree. Plain values; how they are shown is elsewhere."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction

from taker311.base.codec import Value
from taker311.drills.rubric import mean_score
from taker311.review.agreement import FEWEST, Agreed, agreement
from taker311.review.form import Form, qa
from taker311.review.rubric import BEST, CRITERIA

_RESAMPLES = 2000
_Z = 1.959964  # two-sided 95 %
_THOUSAND = 1000


class Share(Value, frozen=True):
    """A criterion over `calls` in which it was observed: its share of the points, in tenths of a percent."""

    calls: int
    share: int


class Agent(Value, frozen=True):
    """`sampled` calls were chosen by chance, and they alone make `qa` (mean, tenths of a percent), its 95 % interval
    `low` to `high`, and the criteria; None where there are none, or, of the interval, fewer than five. `for_cause` are calls
    that were chosen for what happened in them: they would make everybody look worse than they are, so their mean
    `qa_for_cause` stands apart. `critical_low`,
    `critical_high`: the interval of the share of sampled calls with a critical error. `trend`: each sampled call's QA, in the
    order of the calls; `first`, `last` are the means of its older and its newer half, from ten calls on."""

    agent: str
    sampled: int
    for_cause: int
    qa_for_cause: int | None
    qa: int | None
    low: int | None
    high: int | None
    critical: dict[str, int]
    with_critical: int
    critical_low: int
    critical_high: int
    criteria: dict[str, Share]
    weakest: str
    trend: tuple[int, ...]
    first: int | None
    last: int | None


class Row(Value, frozen=True):
    """One finished form, for tables: `qa` in tenths of a percent, `marks` 0 to 5 of what was observed."""

    call_began: str
    call_id: str
    agent: str
    desk: str
    reviewer: str
    chosen: tuple[str, ...]
    qa: int | None
    critical: tuple[str, ...]
    marks: dict[str, int]
    left_out: tuple[str, ...]


class Report(Value, frozen=True):
    agents: tuple[Agent, ...]
    criteria: dict[str, Share]
    agreements: tuple[Agreed, ...]
    rows: tuple[Row, ...]


def report(forms: Iterable[Form]) -> Report:
    """Over finished forms. A call that two reviewers judged counts once for its agent, with the mean of both."""
    done = sorted(
        (form for form in forms if form.finished), key=lambda f: (f.call_began, f.call_id, f.begun, f.reviewer_id)
    )
    of: dict[str, list[Form]] = defaultdict(list)
    for form in done:
        of[form.agent].append(form)
    return Report(
        agents=tuple(_agent(name, of[name]) for name in sorted(of)),
        criteria=_criteria([form for form in done if form.sampled]),
        agreements=agreement(done),
        rows=tuple(_row(form) for form in done),
    )


def _agent(name: str, forms: Sequence[Form]) -> Agent:
    by_chance = [form for form in forms if form.sampled]
    for_cause = [form for form in forms if not form.sampled]
    scores = _per_call(by_chance)
    low, high = bootstrap(scores) if len(scores) >= FEWEST else (None, None)
    bad = {form.call_id for form in by_chance if qa(form).critical}
    worst, best = wilson(len(bad), len(scores))
    criteria = _criteria(by_chance)
    half = len(scores) // 2 if len(scores) >= 2 * FEWEST else 0
    return Agent(
        agent=name,
        sampled=len({form.call_id for form in by_chance}),
        for_cause=len({form.call_id for form in for_cause}),
        qa_for_cause=mean_score(_per_call(for_cause)),
        qa=mean_score(scores),
        low=low,
        high=high,
        critical=dict(sorted(Counter(error for form in forms for error in qa(form).critical).items())),
        with_critical=len(bad),
        critical_low=worst,
        critical_high=best,
        criteria=criteria,
        weakest=min(criteria, key=lambda one: (criteria[one].share, one), default=""),
        trend=tuple(scores),
        first=mean_score(scores[:half]) if half else None,
        last=mean_score(scores[-half:]) if half else None,
    )


def _per_call(forms: Sequence[Form]) -> list[int]:
    """Each call's QA in the order of the calls, the mean where several reviewers judged it."""
    found: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    for form in forms:
        score = qa(form).score
        if score is not None:
            found[form.call_began, form.call_id].append(score)
    return [mean_score(scores) or 0 for _, scores in sorted(found.items())]


def _criteria(forms: Sequence[Form]) -> dict[str, Share]:
    found: dict[str, Share] = {}
    for name in CRITERIA:
        marks = [mark.mark for form in forms for mark in form.marks if mark.id == name and mark.mark is not None]
        if marks:
            share = Fraction(sum(marks) * _THOUSAND, BEST * len(marks))
            found[name] = Share(len(marks), int(share + Fraction(1, 2)))
    return found


def _row(form: Form) -> Row:
    found = qa(form)
    return Row(
        call_began=form.call_began.isoformat(timespec="seconds"),
        call_id=form.call_id,
        agent=form.agent,
        desk=form.desk,
        reviewer=form.reviewer,
        chosen=form.chosen,
        qa=found.score,
        critical=found.critical,
        marks={mark.id: mark.mark for mark in form.marks if mark.mark is not None},
        left_out=found.left_out,
    )


# ---------------------------------------------------------------- how sure
def bootstrap(scores: Sequence[int], *, seed: int = 311) -> tuple[int, int]:
    """The 95 % interval of the mean by the percentile bootstrap: the mean of 2,000 samples drawn from `scores` with
    replacement, from the 2.5th to the 97.5th percentile (B. Efron, "Bootstrap methods: another look at the jackknife", The
    Annals of Statistics 7, 1979, 1-26). The same scores give the same interval. Too narrow for very few scores."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    count = len(scores)
    means = sorted(sum(chance.choices(scores, k=count)) / count for _ in range(_RESAMPLES))
    edge = round(_RESAMPLES * 0.025)
    return round(means[edge]), round(means[-edge - 1])


def wilson(hits: int, count: int) -> tuple[int, int]:
    """The 95 % interval of a share, in tenths of a percent: the Wilson score interval (E. B. Wilson, "Probable inference, the
    law of succession, and statistical inference", Journal of the American Statistical Association 22, 1927, 209-212).
    (0, 1000) of nothing."""
    if count == 0:
        return 0, _THOUSAND
    share, z2 = hits / count, _Z * _Z
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * math.sqrt(share * (1 - share) / count + z2 / (4 * count * count)) / (1 + z2 / count)
    return max(0, round((middle - half) * _THOUSAND)), min(_THOUSAND, round((middle + half) * _THOUSAND))

"""What a trainer wants to know of many drills: attempts per trainee, first against last, the weakest criterion, and whether
two raters agree. Plain values; how they are shown is elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean
from taker311.drills.log import Log, Mark
from taker311.drills.rubric import Scorecard, mean_score
from taker311.drills.score import score

_THOUSAND = 1000


class Progress(Value, frozen=True):
    """One trainee. `scores` in tenths, in the order of the attempts; `first`, `last` compare the same drills: those taken
    twice or more, None where there is none. `weakest` is the criterion with the smallest share of its points, in tenths of
    a percent."""

    trainee: str
    attempts: int
    passed: int
    drills_passed: tuple[str, ...]
    scores: tuple[int, ...]
    first: int | None
    last: int | None
    weakest: str
    weakest_share: int
    critical: dict[str, int]
    left_to_do: tuple[str, ...] = ()


class Agreement(Value, frozen=True):
    """Two raters on one thing. `kappa` in thousandths: Cohen's kappa, (po - pe) / (1 - pe), po the share of equal marks and
    pe the share that chance would give (J. Cohen, "A coefficient of agreement for nominal scales", Educational and
    Psychological Measurement 20, 1960, 37-46). None where both gave one and the same mark throughout: pe is 1."""

    raters: tuple[str, str]
    what: str
    pairs: int
    equal: int
    kappa: int | None


class Report(Value, frozen=True):
    """`criteria`: criterion -> share of its points over all attempts, in tenths of a percent."""

    trainees: tuple[Progress, ...]
    criteria: dict[str, int]
    agreements: tuple[Agreement, ...]
    cards: tuple[Scorecard, ...]


def report(logs: Iterable[Log], assigned: Mapping[str, Sequence[str]] | None = None) -> Report:
    """`assigned`: trainee -> drills that they are to pass."""
    logs = sorted(logs, key=lambda log: (log.begun.taken, log.begun.trainee, log.begun.drill.id))
    cards = [score(log) for log in logs]
    of: dict[str, list[Scorecard]] = defaultdict(list)
    for card in cards:
        of[card.trainee].append(card)
    for trainee in assigned or {}:
        of.setdefault(trainee, [])
    return Report(
        trainees=tuple(_progress(name, of[name], (assigned or {}).get(name, ())) for name in sorted(of)),
        criteria=_shares(cards),
        agreements=tuple(_agreements(logs)),
        cards=tuple(cards),
    )


def _progress(name: str, cards: Sequence[Scorecard], assigned: Sequence[str]) -> Progress:
    by_drill: dict[str, list[int]] = defaultdict(list)
    for card in cards:
        by_drill[card.drill].append(card.score)
    again = [scores for scores in by_drill.values() if len(scores) > 1]
    shares = _shares(cards)
    weakest = min(shares, key=lambda one: (shares[one], one), default="")
    passed = sorted({card.drill for card in cards if card.passed})
    return Progress(
        trainee=name,
        attempts=len(cards),
        passed=sum(card.passed for card in cards),
        drills_passed=tuple(passed),
        scores=tuple(card.score for card in cards),
        first=mean_score([scores[0] for scores in again]),
        last=mean_score([scores[-1] for scores in again]),
        weakest=weakest,
        weakest_share=shares.get(weakest, 0),
        critical=dict(sorted(Counter(error.id for card in cards for error in card.critical).items())),
        left_to_do=tuple(drill for drill in dict.fromkeys(assigned) if drill not in passed),
    )


def _shares(cards: Iterable[Scorecard]) -> dict[str, int]:
    points: Counter[str] = Counter()
    possible: Counter[str] = Counter()
    for card in cards:
        for one in card.criteria:
            points[one.id] += one.points
            possible[one.id] += one.of
    return {
        name: int(Fraction(points[name] * _THOUSAND, possible[name]) + Fraction(1, 2))
        for name in possible
        if possible[name]
    }


# ---------------------------------------------------------------- two raters
def _agreements(logs: Iterable[Log]) -> list[Agreement]:
    pairs: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for log in logs:
        latest = {(entry.what, entry.by): entry.points for entry in log.entries if isinstance(entry, Mark)}
        for what in ("courtesy", "listening"):
            raters = sorted(by for kind, by in latest if kind == what)
            for i, first in enumerate(raters):
                for second in raters[i + 1 :]:
                    pairs[first, second, what].append((latest[what, first], latest[what, second]))
    return [_agreement(key, marks) for key, marks in sorted(pairs.items())]


def _agreement(key: tuple[str, str, str], marks: Sequence[tuple[int, int]]) -> Agreement:
    equal = sum(one == other for one, other in marks)
    return Agreement((key[0], key[1]), key[2], len(marks), equal, kappa(marks))


def kappa(marks: Sequence[tuple[int, int]]) -> int | None:
    """Cohen's kappa in thousandths; None where it is not defined."""
    if not marks:
        return None
    count = len(marks)
    observed = Fraction(sum(one == other for one, other in marks), count)
    firsts, seconds = Counter(one for one, _ in marks), Counter(other for _, other in marks)
    chance = sum((Fraction(firsts[value] * seconds[value], count * count) for value in firsts), Fraction(0))
    if chance == 1:
        return None
    return round((observed - chance) / (1 - chance) * _THOUSAND)


# ---------------------------------------------------------------- assignments
def read_assignments(
    text: str, name: str, sets: Mapping[str, Sequence[str]], drills: Iterable[str]
) -> dict[str, list[str]]:
    """`Kim Lee: new-hire, gas-behind-a-bill` a line; '#' begins a comment. Raises UserError with the line."""
    known = [*sets, *drills]
    found: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()  # noqa: PLW2901 - without its comment
        if not line:
            continue
        who, mark, what = line.partition(":")
        trainee = clean_line(who, limit=60)
        if not mark or not trainee:
            raise UserError(f"{name}:{number}: write  NAME: SET, DRILL, ...  on each line.")
        for part in (clean_line(one, limit=80) for one in what.split(",")):
            if part in sets:
                found.setdefault(trainee, []).extend(sets[part])
            elif part in known:
                found.setdefault(trainee, []).append(part)
            elif part:
                raise UserError(f"{name}:{number}: there is no drill or set '{part}'{did_you_mean(part, known)}.")
    return found

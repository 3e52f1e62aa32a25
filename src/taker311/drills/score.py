"""The score of a drill, from its log alone: the same log gives the same scorecard, byte for byte. No floats, no clock, no
chance, no knowledge base."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from taker311.call import events as ev
from taker311.drills.compare import SHARE, as_text, fit
from taker311.drills.critical import alarm_late_by, critical_errors
from taker311.drills.log import MOST_POINTS, Did, Log, Said, Spoke, TakenUp
from taker311.drills.rubric import Criterion, Result, Scorecard
from taker311.drills.story import Ending, Story, accepted, needs_alarm
from taker311.knowledge.drills import WEIGHTS, Problem

_HUNDRED = 100
_ALL = Fraction(1)
_AFTER_A_WRONG_CARD = Fraction(3, 5)
_EACH_NEEDLESS = Fraction(2, 5)


class Judged(NamedTuple):
    """`share` of the points; None: nobody could observe it."""

    share: Fraction | None
    why: str = ""
    wanted: str = ""
    at_s: int = 0


def score(log: Log) -> Scorecard:
    story = Story(log)
    drill = story.drill
    criteria = tuple(_criterion(name, drill.weight(name), _JUDGES[name](story)) for name in WEIGHTS)
    possible = sum(one.of for one in criteria)
    earned = sum(one.points for one in criteria)
    tenths = _rounded(Fraction(earned * 1000, possible)) if possible else 0
    critical = critical_errors(story)
    result: Result = "left" if story.left else "failed" if critical or tenths < drill.pass_mark * 10 else "passed"
    return Scorecard(
        drill=drill.id,
        version=drill.version,
        trainee=log.begun.trainee,
        taken=log.begun.taken.isoformat(timespec="seconds"),
        kb_version=log.begun.kb_version,
        result=result,
        score=tenths,
        pass_mark=drill.pass_mark,
        seconds=story.seconds,
        criteria=criteria,
        critical=critical,
        left_out=tuple(one.id for one in criteria if not one.of),
        away_s=tuple(entry.away_s for entry in log.entries if isinstance(entry, TakenUp)),
    )


def _criterion(name: str, weight: int, judged: Judged) -> Criterion:
    of = 0 if judged.share is None else weight * _HUNDRED
    points = _rounded(judged.share * of) if judged.share is not None else 0
    return Criterion(name, points, of, judged.why, judged.wanted, judged.at_s)


def _rounded(value: Fraction) -> int:
    """Half up."""
    return int(value + Fraction(1, 2)) if value >= 0 else 0


def _mean(shares: list[Fraction]) -> Fraction | None:
    return sum(shares, Fraction(0)) / len(shares) if shares else None


# ---------------------------------------------------------------- the criteria
def _safety(story: Story) -> Judged:
    connected = next(
        (one for one in story.events if isinstance(one.event, ev.CardClosed) and one.event.connected), None
    )
    if needs_alarm(story.drill):
        late = alarm_late_by(story)
        within = story.drill.emergency.within_s if story.drill.emergency else 0
        wanted = f"the 911 card within {within} s" if within else "the caller handed to 911"
        opened = story.card_seconds()
        if late is None:
            return Judged(Fraction(0), "the 911 card was never opened", wanted, story.seconds)
        handed = connected is not None or all(p.ending != "emergency" for p in story.drill.problems)
        why = f"the 911 card stood open at {opened[0]} s" + ("" if handed else ", and nobody was handed over")
        return Judged(_ALL if late <= 0 and handed else Fraction(0), why, wanted, opened[0])
    if connected is not None:
        second = story.second(connected.at)
        return Judged(Fraction(0), "a call that is no emergency was handed to 911", "no 911", second)
    gates = [(problem, step) for problem in story.drill.problems for step in problem.gates]
    if not gates:
        return Judged(None)
    shares = [_fact_share(story, problem, step)[0] for problem, step in gates]
    wanted = ", ".join(f"{step}: {problem.values[step]}" for problem, step in gates)
    good = sum(share == 1 for share in shares)
    return Judged(_mean(shares), f"{good} of {len(gates)} safety questions answered right", wanted, _last_second(story))


def _last_second(story: Story) -> int:
    return story.ends[-1].second if story.ends else story.seconds


def _topic(story: Story) -> Judged:
    opened = story.opened()
    handed = any(end.told.done.disposition == "emergency" for end in story.ends)
    right = [
        # Whoever hands an emergency over needs no card but the red one.
        (problem.ending == "emergency" and handed) or any(name in accepted(problem) for name, _ in opened)
        for problem in story.drill.problems
    ]
    every = {name for problem in story.drill.problems for name in accepted(problem)}
    wrong = [
        (one.event.topic_id, story.second(one.at))
        for one in story.events
        if isinstance(one.event, ev.Opened) and one.event.topic_id not in every
    ]
    share = Fraction(sum(right), len(right)) * (_AFTER_A_WRONG_CARD if wrong else _ALL)
    wanted = ", ".join((problem.topics or (problem.bulletin or "911",))[0] for problem in story.drill.problems)
    second = next((at for name, at in opened if name in every), story.seconds)
    if not opened:
        return Judged(share, "the 911 card alone" if handed else "no card was opened", wanted, story.seconds)
    why = f"opened {', '.join(name for name, _ in opened)}"
    return Judged(share, why, wanted, wrong[0][1] if wrong else second)


def _answer(story: Story) -> Judged:
    shares, whys, seconds = [], [], []
    opened = {name for name, _ in story.opened()}
    lang = story.drill.persona.lang
    spoke = any(isinstance(one.event, ev.LanguageSet) and one.event.lang == lang for one in story.events)
    for problem in story.drill.problems:
        end = _end_of(story, problem)
        share, why = _answer_share(story, problem, end, opened)
        if lang and not spoke:
            share, why = share * Fraction(2, 3), f"{why}, not in the caller's language"
        shares.append(share)
        whys.append(why)
        seconds.append(end.second if end else story.seconds)
    wanted = "; ".join(f"{(p.topics or (p.bulletin,))[0]}: {p.ending}" for p in story.drill.problems)
    return Judged(_mean(shares), "; ".join(whys), wanted, max(seconds, default=0))


def _end_of(story: Story, problem: Problem) -> Ending | None:
    if problem.ending == "emergency":
        return next((end for end in reversed(story.ends) if end.told.done.disposition == "emergency"), None)
    return story.of_problem(problem)


def _answer_share(story: Story, problem: Problem, end: Ending | None, opened: set[str]) -> tuple[Fraction, str]:
    if end is None:
        seen = any(name in opened for name in accepted(problem))
        return (Fraction(1, 3), "the card was open and nothing came of it") if seen else (Fraction(0), "not dealt with")
    done = end.told.done
    if done.topic_id in story.stale() and done.disposition == "answered":
        return Fraction(0), f"'{done.topic_id}' is out of date"
    share, why = _ALL, f"{done.topic_id or 'the call'}: {done.disposition}"
    if problem.bulletin and problem.bulletin not in opened:
        share, why = share / 2, f"{why}, without the bulletin"
    if done.disposition != problem.ending:
        share = share / 2
    return share, why


def _location(story: Story) -> Judged:
    shares, whys, wanted = [], [], []
    for problem in story.drill.problems:
        if problem.place is None or problem.ending == "emergency":
            continue
        end = _end_of(story, problem)
        place = end.told.place if end else None
        wanted.append(problem.place.label)
        if place is None:
            shares.append(Fraction(0))
            whys.append("no place was taken")
        elif problem.place.kind == "unverified" or not place.verified:
            share = SHARE[fit(problem.place.label, place.label)]
            shares.append(share if problem.place.kind == "unverified" else share / 3)
            whys.append(f"'{place.label}', not verified")
        else:
            shares.append(_ALL if place.label == problem.place.label else Fraction(0))
            whys.append(f"'{place.label}', read back")
    return Judged(_mean(shares), "; ".join(whys), "; ".join(wanted), _place_second(story))


def _place_second(story: Story) -> int:
    taken = [one for one in story.events if isinstance(one.event, ev.PlaceConfirmed | ev.PlaceUnverified)]
    return story.second(taken[-1].at) if taken else story.seconds


def _fact_share(story: Story, problem: Problem, step: str) -> tuple[Fraction, str]:
    end = _end_of(story, problem)
    given = as_text(end.told.answers[step]) if end and step in end.told.answers else None
    how = fit(problem.values[step], given)
    return SHARE[how], "" if how == "exact" else f"{step}: {how}" + (f" ('{given}')" if given is not None else "")


def _facts(story: Story) -> Judged:
    shares, whys, wanted = [], [], []
    for problem in story.drill.problems:
        if problem.ending == "emergency":
            continue
        for step, value in sorted(problem.values.items()):
            share, why = _fact_share(story, problem, step)
            shares.append(share)
            if why:
                whys.append(why)
                wanted.append(f"{step}: {value}")
    exact = sum(share == 1 for share in shares)
    return Judged(
        _mean(shares), "; ".join([f"{exact} of {len(shares)} exact", *whys]), "; ".join(wanted), _last_second(story)
    )


def _needless(story: Story) -> Judged:
    asked = [
        (step, end.second)
        for problem in story.drill.problems
        if (end := _end_of(story, problem))
        for step in problem.skip
        if step in end.told.answers
    ]
    answered_only = all(p.ending in ("answered", "emergency") for p in story.drill.problems)
    intake = next((one for one in story.events if isinstance(one.event, ev.IntakeStarted)), None)
    if answered_only and intake is not None and not any(p.answers for p in story.drill.problems):
        asked.append(("questions that this call didn't need", story.second(intake.at)))
    asked += _asked_again(story)
    answered = any(isinstance(one.event, ev.Answered | ev.Skipped | ev.HeardTaken) for one in story.events)
    if not (answered or intake or story.spoken):
        return Judged(None)
    share = max(Fraction(0), _ALL - len(asked) * _EACH_NEEDLESS)
    why = f"needless: {', '.join(name for name, _ in asked)}" if asked else "nothing needless was asked"
    wanted = ", ".join(step for p in story.drill.problems for step in p.skip)
    return Judged(share, why, f"not: {wanted}" if wanted else "", asked[0][1] if asked else _last_second(story))


def _asked_again(story: Story) -> list[tuple[str, int]]:
    """Facts that were asked for in words after they had been given; a question that the script brings up is not meant."""
    found = []
    entries = story.log.entries
    for before, entry in itertools.pairwise(entries):
        if isinstance(before, Spoke) and isinstance(entry, Said) and entry.why == "again":
            found.append((f"'{entry.facts[0]}' again", story.second(entry.at)))
    return found


def _duplicate(story: Story) -> Judged:
    shares, whys, wanted, at = [], [], [], 0
    for problem in story.drill.problems:
        if not problem.duplicate:
            continue
        end = _end_of(story, problem)
        choice = end.told.duplicate if end else ""
        made = "" if not choice else "new" if choice == "new" else "join"
        shares.append(_ALL if made == problem.duplicate else Fraction(0))
        whys.append({"new": "a new report", "join": "joined the open one", "": "not decided"}[made])
        wanted.append({"new": "a new report", "join": "the open report"}[problem.duplicate])
        at = end.second if end else story.seconds
    return Judged(_mean(shares), "; ".join(whys), "; ".join(wanted), at)


def _promise(story: Story) -> Judged:
    shares, whys, wanted, at = [], [], [], 0
    for problem in story.drill.problems:
        if problem.ending in ("answered", "emergency"):
            continue
        end = _end_of(story, problem)
        share, why = _promise_share(story, problem, end)
        shares.append(share)
        whys.append(why)
        wanted.append(f"{problem.route or problem.agency}{f', {problem.promise}' if problem.promise else ''}")
        at = end.second if end else story.seconds
    return Judged(_mean(shares), "; ".join(whys), "; ".join(wanted), at)


def _promise_share(story: Story, problem: Problem, end: Ending | None) -> tuple[Fraction, str]:
    """Of eight: the route three, the promise three, that it was said two. A transfer and a referral are their route alone."""
    if end is None:
        return Fraction(0), "no end was reached"
    done = end.told.done
    if problem.ending == "transferred":
        good = done.disposition == "transferred" and done.agency in ("", problem.agency or done.agency)
        return (_ALL if good else Fraction(0)), f"transferred to {done.agency or 'nobody'}"
    if problem.ending == "referred":
        return (_ALL if done.disposition in ("referred", "transferred") else Fraction(0)), done.disposition
    route = done.agency == problem.route
    texts = done.promise.texts if done.promise is not None else {}
    given = problem.promise if problem.promise in texts.values() else min(texts.values(), default="")
    said = _said(story, done.case_id)
    share = Fraction(3 * route + 3 * (bool(done.case_id) and given == problem.promise) + 2 * said, 8)
    return share, f"{done.agency or 'nobody'}, {given or 'no date'}, {'said' if said else 'not said'}"


def _said(story: Story, case_id: str) -> bool:
    """The words of the last screen count as said once the agent went on from it."""
    saved = False
    before: Did | None = None
    for one in story.events:
        if isinstance(one.event, ev.CaseSaved) and one.event.case_id == case_id:
            saved = True
        elif saved and before is not None and before.where.phase == "done" and one.where.phase != "done":
            return isinstance(one.event, ev.WrapUpBegun | ev.SecondTopicBegun | ev.TransferShown)
        before = one
    return False


def _wrapup(story: Story) -> Judged:
    good = story.disposition == story.drill.disposition
    return Judged(Fraction(good), story.disposition or "the call did not end", story.drill.disposition, story.seconds)


def _time(story: Story) -> Judged:
    par = story.drill.par_s
    over = Fraction(max(0, story.seconds - par), par)
    share = Fraction(0) if story.left else max(Fraction(0), _ALL - over)
    return Judged(share, f"{story.seconds} s", f"{par} s", story.seconds)


def _courtesy(story: Story) -> Judged:
    latest = {(mark.by, mark.what): mark for mark in story.marks}
    if not latest:
        return Judged(None)
    share = _mean([Fraction(max(0, min(MOST_POINTS, mark.points)), MOST_POINTS) for mark in latest.values()])
    why = ", ".join(f"{what} {mark.points} by {by}" for (by, what), mark in sorted(latest.items()))
    return Judged(share, why, "", story.second(max(mark.at for mark in latest.values())))


_JUDGES: dict[str, Callable[[Story], Judged]] = {
    "safety": _safety,
    "topic": _topic,
    "answer": _answer,
    "location": _location,
    "facts": _facts,
    "needless": _needless,
    "duplicate": _duplicate,
    "promise": _promise,
    "wrapup": _wrapup,
    "time": _time,
    "courtesy": _courtesy,
}

"""The cue sheet: a drill as whoever plays the caller needs it, 72 columns wide."""

from __future__ import annotations

import textwrap
from zoneinfo import ZoneInfo

from taker311.knowledge.drills import Drill, Fact, Problem

WIDTH = 72
_WHEN = {
    "opening": "say it in your opening",
    "asked": "only if asked",
    "pressed": "only if asked twice",
    "never": "never",
}


def cue_sheet(drill: Drill, zone: str) -> list[str]:
    """Lines to print; `zone` is the city's."""
    who = ", ".join(part for part in (drill.persona.name, drill.persona.manner, drill.persona.lang) if part)
    rows = [
        f"DRILL  {drill.title}  ({drill.id} {drill.version}, {drill.difficulty}, {drill.category})",
        f"The call comes in on {drill.at.astimezone(ZoneInfo(zone)):%A, %B %d, %H:%M}. Good in {drill.par_s} s.",
        *(_wrapped(f"You are {who}.") if who else ()),
        *(row for goal in drill.goals for row in _wrapped(f"Goal: {goal}.")),
        *(row for hint in drill.hints for row in _wrapped(f"If they are stuck: {hint}.")),
        "",
        "YOU BEGIN",
        *_wrapped(f'"{drill.opening}"'),
        "",
        "WHAT YOU KNOW",
        *(row for fact in drill.facts for row in _fact(fact)),
    ]
    if drill.beats:
        rows += ["", "WHAT YOU SAY BY YOURSELF"]
        for beat in drill.beats:
            when = f"after {beat.after_s} s" if beat.after_s else f"at '{beat.at}'"
            kind = f" [{beat.kind}]" if beat.kind else ""
            rows += _wrapped(f'- {when}{kind}: "{beat.says}"')
    rows += ["", "A GOOD CALL", *(row for problem in drill.problems for row in _problem(problem))]
    if drill.emergency:
        rows += _wrapped(
            f"- The 911 card within {drill.emergency.within_s} s"
            + (f" of '{drill.emergency.after}'." if drill.emergency.after else ".")
        )
    rows += [f"- Coded '{drill.disposition}'.", "", "MARK  courtesy 0-5: ____   listening 0-5: ____"]
    return rows


def _fact(fact: Fact) -> list[str]:
    rows = _wrapped(f'- {fact.id} ({_WHEN[fact.when]}): "{fact.says}"')
    return [*rows, *_wrapped(f'    first: "{fact.dodge}"')] if fact.dodge else rows


def _problem(problem: Problem) -> list[str]:
    parts: list[str] = [f"- {problem.ending}"]
    if problem.topics:
        parts.append(f"topic {' or '.join(problem.topics)}")
    if problem.bulletin:
        parts.append(f"notice {problem.bulletin}")
    if problem.place:
        parts.append(problem.place.label)
    parts += [f"{step}: {value}" for step, value in sorted(problem.answers.items())]
    parts += [
        part for part in (problem.duplicate and f"{problem.duplicate} report", problem.route, problem.promise) if part
    ]
    return _wrapped(", ".join(parts))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ")

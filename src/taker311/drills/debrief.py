"""After a drill: each criterion with the moment at which it was won or lost, and what the script wanted."""

from __future__ import annotations

from typing import Literal

from taker311.base.words import noted, say, span, stopwatch
from taker311.drills.log import Log, Noted
from taker311.drills.rubric import CRITICAL, TITLES, Criterion, Critical, Scorecard, tenths
from taker311.drills.sentences import in_words
from taker311.drills.story import Story
from taker311.knowledge.drills import Drill

RESULTS = {"passed": noted("PASSED"), "failed": noted("NOT PASSED"), "left": noted("LEFT BEFORE THE END")}
Kind = Literal["drill", "result", "won", "part", "lost", "critical", "text"]


def debrief(card: Scorecard, drill: Drill) -> list[str]:
    """Lines of text, unwrapped; every state is said in words."""
    return [text for _, text in debrief_rows(card, drill)]


def debrief_rows(card: Scorecard, drill: Drill) -> list[tuple[Kind, str]]:
    """As `debrief`, each line with what it is."""
    result = say(
        "{result}: {score} of 100 (to pass: {mark}), {time}",
        result=say(RESULTS[card.result]),
        score=tenths(card.score),
        mark=card.pass_mark,
        time=stopwatch(card.seconds),
    )
    rows: list[tuple[Kind, str]] = [("drill", f"{say('DRILL')} {drill.title}"), ("result", result)]
    rows += [("text", say("Left, and taken up again. Away: {time}.", time=span(seconds))) for seconds in card.away_s]
    rows.append(("text", ""))
    rows += [("critical", critical_row(error)) for error in card.critical]
    if card.critical:
        rows += [("text", say("A critical error fails the drill whatever the score.")), ("text", "")]
    rows += [(_kind(one), criterion_row(one)) for one in card.criteria if one.of]
    if card.left_out:
        names = ", ".join(say(TITLES[name]).lower() for name in card.left_out)
        rows += [("text", ""), ("text", say("Not observed, so left out: {names}.", names=names))]
    if drill.debrief:
        rows += [("text", ""), ("text", drill.debrief)]
    return rows


def critical_row(error: Critical) -> str:
    return say(
        "CRITICAL at {time}: {error} {what}",
        time=stopwatch(error.at_s),
        error=say(CRITICAL[error.id]),
        what=in_words(error.what),
    )


_MARKS = {"won": noted("won"), "part": noted("part"), "lost": noted("lost")}


def _kind(one: Criterion) -> Literal["won", "part", "lost"]:
    return "won" if one.points == one.of else "lost" if not one.points else "part"


def criterion_row(one: Criterion) -> str:
    points = say("{points} of {possible}", points=f"{_points(one.points):>5}", possible=f"{_points(one.of):<3}")
    head = f"{say(_MARKS[_kind(one)]):4} {points} {say(TITLES[one.id])}, {stopwatch(one.at_s)}: {in_words(one.why)}"
    if one.points == one.of or not one.wanted:
        return head
    return say("{head}. Wanted: {wanted}", head=head, wanted=in_words(one.wanted))


def noted_rows(log: Log) -> list[str]:
    """What observers wrote down, with the second of the call."""
    story = Story(log)
    notes = [entry for entry in log.entries if isinstance(entry, Noted)]
    return [
        say("Note at {time}, {by}: {text}", time=stopwatch(story.second(one.at)), by=one.by, text=one.text)
        for one in notes
    ]


def _points(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")

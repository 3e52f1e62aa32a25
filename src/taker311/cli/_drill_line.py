"""Drills with plain prompts, and for programs: the line's own session with the caller's words between."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator

from taker311.base.words import noted, say
from taker311.cli._course import quiz_in_terminal, tell_course
from taker311.cli._drill_session import Session
from taker311.drills.debrief import debrief, noted_rows
from taker311.drills.station import DrillStation
from taker311.knowledge.drills import Drill, DrillSet
from taker311.line.plain import WIDTH
from taker311.line.session import run_json, run_plain

_SAY = noted("DRILL. '.say WORDS' asks or tells the caller; '.say' alone presses for an answer; '.quit' leaves.")


def take(session: Session, found: DrillSet | None, drills: tuple[Drill, ...], *, as_json: bool) -> int:
    """One after another, from standard input until it ends."""
    lines = iter(sys.stdin)
    if found is not None and not as_json and session.taken_up is None:
        tell_course(found, print)
    for drill in drills:
        station = session.begin(drill)
        _run(station, lines, as_json=as_json)
        card = session.ended(station)
        if as_json:
            from taker311.base.codec import to_json

            print(json.dumps({"drill": drill.id, "score": json.loads(to_json(card))}), flush=True)
        else:
            rows = [*debrief(card, drill), *noted_rows(station.log_so_far)]
            print("\n".join(part for text in rows for part in textwrap.wrap(text, WIDTH) or [""]), flush=True)
        if card.result == "left":
            break
    else:
        if found is not None and found.quiz and not as_json:
            session.quiz_passed = quiz_in_terminal(found, lines, print)
    if not as_json:
        session.say_where(found.id if found is not None else "")
    return session.code


def _run(station: DrillStation, lines: Iterator[str], *, as_json: bool) -> None:
    told = _Told(station)
    if as_json:
        run_json(station, _until_over(station, lines), told.as_json)
    else:
        print(say(_SAY))
        run_plain(station, _until_over(station, lines), told.as_text)


def _until_over(station: DrillStation, lines: Iterator[str]) -> Iterator[str]:
    """Stops asking for input once the call has ended, so that the next drill gets the rest."""
    while not station.over:
        text = next(lines, None)
        if text is None:
            return
        station.tick()
        yield text


class _Told:
    """Puts what the caller has said since the last output beside it."""

    def __init__(self, station: DrillStation) -> None:
        self._station, self._count = station, 0

    def _new(self) -> list[str]:
        lines = [line.text for line in self._station.lines[self._count :]]
        self._count = len(self._station.lines)
        return lines

    def as_json(self, text: str) -> None:
        out = json.loads(text) | {"drill": self._station.drill.id, "caller": self._new()}
        print(json.dumps(out, ensure_ascii=False), flush=True)

    def as_text(self, text: str) -> None:
        print(f"{text}\n" + "\n".join(_wrapped(f"{say('CALLER')} {said}") for said in self._new()), flush=True)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, WIDTH, subsequent_indent="    "))

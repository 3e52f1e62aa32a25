"""A log told again, entry by entry, with the screens that it went through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from taker311.base.words import stopwatch
from taker311.call import model as m
from taker311.call.shown import Situation, View
from taker311.call.table import step
from taker311.call.view import view
from taker311.call.world import World
from taker311.drills.log import Did, Entry, Fell, Left, Log, Mark, Noted, Said, Spoke, TakenUp, Told
from taker311.drills.world import sealed_bundle
from taker311.knowledge.bundle import Bundle


def replay(log: Log, bundle: Bundle, *, screens: bool = False) -> Iterator[tuple[datetime, list[str]]]:
    """(moment, lines) for each entry. What the call says today of an event that it would refuse now is told as such."""
    world, state = World(sealed_bundle(bundle, log.begun.drill), m.Permissions()), m.CallState()
    began = log.begun.began
    yield began, [f"DRILL {log.begun.drill.title}: {log.begun.trainee}, seed {log.begun.seed}"]
    for entry in log.entries:
        lines = [f"{stopwatch((entry.at - began).total_seconds())} {_line(entry)}"]
        if isinstance(entry, Did):
            done = step(world, state, entry.event, entry.at)
            state = done.state if not done.refusal else state
            if done.refusal:
                lines.append(f"      (this knowledge base would refuse it: {done.refusal})")
            elif screens:
                lines += screen_rows(view(world, state, Situation(now=entry.at)))
        yield entry.at, lines


def _line(entry: Entry) -> str:
    match entry:
        case Did(event=event):
            fields = ", ".join(
                f"{name} {_short(getattr(event, name))}"
                for name in event.__struct_fields__
                if getattr(event, name) not in ("", ())
            )
            return f"KEY    {event.__struct_config__.tag} {fields}".rstrip()
        case Said(text=text, why=why):
            return f"CALLER {text} ({why})"
        case Spoke(text=text):
            return f"AGENT  {text or '(presses for an answer)'}"
        case Told(done=done):
            return f"DONE   {done.topic_id or 'the call'}: {done.disposition} {done.ref}".rstrip()
        case Fell(fault=fault):
            return f"FAULT  {fault}"
        case Mark(by=by, what=what, points=points):
            return f"MARK   {what} {points} by {by}"
        case Left():
            return "LEFT   the trainee went away"
        case TakenUp(away_s=away_s):
            return f"BACK   the trainee came back after {away_s} s"
        case Noted(by=by, text=text):
            return f"NOTE   {text} ({by})"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def screen_rows(shown: View) -> list[str]:
    """What stood on the screen, in words."""
    rows = [f"[{shown.state}] {shown.title}", *(f"SAY {text}" for text in shown.say.splitlines())]
    rows += [f"ASK {shown.ask}"] if shown.ask else []
    rows += [f"{choice.key} {choice.label}" for choice in shown.choices[:9]]
    rows += [f"{line.label}: {line.value}" for line in shown.lines]
    return [f"      {row}" for row in rows]

"""The cue sheet of a running drill on a second terminal: what the caller has said and what not yet, where the trainee stands,
the time, and the trainer's marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from taker311.base.clock import Clock
from taker311.base.words import noted, say, stopwatch
from taker311.desk.canvas import CanvasApp
from taker311.desk.draw import BLANK, SCROLLS, Drawn, Line, cut, fit, key_hints, line, padded, paragraph, window
from taker311.desk.entry import Entry
from taker311.desk.theme import Role
from taker311.drills.cue_live import CueState, Watched
from taker311.drills.log import MOST_POINTS, Observed
from taker311.knowledge.drills import Drill, Fact

_LOOK_S = 0.3
_WHAT: dict[Observed, str] = {"courtesy": noted("courtesy"), "listening": noted("listening")}
_WHEN = {
    "opening": noted("in the opening"),
    "asked": noted("if asked"),
    "pressed": noted("if asked twice"),
    "never": noted("never"),
}
_PHASES = {
    "ready": noted("the phone rings"),
    "talking": noted("is searching"),
    "bulletin": noted("reads a notice"),
    "topic": noted("reads the card"),
    "transfer": noted("transfers"),
    "interview": noted("asks the questions"),
    "readback": noted("reads back"),
    "done": noted("says what happens next"),
    "wrapup": noted("wraps up"),
}


class Hand(NamedTuple):
    """What the trainer is about to do: `what` the next digit marks, `note` the line being typed."""

    what: Observed = "courtesy"
    note: Entry | None = None


def rows_of(drill: Drill, state: CueState, now_s: int, width: int) -> list[Line]:
    """The sheet, without its last lines. `now_s` is the call's time."""
    who = ", ".join(part for part in (drill.persona.name, drill.persona.manner, drill.persona.lang) if part)
    time = say("{now} of {par}", now=stopwatch(now_s), par=stopwatch(drill.par_s))
    head = cut(f"DRILL  {drill.title}{f' · {who}' if who else ''}", width - len(time) - 3)
    rows = [
        line((padded(f" {head}", width - len(time) - 1), "drill"), (f"{time} ", "drill")),
        *paragraph(_where(state), width, "title"),
    ]
    if state.card:
        rows.append(line((f" {say('! The 911 card stands open.')}", "alarm")))
    if not state.online:
        rows.append(line((f" {say('! The network is gone.')}", "warn")))
    rows += [BLANK, *_next(drill, state, width), BLANK]
    rows += [line((f" {say('What you know')}", "title"))]
    rows += [_fact(fact, state, width) for fact in drill.facts]
    if drill.beats:
        rows += [BLANK, line((f" {say('What you say by yourself')}", "title"))]
        for number, beat in enumerate(drill.beats):
            said = number in state.beats
            when = (
                say("after {seconds} s", seconds=beat.after_s) if beat.after_s else say("at {moment}", moment=beat.at)
            )
            rows.append(_row(say("said") if said else when, beat.says, width, done=said))
    return rows


def _where(state: CueState) -> str:
    if state.over:
        return say("The call is over. Marks count until the trainee has closed the debrief.")
    where = say(_PHASES[state.phase]) if state.phase in _PHASES else state.phase
    parts = [say("The trainee {does}", does=where), state.topic, state.step]
    return " · ".join(part for part in parts if part)


def _next(drill: Drill, state: CueState, width: int) -> list[Line]:
    """What the caller says to the question that stands there."""
    if state.phase == "ready":
        return [line((f" {say('YOU BEGIN')}  ", "key"), (drill.opening, "say"))]
    rows = [row for text in (state.ask,) if text for row in paragraph(text, width, "ask")]
    fact = next((one for one in drill.facts if one.step == state.step and one.of in ("", state.topic)), None)
    if state.phase != "interview" or fact is None:
        return rows
    dodges = fact.when == "pressed" and fact.id not in state.given and bool(fact.dodge)
    words = fact.dodge if dodges else fact.says
    rows += paragraph(say("You say: “{words}”", words=words), width, "say")
    if dodges:
        rows += paragraph(say("and, if they insist: “{words}”", words=fact.says), width, "dim")
    return rows


def _fact(fact: Fact, state: CueState, width: int) -> Line:
    if fact.id in state.given:
        return _row(say("said"), fact.says, width, done=True)
    how = say("asked once") if fact.id in state.dodged else say(_WHEN[fact.when])
    return _row(how, fact.says, width, done=False)


def _row(how: str, text: str, width: int, *, done: bool) -> Line:
    mark: Role = "good" if done else "key"
    return line(
        (f" {'+' if done else '-'} {padded(how, 16)}", mark), (cut(text, width - 20), "dim" if done else "text")
    )


def foot(state: CueState | None, hand: Hand, width: int, message: str) -> tuple[list[Line], tuple[int, int] | None]:
    """Marks so far, then the hints or the note that is being typed; the cursor counts from the first of these lines."""
    last: dict[str, str] = {}
    for one in state.marks if state is not None else ():
        if one.points >= 0:
            last[one.what] = say("{points} at {time}", points=one.points, time=stopwatch(one.at_s))
    count = sum(one.points < 0 for one in state.marks) if state is not None else 0
    told = "   ".join(f"{say(name)}: {last.get(what, '-')}" for what, name in _WHAT.items())
    rows = [line(("─" * width, "rule")), line((f" {told}   {say('notes: {count}', count=count)}", "text"))]
    rows += paragraph(message, width, "warn") if message else []
    if hand.note is not None:
        text, at = hand.note.window(width - 12)
        title = say("Note")
        rows.append(line((f" {title} › ", "key"), (text, "title")))
        return rows, (len(title) + 4 + at, len(rows) - 1)
    other = next(name for what, name in _WHAT.items() if what != hand.what)
    pieces = [
        (f"0-{MOST_POINTS}", say("mark {what}", what=say(_WHAT[hand.what]))),
        ("Tab", say(other)),
        ("n", say("a note")),
        ("↑↓", say("scroll")),
        ("q", say("leave")),
    ]
    rows.append(key_hints(pieces))
    return rows, None


class CueDesk(CanvasApp):
    """Looks for a running drill with `find` until there is one, then shows it until it ends and beyond."""

    def __init__(self, find: Callable[[], Watched | None], by: str, real: Clock, *, theme: str = "dark") -> None:
        super().__init__(theme)
        self._find, self._by, self._clock = find, by, real
        self.watched: Watched | None = None
        self.state: CueState | None = None
        self.hand = Hand()
        self.message = ""
        self._from = 0
        self.ended = False

    def on_mount(self) -> None:
        self.set_interval(_LOOK_S, self.look)
        self.look()

    # ------------------------------------------------------------ what is seen
    def look(self) -> None:
        if self.watched is None or self.ended:
            found = self._find()
            if found is not None and (self.watched is None or found.place != self.watched.place):
                self.watched, self.state, self.ended, self.message, self._from = found, None, False, "", 0
        if self.watched is not None and not self.ended:
            self.state = self.watched.state() or self.state
            if not self.watched.alive():
                self.state = self.watched.state() or self.state
                self._over()
        self.redraw()

    def _over(self) -> None:
        self.ended = True
        self.hand = self.hand._replace(note=None)
        if self.state is not None and self.state.over:
            self.message = say(
                "The drill has ended; what you marked is in its log. q leaves, or wait for the next one."
            )
        else:
            self.message = say(
                "The drill stopped before its end: left, or its program died. What you marked is kept with it. q leaves."
            )

    def now_s(self) -> int:
        state = self.state
        if state is None:
            return 0
        gone = (self._clock.now() - state.written).total_seconds() if state.running and not self.ended else 0.0
        return int(state.seconds + max(0.0, gone))

    def redraw(self) -> None:
        width, height = self.size
        low, cursor = foot(self.state, self.hand, width, self.message)
        room = max(0, height - len(low))
        if self.watched is None or self.state is None:
            text = say("No drill is running here. Begin one in the other terminal:  taker311 drill run DRILL --pair")
            body = [BLANK, *paragraph(text, width, "title")]
        else:
            body = rows_of(self.watched.drill, self.state, self.now_s(), width)
        below, self._from = window(body[1:], self._from, max(0, room - 1))
        shown = [*body[:1], *below][:room]
        at = (cursor[0], cursor[1] + room) if cursor is not None else None
        self._canvas.show(Drawn([fit(row, width) for row in (*shown, *low)], at))

    # ------------------------------------------------------------ keys
    def press(self, key: str, character: str | None) -> None:
        if self.hand.note is not None:
            self._note(self.hand.note, key, character)
        elif key in ("q", "escape", "f10"):
            self.exit(0)
        elif key == "tab":
            other: Observed = "listening" if self.hand.what == "courtesy" else "courtesy"
            self.hand = self.hand._replace(what=other)
        elif key in SCROLLS:
            self._from += SCROLLS[key]
        elif self.watched is None or self.ended:
            pass
        elif character is not None and character in "012345":
            self._send(lambda watched: watched.mark(self._by, self.hand.what, int(character)))
        elif character == "n":
            self.hand = self.hand._replace(note=Entry())

    def _note(self, entry: Entry, key: str, character: str | None) -> None:
        if key == "escape":
            self.hand = self.hand._replace(note=None)
        elif key == "enter":
            self.hand = self.hand._replace(note=None)
            if text := entry.text.strip():
                self._send(lambda watched: watched.note(self._by, text))
        elif not entry.key(key) and character and character.isprintable():
            entry.insert(character)

    def _send(self, work: Callable[[Watched], None]) -> None:
        if self.watched is None:
            return
        try:
            work(self.watched)
            self.message = ""
        except OSError as error:
            self.message = say("The mark could not be written: {why}.", why=error.strerror or str(error))

    def pasted(self, text: str) -> None:
        if self.hand.note is not None:
            self.hand.note.insert(" ".join(text.split()))

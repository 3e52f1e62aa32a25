"""A session of the line: reads a line, does it, writes what follows. It ends with its input and keeps what was begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean
from taker311.base.words import say
from taker311.call.allowed import VERBS
from taker311.call.shown import View
from taker311.line import contract, plain
from taker311.line.commands import Commands
from taker311.line.words import DONE, DONE_WORDS
from taker311.station.station import Station

Write = Callable[[str], None]
# While these are asked for, what stands there is a list of its own each time.
_LISTS = ("search", "place", "duplicates")


def run_json(station: Station, lines: Iterable[str], write: Write, commands: Commands | None = None) -> None:
    """One object for the state at the start, then one for each line read."""

    def tell(told: Iterable[str] = ()) -> None:
        news = commands.news() if commands else []
        write(contract.written(station.view(), (*told, *news), commands.possible() if commands else ()))
        station.problem = ""

    tell()
    for text in lines:
        asked = contract.read(text)
        told: list[str] = []
        if isinstance(asked, str):
            station.problem = asked
        elif asked.do == "quit":
            break
        else:
            told = _done(station, commands, asked.do, asked.value)
        tell(told)
        if commands and commands.ended:
            break
    station.flush()


def _done(station: Station, commands: Commands | None, verb: str, value: str) -> list[str]:
    """Does a verb of the call or of the place of work; what it told beside the state."""
    if commands is None or verb not in commands.verbs:
        if commands is not None and verb not in VERBS:
            verb = clean_line(verb, limit=40)
            near = did_you_mean(verb, (*VERBS, *commands.verbs))
            station.problem = say("There is no '{do}' here{near}.", do=verb, near=near)
        else:
            station.do(verb, value)
        return []
    station.problem = ""
    try:
        return commands.run(verb, value)
    except UserError as error:
        station.problem = str(error)
        return []


def run_plain(station: Station, lines: Iterable[str], write: Write, commands: Commands | None = None) -> None:
    """Prompts for a person. `?` anywhere lists what is possible, `.quit` ends."""
    teller = _Teller(station, write, commands)
    teller.whole()
    for text in lines:
        teller.what_came()
        shown = station.view()
        if text.strip() == "?":
            teller.write(plain.possible(shown, commands.possible() if commands else ()))
            continue
        verb, value = plain.meant(shown, text)
        if verb == "quit":
            if commands is None or not commands.holds_back():
                break
            teller.sentences(commands.waiting_sentence())
            continue
        if verb == "again":
            teller.whole()
            continue
        if not verb:
            station.problem = say(
                "'{typed}' means nothing here; ? lists what is possible.", typed=clean_line(text, limit=40)
            )
            teller.what_changed("")
            continue
        told = _done(station, commands, verb, value)
        teller.sentences(*told)
        if commands and commands.ended:
            break
        if not (told and station.view() == shown):
            teller.what_changed(verb)
    station.flush()


class _Teller:
    """Writes a View once, and while the same screen stands only what is new on it."""

    def __init__(self, station: Station, write: Write, commands: Commands | None) -> None:
        self._station, self._write, self._commands = station, write, commands
        self._shown: View | None = None
        self._lines: list[str] = []

    def write(self, lines: list[str]) -> None:
        if lines:
            self._write("\n".join(lines))

    def sentences(self, *told: str) -> None:
        self.write([row for text in told for row in plain.wrapped(text)])

    def whole(self) -> None:
        self._shown = None
        self.what_changed("")

    def what_came(self) -> None:
        """The city's number, which came while the caller was still there to hear it."""
        if self._shown is not None and self._shown.state == "done" and self._shown != self._station.view():
            self.what_changed("")

    def what_changed(self, verb: str) -> None:
        shown, before = self._station.view(), self._shown
        lines = plain.told(shown)
        same = before is not None and _same_screen(before, shown)
        new = [row for row in lines if row not in self._lines] if same else lines
        if before is not None and before.state == shown.state == "interview" and lines[0] in self._lines[:1]:
            new = [row for row in new if row != lines[0]]  # the next question of the same topic
        if same and not shown.problem and verb:
            new = [*new, *([] if new else [say(DONE_WORDS.get(verb, DONE))])]
        news = self._commands.news() if self._commands else []
        new += [row for text in news for row in plain.wrapped(text)]
        if shown.state == "ready":
            new += plain.wrapped(say("Type what the caller says. ? lists what is possible."))
        self.write(new)
        self._shown, self._lines = shown, [row for row in lines if row not in _problem(shown)]
        self._station.problem = ""


def _problem(shown: View) -> list[str]:
    return plain.wrapped(f"{say('PROBLEM')} {shown.problem}") if shown.problem else []


def _same_screen(before: View, shown: View) -> bool:
    if shown.state in ("ready", "talking") or shown.kind in _LISTS:
        return False
    return (before.state, before.title, before.step, before.kind) == (shown.state, shown.title, shown.step, shown.kind)

"""The line's contract with programs: one JSON object a line, out and in. It is version 1 and only ever gains fields.

Out: `{"v":1,"state","say","ask","choices":[{"key","label"}],"allowed":[...],"ref","problem","told":[...]}`.
In: `{"do":"...","value":"..."}`; `value` may be left out. `{"do":"quit"}` ends the session; the call stays in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.call.shown import View

VERSION = 1
_LONGEST_LINE = 100_000


class Choice(msgspec.Struct, frozen=True):
    key: str
    label: str


class Out(msgspec.Struct, frozen=True):
    v: int
    state: str
    say: str
    ask: str
    choices: tuple[Choice, ...]
    allowed: tuple[str, ...]
    ref: str
    problem: str
    told: tuple[str, ...]


class In(msgspec.Struct, frozen=True):
    do: str
    value: str = ""


def written(shown: View, told: Iterable[str] = (), more: Iterable[str] = ()) -> str:
    """A View as the contract writes it, without the line's end. `told`: sentences beside it, of a verb that asked for them and
    of what happened meanwhile; `more`: verbs beyond the call's own."""
    choices = (*(Choice(choice.key, choice.label) for choice in shown.choices), *_lines(shown))
    allowed = (*shown.allowed, *more)
    out = Out(VERSION, shown.state, shown.say, shown.ask, choices, allowed, shown.ref, shown.problem, tuple(told))
    return msgspec.json.encode(out).decode()


def _lines(shown: View) -> tuple[Choice, ...]:
    """Lines that are read back: their key is the step that `jump` goes to."""
    return tuple(Choice(line.id, f"{line.label}: {line.value}") for line in shown.lines)


def read(text: str) -> In | str:
    """What a line asks for, or a sentence on what is wrong with it."""
    if len(text) > _LONGEST_LINE:
        return say("This line is too long; send one small JSON object a line.")
    try:
        return msgspec.json.decode(text, type=In)
    except (msgspec.MsgspecError, UnicodeError) as error:
        return say(
            'This line is not understood ({why}); send {{"do": "...", "value": "..."}}.',
            why=clean_line(str(error), limit=120),
        )

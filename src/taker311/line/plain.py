"""Plain prompts: what a View is in words, at most 72 columns, and what a typed line means for it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from taker311.base.words import noted, say
from taker311.call.shown import MARKS, STATES, View
from taker311.line.words import VERB_WORDS

WIDTH = 72

# A letter's verb where no text is asked for; the same letters as on the desk.
_LETTERS = {
    "topic": {"a": "answered", "i": "intake", "t": "transfer", "f": "flag", "n": "second"},
    "bulletin": {"a": "answered", "r": "acknowledge", "f": "flag", "n": "second"},
    "done": {"n": "second", "t": "transfer"},
    "wrapup": {"n": "second"},
}
_ALIASES = {"callbacks": "to-do", "call-backs": "to-do", "todo": "to-do", "rumours": "bulletins"}
# What an empty line does, the first that is allowed.
_EMPTY = {
    "topic": ("intake", "answered"),
    "bulletin": ("answered",),
    "transfer": ("confirm",),
    "interview": ("confirm", "skip"),
    "readback": ("confirm",),
    "done": ("wrapup",),
    "wrapup": ("end",),
    "held": ("resume",),
}
_TEXT_KINDS = frozenset({"text", "number", "date", "phone", "email", "place"})


def told(shown: View) -> list[str]:
    """The View as lines to print, each at most 72 columns; a screen reader speaks them as they come."""
    lines: list[str] = []
    if shown.title:
        lines.append(f"[{say(STATES[shown.state])}] {shown.title}")
    if shown.card is not None:
        lines += [f"! {text}" for text in (shown.card.alert, *shown.card.marks) if text]
    lines += [f"{say('SAY')} {text}" if i == 0 else f"    {text}" for i, text in enumerate(shown.say.splitlines())]
    if shown.card is not None and shown.card.details:
        lines += ["", *_unmarked(shown.card.details).splitlines(), ""]
        for asked in shown.card.asked:
            lines += [say("Asked: {question}", question=asked.question), _unmarked(asked.answer)]
        lines.append(" - ".join(shown.card.facts))
    if shown.heard:
        lines.append(
            say('Heard "{heard}": {question}? .take or .leave', heard=shown.heard, question=shown.heard_question)
        )
    lines += [f"{number}. {row.label}: {row.value}" for number, row in enumerate(shown.lines, 1)]
    if shown.ask:
        lines.append(f"{say('ASK')} {shown.ask}")
    lines += [_choice(choice.key, choice.label, choice.mark) for choice in shown.choices]
    if shown.notice:
        lines.append(shown.notice)
    if shown.state in _ON_A_CARD:
        lines.append(say(_ON_A_CARD[shown.state]))
    if shown.problem:
        lines.append(f"{say('PROBLEM')} {shown.problem}")
    return [part for text in lines for part in wrapped(text)]


_EMPHASIS = re.compile(r"(\*\*|__|[*_`])(?=\S)(.+?)(?<=\S)\1")


def _unmarked(text: str) -> str:
    """Markdown without the marks of emphasis, which a screen reader would speak."""
    return _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))


def wrapped(text: str) -> list[str]:
    """Lines of at most WIDTH cells; a wide character takes two of them."""
    rows = textwrap.wrap(text, WIDTH, subsequent_indent="    ") or [""]
    if text.isascii():
        return rows
    from rich.cells import cell_len, chop_cells

    return [part for row in rows for part in (chop_cells(row, WIDTH) if cell_len(row) > WIDTH else [row])]


def _choice(key: str, label: str, mark: str) -> str:
    return f"{key or '-'} {label}" + (f" ({say(MARKS.get(mark, mark))})" if mark else "")


def possible(shown: View, more: Iterable[str] = ()) -> list[str]:
    """What `?` lists: what a bare line means, then every verb that does something now, in words."""
    verbs = (*shown.allowed, *more, "again", "quit")
    lines = [_bare(shown), *_letters(shown), *(say(VERB_WORDS.get(verb, f".{verb}")) for verb in dict.fromkeys(verbs))]
    return [row for text in lines if text for row in wrapped(text)]


def _letters(shown: View) -> list[str]:
    """The letters that stand for verbs here: 'a answered, t transfer'."""
    known = [f"{key} .{verb}" for key, verb in _LETTERS.get(shown.state, {}).items() if verb in shown.allowed]
    return [say("A letter alone: {letters}.", letters=", ".join(known))] if known else []


_ON_A_CARD = {
    "emergency": noted("c when 911 has the caller, x when it is no emergency."),
    "distress": noted("c when the other line has the caller, x puts this card away."),
}


def _bare(shown: View) -> str:
    if shown.state in _ON_A_CARD:
        return say(_ON_A_CARD[shown.state])
    if shown.state in ("ready", "talking"):
        return say("Anything else is what the caller says; a number opens that line.")
    if shown.kind in _TEXT_KINDS:
        return say("Anything else is the answer; a number picks a place that is listed.")
    return say("A key of the list picks it; an empty line goes on.")


def meant(shown: View, text: str) -> tuple[str, str]:
    """(verb, value) of a typed line; ("", "") when it means nothing here."""
    text = text.strip()
    if text.startswith("."):
        verb, _, value = text[1:].partition(" ")
        verb = _ALIASES.get(verb, verb)
        return verb, _step(shown, value.strip()) if verb == "jump" else value.strip()
    if not text:
        return next(((verb, "") for verb in _EMPTY.get(shown.state, ()) if verb in shown.allowed), ("", ""))
    letter = _LETTERS.get(shown.state, {}).get(text.lower(), "")
    if letter:
        return letter, ""
    if shown.kind == "duplicates":
        return ("new", "") if text == "0" else ("join", text)
    match shown.state:
        case "ready" | "talking":
            return ("open", text) if shown.hits and len(text) == 1 and _number(text) else ("type", text)
        case "interview":
            return _answer(shown, text)
        case "readback":
            return ("jump", shown.lines[int(text) - 1].id) if 0 < _number(text) <= len(shown.lines) else ("", "")
        case "wrapup":
            return "end", text
        case "emergency" | "distress":
            return {"c": "connected", "x": "close"}.get(text.lower(), ""), ""
        case _:
            return "", ""


def _step(shown: View, value: str) -> str:
    """A step's id, for its number in the list of steps or of the lines that are read back."""
    known = [row.id for row in shown.outline] or [row.id for row in shown.lines]
    return known[_number(value) - 1] if 0 < _number(value) <= len(known) else value


def steps(shown: View) -> list[str]:
    """Every step with its number and what was answered."""
    return [f"{number}. {row.label}: {row.value}".rstrip(" :") for number, row in enumerate(shown.outline, 1)]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _answer(shown: View, text: str) -> tuple[str, str]:
    if shown.kind == "place" and len(text) == 1 and 0 < _number(text) <= len(shown.choices):
        return "pick", text
    if text == "0" and shown.kind in ("choice", "choices", "yesno"):
        return "unknown", ""
    return "answer", text

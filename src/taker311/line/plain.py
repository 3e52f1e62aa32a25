"""Plain prompts: what a View is in words, at most 72 columns, and what a typed line means for it."""

from __future__ import annotations

import textwrap

from taker311.call.shown import View

WIDTH = 72

# A letter's verb where no text is asked for; the same letters as on the desk.
_LETTERS = {
    "topic": {"a": "answered", "i": "intake", "t": "transfer", "n": "second"},
    "bulletin": {"a": "answered", "r": "acknowledge", "n": "second"},
    "done": {"n": "second", "t": "transfer"},
    "wrapup": {"n": "second"},
}
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
        lines.append(f"[{shown.state}] {shown.title}")
    if shown.card is not None:
        lines += [f"! {text}" for text in (shown.card.alert, *shown.card.marks) if text]
    lines += [f"SAY {text}" if i == 0 else f"    {text}" for i, text in enumerate(shown.say.splitlines())]
    if shown.card is not None and shown.card.details:
        lines += ["", *shown.card.details.splitlines(), ""]
        for asked in shown.card.asked:
            lines += [f"Asked: {asked.question}", asked.answer]
        lines.append(" - ".join(shown.card.facts))
    if shown.heard:
        lines.append(f'Heard "{shown.heard}": {shown.heard_question}? .take or .leave')
    lines += [f"{number}. {row.label}: {row.value}" for number, row in enumerate(shown.lines, 1)]
    if shown.ask:
        lines.append(f"ASK {shown.ask}")
    lines += [_choice(choice.key, choice.label, choice.mark) for choice in shown.choices]
    if shown.notice:
        lines.append(shown.notice)
    if shown.state == "emergency":
        lines.append(_ON_THE_CARD)
    if shown.problem:
        lines.append(f"PROBLEM {shown.problem}")
    return [part for text in lines for part in _wrapped(text)]


def _wrapped(text: str) -> list[str]:
    """Lines of at most WIDTH cells; a wide character takes two of them."""
    rows = textwrap.wrap(text, WIDTH, subsequent_indent="    ") or [""]
    if text.isascii():
        return rows
    from rich.cells import cell_len, chop_cells

    return [part for row in rows for part in (chop_cells(row, WIDTH) if cell_len(row) > WIDTH else [row])]


def _choice(key: str, label: str, mark: str) -> str:
    return f"{key or '-'} {label}" + (f" ({mark})" if mark else "")


def possible(shown: View) -> list[str]:
    """What `?` lists: every verb that does something now, and what a bare line means."""
    words = ", ".join(f".{verb}" for verb in shown.allowed)
    text = f"A dot begins a command: {words}, .quit. {_bare(shown)}"
    return textwrap.wrap(text, WIDTH)


_ON_THE_CARD = "c when 911 has the caller, x when it is no emergency."


def _bare(shown: View) -> str:
    if shown.state == "emergency":
        return _ON_THE_CARD
    if shown.state in ("ready", "talking"):
        return "Anything else is what the caller says; a number opens that line."
    if shown.kind in _TEXT_KINDS:
        return "Anything else is the answer; a number picks a place that is listed."
    return "A key of the list picks it; an empty line goes on."


def meant(shown: View, text: str) -> tuple[str, str]:
    """(verb, value) of a typed line; ("", "") when it means nothing here."""
    text = text.strip()
    if text.startswith("."):
        verb, _, value = text[1:].partition(" ")
        return verb, value.strip()
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
        case "emergency":
            return {"c": "connected", "x": "close"}.get(text.lower(), ""), ""
        case _:
            return "", ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _answer(shown: View, text: str) -> tuple[str, str]:
    if shown.kind == "place" and len(text) == 1 and 0 < _number(text) <= len(shown.choices):
        return "pick", text
    if text == "0" and shown.kind in ("choice", "choices", "yesno"):
        return "unknown", ""
    return "answer", text

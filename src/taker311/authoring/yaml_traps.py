"""What people write that YAML takes for something else, found in the raw lines, with the cure in the sentence."""

from __future__ import annotations

import re

from taker311.authoring.findings import Report
from taker311.authoring.nodes import Place

_CONDITION = re.compile(r"^(\s*(?:- +)*when: +)(\S.*)$")
_QUOTED = re.compile(r"""^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:#.*)?$""")
_VALUE = re.compile(r"^\s*(?:- +)*(?:(?:\"[^\"]*\"|'[^']*'|[^\s:#{\[\"'][^:#]*?): +)?(\S.*)$")


Trap = tuple[Place, str, str]  # place, code, sentence
_MEANS_SOMETHING = "!*&%@`>|"
_ONE_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_PLAIN_ENTRY = re.compile(r"(?:[^,\[\]{}:]|:(?=[^\s,\[\]{}]))+|:")
_WHOLE = "put quotes around the whole text"
_OTHER_QUOTES = "close it, or put the other kind of quotes around the whole text"
_ONE_OF_THEM = "a text in these brackets holds one of : , { } [ ] or a quote; put quotes around that text."
_DOES_NOT_FIT = "this line does not fit: look for a missing colon, quote or bracket, or blanks too few or too many at its beginning."


def repair_conditions(lines: list[str], shift: int, report: Report) -> None:
    """Finds one-line conditions that YAML would bend, tells of them, and quotes them in `lines` so that reading goes on."""
    for number, line in enumerate(lines):
        match = _CONDITION.match(line.rstrip())
        if not match:
            continue
        head, value = match.groups()
        if value[0] in "{'" or _QUOTED.match(value) or re.match(r"\[[^\]]*\]\s*(?:#.*)?$", value):
            continue
        cure = "put single quotes around the whole condition"
        if value[0] == "!":
            why = f"YAML takes a condition that begins with '!' for a tag; {cure}, or write 'not' for '!'."
        elif value[0] == '"':
            why = f"a condition that begins with '\"' ends for YAML at the next '\"'; {cure}."
        elif value[0] == "[":
            why = f"YAML takes a condition that begins with '[' for a list; {cure}."
        elif " #" in value:
            why = f"' #' begins a comment and the rest of the condition is lost; {cure}, or put the comment on its own line."
        elif ": " in value:
            why = f"': ' would make a key of the words before it; {cure}."
        else:
            continue
        report.error((number + 1 + shift, len(head) + 1), "quote-this", why)
        if value[0] not in '!"[' and " #" in value and value.count('"', 0, value.index(" #")) % 2 == 0:
            value = value[: value.index(" #")]
        lines[number] = head + "'" + value.replace("'", "''") + "'"


def explain(lines: list[str], spot: tuple[Place, Place | None, str]) -> Trap:
    """Place, code and sentence for a syntax error of the parser: its likely cause in the author's words."""
    problem, context, words = spot
    if context and ("',' or" in words or "end of stream" in words):
        return _open_quote(lines, problem[0]) or _cause(lines[context[0] - 1], context[0]) or _never_closed(context)
    found = _colon(lines, problem[0]) or _open_quote(lines, problem[0])
    if found is None and problem[0] <= len(lines):
        found = _cause(lines[problem[0] - 1], problem[0])
    return found or (problem, "yaml-syntax", _DOES_NOT_FIT)


def _never_closed(at: Place) -> Trap:
    return at, "yaml-syntax", "a quote or bracket is opened here and never closed."


def _colon(lines: list[str], number: int) -> Trap | None:
    """A key without its colon, or without the blank after it; the parser trips over it a line later."""
    rows = [row for row in (number, number - 1) if 0 < row <= len(lines) and lines[row - 1].strip()]
    for row in rows:
        line = lines[row - 1]
        match = re.match(r"^(\s*(?:- +)*)([A-Za-z_][\w-]*)(\s*|:\S.*)$", line)
        if match and "{" not in match.group(2):
            at = (row, len(match.group(1)) + len(match.group(2)) + 1)
            if match.group(3).startswith(":"):
                return at, "yaml-syntax", f"a blank is missing after the colon of '{match.group(2)}:'."
            return at, "yaml-syntax", f"a colon is missing after '{match.group(2)}'."
    return None


def _open_quote(lines: list[str], number: int) -> Trap | None:
    """The nearest line above that opens a quote which is not closed before the next key."""
    for row in range(min(number, len(lines)), 0, -1):
        match = _VALUE.match(lines[row - 1].rstrip())
        quote = match.group(1)[0] if match else ""
        if match is None or quote not in ("'", '"') or match.group(1).count(quote) != 1:
            continue
        for later in lines[row:]:
            if re.match(r"\s*(?:- +)*[\w-]+:(?: |$)", later) or later.startswith("---"):
                return _cause(lines[row - 1], row)
            if quote in later:
                break
        else:
            return _cause(lines[row - 1], row)
    return None


def _cause(line: str, number: int) -> Trap | None:
    match = _VALUE.match(line.rstrip())
    if not match:
        return None
    value, at = match.group(1), (number, match.start(1) + 1)
    first = value[0]
    if first in "\"'":
        if _QUOTED.match(value):
            return None
        if value.count(first) == 1:
            return (
                at,
                "quote-this",
                f"a quote ({first}) is opened here and not closed on this line; close it, or put the other kind of quotes around the whole text.",
            )
        return (
            at,
            "quote-this",
            f"the text begins with {first} and goes on after the closing {first}; put quotes around the whole of it.",
        )
    if first in _MEANS_SOMETHING or value.startswith(("- ", "? ")):
        return (
            at,
            "quote-this",
            f"'{first}' at the beginning means something else to YAML; put quotes around the whole text.",
        )
    if first in "{[":
        return _bracket(value, at)
    if ": " in value or value.endswith(":"):
        where = value.index(": ") if ": " in value else len(value) - 1
        return (
            (number, at[1] + where),
            "quote-this",
            "a second ': ' would make a key of the words before it; put quotes around the whole text.",
        )
    return None


def _bracket(value: str, at: Place) -> Trap | None:
    """Why a list or a set of keys in brackets, which begins at `at`, may be unreadable."""
    bare = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", lambda quoted: "_" * len(quoted.group()), value)
    if re.search(r" #\S", bare):
        hash_at = bare.index(" #")
        return (
            (at[0], at[1] + hash_at + 1),
            "quote-this",
            "' #' begins a comment and the rest of the line is lost; put quotes around the text that holds it.",
        )
    return _entry(value, at) or _around(bare, value, at)


def _around(bare: str, value: str, at: Place) -> Trap:
    """`bare` is `value` with its quoted texts blotted out."""
    depth = 0
    for place, character in enumerate(bare):
        depth += (character in "[{") - (character in "]}")
        if depth == 0:
            after = bare[place + 1 :].strip()
            if after and not after.startswith("#"):
                return (
                    at,
                    "quote-this",
                    f"the text begins with '{value[0]}' and goes on after the '{value[place]}'; {_WHOLE}.",
                )
            return at, "quote-this", _ONE_OF_THEM
    return at, "yaml-syntax", "a bracket is opened here and never closed."


def _entry(value: str, at: Place) -> Trap | None:
    """The first entry between brackets that YAML takes for something else."""
    place, is_value = 0, False
    while place < len(value):
        if value[place] in "[{,]} ":
            is_value = is_value and value[place] == " "
            place += 1
            continue
        rest = value[place:]
        spot = (at[0], at[1] + place)
        if rest[0] in _MEANS_SOMETHING:
            return spot, "quote-this", f"'{rest[0]}' at the beginning means something else to YAML; {_WHOLE}."
        quoted = _ONE_QUOTED.match(rest) if rest[0] in "\"'" else None
        if rest[0] in "\"'" and not quoted:
            return spot, "quote-this", f"a quote ({rest[0]}) is opened here and not closed; {_OTHER_QUOTES}."
        taken = quoted or _PLAIN_ENTRY.match(rest)
        end = taken.end() if taken else 1
        after = rest[end:].lstrip()
        if quoted and after and after[0] not in ",]}:":
            return (
                spot,
                "quote-this",
                f"the text begins with {rest[0]} and goes on after the closing {rest[0]}; {_WHOLE}.",
            )
        if not quoted and after[:1] in ("[", "{"):
            return spot, "quote-this", f"a bracket stands in this text; {_WHOLE}."
        if after.startswith(":"):
            if is_value:
                return spot, "quote-this", f"a second ': ' would make a key of these words; {_WHOLE}."
            end += rest[end:].index(":") + 1
        is_value = after.startswith(":")
        place += max(end, 1)
    return None


def piece_around(lines: list[str], number: int) -> tuple[int, int]:
    """The smallest piece around line `number` (from 0) that can be left out: an item of a list, else a key at the margin."""
    number = min(number, len(lines) - 1)
    while number > 0 and not lines[number].strip():
        number -= 1
    start = number
    indent = len(lines[number]) - len(lines[number].lstrip())
    while start > 0:
        line = lines[start]
        here = len(line) - len(line.lstrip())
        if line.strip() and (here == 0 or (line.lstrip().startswith("- ") and here <= indent)):
            break
        start -= 1
    base = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines):
        line = lines[end]
        if line.strip() and len(line) - len(line.lstrip()) <= base:
            break
        end += 1
    return start, max(end, number + 1)

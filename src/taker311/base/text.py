"""Cleaning of everything that comes from outside, and the few things that are true of text everywhere."""

from __future__ import annotations

import re
import unicodedata

from taker311.base.words import say

_REPLACEMENT = "\ufffd"
# C0 but newline and tab, DEL, C1, the bidi controls of UAX #9, lone surrogates, and the line and paragraph separators.
_HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MARKS_IN_A_ROW = 4


def clean(text: str, *, limit: int = 200_000) -> str:
    """Strangers' text made safe for a terminal: controls become U+FFFD, floods of combining marks are cut, NFC, at most
    `limit` characters. Newlines (CRLF and CR too) and tabs stay."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and not _HOSTILE.search(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _HOSTILE.sub(_REPLACEMENT, text)
    text = unicodedata.normalize("NFC", text)
    return text if text.isascii() else _thin_marks(text)


def spreadsheet_cell(text: str) -> str:
    """A spreadsheet takes a cell that begins like a formula for one; this one it takes for text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def clean_line(text: str, *, limit: int = 2_000) -> str:
    """`clean`, on one line: every run of white space becomes a single blank."""
    return " ".join(clean(text, limit=limit).split())


def _thin_marks(text: str) -> str:
    if not any(unicodedata.combining(c) for c in text):
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def fold(text: str) -> str:
    """Lower case without accents, for comparing what people type: 'Señal' and 'senal' fold alike."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str | None:
    """The known name that `word` was probably meant to be, or None."""
    import difflib

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: list[str] | tuple[str, ...]) -> str:
    """' (did you mean ...?)' when something near is known, else nothing."""
    near = nearest(word, known)
    return say(" (did you mean '{near}'?)", near=near) if near else ""

"""The rules for words that are read aloud."""

from __future__ import annotations

import re

from taker311.authoring.findings import Findings, Report
from taker311.authoring.nodes import Place

SENTENCES = 2
WORDS = 25
_ABBREVIATIONS = frozenset(
    {"st.", "ave.", "blvd.", "rd.", "dr.", "mr.", "mrs.", "ms.", "no.", "sr.", "sra.", "av.", "ee."}
)
_MARKUP = re.compile(r"\*\*|__|`|^\s*(?:[-*+]|\d+\.)\s|^\s*[#>]|\]\(", re.MULTILINE)


def sentences(text: str) -> list[str]:
    """Split where a sentence ends; 'St. Mary' and '9 a.m. to 5' do not end one."""
    found: list[str] = []
    words: list[str] = []
    tokens = text.split()
    for place, token in enumerate(tokens):
        words.append(token)
        bare = token.rstrip("\"')”’»")
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        if bare.endswith((".", "!", "?", "…")) and bare.lower() not in _ABBREVIATIONS and not after[:1].islower():
            found.append(" ".join(words))
            words = []
    if words:
        found.append(" ".join(words))
    return found


def sayable(text: str) -> bool:
    """Whether a text may be read aloud as it stands."""
    found = Findings()
    check_say(text, (1, 1), Report("", found))
    return not found.errors


def check_say(text: str, at: Place, report: Report) -> None:
    """At most two sentences of at most 25 words, without markup."""
    if _MARKUP.search(text):
        report.error(at, "markup-in-say", "'Say' is read aloud as it stands; take the list, stars or links out of it.")
    parts = sentences(text)
    if len(parts) > SENTENCES:
        report.error(
            at,
            "say-too-long",
            f"'Say' has {len(parts)} sentences; at most {SENTENCES} are read aloud, the rest belongs under 'Details'.",
        )
    for part in parts:
        count = len(part.split())
        if count > WORDS:
            report.error(
                at,
                "say-too-long",
                f"a sentence of 'Say' has {count} words ('{part[:40]}...'); at most {WORDS} can be heard in one go.",
            )

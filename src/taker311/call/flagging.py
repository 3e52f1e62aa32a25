"""Flagging an answer for its owner: the call goes on, and what the agent says of it must hold nothing of the caller."""

from __future__ import annotations

import re
from datetime import datetime

from taker311.base.text import clean_line, fold
from taker311.base.words import say
from taker311.call.events import AnswerFlagged
from taker311.call.model import CallState, Step
from taker311.call.steps import go, refuse
from taker311.call.world import World

COMMENT_LIMIT = 300
# Compiled when they are first used: the desk's first paint waits for this module.
_REACH = r"(?i)\S+@\S+|(?:https?://|www\.)\S+"
_DIGITS = r"\d(?:[\s().+/-]{0,2}\d){6,}"  # seven digits are a phone number wherever one lives
_KINDS_OF_STREET = (
    "street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|court|ct|place|pl|highway|hwy|parkway|terrace|apartment|apt|"
    "calle|avenida|av|carretera|camino|bulevar|apartamento"
)
_ADDRESS = rf"\b\d+\w?\s+(?:\S+\s+){{0,3}}(?:{_KINDS_OF_STREET})\b|\b(?:{_KINDS_OF_STREET})\s+(?:\S+\s+){{0,3}}\d+\b"
_PERSON = r"\b(?:mr|mrs|ms|miss|dr|senor|senora|sr|sra|don|dona)\b\.?\s+\w|\b(?:name is|called|se llama|me llamo)\s+\w"


def holds_private(text: str) -> bool:
    """True where `text` holds what looks like somebody's number, mail address, street address or name. Rules, no list of
    names: a bare first name is not seen, which is why unknown words with a capital are left out when a comment leaves."""
    plain = fold(text)
    return any(re.search(found, text) for found in (_REACH, _DIGITS)) or bool(
        re.search(_ADDRESS, plain) or re.search(_PERSON, plain)
    )


def answer_flagged(world: World, state: CallState, event: AnswerFlagged, _at: datetime) -> Step:
    bundle = world.bundle
    about = event.topic_id
    if bundle.topic(about) is None and bundle.bulletin(about) is None and bundle.rumour(about) is None:
        return refuse(state, say("Open the answer that is wrong, then flag it."))
    if holds_private(event.comment):
        return refuse(
            state,
            say("That looks like a caller's number, address or name: say what is wrong with the answer without it."),
        )
    return go(state, flagged=tuple(dict.fromkeys((*state.flagged, about))))


def flag_of(state: CallState, comment: str) -> AnswerFlagged:
    """What flagging means now: of the open answer, with the words that led to it."""
    about = state.bulletin_id if state.phase == "bulletin" else state.topic_id
    words = state.said[-1] if state.said else state.typed.strip()
    return AnswerFlagged(about, clean_line(comment, limit=COMMENT_LIMIT), words)

"""The plain values that a front end renders."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from taker311.base.codec import Value
from taker311.base.words import noted
from taker311.call.cards import Card
from taker311.intake.display import ReadLine
from taker311.intake.model import OutlineLine
from taker311.search.model import Hit

InputKind = Literal[
    "none",
    "search",
    "choice",
    "choices",
    "yesno",
    "number",
    "text",
    "date",
    "phone",
    "email",
    "place",
    "confirm",
    "duplicates",
]


# What a choice's mark is called on a screen.
MARKS: dict[str, str] = {
    "exact": noted("exact"),
    "chosen": noted("chosen"),
    "ours": noted("ours"),
    "city": noted("the city's"),
    "bulletin": noted("bulletin"),
    "rumour": noted("rumour"),
}

# What the agent calls a state of the call.
STATES: dict[str, str] = {
    "ready": noted("ready"),
    "talking": noted("search"),
    "bulletin": noted("bulletin"),
    "topic": noted("topic"),
    "transfer": noted("transfer"),
    "interview": noted("questions"),
    "readback": noted("read back"),
    "done": noted("done"),
    "wrapup": noted("wrap-up"),
    "held": noted("on hold"),
    "emergency": noted("emergency"),
    "distress": noted("distress"),
}


class ViewChoice(Value, frozen=True):
    """`key` picks it; `mark` says in a word what is special about it ('exact', 'chosen', 'false')."""

    key: str
    label: str
    mark: str = ""


class Situation(Value, frozen=True):
    """What the station knows around the call. `hits` answer `state.typed`; `kept` says where a case would be saved."""

    now: datetime
    hits: tuple[Hit, ...] = ()
    kept: Literal["disk", "memory"] = "disk"
    online: bool | None = None  # None: not known yet


class View(Value, frozen=True):
    """One moment of the desk. `say` is read aloud, `ask` is asked; `allowed` are the verbs that may follow."""

    state: str
    title: str = ""
    say: str = ""
    ask: str = ""
    why: str = ""
    kind: InputKind = "none"
    draft: str = ""
    choices: tuple[ViewChoice, ...] = ()
    allowed: tuple[str, ...] = ()
    ref: str = ""
    problem: str = ""
    notice: str = ""
    step: str = ""
    card: Card | None = None
    outline: tuple[OutlineLine, ...] = ()
    lines: tuple[ReadLine, ...] = ()
    heard: str = ""
    heard_question: str = ""
    hits: tuple[Hit, ...] = ()

"""How a rule of the call says what happened: `go` with a changed state, or `refuse` with a sentence; and the few changes that
several rules make alike."""

from __future__ import annotations

from typing import Any

import msgspec

from taker311.base.words import say
from taker311.call.model import CallState, Effect, Finished, Step
from taker311.intake.interview import caller_answers
from taker311.intake.model import Answer, Interview
from taker311.intake.steps import PLACE, READBACK

# What a topic that nobody was asked about yet begins with.
NO_INTERVIEW: dict[str, object] = {
    "interview": None,
    "drafts": {},
    "places": (),
    "picked": None,
    "duplicates": (),
    "duplicate_choice": "",
    "left": (),
    "saving": "",
    "confirmed_at": None,
    "not_saved": "",
}


def go(state: CallState, *effects: Effect, **changes: Any) -> Step:
    return Step(state=msgspec.structs.replace(state, **changes) if changes else state, effects=effects)


def refuse(state: CallState, sentence: str) -> Step:
    return Step(state=state, refusal=sentence)


def stand(state: CallState, interview: Interview, **changes: Any) -> Step:
    """Where `interview` stands, the call stands too; a place is read back only where the place is asked for."""
    phase = "readback" if interview.at == READBACK else "interview"
    picked = state.picked if interview.at == PLACE else None
    return go(state, **{"phase": phase, "interview": interview, "picked": picked, **changes})


def wrap_up(state: CallState, *done: Finished, disposition: str = "") -> Step:
    """To the wrap-up, with the topics that are `done` by it; `disposition` is preset, else that of the last of them."""
    again = state.phase == "wrapup"
    return go(
        state,
        phase="wrapup",
        wrapup_from=state.wrapup_from if again else state.phase,
        wrapup_after=state.wrapup_after if again else len(state.finished),
        finished=(*state.finished, *done),
        disposition=disposition or (done[-1].disposition if done else ""),
    )


def unsaved(state: CallState) -> str:
    """Why this topic can't be left: its case could not be saved. Empty when it can."""
    return (
        say("The case is not saved: confirm it once more, or put the call aside until it can be.")
        if state.not_saved
        else ""
    )


def known_of_caller(state: CallState) -> dict[str, Answer]:
    """All that this call has heard of who is calling."""
    return {**state.caller_answers, **(caller_answers(state.interview) if state.interview else {})}

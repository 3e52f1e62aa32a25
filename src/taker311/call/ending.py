"""Going back a step, a second topic, wrapping up, putting a call aside: how a call moves on without a new answer."""

from __future__ import annotations

from datetime import datetime

from taker311.base.text import clean_line, did_you_mean
from taker311.base.words import say
from taker311.call.asking import current, needs_duplicate_choice
from taker311.call.dispositions import DISPOSITIONS
from taker311.call.events import Disposed, Parked, SecondTopicBegun, TakenUp, WentBack, WrapUpBegun
from taker311.call.model import CallState, EndCall, Finished, ParkCall, Step
from taker311.call.steps import NO_INTERVIEW, go, known_of_caller, refuse, stand, unsaved, wrap_up
from taker311.call.world import World
from taker311.intake import interview as interviews
from taker311.intake.model import Refusal
from taker311.intake.steps import PLACE, REFERRED, STOPPED


def went_back(world: World, state: CallState, _event: WentBack, _at: datetime) -> Step:
    """One step back; it never ends the call."""
    match state.phase:
        case "talking":
            return go(state, typed="")
        case "topic" | "bulletin":
            return go(state, phase="talking")
        case "transfer":
            return go(state, phase=state.transfer_from)
        case "wrapup":
            return go(state, phase=state.wrapup_from, finished=state.finished[: state.wrapup_after], disposition="")
        case "done":
            return refuse(state, say("The case is saved; a change to it is a new report that names its reference."))
        case _:
            return _back_in_interview(world, state)


def _back_in_interview(world: World, state: CallState) -> Step:
    found = current(world, state)
    if found is None:
        return go(state, phase="topic")
    script, interview = found
    if state.picked is not None:
        return go(state, picked=None)
    if needs_duplicate_choice(state):
        at_place = interviews.jump(script, interview, PLACE)
        return go(state, duplicates=()) if isinstance(at_place, Refusal) else stand(state, at_place, duplicates=())
    earlier = interviews.back(script, interview)
    return go(state, phase="topic") if earlier is None else stand(state, earlier)


def second_topic_begun(_world: World, state: CallState, _event: SecondTopicBegun, at: datetime) -> Step:
    """The same caller, something else: who they are is kept, all the rest begins anew."""
    if unsaved(state):
        return refuse(state, unsaved(state))
    referred = _referred(state, at)
    if state.phase == "interview" and not referred:
        return refuse(state, say("Questions are being asked: answer them, or wrap up, before something else begins."))
    return go(
        state,
        **{**NO_INTERVIEW, "caller_answers": known_of_caller(state)},
        phase="talking",
        typed="",
        said=(),
        topic_id="",
        bulletin_id="",
        others={},
        finished=(*state.finished, *referred),
        disposition="",
        again=True,
    )


def _referred(state: CallState, at: datetime) -> tuple[Finished, ...]:
    """What an interview that makes no case has come to: the caller was told who can help."""
    ended = state.phase == "interview" and state.interview is not None and state.interview.at in (STOPPED, REFERRED)
    return (Finished(topic_id=state.topic_id, disposition="referred", saved_at=at),) if ended else ()


def wrapup_begun(_world: World, state: CallState, _event: WrapUpBegun, at: datetime) -> Step:
    referred = _referred(state, at)
    earlier = state.finished[-1].disposition if state.finished else "call-back" if state.call_back else ""
    return wrap_up(state, *referred, disposition="" if referred else earlier)


def disposed(_world: World, state: CallState, event: Disposed, at: datetime) -> Step:
    code = clean_line(event.code, limit=40) or state.disposition
    if code not in DISPOSITIONS:
        near = did_you_mean(code, list(DISPOSITIONS)) if code else ""
        return refuse(state, say("Say how the call ended{near}: {known}.", near=near, known=", ".join(DISPOSITIONS)))
    if unsaved(state):
        return refuse(state, unsaved(state))
    return go(state, EndCall(), phase="ready", disposition=code, ended_at=at)


def parked(_world: World, state: CallState, _event: Parked, _at: datetime) -> Step:
    return go(state, ParkCall())


def taken_up(_world: World, state: CallState, _event: TakenUp, _at: datetime) -> Step:
    return go(state)

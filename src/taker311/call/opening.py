"""From the ringing phone to an opened topic: what a call does before anything is asked."""

from __future__ import annotations

from datetime import datetime

from taker311.base.text import clean, clean_line, did_you_mean
from taker311.base.words import say
from taker311.call.events import (
    AnswerGiven,
    BulletinAcknowledged,
    BulletinOpened,
    IntakeStarted,
    NoAnswerFound,
    Opened,
    Started,
    Transferred,
    TransferShown,
    Typed,
)
from taker311.call.model import CallState, Finished, KeepNoAnswer, Step
from taker311.call.steps import NO_INTERVIEW, go, known_of_caller, refuse, stand, unsaved, wrap_up
from taker311.call.volunteering import marked_for_review, volunteering_over
from taker311.call.world import World
from taker311.intake import interview as interviews

_TYPED_LIMIT = 500


def unread(world: World, state: CallState, at: datetime) -> tuple[str, ...]:
    """Ids of must-read bulletins that are in force and not acknowledged in this call."""
    return tuple(
        bulletin.id
        for bulletin in world.bundle.bulletins
        if bulletin.must_read and bulletin.id not in state.acknowledged and world.in_force(bulletin, at)
    )


def started(world: World, state: CallState, event: Started, at: datetime) -> Step:
    fresh = CallState(
        phase="talking",
        call_id=event.call_id,
        agent=event.agent,
        kb_version=event.kb_version,
        started_at=at,
        lang=event.lang or world.first,
        acknowledged=event.acknowledged,
        for_review=marked_for_review(world.permissions, event.number),
    )
    over = volunteering_over(world.permissions, at)
    if over:
        return refuse(state, over)
    if world.permissions.must_acknowledge and unread(world, fresh, at):
        return refuse(state, say("A bulletin must be read before the next call: open the bulletins."))
    return Step(state=fresh)


def typed(_world: World, state: CallState, event: Typed, _at: datetime) -> Step:
    """Nothing but the text may change here: of several of these events the journal keeps the last alone."""
    return go(state, typed=clean(event.text, limit=_TYPED_LIMIT).replace("\n", " ").replace("\t", " "))


def _remember_words(state: CallState) -> tuple[str, ...]:
    words = state.typed.strip()
    return (*state.said, words) if words and words not in state.said else state.said


def opened(world: World, state: CallState, event: Opened, at: datetime) -> Step:
    topic = world.bundle.topic(event.topic_id)
    if topic is None:
        wanted = clean_line(event.topic_id, limit=60)
        near = did_you_mean(wanted, [topic.id for topic in world.bundle.knowledge.topics])
        return refuse(
            state, say("There is no topic '{wanted}' in this knowledge base{near}.", wanted=wanted, near=near)
        )
    if world.permissions.topics is not None and topic.id not in world.permissions.topics:
        return refuse(
            state, say("This topic is not for volunteers: transfer the caller or take a number to ring back.")
        )
    changes: dict[str, object] = {"phase": "topic", "topic_id": topic.id, "said": _remember_words(state)}
    if topic.id != state.topic_id:
        if unsaved(state):
            return refuse(state, unsaved(state))
        changes |= _another_topic(state, topic.id)
    if topic.emergency and topic.id not in state.card_left:
        changes |= {"card_open": True, "card_why": topic.id, "emergencies": (*state.emergencies, at)}
    return go(state, **changes)


def _another_topic(state: CallState, topic_id: str) -> dict[str, object]:
    """Whoever comes back to a topic finds its interview again; who the caller is goes along."""
    others = dict(state.others)
    if state.interview is not None and state.topic_id:
        others[state.topic_id] = state.interview
    return {
        **NO_INTERVIEW,
        "interview": others.pop(topic_id, None),
        "others": others,
        "caller_answers": known_of_caller(state),
    }


def bulletin_opened(world: World, state: CallState, event: BulletinOpened, _at: datetime) -> Step:
    if world.bundle.bulletin(event.id) is None and world.bundle.rumour(event.id) is None:
        return refuse(state, _no_bulletin(event.id))
    return go(state, phase="bulletin", bulletin_id=event.id, said=_remember_words(state))


def bulletin_acknowledged(world: World, state: CallState, event: BulletinAcknowledged, _at: datetime) -> Step:
    if world.bundle.bulletin(event.id) is None:
        return refuse(state, _no_bulletin(event.id))
    if event.id in state.acknowledged:
        return go(state)
    return go(state, acknowledged=(*state.acknowledged, event.id))


def _no_bulletin(wanted: str) -> str:
    return say("There is no bulletin '{bulletin}' in this knowledge base.", bulletin=clean_line(wanted, limit=60))


def no_answer_found(world: World, state: CallState, _event: NoAnswerFound, _at: datetime) -> Step:
    words = state.typed.strip()
    if not words:
        return refuse(state, say("Type what the caller says first, so that the words can be kept."))
    kept = (KeepNoAnswer(words),) if words not in state.no_answers else ()
    changes: dict[str, object] = {}
    if kept:
        changes = {"no_answers": (*state.no_answers, words), "said": _remember_words(state)}
    if world.permissions.elsewhere is not None:
        if unsaved(state):
            return refuse(state, unsaved(state))
        changes |= {**_another_topic(state, ""), "topic_id": "", "phase": "transfer", "transfer_from": "talking"}
    return go(state, *kept, **changes)


def answer_given(_world: World, state: CallState, _event: AnswerGiven, at: datetime) -> Step:
    about = state.topic_id if state.phase == "topic" else state.bulletin_id
    return wrap_up(state, Finished(topic_id=about, disposition="answered", saved_at=at))


def intake_started(world: World, state: CallState, _event: IntakeStarted, _at: datetime) -> Step:
    script = world.script(state)
    if script is None:
        return refuse(state, say("This topic has no questions to ask: answer it, or transfer the caller."))
    return stand(state, state.interview or interviews.start(script, answers=state.caller_answers))


def transfer_shown(world: World, state: CallState, _event: TransferShown, _at: datetime) -> Step:
    if world.transfer(state) is None:
        return refuse(state, say("Nobody is named here to whom this call could be transferred."))
    return go(state, phase="transfer", transfer_from=state.phase)


def transferred(world: World, state: CallState, _event: Transferred, at: datetime) -> Step:
    if state.transfer_from == "done":
        return wrap_up(state, disposition="transferred")
    target = world.transfer(state)
    agency = target.agency if target else ""
    return wrap_up(state, Finished(topic_id=state.topic_id, disposition="transferred", saved_at=at, agency=agency))

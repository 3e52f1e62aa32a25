"""From the read-back to a saved case: the case is made here, given to the store, and only then spoken of as saved."""

from __future__ import annotations

from datetime import datetime

import msgspec

from taker311.base.words import say
from taker311.call.asking import current
from taker311.call.events import CaseSaved, ReadBackConfirmed, ReceiptCame, SaveFailed
from taker311.call.model import CallState, Finished, SaveCase, Step
from taker311.call.steps import go, refuse, stand
from taker311.call.world import World
from taker311.cases.model import Case, CaseAnswer
from taker311.intake import interview as interviews
from taker311.intake.display import label_of, value_in_words
from taker311.intake.model import Answer, Interview
from taker311.intake.routing import route
from taker311.intake.steps import READBACK, layout
from taker311.knowledge.model import PERSONAL_TYPES, Question


def readback_confirmed(world: World, state: CallState, event: ReadBackConfirmed, at: datetime) -> Step:
    found = current(world, state)
    if found is None:
        return refuse(state, say("Nothing was read back yet."))
    if state.saving and not state.not_saved:
        return refuse(state, say("The case is being saved."))
    standing = interviews.jump(*found, READBACK)
    if isinstance(standing, Interview) and standing.at != READBACK:
        return stand(state, standing)
    case_id = state.saving or event.case_id
    case = make_case(world, state, case_id, at)
    if case is None:
        return refuse(state, say("With these answers nobody takes this case: transfer the caller or wrap up."))
    return go(state, SaveCase(case), saving=case_id, confirmed_at=at, not_saved="")


def make_case(world: World, state: CallState, case_id: str, at: datetime) -> Case | None:
    """The case as it stands, without a reference; None when the routes make no case of it."""
    found = current(world, state)
    topic = world.topic(state)
    if found is None or topic is None:
        return None
    script, interview = found
    routed = route(script, interview, world.city, at)
    if routed is None or routed.to == "nobody":
        return None
    lang = world.first
    counted = interviews.counted_answers(script, interview)
    return Case(
        id=case_id,
        ref="",
        created_at=at,
        agent=state.agent,
        topic_id=topic.id,
        topic_title=topic.text(lang, lang).title,
        script_id=script.id,
        script_version=script.version,
        kb_version=state.kb_version,
        service_code=routed.service,
        agency=routed.to,
        answers=tuple(
            _case_answer(layout(script).questions[step], counted[step], lang)
            for step in counted
            if not step.startswith("caller.") and layout(script).questions[step].type != "note"
        ),
        place=interviews.counted_place(script, interview),
        caller=interviews.caller_of(interview),
        lang=state.lang,
        promise=routed.promise,
        linked_to=_linked_to(state),
    )


def _linked_to(state: CallState) -> str:
    return state.duplicate_choice if state.duplicate_choice != "new" else ""


def _case_answer(question: Question, answer: Answer, lang: str) -> CaseAnswer:
    key = answer.value
    if question.choices and key is not None:
        crm_key = {choice.key: choice.open311 or choice.key for choice in question.choices}
        key = tuple(crm_key[k] for k in key) if isinstance(key, tuple) else crm_key.get(str(key), key)
    return CaseAnswer(
        id=question.id,
        question=label_of(question, lang, lang),
        label=value_in_words(question, answer, lang, lang),
        key=key,
        how=answer.how,
        open311=question.open311,
        public=question.public,
        personal=question.type in PERSONAL_TYPES,
    )


def case_saved(world: World, state: CallState, event: CaseSaved, at: datetime) -> Step:
    if event.case_id != state.saving:
        return refuse(state, say("That case is not the one being saved here."))
    found = current(world, state)
    # Routed as of the moment the case carries: at midnight the promise that is read out must still be the one that was saved.
    routed = route(*found, world.city, state.confirmed_at or at) if found else None
    done = Finished(
        topic_id=state.topic_id,
        disposition="requested",
        case_id=event.case_id,
        ref=event.ref,
        saved_at=at,
        in_memory=event.in_memory,
        promise=routed.promise if routed else None,
        agency=routed.to if routed else "",
        linked_to=_linked_to(state),
    )
    return go(
        state,
        phase="done",
        finished=(*state.finished, done),
        saving="",
        confirmed_at=None,
        not_saved="",
        disposition="requested",
    )


def save_failed(_world: World, state: CallState, event: SaveFailed, _at: datetime) -> Step:
    return go(state, not_saved=event.sentence) if state.saving else refuse(state, say("No case is being saved."))


def receipt_came(_world: World, state: CallState, event: ReceiptCame, _at: datetime) -> Step:
    finished = tuple(
        msgspec.structs.replace(done, request_id=event.request_id) if done.case_id == event.case_id else done
        for done in state.finished
    )
    return go(state, finished=finished)

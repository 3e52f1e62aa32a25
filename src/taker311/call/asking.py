"""The interview inside a call: answers, heard words, the place and its read-back, cases that are already open nearby."""

from __future__ import annotations

from datetime import datetime

from taker311.base.text import clean, clean_line
from taker311.base.words import noted, say
from taker311.call.events import (
    Answered,
    DuplicateJoined,
    DuplicateNew,
    DuplicatesFound,
    FieldTyped,
    HeardLeft,
    HeardTaken,
    Jumped,
    PlaceConfirmed,
    PlacePicked,
    PlacesFound,
    PlaceTyped,
    PlaceUnverified,
    Skipped,
)
from taker311.call.model import CallState, FindDuplicates, FindPlaces, Step
from taker311.call.steps import go, refuse, stand
from taker311.call.world import World
from taker311.intake import interview as interviews
from taker311.intake.heard import Heard, heard
from taker311.intake.model import Interview, Refusal
from taker311.intake.parse import parse_answer
from taker311.intake.steps import PLACE, REFERRED, STOPPED, layout
from taker311.knowledge.model import Script
from taker311.places.model import Place

_NO_PLACE_NOW = noted("No place is being asked for now.")
_DRAFT_LIMIT = 2_000
_PLACE_LIMIT = 300


def current(world: World, state: CallState) -> tuple[Script, Interview] | None:
    """The script and the interview that this call is in."""
    script = world.script(state)
    return (script, state.interview) if script is not None and state.interview is not None else None


def offers(world: World, state: CallState) -> tuple[Heard, ...]:
    """Answers that the caller's words gave away and that were neither taken nor left yet."""
    found = current(world, state)
    if found is None:
        return ()
    script, interview = found
    return tuple(o for o in heard(script, interview, state.said, world.spoken(state)) if o.question not in state.left)


def needs_duplicate_choice(state: CallState) -> bool:
    return bool(state.duplicates) and not state.duplicate_choice


def _moved(state: CallState, result: Interview | Refusal, **changes: object) -> Step:
    return refuse(state, result.sentence) if isinstance(result, Refusal) else stand(state, result, **changes)


def _answered(script: Script, state: CallState, question: str, result: Interview | Refusal, at: datetime) -> Step:
    """Moves on from a question that has its answer now; where that ends it as an emergency, the 911 card opens."""
    step = _moved(state, result, drafts=_without(state, question))
    stopper = interviews.stopped_by(script, result) if isinstance(result, Interview) else None
    if stopper is None or stopper.id != question or stopper.stop is None or stopper.stop.do != "emergency":
        return step
    return go(step.state, card_open=True, card_why=stopper.id, emergencies=(*state.emergencies, at))


def _without(state: CallState, step: str) -> dict[str, str]:
    return {of: text for of, text in state.drafts.items() if of != step}


def answered(world: World, state: CallState, event: Answered, at: datetime) -> Step:
    found = current(world, state)
    if found is None:
        return refuse(state, say("No questions are being asked now."))
    script, interview = found
    question = layout(script).questions.get(event.question)
    if question is None:
        return refuse(
            state, say("This script asks nothing called '{question}'.", question=clean_line(event.question, limit=40))
        )
    answer = parse_answer(
        question, event.text, lang=world.spoken(state), today=world.today(at), area=world.city.area or "US"
    )
    if isinstance(answer, Refusal):
        return refuse(state, answer.sentence)
    return _answered(script, state, event.question, interviews.give(script, interview, event.question, answer), at)


def skipped(world: World, state: CallState, event: Skipped, _at: datetime) -> Step:
    found = current(world, state)
    if found is None:
        return refuse(state, say("No questions are being asked now."))
    return _moved(state, interviews.skip(*found, event.question))


def _offer(world: World, state: CallState, question: str) -> Heard | None:
    return next((offer for offer in offers(world, state) if offer.question == question), None)


def heard_taken(world: World, state: CallState, event: HeardTaken, at: datetime) -> Step:
    found, offer = current(world, state), _offer(world, state, event.question)
    if found is None or offer is None:
        return refuse(state, say("Nothing was heard for that question."))
    script, interview = found
    here = interview.at
    result = interviews.give(script, interview, event.question, offer.answer)
    if isinstance(result, Interview) and here != event.question and result.at not in (STOPPED, REFERRED):
        kept = interviews.jump(script, result, here)
        result = kept if isinstance(kept, Interview) else result
    return _answered(script, state, event.question, result, at)


def heard_left(world: World, state: CallState, event: HeardLeft, _at: datetime) -> Step:
    if _offer(world, state, event.question) is None:
        return refuse(state, say("Nothing was heard for that question."))
    return go(state, left=(*state.left, event.question))


def field_typed(_world: World, state: CallState, event: FieldTyped, _at: datetime) -> Step:
    if state.interview is None or event.step != state.interview.at:
        return refuse(state, say("That is not what is being asked."))
    return go(state, drafts={**state.drafts, event.step: clean(event.text, limit=_DRAFT_LIMIT)})


def jumped(world: World, state: CallState, event: Jumped, _at: datetime) -> Step:
    found = current(world, state)
    if found is None:
        return refuse(state, say("No questions are being asked now."))
    return _moved(state, interviews.jump(*found, event.step), picked=None)


# ---------------------------------------------------------------- the place
def place_typed(_world: World, state: CallState, event: PlaceTyped, _at: datetime) -> Step:
    if not is_place_step(state):
        return refuse(state, say(_NO_PLACE_NOW))
    text = clean(event.text, limit=_PLACE_LIMIT).replace("\n", " ").replace("\t", " ")
    return go(state, FindPlaces(text), drafts={**state.drafts, PLACE: text}, places=(), picked=None)


def places_found(_world: World, state: CallState, event: PlacesFound, _at: datetime) -> Step:
    return go(state, places=event.hits)


def place_picked(world: World, state: CallState, event: PlacePicked, _at: datetime) -> Step:
    found = current(world, state)
    if found is None or not is_place_step(state):
        return refuse(state, say(_NO_PLACE_NOW))
    if not 1 <= event.number <= len(state.places):
        return refuse(state, say("There is no such line; type more of the place, or take it as it stands."))
    place = state.places[event.number - 1].place
    wrong = interviews.accepts(found[0], place)
    return refuse(state, wrong.sentence) if wrong else go(state, picked=place)


def place_confirmed(world: World, state: CallState, _event: PlaceConfirmed, _at: datetime) -> Step:
    """The caller agreed to the place that was read back, or to the one that stood there before."""
    found = current(world, state)
    if found is None or not is_place_step(state):
        return refuse(state, say(_NO_PLACE_NOW))
    script, interview = found
    place = state.picked or interview.place
    if place is None:
        return refuse(state, say("No place was picked yet."))
    return _placed(script, state, place, interviews.set_place(script, interview, place))


def _placed(script: Script, state: CallState, place: Place, result: Interview | Refusal) -> Step:
    """A place that is another one than before may have other reports nearby."""
    changes: dict[str, object] = {"places": (), "picked": None, "drafts": _without(state, PLACE)}
    if state.interview is None or place != state.interview.place:
        changes |= {"duplicates": (), "duplicate_choice": ""}
    step = _moved(state, result, **changes)
    return step if step.refusal else _look_for_duplicates(script, step)


def place_unverified(world: World, state: CallState, event: PlaceUnverified, _at: datetime) -> Step:
    found = current(world, state)
    if found is None or not is_place_step(state):
        return refuse(state, say(_NO_PLACE_NOW))
    text = clean_line(event.text or state.drafts.get(PLACE, ""), limit=_PLACE_LIMIT)
    if not text:
        return refuse(state, say("Type the place first, as the caller says it."))
    if not event.reason.strip():
        return refuse(state, say("Say why the place can't be verified."))
    place = Place(kind="unverified", label=text, typed=text, reason=clean_line(event.reason, limit=200))
    return _placed(found[0], state, place, interviews.set_place(*found, place))


def _look_for_duplicates(script: Script, step: Step) -> Step:
    interview = step.state.interview
    if (
        not script.duplicates_m
        or step.state.duplicate_choice
        or interview is None
        or interview.place is None
        or interview.place.lat is None
    ):
        return step
    services = tuple(dict.fromkeys(s for s in (script.service, *(route.service for route in script.routes)) if s))
    return go(step.state, FindDuplicates(services, interview.place, script.duplicates_m))


def duplicates_found(world: World, state: CallState, event: DuplicatesFound, _at: datetime) -> Step:
    """Who may not see others' cases is shown this desk's own alone."""
    others = world.permissions.see_nearby_cases
    return go(state, duplicates=tuple(found for found in event.found if others or found.ours))


def duplicate_joined(_world: World, state: CallState, event: DuplicateJoined, _at: datetime) -> Step:
    if event.ref not in [duplicate.ref for duplicate in state.duplicates]:
        return refuse(state, say("That report is not among those nearby."))
    return go(state, duplicate_choice=event.ref)


def duplicate_new(_world: World, state: CallState, _event: DuplicateNew, _at: datetime) -> Step:
    return go(state, duplicate_choice="new") if state.duplicates else refuse(state, say("There are no reports nearby."))


def is_place_step(state: CallState) -> bool:
    return state.interview is not None and state.interview.at == PLACE and state.phase == "interview"

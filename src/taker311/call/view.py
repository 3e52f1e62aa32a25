"""What is to be shown now, as one plain value: both front ends render it and neither decides anything about the call."""

from __future__ import annotations

from msgspec.structs import replace

from taker311.base.words import say
from taker311.call import spoken
from taker311.call.allowed import allowed
from taker311.call.asking_view import interview_view, readback_view
from taker311.call.cards import Card, bulletin_card, topic_card
from taker311.call.dispositions import DISPOSITION_KEYS, DISPOSITIONS, in_words
from taker311.call.distress import distress_view
from taker311.call.model import CallState
from taker311.call.shown import Situation, View, ViewChoice
from taker311.call.world import World
from taker311.cases.reference import format_ref
from taker311.intake.display import ReadLine
from taker311.knowledge.model import pick


def view(world: World, state: CallState, around: Situation, problem: str = "") -> View:
    """What to show for `state`; `problem` is the refusal of the last input."""
    if state.card_open:
        shown = _emergency(world, state)
    elif state.distress_open:
        shown = distress_view(world, state)
    elif state.held_since is not None:
        shown = View(state="held", title=world.topic_title(state), notice=say("On hold."))
    else:
        shown = _PARTS[state.phase](world, state, around)
    return replace(
        shown,
        allowed=allowed(world, state),
        ref=format_ref(state.finished[-1].ref) if state.finished and state.finished[-1].ref else "",
        problem=problem or state.not_saved,
    )


def _emergency(world: World, state: CallState) -> View:
    card, lang = world.city.emergency_card, world.spoken(state)
    steps = tuple(ViewChoice("", pick(step, lang, world.first)) for step in card.steps)
    phone = world.bundle.phone(card.phone)
    title = f"911 — {phone.number}" if phone and phone.number != "911" else "911"
    return View(state="emergency", title=title, say=pick(card.say, lang, world.first), choices=steps)


def _ready(world: World, _state: CallState, _around: Situation) -> View:
    return View(state="ready", title=pick(world.city.names, world.first, world.first), kind="search")


def _talking(world: World, state: CallState, around: Situation) -> View:
    greeting = "" if state.typed or state.again else pick(world.city.greeting, world.spoken(state), world.first)
    marks = {"topic": "", "bulletin": "bulletin", "rumour": "rumour"}
    choices = tuple(ViewChoice(str(i), hit.title, marks[hit.kind]) for i, hit in enumerate(around.hits[:9], 1))
    return View(
        state="talking",
        say=greeting,
        kind="search",
        draft=state.typed,
        choices=choices,
        hits=around.hits,
    )


def _topic(world: World, state: CallState, around: Situation) -> View:
    card = _with_flag(state, state.topic_id, topic_card(world, state.topic_id, world.spoken(state), around.now))
    return View(state="topic", title=card.title if card else "", say=card.say if card else "", card=card)


def _bulletin(world: World, state: CallState, _around: Situation) -> View:
    card = _with_flag(state, state.bulletin_id, bulletin_card(world, state.bulletin_id, world.spoken(state)))
    return View(state="bulletin", title=card.title if card else "", say=card.say if card else "", card=card)


def _with_flag(state: CallState, about: str, card: Card | None) -> Card | None:
    """The card says that it was flagged, as its last mark."""
    if about not in state.flagged or card is None:
        return card
    return replace(card, marks=(*card.marks, say("Flagged for its owner.")))


def _transfer(world: World, state: CallState, _around: Situation) -> View:
    target, lang = world.transfer(state), world.spoken(state)
    if target is None:
        return View(state="transfer")
    agency = world.bundle.agency(target.agency)
    phone = world.bundle.phone(target.phone or (agency.phone if agency else ""))
    aloud = pick(target.say, lang, world.first) or (pick(agency.transfer, lang, world.first) if agency else "")
    hours = pick(phone.hours, lang, world.first) if phone else ""
    hours = hours or (pick(agency.hours, lang, world.first) if agency else "")
    lines = [ReadLine("who", say("Who"), pick(agency.names, lang, world.first))] if agency else []
    lines += [ReadLine("number", say("Number"), phone.number)] if phone else []
    lines += [ReadLine("hours", say("Hours"), hours)] if hours else []
    return View(state="transfer", title=world.topic_title(state), say=aloud, kind="confirm", lines=tuple(lines))


def _done(world: World, state: CallState, around: Situation) -> View:
    last = state.finished[-1]
    if around.kept == "disk":
        last = replace(last, in_memory=False)  # somebody has signed in since, and it went to the disk
    lang = world.spoken(state)
    agency = world.bundle.agency(last.agency)
    name = pick(agency.names, lang, world.first) if agency else ""
    return View(
        state="done",
        title=world.topic_title(state),
        say=spoken.done(last, name, lang),
        notice=spoken.where_it_is(last, around.online),
        step=last.ref,
    )


def _wrapup(world: World, state: CallState, _around: Situation) -> View:
    choices = tuple(
        ViewChoice(DISPOSITION_KEYS[i], in_words(code), "chosen" if code == state.disposition else "")
        for i, code in enumerate(DISPOSITIONS)
    )
    return View(state="wrapup", title=world.topic_title(state), kind="choice", choices=choices)


_PARTS = {
    "ready": _ready,
    "talking": _talking,
    "bulletin": _bulletin,
    "topic": _topic,
    "transfer": _transfer,
    "interview": interview_view,
    "readback": readback_view,
    "done": _done,
    "wrapup": _wrapup,
}

"""What may happen at any moment of a call: the 911 card, hold, help, language, a call back."""

from __future__ import annotations

from datetime import datetime

from taker311.base.text import clean_line, did_you_mean
from taker311.base.words import say
from taker311.call.events import (
    CallBackAgreed,
    CardClosed,
    CardOpened,
    EmergencyHeard,
    Held,
    HelpCalled,
    LanguageSet,
    MarkedForReview,
    Resumed,
)
from taker311.call.model import AskForHelp, CallBack, CallState, Finished, Step
from taker311.call.steps import go, refuse, wrap_up
from taker311.call.volunteering import nothing_answers
from taker311.call.world import World
from taker311.intake.model import Refusal
from taker311.intake.parse import parse_answer
from taker311.knowledge.model import Question

TYPED_911 = "911"  # the card's reason when the agent typed it where the caller's words go


def emergency_heard(_world: World, state: CallState, event: EmergencyHeard, at: datetime) -> Step:
    """Raises the card once for a phrase: put away, it does not come back at the next letter."""
    if event.phrase in state.card_left or state.card_open:
        return go(state)
    return go(state, card_open=True, card_why=event.phrase, emergencies=(*state.emergencies, at))


def card_opened(_world: World, state: CallState, event: CardOpened, at: datetime) -> Step:
    return go(state, card_open=True, card_why=event.why, emergencies=(*state.emergencies, at))


def card_closed(_world: World, state: CallState, event: CardClosed, at: datetime) -> Step:
    if not state.card_open:
        return refuse(state, say("The 911 card is not open."))
    changes: dict[str, object] = {
        "card_open": False,
        "card_why": "",
        "distress_open": state.distress_open and not event.connected,
        "card_left": tuple(dict.fromkeys((*state.card_left, state.card_why))),
        "typed": "" if state.card_why == TYPED_911 else state.typed,
    }
    put_away = go(state, **changes)
    if not event.connected or state.phase == "ready":
        return put_away
    return wrap_up(put_away.state, Finished(topic_id=state.topic_id, disposition="emergency", saved_at=at))


def held(_world: World, state: CallState, _event: Held, at: datetime) -> Step:
    return go(state, held_since=at)


def resumed(_world: World, state: CallState, _event: Resumed, at: datetime) -> Step:
    if state.held_since is None:
        return refuse(state, say("The call is not on hold."))
    return go(state, held_since=None, held_s=state.held_s + (at - state.held_since).total_seconds())


def help_called(_world: World, state: CallState, _event: HelpCalled, _at: datetime) -> Step:
    return go(state, AskForHelp(), help_called=True)


def marked_for_review(_world: World, state: CallState, _event: MarkedForReview, _at: datetime) -> Step:
    return go(state, marked=True)


def language_set(world: World, state: CallState, event: LanguageSet, _at: datetime) -> Step:
    lang = event.lang.strip().lower()
    if not (2 <= len(lang) <= 8 and lang.isascii() and lang.replace("-", "").isalnum()):
        return refuse(state, say("A language is two letters, as in 'es'."))
    if event.mode == "agent" and lang not in world.city.languages:
        known = ", ".join(world.city.languages)
        near = did_you_mean(lang, list(world.city.languages))
        return refuse(
            state,
            say(
                "The city has no texts in '{lang}'{near}; it has {known}. An interpreter can be on the line.",
                lang=lang,
                near=near,
                known=known,
            ),
        )
    return go(state, lang=lang, mode=event.mode, interpreter=clean_line(event.interpreter, limit=80))


_NUMBER = Question(id="number", type="phone", ask={})


def call_back_agreed(world: World, state: CallState, event: CallBackAgreed, _at: datetime) -> Step:
    answer = parse_answer(_NUMBER, event.number, lang=world.first, area=world.city.area or "US")
    if isinstance(answer, Refusal) or answer.value is None:
        return refuse(state, answer.sentence if isinstance(answer, Refusal) else say("A call back needs a number."))
    when = clean_line(event.when, limit=80)
    if not when:
        return refuse(state, say("Say when the caller is to be rung: 'today after five'."))
    agreed = go(state, call_back=CallBack(when=when, number=str(answer.value)))
    return wrap_up(agreed.state, disposition="call-back") if nothing_answers(world, state) else agreed

"""The card for callers in distress: what to say, what to do, whom to hand them to. It lies under the 911 card and over all else."""

from __future__ import annotations

from datetime import datetime

from taker311.base.words import say
from taker311.call.events import DistressClosed, DistressOpened
from taker311.call.model import CallState, Finished, Step
from taker311.call.shown import View, ViewChoice
from taker311.call.steps import go, refuse, wrap_up
from taker311.call.world import World
from taker311.intake.display import ReadLine
from taker311.knowledge.model import pick


def opened(world: World, state: CallState, _event: DistressOpened, _at: datetime) -> Step:
    if not world.city.distress_card.say:
        return refuse(state, say("This city has no card for callers in distress; call for help instead."))
    return go(state, distress_open=True)


def closed(_world: World, state: CallState, event: DistressClosed, at: datetime) -> Step:
    if not state.distress_open:
        return refuse(state, say("The card for callers in distress is not open."))
    put_away = go(state, distress_open=False)
    if not event.connected:
        return put_away
    return wrap_up(put_away.state, Finished(topic_id=state.topic_id, disposition="transferred", saved_at=at))


def distress_view(world: World, state: CallState) -> View:
    """`lines` are those whom the caller may be handed to: who, and number with its hours."""
    card, lang = world.city.distress_card, world.spoken(state)
    phones = [phone for phone in map(world.bundle.phone, card.phones) if phone is not None]
    return View(
        state="distress",
        title=say("A caller in distress"),
        say=pick(card.say, lang, world.first),
        choices=tuple(ViewChoice("", pick(step, lang, world.first)) for step in card.steps),
        lines=tuple(
            ReadLine(
                phone.id,
                pick(phone.names, lang, world.first),
                " · ".join(part for part in (phone.number, pick(phone.hours, lang, world.first)) if part),
            )
            for phone in phones
        ),
    )

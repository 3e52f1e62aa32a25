"""Every script of the demo city is taken to its end, in each language, by every first, second, ... answer and by "doesn't know"."""

from __future__ import annotations

from functools import lru_cache

import pytest

from helpers import port_ellery
from helpers.stations import NOW
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.shown import Situation
from taker311.call.table import step
from taker311.call.view import view
from taker311.call.world import World
from taker311.intake.steps import PLACE, layout

TYPED = {
    "photo-url": "https://example.com/a.jpg",
    "date": "yesterday",
    "phone": "413 555 0142",
    "email": "ann@example.com",
}
MOST_STEPS = 60


@lru_cache(maxsize=1)
def world() -> World:
    return World(port_ellery.bundle(), m.Permissions())


class Taker:
    """Answers whatever is asked with its `nth` choice; counts nothing and remembers nothing."""

    def __init__(self, lang: str, nth: int) -> None:
        self.state = m.CallState()
        self.nth = nth
        self.happens(ev.Started("call", "Sam", lang))

    def happens(self, event: ev.Event) -> m.Step:
        done = step(world(), self.state, event, NOW)
        assert not done.refusal, f"{event}: {done.refusal}"
        self.state = done.state
        return done

    def shown(self):
        return view(world(), self.state, Situation(now=NOW))

    def asked(self) -> ev.Event:
        shown = self.shown()
        assert shown.ask or shown.say, f"{shown.step} asks nothing"
        at = shown.step
        if at == PLACE:
            return ev.PlaceUnverified("New or unnamed street", "by the old mill")
        if shown.kind == "confirm":
            return ev.Answered(at, "ok")
        if self.nth == 0:
            return ev.Answered(at, "unknown")
        if shown.choices:
            return ev.Answered(at, shown.choices[(self.nth - 1) % len(shown.choices)].key)
        question = layout(world().script(self.state)).questions[at]
        if question.type == "number":
            return ev.Answered(at, str(round(question.minimum or 1)))
        return ev.Answered(at, TYPED.get(question.type, "by the door"))


@pytest.mark.parametrize("nth", range(5))
@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_script_comes_to_its_end(lang, nth):
    ends = set()
    for topic in [topic.id for topic in world().bundle.knowledge.topics if topic.script]:
        taker = Taker(lang, nth)
        taker.happens(ev.Opened(topic))
        if taker.state.card_open:
            taker.happens(ev.CardClosed())
        taker.happens(ev.IntakeStarted())
        for _ in range(MOST_STEPS):
            if taker.state.card_open:
                taker.happens(ev.CardClosed())
            if taker.state.phase == "readback" or taker.state.interview.at in ("stopped", "referred"):
                break
            taker.happens(taker.asked())
        shown = taker.shown()
        assert shown.state in ("readback", "interview"), topic
        if shown.state == "interview":
            assert shown.say or taker.state.emergencies, f"{topic}: nothing to say at '{taker.state.interview.at}'"
            ends.add(taker.state.interview.at)
            continue
        (save,) = taker.happens(ev.ReadBackConfirmed("11111111-2222-4333-8444-555555555555")).effects
        assert isinstance(save, m.SaveCase)
        assert save.case.service_code, topic
        assert world().bundle.agency(save.case.agency) is not None, topic
        taker.happens(ev.CaseSaved(save.case.id, "7QX6M24K"))
        assert taker.state.finished[-1].promise == save.case.promise
        assert "7QX-6M24-K" in taker.shown().say
        ends.add("saved")
    assert "saved" in ends


def test_every_topic_that_has_no_script_can_be_answered_or_transferred():
    for topic in world().bundle.knowledge.topics:
        taker = Taker("en", 0)
        taker.happens(ev.Opened(topic.id))
        if taker.state.card_open:
            taker.happens(ev.CardClosed())
        assert taker.shown().say, topic.id
        assert {"answered", "wrapup"} <= set(taker.shown().allowed)
        taker.happens(ev.AnswerGiven())

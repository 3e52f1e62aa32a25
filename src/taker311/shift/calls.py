"""An ended call as one row of numbers, codes and ids: what a shift is counted from. No word of a caller can stand in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from taker311.base.codec import Value
from taker311.base.text import clean_line
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.aside import TYPED_911
from taker311.call.dispositions import DISPOSITIONS
from taker311.call.table import step
from taker311.call.world import World
from taker311.knowledge.bundle import Bundle

_NOBODY_THERE = ("silent", "misdial")
_ENDED_AT_ONCE = (*_NOBODY_THERE, "dropped", "abusive")
_RESOLVED = ("answered", "requested")
NO_TOPIC = "none"  # in the place of a topic: a 911 card before anything was opened
_TWO_LETTERS = re.compile(r"[a-z]{2}")


class Where(Value, frozen=True):
    """Whose call it was. `agent` is the name that signed in."""

    agent: str
    desk: str
    seat: str


class CallRow(Value, frozen=True):
    """One call. `day` and `start` (to the second) are the city's; seconds are whole. `topics`, `outcomes`, `services` and
    `agencies` stand in parallel, one each for what was dealt with. `lang` is two letters, a language of the city, or
    'other'. `card_s`: seconds from the call's start to the first 911 card; None where there was none."""

    day: date
    start: datetime
    agent: str
    desk: str
    seat: str
    kb: str
    lang: str
    mode: str
    talk_s: int
    hold_s: int
    after_s: int
    disposition: str
    topics: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    searches: int = 0
    no_result: int = 0
    ranks: tuple[int, ...] = ()
    cases: int = 0
    joined: int = 0
    left: int = 0
    transfers: int = 0
    emergencies: int = 0
    card_s: int | None = None
    helped: bool = False
    call_back: bool = False
    bulletins: tuple[str, ...] = ()

    @property
    def handle_s(self) -> int:
        """Handle time: talk, hold and after-call work."""
        return self.talk_s + self.hold_s + self.after_s

    @property
    def handled(self) -> bool:
        """Somebody wanted something: all calls but the silent ones and the wrong numbers."""
        return self.disposition not in _NOBODY_THERE

    @property
    def resolved(self) -> bool:
        """As far as the desk knows, this call left nothing to ring again about: answered or taken as a request, nobody was
        transferred or is to be called back, and no form was left."""
        ends = {self.disposition, *self.outcomes}
        return ends <= set(_RESOLVED) and not (self.transfers or self.call_back or self.left)


def call_row(
    state: m.CallState, events: Sequence[tuple[datetime, ev.Event]], bundle: Bundle, place: Where
) -> CallRow | None:
    """The row of a call that came to its end in `state`, from its timed events; None where it never began."""
    if state.started_at is None or state.ended_at is None:
        return None
    seen = _Seen(bundle)
    for at, event in events:
        seen.take(at, event)
    seen.search_over(opened=False, counts=state.disposition not in _ENDED_AT_ONCE)
    city = bundle.city
    zone = ZoneInfo(city.time_zone)
    start = state.started_at.astimezone(zone).replace(microsecond=0)
    done = [_dealt_with(finished, seen, bundle) for finished in state.finished] or _only_opened(state, bundle)
    lang = state.lang.lower()
    return CallRow(
        day=start.date(),
        start=start,
        agent=clean_line(place.agent, limit=60),
        desk=clean_line(place.desk, limit=10),
        seat=clean_line(place.seat, limit=40),
        kb=clean_line(state.kb_version, limit=80),
        lang=lang if lang in city.languages or _TWO_LETTERS.fullmatch(lang) else "other",
        mode=state.mode,
        talk_s=round(seen.seconds["talk"]),
        hold_s=round(seen.seconds["hold"]),
        after_s=round(seen.seconds["after"]),
        disposition=_disposition(state.disposition),
        topics=tuple(topic for topic, *_ in done),
        outcomes=tuple(outcome for _, outcome, *_ in done),
        services=tuple(service for *_, service, _ in done),
        agencies=tuple(agency for *_, agency in done),
        searches=seen.searches,
        no_result=seen.no_result,
        ranks=tuple(seen.ranks),
        cases=sum(bool(finished.case_id) and not finished.linked_to for finished in state.finished),
        joined=sum(bool(finished.linked_to) for finished in state.finished),
        left=len(seen.begun - _came_to_something(state)),
        transfers=seen.transfers,
        emergencies=len(state.emergencies),
        card_s=max(0, round((state.emergencies[0] - state.started_at).total_seconds())) if state.emergencies else None,
        helped=state.help_called,
        call_back=state.call_back is not None,
        bulletins=tuple(seen.bulletins),
    )


class _Seen:
    """The call gone through once more, for what its last state no longer says."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._world = World(bundle, m.Permissions())
        self._state = m.CallState()
        self._before: datetime | None = None
        self._searching = False
        self.seconds = {"talk": 0.0, "hold": 0.0, "after": 0.0}
        self.searches = self.no_result = self.transfers = 0
        self.ranks: list[int] = []
        self.begun: set[str] = set()
        self.services: dict[str, str] = {}
        self.bulletins: list[str] = []

    def take(self, at: datetime, event: ev.Event) -> None:
        # Before a call is taken up again nobody worked on it: that time is no part of it.
        if self._before is not None and not isinstance(event, ev.TakenUp):
            self.seconds[self._doing()] += max(0.0, (at - self._before).total_seconds())
        self._before = at
        done = step(self._world, self._state, event, at)
        if not done.refusal:
            self._state = done.state
        for effect in done.effects:
            if isinstance(effect, m.SaveCase):
                self.services[effect.case.id] = clean_line(effect.case.service_code, limit=80)
        self._count(event)

    def _doing(self) -> str:
        if self._state.held_since is not None:
            return "hold"
        return "after" if self._state.phase == "wrapup" else "talk"

    def _count(self, event: ev.Event) -> None:
        match event:
            case ev.Typed(text=text) if text.strip() and text.strip() != TYPED_911:
                self._searching = True
            case ev.Opened(rank=rank):
                self.ranks += [rank] if rank > 0 else []
                self.search_over(opened=True)
            case ev.BulletinOpened():
                self.search_over(opened=True)
            case ev.NoAnswerFound():
                self.search_over(opened=False)
            case ev.BulletinAcknowledged(id=id_):
                if self._bundle.bulletin(id_) is not None and id_ not in self.bulletins:
                    self.bulletins.append(id_)
            case ev.IntakeStarted():
                self.begun.add(self._state.topic_id)
            case ev.Transferred():
                self.transfers += 1
        if self._searching and self._state.phase == "talking" and not self._state.typed.strip():
            self.search_over(opened=False)

    def search_over(self, *, opened: bool, counts: bool = True) -> None:
        """A search is what was typed until something was opened, or it was given up; letters alone are none."""
        if self._searching and counts:
            self.searches += 1
            self.no_result += not opened
        self._searching = False


def _disposition(code: str) -> str:
    return code if code in DISPOSITIONS else ""


def _dealt_with(finished: m.Finished, seen: _Seen, bundle: Bundle) -> tuple[str, str, str, str]:
    """(topic or bulletin, outcome, service, agency): only what the knowledge base itself names."""
    agency = finished.agency
    if not agency and (topic := bundle.topic(finished.topic_id)) is not None:
        agency = topic.agency
    return (
        _known(finished.topic_id, bundle),
        _disposition(finished.disposition),
        seen.services.get(finished.case_id, ""),
        agency if bundle.agency(agency) is not None else "",
    )


def _only_opened(state: m.CallState, bundle: Bundle) -> list[tuple[str, str, str, str]]:
    """A call that ended on a topic without anything being done about it was still about that topic."""
    topic = bundle.topic(state.topic_id)
    return [(topic.id, _disposition(state.disposition), "", topic.agency)] if topic is not None else []


def _known(id_: str, bundle: Bundle) -> str:
    found = bundle.topic(id_) or bundle.bulletin(id_) or bundle.rumour(id_)
    return id_ if found is not None else NO_TOPIC


def _came_to_something(state: m.CallState) -> set[str]:
    """Topics whose questions ended in a case, or as their script ends them without one."""
    return {
        f.topic_id for f in state.finished if f.case_id or f.disposition in ("referred", "transferred", "emergency")
    }

"""A drill's log as moments for the player, and the moment at which each criterion was won or lost."""

from __future__ import annotations

from taker311.base.words import noted, say, span
from taker311.desk.replay_player import Landmark, Moment, Player, ReplayStation
from taker311.desk.replay_words import caption
from taker311.drills.debrief import criterion_row, critical_row
from taker311.drills.log import Did, Entry, Fell, Left, Log, Mark, Noted, Said, Spoke, TakenUp
from taker311.drills.score import score
from taker311.drills.story import Story
from taker311.drills.world import sealed_bundle
from taker311.knowledge.bundle import Bundle
from taker311.search.index import SearchIndex

_FAULTS = {
    "network-drop": noted("the network drops"),
    "error-after-submit": noted("the city's system answers with an error after the report was sent"),
    "stale-article": noted("the article is out of date"),
    "slow": noted("the city's system is slow"),
}


def player_of(log: Log, bundle: Bundle, index: SearchIndex | None = None) -> Player:
    world, begun = sealed_bundle(bundle, log.begun.drill), log.begun
    moments = [Moment(begun.began, online=True), *(_moment(entry) for entry in log.entries)]
    return Player(
        lambda: ReplayStation(world, begun.began, agent=begun.trainee, index=index),
        moments,
        landmarks=_landmarks(log),
        title=f"{begun.drill.title}: {begun.trainee}",
    )


def _moment(entry: Entry) -> Moment:
    match entry:
        case Did(at=at, event=event):
            return Moment(at, event, caption(event))
        case Said(at=at, text=text):
            return Moment(at, said=text)
        case Spoke(at=at, text=text):
            words = say("asks or tells: “{text}”", text=text) if text else say("presses for an answer")
            return Moment(at, caption=words)
        case Fell(at=at, fault=fault):
            words = say(_FAULTS[fault]) if fault in _FAULTS else fault
            return Moment(at, caption=words, online=False if fault == "network-drop" else None)
        case Mark(at=at, by=by, what=what, points=points):
            return Moment(at, caption=say("{by} marks {what} {points}", by=by, what=what, points=points))
        case Left(at=at):
            return Moment(at, caption=say("the trainee went away"))
        case TakenUp(at=at, away_s=away_s):
            return Moment(at, caption=say("the trainee came back after {time}", time=span(away_s)))
        case Noted(at=at, by=by, text=text):
            return Moment(at, caption=say("{by} notes: {text}", by=by, text=text))
        case _:
            return Moment(entry.at)


def _landmarks(log: Log) -> list[Landmark]:
    """A criterion's second is where it was decided: the last thing that happened in it is shown."""
    story, card = Story(log), score(log)
    rows = [(error.at_s, critical_row(error)) for error in card.critical]
    rows += [(one.at_s, criterion_row(one)) for one in card.criteria if one.of]
    found = []
    for second, text in sorted(rows, key=lambda row: row[0]):
        last = max((i for i, entry in enumerate(log.entries) if story.second(entry.at) <= second), default=-1)
        found.append(Landmark(last + 2, text))  # the moment that stands before the first entry, and the one meant
    return found

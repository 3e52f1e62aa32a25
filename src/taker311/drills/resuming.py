"""Brings a drill's station back to where a log of it ends: the call by its events, the caller by what was asked, the sealed
world by the cases that were saved in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from taker311.base.errors import UserError
from taker311.base.words import say
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.table import step
from taker311.drills.caller import Line
from taker311.drills.log import Did, Fell, Log, Said, Spoke
from taker311.drills.world import arrived, submission_of

if TYPE_CHECKING:
    from taker311.drills.station import DrillStation


def bring_back(station: DrillStation, kept: Log) -> None:
    """`station` is fresh, on the drill and the seed of `kept`."""
    station.begin_anew()
    for entry in kept.entries:
        match entry:
            case Did():
                _redo(station, entry)
            case Spoke(text=text):
                station.caller.asked(text)
            case Said(text=text, facts=facts, why=why):
                line = Line(text, facts, why)
                station.lines.append(line)
                station.caller.spoke(line)
            case Fell(fault="network-drop"):
                station.online = False
            case _:
                pass


def _redo(station: DrillStation, entry: Did) -> None:
    before, event, at = station.where(station.state), entry.event, entry.at
    done = step(station.world, station.state, event, at)
    if done.refusal:
        raise UserError(
            say("With today's knowledge base this drill can't be taken up: {why} It counts as left.", why=done.refusal)
        )
    for effect in done.effects:
        if isinstance(effect, m.SaveCase):
            case = replace(effect.case, ref=station.sealed.next_reference())
            station.sealed.enqueue(case, submission_of(case))
    if isinstance(event, ev.ReceiptCame):
        arrived(station.sealed, event.case_id, event.request_id, at)
    station.redone(event, done.state, at)
    if not isinstance(event, ev.Disposed):
        station.caller.moved(before, station.where(station.state))

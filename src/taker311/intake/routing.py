"""Where a finished interview goes and what may be promised then."""

from __future__ import annotations

from datetime import datetime

from taker311.intake.interview import values
from taker311.intake.model import Interview, Routed
from taker311.intake.promise import promise
from taker311.intake.rows import matching_row
from taker311.intake.steps import NOBODY
from taker311.knowledge.model import City, Script


def route(script: Script, interview: Interview, city: City, at: datetime) -> Routed | None:
    """Where the case goes and what may be promised when it is made at `at` (aware). None when no row takes it, which the
    checker rules out for a script that has routes."""
    row = matching_row(script, values(script, interview))
    if row is None:
        return None
    taken = script.routes[row]
    nobody = taken.to == NOBODY
    return Routed(
        to=taken.to,
        row=row,
        service="" if nobody else taken.service or script.service,
        promise=None if nobody or taken.sla is None else promise(taken.sla, at, city),
        say=taken.say,
    )

"""Inputs that take a call some of the way, for tests that begin where it gets interesting."""

from __future__ import annotations

from taker311.cases.model import Case
from taker311.station.station import Station

PLACE_AND_ANSWERS = (("answer", "100 wash"), ("pick", "1"), "confirm", ("answer", "lane"), ("answer", "no"), "skip")
POTHOLE = (("type", "hole in the road"), ("open", "pothole"), "intake", *PLACE_AND_ANSWERS)
ANONYMOUS = ("answer", "anonymous")
CALLER = (("answer", "text"), ("answer", "413 555 0142"), ("answer", "Ann Lee"))


def cases(made: Station) -> list[Case]:
    return [made.desk.store.case(row.case_id) for row in made.desk.store.rows()]

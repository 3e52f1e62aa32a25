"""The decision table of a script: where a finished interview goes."""

from __future__ import annotations

import re
from typing import Literal, cast

from taker311.authoring.conditions import ConditionReader
from taker311.authoring.fields import Fields
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Map, Place
from taker311.authoring.read_agencies import NOBODY
from taker311.authoring.read_topics import read_transfer
from taker311.knowledge.model import Condition, Question, Route, Sla

_ROUTE_KEYS = ("when", "otherwise", "to", "service", "sla", "say", "transfer")


def read_sla(fields: Fields) -> Sla | None:
    text = fields.word("sla") if "sla" in fields else ""
    if not text:
        return None
    match = re.fullmatch(r"(\d{1,4}) (working day|day|hour)s?", text, re.ASCII)
    if not match or int(match.group(1)) == 0:
        fields.error("sla", "bad-sla", f"'{text}' is no time limit; write it as 10 working days, 3 days or 24 hours.")
        return None
    return Sla(int(match.group(1)), cast("Literal['working days', 'days', 'hours']", match.group(2) + "s"))


class Routes:
    """Reads the rows of the decision table."""

    def __init__(self, known: Known, report: Report, conditions: ConditionReader, damaged: bool) -> None:
        self._known = known
        self._report = report
        self._conditions = conditions
        self._damaged = damaged

    def read(self, fields: Fields, questions: tuple[Question, ...]) -> tuple[tuple[Route, ...], tuple[Place, ...]]:
        """The rows, and where the condition of each stands."""
        node = fields.seq("routes")
        found: list[Route] = []
        places: list[Place] = []
        for item in node.items if node else []:
            if not isinstance(item, Map):
                self._report.error(item.at, "wrong-type", "a route has keys, as in {when: {where: park}, to: parks}.")
                continue
            found.append(
                self._row(Fields(item, self._report, "a route", _ROUTE_KEYS, ("to",), damaged=self._damaged), questions)
            )
            when = item.get("when")
            places.append(when.at if when is not None else item.at)
        if node is not None and not found and not self._damaged:
            fields.error("routes", "missing-value", "at least one route says where the case goes.")
        return tuple(found), tuple(places)

    def _row(self, fields: Fields, questions: tuple[Question, ...]) -> Route:
        known, report = self._known, self._report
        to = fields.word("to")
        if to != NOBODY:
            known.check("agency", to, fields.place("to"), report)
        else:
            for key in ("service", "sla"):
                if key in fields:
                    report.error(
                        fields.keys[key].at,
                        "route-nobody",
                        f"'to: nobody' makes no case, so '{key}' has no meaning here.",
                    )
        when = self._when(fields, questions)
        transfer = fields.sub("transfer", ("agency", "phone", "say"))
        if transfer is not None and to == NOBODY and "agency" not in transfer and "phone" not in transfer:
            report.error(transfer.at, "missing-key", "'transfer' of a route to nobody needs 'phone' or 'agency'.")
        say = known.spoken(fields.text("say"), fields.place("say"), report)
        return Route(
            to=to, when=when, service=fields.word("service"), sla=read_sla(fields), say={known.first: say} if say else {},
            transfer=None if transfer is None else read_transfer(transfer, transfer.word("agency") or (to if to != NOBODY else ""), known),
        )  # fmt: skip

    def _when(self, fields: Fields, questions: tuple[Question, ...]) -> Condition | None:
        node = fields.node("when")
        if "otherwise" in fields and not fields.flag("otherwise"):
            fields.error(
                "otherwise",
                "wrong-type",
                "'otherwise: yes' is the only way to write it; it takes what no other row takes.",
            )
        if node is not None and "otherwise" in fields:
            self._report.error(
                fields.keys["otherwise"].at, "route-otherwise", "a route has 'when' or 'otherwise', not both."
            )
        elif node is None and "otherwise" not in fields and not self._damaged:
            self._report.error(fields.at, "missing-key", "a route needs 'when', or 'otherwise: yes'.")
        return None if node is None else self._conditions.read(node, questions)

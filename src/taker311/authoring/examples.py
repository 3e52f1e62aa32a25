"""Runs the examples that authors write under their scripts: at that moment, with these answers, the case goes there."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from taker311.authoring.condition_domain import PLACE_KINDS
from taker311.authoring.fields import Fields, to_moment
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Map, Seq
from taker311.authoring.read_agencies import NOBODY
from taker311.authoring.read_scripts import ScriptSource
from taker311.base.text import did_you_mean
from taker311.intake.interview import run_answers, stopped_by
from taker311.intake.routing import route
from taker311.knowledge.model import City, Script
from taker311.places.model import Place

_KEYS = ("at", "answers", "place", "to", "service", "promise")


def run_examples(source: ScriptSource, city: City, known: Known) -> int:
    """How many were run; what does not come out as written is told."""
    for node in source.examples:
        _Example(node, source.script, city, source.report, known).run()
    return len(source.examples)


class _Example:
    def __init__(self, node: Map, script: Script, city: City, report: Report, known: Known) -> None:
        self._fields = Fields(node, report, "an example", _KEYS, ("at", "answers", "to"))
        self._script = script
        self._city = city
        self._report = report
        self._known = known

    def run(self) -> None:
        fields, before = self._fields, self._known.findings.errors
        at = self._moment()
        answers = self._answers()
        place = self._place()
        to = fields.word("to")
        if to != NOBODY:
            self._known.check("agency", to, fields.place("to"), self._report)
        if self._known.findings.errors > before or at is None:
            return
        interview, problems = run_answers(
            self._script, answers, place, self._known.first, today=at.date(), area=self._city.area or "US"
        )
        for problem in problems:
            fields.error("answers", "example-answer", f"{problem.rstrip('.')}.")
        if problems:
            return
        stop = stopped_by(self._script, interview)
        if stop is not None:
            fields.error(
                "answers", "example-route", f"the answer to '{stop.id}' ends the interview, so no case goes anywhere."
            )
            return
        routed = route(self._script, interview, self._city, at)
        goes = routed.to if routed else "nowhere"
        if goes != to:
            row = f" (row {routed.row + 1} of the routes)" if routed else ""
            fields.error("to", "example-route", f"with these answers it goes to '{goes}'{row}, not to '{to}'.")
            return
        service = fields.word("service") if "service" in fields else ""
        if routed and service and routed.service != service:
            fields.error(
                "service", "example-service", f"with these answers the service is '{routed.service}', not '{service}'."
            )
        wanted = fields.text("promise") if "promise" in fields else ""
        given = routed.promise.texts.get(self._known.first, "") if routed and routed.promise else "none"
        if wanted and wanted != given:
            what = f"the promise is '{given}'" if given != "none" else "no date is promised"
            fields.error("promise", "example-promise", f"{what}, not '{wanted}'.")

    def _moment(self) -> datetime | None:
        text = self._fields.word("at")
        moment = to_moment(text) if text else None
        if text and moment is None:
            self._fields.error("at", "bad-date", f"'{text}' is no moment; write it as 2026-11-25 16:40.")
        if moment is None:
            return None
        return moment.replace(tzinfo=ZoneInfo(self._city.time_zone)).astimezone(UTC)

    def _answers(self) -> dict[str, str]:
        """Question -> answer as an agent would type it; several choices with commas between."""
        found: dict[str, str] = {}
        node = self._fields.map("answers")
        for key, value in node.pairs if node else []:
            if isinstance(value, Map):
                self._report.error(value.at, "wrong-type", f"the answer to '{key.text}' is a text or a list.")
            elif isinstance(value, Seq):
                found[key.text] = ", ".join(str(getattr(item, "text", "")) for item in value.items)
            else:
                found[key.text] = value.text
        return found

    def _place(self) -> Place | None:
        sets = tuple(self._known.place_sets)
        place = self._fields.sub("place", ("kind", *sets), ("kind",))
        if place is None:
            return None
        kind = place.one_of("kind", PLACE_KINDS, "unverified")
        values: dict[str, str] = {}
        for name in sets:
            value = place.word(name) if name in place else ""
            known = self._known.place_sets[name]
            if value and known and value not in known:
                place.error(name, "not-a-choice", f"no {name} is called '{value}'{did_you_mean(value, known)}.")
            elif value:
                values[name] = value
        landmark = values.pop("landmark", "")
        return Place(kind=kind, label="(example)", districts=values, landmark_kind=landmark)  # type: ignore[arg-type]

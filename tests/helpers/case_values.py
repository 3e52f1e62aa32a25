"""Cases for tests. Every personal value carries the marker, so that a scan for it finds any leak."""

from __future__ import annotations

from datetime import UTC, datetime

from taker311.base.ids import SeededIds
from taker311.cases.model import Case, CaseAnswer
from taker311.crm.model import Submission
from taker311.intake.model import Caller
from taker311.places.model import Place

MARKER = "Zebulon-Quist"
AT = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


def make_case(ref: str, ids: SeededIds, *, created_at: datetime = AT, service: str = "TREE") -> Case:
    return Case(
        id=ids.uuid(),
        ref=ref,
        created_at=created_at,
        agent="ana",
        topic_id="tree-problem",
        topic_title="Problem with a tree",
        script_id="tree-problem",
        script_version=3,
        kb_version="kb-1",
        service_code=service,
        agency="forestry",
        answers=(
            CaseAnswer(id="where", question="Where is it?", label="Street", key="street", open311="tree_location"),
            CaseAnswer(id="note", question="What happened?", label=f"{MARKER} saw it fall", personal=True),
        ),
        place=Place(kind="address", label="1204 Washington Street", lat=42.5, lon=-71.25),
        caller=Caller(anonymous=False, first_name=MARKER, phone="+12025550142", consent=True),
    )


def make_submission(case: Case, ids: SeededIds) -> Submission:
    body = f"service_code={case.service_code}&first_name={MARKER}&description=Ref+{case.tag}".encode()
    return Submission("requests.json", body, ids.uuid(), case.service_code, case.tag)

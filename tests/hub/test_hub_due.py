"""Which of a script's times the hub gives, out of what was posted."""

from __future__ import annotations

import pytest

from taker311.hub.due import sla_of
from taker311.knowledge.model import And, Choice, Compare, Const, In, Name, Question, Route, Script, Sla

DAY, WEEK, MONTH = Sla(1, "days"), Sla(5, "working days"), Sla(30, "days")
NEAR = (Choice("school", {"en": "School"}, "SCH"), Choice("park", {"en": "Park"}))
QUESTIONS = (
    Question("deep", "yesno", {"en": "Deep?"}, open311="D"),
    Question("width", "number", {"en": "Width?"}, open311="W"),
    Question("near", "choices", {"en": "Near?"}, choices=NEAR, open311="N"),
    Question("inside", "text", {"en": "Inside?"}),
)


def script(*routes: Route) -> Script:
    return Script("s", 1, QUESTIONS, routes, service="S")


def when(name: str, value: bool | float, op: str = "==") -> Compare:
    return Compare(op, Name(name), Const(value))  # type: ignore[arg-type]  # the literal's values only


URGENT = script(
    Route("a", And((when("deep", True), when("width", 10.0, ">"))), sla=DAY),
    Route("a", In(Const("school"), name="near"), sla=WEEK),
    Route("a", sla=MONTH),
)


@pytest.mark.parametrize(
    ("fields", "sla"),
    [
        ([("attribute[D]", "true"), ("attribute[W]", "12")], DAY),
        ([("attribute[D]", "true"), ("attribute[W]", "9.5")], MONTH),
        ([("attribute[D]", "yes"), ("attribute[W]", "many")], MONTH),
        ([("attribute[D]", "false"), ("attribute[N][]", "park"), ("attribute[N][]", "SCH")], WEEK),
        ([("attribute[N]", "SCH")], WEEK),
        ([], MONTH),
    ],
)
def test_the_row_that_the_posted_answers_take_decides(fields: list[tuple[str, str]], sla: Sla) -> None:
    assert sla_of(URGENT, "S", fields) == sla


def test_where_the_answers_cannot_tell_the_longest_time_is_given() -> None:
    unseen = script(Route("a", when("inside", True), sla=DAY), Route("a", sla=WEEK))
    assert sla_of(unseen, "S", []) == WEEK


def test_where_one_possible_row_promises_nothing_nothing_is_promised() -> None:
    unseen = script(Route("a", when("inside", True)), Route("a", sla=WEEK))
    assert sla_of(unseen, "S", []) is None


def test_rows_of_other_services_and_of_nobody_do_not_count() -> None:
    others = script(Route("nobody"), Route("a", service="OTHER", sla=MONTH), Route("a", sla=DAY))
    assert sla_of(others, "S", []) == DAY
    assert sla_of(others, "OTHER", []) == MONTH
    assert sla_of(others, "NONE", []) is None

from __future__ import annotations

from datetime import timedelta

import pytest
from case_values import AT, make_case
from msgspec.structs import replace

from taker311.base.ids import SeededIds
from taker311.cases import outbox, reconcile
from taker311.cases.outbox import Waits
from taker311.cases.tables import queued_row
from taker311.crm.model import Dialect, RequestRecord, Unknown

CASE = make_case("K3F7QX2D", SeededIds(1))
WAITS = Waits()
ROW = outbox.after_attempt(outbox.begun(queued_row(CASE), AT), Unknown(None, "?"), AT, SeededIds(1), WAITS)
CONSISTENT = Dialect(consistent_reads=True)
MINUTE = timedelta(minutes=1)
MINE = RequestRecord(
    request_id="17", service_code="TREE", description=f"Problem\nRef {CASE.tag}", requested=AT + timedelta(seconds=1)
)
OTHER = RequestRecord(request_id="9", service_code="TREE", description="another", requested=AT)


def look(row=ROW, records=(), at=AT, dialect=CONSISTENT, ours=frozenset()):
    return reconcile.after_look(row, records, at, dialect=dialect, waits=WAITS, ours=ours)


def test_both_parts_of_the_reference_the_service_and_the_time_make_a_case_found():
    row = look(records=[OTHER, MINE])
    assert (row.state, row.request_id, row.ambiguous, row.last_class) == ("sent", "17", False, "found")


@pytest.mark.parametrize(
    "changed",
    [
        {"description": "Ref K3F7QX2D"},
        {"description": "Ref K3F7QX2D/00000000"},
        {"description": f"Ref {CASE.tag}0"},
        {"description": f"Ref X{CASE.tag}"},
        {"description": None},
        {"service_code": "POTHOLE"},
        {"service_code": ""},
        {"requested": AT - timedelta(hours=1)},
        {"requested": None},
        {"request_id": ""},
    ],
)
def test_anything_less_is_not_found(changed):
    assert look(records=[replace(MINE, **changed)]).state == "unknown"


def test_a_reference_under_another_service_or_time_is_never_taken_for_absent():
    for changed in ({"service_code": "POTHOLE"}, {"requested": AT - timedelta(days=1)}, {"requested": None}):
        row = ROW
        for minutes in (15, 20, 50, 600):
            row = look(row, [replace(MINE, **changed)], AT + minutes * MINUTE)
            assert row.state == "unknown"
        assert "person" in row.last_reason


def test_a_crm_that_changes_case_and_blanks_is_still_understood():
    assert look(records=[replace(MINE, description=f"  ref {CASE.tag.lower()}.")]).state == "sent"


def test_a_double_is_never_silent():
    row = look(records=[MINE, replace(MINE, request_id="18")])
    assert (row.state, row.request_id) == ("sent", "17")
    assert "17, 18" in row.last_reason


def test_surely_absent_needs_settling_and_two_looks_apart():
    early = look(at=AT + 14 * MINUTE)
    assert (early.state, early.absent_looks) == ("unknown", 0)
    assert early.next_at == AT + 15 * MINUTE
    first = look(early, at=AT + 15 * MINUTE)
    assert (first.state, first.absent_looks, first.next_at) == ("unknown", 1, AT + 20 * MINUTE)
    hasty = look(first, at=AT + 17 * MINUTE)
    assert (hasty.state, hasty.next_at) == ("unknown", AT + 20 * MINUTE)
    second = look(hasty, at=AT + 20 * MINUTE)
    assert (second.state, second.ambiguous, second.last_class) == ("queued", False, "absent")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"dialect": Dialect()}, "reads that may lag"),
        ({"dialect": Dialect(), "ours": frozenset({"77"})}, "a receipt of ours that the list does not show"),
        ({"dialect": replace(CONSISTENT, listing_cap=1)}, "a list that may be cut short"),
        ({"dialect": replace(CONSISTENT, descriptions_listed=False)}, "descriptions that are hidden"),
    ],
)
def test_where_the_list_cannot_tell_a_person_decides(more, why):
    row = ROW
    for minutes in (15, 20, 50, 600):
        row = look(row, [OTHER], AT + minutes * MINUTE, **more)
        assert row.state == "unknown", why
    assert "person" in row.last_reason
    assert row.next_at is not None


def test_a_newer_receipt_of_ours_in_the_list_shows_that_the_list_is_fresh():
    more = {"dialect": Dialect(), "ours": frozenset({"9"})}
    first = look(records=[OTHER], at=AT + 15 * MINUTE, **more)
    assert look(first, [OTHER], AT + 20 * MINUTE, **more).state == "queued"


def test_a_look_without_proof_makes_the_earlier_one_worth_nothing():
    first = look(at=AT + 15 * MINUTE)
    spoilt = look(first, at=AT + 20 * MINUTE, dialect=Dialect())
    assert spoilt.absent_looks == 0
    assert look(spoilt, at=AT + 21 * MINUTE).state == "unknown"


def test_what_the_city_called_a_duplicate_is_never_sent_again():
    row = outbox.taken_as_landed(outbox.begun(ROW, AT), AT)
    for minutes in (15, 20, 600):
        row = look(row, at=AT + minutes * MINUTE)
        assert row.state == "unknown"
    assert look(row, [MINE]).request_id == "17"
    assert not reconcile.resends_by_key(row, AT, Dialect(honours_idempotency_key=True), WAITS)


def test_the_same_key_may_go_again_while_the_city_remembers_it():
    honours = Dialect(honours_idempotency_key=True)
    assert reconcile.resends_by_key(ROW, AT, honours, WAITS)
    assert not reconcile.resends_by_key(ROW, AT + timedelta(days=30), honours, WAITS)
    assert not reconcile.resends_by_key(ROW, AT, Dialect(), WAITS)


def test_a_settled_row_is_not_touched_by_a_late_look():
    sent = look(records=[MINE])
    assert look(sent, []) is sent
    assert reconcile.look_failed(sent, AT, 5) is sent
    assert reconcile.left_to_person(sent) is sent


def test_a_person_is_shown_what_it_may_be():
    near = RequestRecord(request_id="1", service_code="TREE", requested=AT + 3 * MINUTE, lat=42.5001, lon=-71.25)
    exact = replace(near, request_id="2", requested=AT, lat=None, lon=None)
    wrong = [
        replace(near, request_id="3", lat=42.51),
        replace(near, request_id="4", requested=AT + 11 * MINUTE),
        replace(near, request_id="5", service_code="POTHOLE"),
        replace(near, request_id="6"),
    ]
    found = reconcile.candidates(CASE, ROW, [near, exact, *wrong], taken=lambda number: number == "6")
    assert [r.request_id for r in found] == ["2", "1"]


def test_distances_are_in_metres():
    assert reconcile.metres(0, 0, 0, 1) == pytest.approx(111_195, abs=1)
    assert reconcile.metres(42.5, -71.25, 42.5, -71.25) == 0

"""What holds for every store, on disk and in memory."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from case_values import AT, make_case, make_submission

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases import acts, outbox
from taker311.cases.interface import NoSuchCaseError
from taker311.cases.memory import MemoryStore
from taker311.cases.model import AuditHead
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.cases.reference import is_ref
from taker311.cases.tables import queued_row
from taker311.crm.model import Accepted, NotSent, Receipt, Unknown

WAITS = Waits()


@pytest.fixture
def ids():
    return SeededIds(7)


@pytest.fixture(params=["disk", "memory"])
def store(request, tmp_path):
    clock = ManualClock(AT)
    made = (
        open_store(tmp_path / "seat", clock, Sealer(new_secrets())) if request.param == "disk" else MemoryStore(clock)
    )
    yield made
    made.close()


def put(store, ids, **more):
    case = make_case(store.next_reference(), ids, **more)
    return case, store.enqueue(case, make_submission(case, ids))


def test_a_saved_case_comes_back_as_it_was(store, ids):
    case = make_case(store.next_reference(), ids)
    submission = make_submission(case, ids)
    row = store.enqueue(case, submission)
    assert row.state == "queued"
    assert store.case(case.id) == case
    assert store.submission(case.id) == submission
    assert store.rows() == [row] == [store.row(case.id)]
    assert store.by_reference(case.ref) == row
    assert store.rows(states=["sent"]) == []
    assert store.rows(states=[]) == []


def test_saving_the_same_case_again_changes_nothing(store, ids):
    case = make_case(store.next_reference(), ids)
    submission = make_submission(case, ids)
    assert store.enqueue(case, submission) == store.enqueue(case, submission)
    assert len(store.rows()) == 1


def test_two_cases_never_share_a_reference(store, ids):
    case, _ = put(store, ids)
    other = make_case(case.ref, ids)
    with pytest.raises(UserError, match="reference"):
        store.enqueue(other, make_submission(other, ids))
    assert [r.case_id for r in store.rows()] == [case.id]


def test_references_are_valid_and_never_repeat(store):
    made = [store.next_reference() for _ in range(30)]
    assert len(set(made)) == 30
    assert all(map(is_ref, made))


def test_a_case_that_is_not_there_is_named_as_such(store):
    for ask in (store.row, store.case, store.submission):
        with pytest.raises(NoSuchCaseError):
            ask("nowhere")
    assert store.by_reference("K3F7QX2D") is None


def test_an_attempt_is_written_before_it_leaves_and_settled_by_its_outcome(store, ids):
    case, _ = put(store, ids)
    row = store.begin_attempt(case.id, AT)
    assert (row.state, row.attempts, row.first_sent_at) == ("sending", 1, AT)
    assert store.due(AT) is None
    outcome = Accepted(Receipt(request_id="17"), 200)
    row = store.change(
        case.id, partial(outbox.after_attempt, outcome=outcome, at=AT, ids=ids, waits=WAITS), AT, event="sent"
    )
    assert (row.state, row.request_id, row.sent_at) == ("sent", "17", AT)
    assert store.owner_of("17") == case.id
    assert store.owner_of("") is None
    assert store.receipts_since(AT - timedelta(seconds=1)) == {"17"}
    assert store.receipts_since(AT) == frozenset()


def test_a_case_under_way_is_not_sent_twice_at_once(store, ids):
    case, _ = put(store, ids)
    store.begin_attempt(case.id, AT)
    with pytest.raises(UserError, match="sending"):
        store.begin_attempt(case.id, AT)


def test_at_start_what_was_under_way_is_unknown(store, ids):
    case, _ = put(store, ids)
    other, _ = put(store, ids)
    store.begin_attempt(case.id, AT)
    assert store.recover_at_start(AT) == 1
    assert store.row(case.id).state == "unknown"
    assert store.row(case.id).ambiguous
    assert store.row(other.id).state == "queued"


def test_fresh_cases_go_before_ones_that_failed(store, ids):
    first, _ = put(store, ids)
    second, _ = put(store, ids, created_at=AT + timedelta(seconds=1))
    assert store.due(AT).case_id == first.id
    store.begin_attempt(first.id, AT)
    failed = partial(outbox.after_attempt, outcome=Unknown(500, "x"), at=AT, ids=ids, waits=WAITS)
    row = store.change(first.id, failed, AT, event="unknown")
    later = AT + timedelta(seconds=1)
    assert store.due(later).case_id == second.id
    assert store.next_due(later) == row.next_at


def test_a_wait_longer_than_any_wait_means_that_the_clock_was_moved(store, ids):
    put(store, ids, created_at=AT + timedelta(days=365))
    assert store.due(AT) is not None


def test_a_jump_of_the_clock_moves_the_waits_along(store, ids):
    case, _ = put(store, ids)
    store.begin_attempt(case.id, AT)
    offline = partial(outbox.after_attempt, outcome=NotSent("no"), at=AT, ids=ids, waits=WAITS)
    before = store.change(case.id, offline, AT, event="")
    store.shift_waits(86400)
    after = store.row(case.id)
    assert after.next_at - before.next_at == timedelta(days=1)
    assert after.ended_at - before.ended_at == timedelta(days=1)


def test_what_a_person_does_is_audited_with_the_name(store, ids):
    case, _ = put(store, ids)
    row = store.change(
        case.id,
        partial(acts.held, reason="ask first"),
        AT,
        event="held",
        actor="ana",
        detail="by hand",
        said="Bob knows",
    )
    assert row.state == "held"
    entry = store.audit_entries(case.id)[-1]
    assert (entry.actor, entry.event, entry.detail, entry.said) == ("ana", "held", "by hand", "Bob knows")
    check = store.verify_audit()
    assert (check.problem, check.signed, check.entries) == ("", True, 2)
    assert store.verify_audit(AuditHead(seq=2, hash="0" * 64)).problem
    assert store.verify_audit(AuditHead(seq=9, hash="0" * 64)).problem


def test_an_act_that_is_not_allowed_leaves_everything_as_it_was(store, ids):
    case, before = put(store, ids)
    entries = store.audit_entries()
    with pytest.raises(UserError, match="can't be released"):
        store.change(case.id, partial(acts.released, at=AT), AT, event="released", actor="ana")
    assert store.row(case.id) == before
    assert store.audit_entries() == entries


def test_a_pause_lasts_until_a_person_ends_it(store, ids):
    case, _ = put(store, ids)
    store.change(case.id, lambda row: type(row)(**{**as_fields(row), "state": "blocked"}), AT, event="blocked")
    store.pause("The key is bad.", AT)
    assert store.paused() == "The key is bad."
    assert store.resume("ana", AT) == 1
    assert store.paused() == ""
    assert store.row(case.id).state == "queued"


def as_fields(row):
    return {name: getattr(row, name) for name in row.__struct_fields__}


def test_a_sent_case_is_shredded_after_its_time_and_a_waiting_one_never(store, ids):
    case, _ = put(store, ids)
    waiting, _ = put(store, ids)
    store.begin_attempt(case.id, AT)
    outcome = Accepted(Receipt(request_id="17"), 200)
    sent = partial(outbox.after_attempt, outcome=outcome, at=AT, ids=ids, waits=WAITS)
    store.change(case.id, sent, AT, event="sent")
    assert store.purge(AT + timedelta(days=6)) == 0
    assert store.purge(AT + timedelta(days=365)) == 1
    assert store.row(case.id).state == "purged"
    assert store.row(case.id).request_id == "17"
    with pytest.raises(NoSuchCaseError, match="deleted"):
        store.case(case.id)
    assert store.case(waiting.id) == waiting


def test_several_cases_change_together_or_not_at_all(store, ids):
    cases = [put(store, ids)[0] for _ in range(3)]
    every = [case.id for case in cases]
    store.change(every[1], partial(acts.decided, decision="close", at=AT), AT, event="close")
    with pytest.raises(UserError):
        store.change_many(every, acts.exported, AT, event="exported", actor="ana")
    assert sorted(r.state for r in store.rows()) == ["closed", "queued", "queued"]
    pair = [every[0], every[2]]
    assert store.change_many(pair, acts.exported, AT, event="exported", actor="ana", detail="7") == 2
    assert [(e.case_id, e.detail) for e in store.audit_entries() if e.event == "exported"] == [(i, "7") for i in pair]
    assert store.change_many(pair, lambda row: row, AT, event="x", actor="ana") == 0
    with pytest.raises(NoSuchCaseError):
        store.change_many([*pair, "no"], lambda row: acts.reclaimed(row, AT, unread=True), AT, event="x", actor="ana")
    assert store.row(pair[0]).state == "exported"
    assert store.audit_head() == store.verify_audit().head


def test_a_case_of_another_desk_is_taken_in_once_and_never_over_one_of_our_own(store, ids):
    case = make_case("K3F7QX2D", ids)
    submission = make_submission(case, ids)
    row = outbox.taken_in(queued_row(case), AT)
    assert store.take_in(row, case, submission, AT, actor="ana")
    assert not store.take_in(row, case, submission, AT, actor="ana")
    assert (store.rows(), store.case(case.id), store.submission(case.id)) == ([row], case, submission)
    other = make_case(case.ref, ids)
    with pytest.raises(UserError, match="reference"):
        store.take_in(outbox.taken_in(queued_row(other), AT), other, make_submission(other, ids), AT, actor="ana")

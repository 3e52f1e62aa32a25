from __future__ import annotations

from datetime import timedelta

import pytest
from case_values import AT, make_case
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.cases import acts, outbox
from taker311.cases.outbox import Waits
from taker311.cases.pace import Pace
from taker311.cases.tables import queued_row
from taker311.crm.model import Accepted, NotSent, Receipt, Refused, Unknown

IDS = SeededIds(5)
WAITS = Waits()
ROW = queued_row(make_case("K3F7QX2D", SeededIds(1)))
SENDING = outbox.begun(ROW, AT)


def after(outcome, row=SENDING):
    return outbox.after_attempt(row, outcome, AT, IDS, WAITS)


outcomes = st.one_of(
    st.builds(
        Accepted,
        st.builds(Receipt, request_id=st.sampled_from(["", "17"]), token=st.sampled_from(["", "t"])),
        st.just(200),
    ),
    st.builds(Refused, st.sampled_from(["blocked", "held"]), st.integers(400, 499), st.just("no")),
    st.builds(Unknown, st.none() | st.integers(100, 599), st.just("?")),
    st.builds(
        NotSent,
        st.just("no"),
        st.none() | st.integers(200, 599),
        st.none() | st.floats(0, 1e9, allow_nan=False),
        st.booleans(),
    ),
)


@given(st.lists(outcomes, min_size=1, max_size=12))
def test_only_a_receipt_or_a_person_ends_a_cases_way(many):
    row = ROW
    for outcome in many:
        if row.state in ("queued", "unknown"):
            before = outbox.begun(row, AT)
            row = after(outcome, before)
            assert (row.state == "sent") == isinstance(outcome, Accepted)
            assert row.state != "queued" or not row.ambiguous
            if row.state in ("queued", "unknown"):
                assert timedelta() <= row.next_at - AT <= timedelta(hours=2)
    assert row.state in ("queued", "unknown", "blocked", "held", "sent")


@pytest.mark.parametrize(
    ("outcome", "state", "charged"),
    [
        (Accepted(Receipt(request_id="17"), 200), "sent", 0),
        (Accepted(Receipt(token="t"), 200), "sent", 0),
        (Refused("blocked", 403, "no"), "blocked", 0),
        (Refused("held", 400, "no"), "held", 1),
        (Unknown(None, "?"), "unknown", 1),
        (Unknown(500, "?"), "unknown", 1),
        (NotSent("offline"), "queued", 0),
        (NotSent("portal", 200), "queued", 0),
        (NotSent("busy", 429, 10), "queued", 0),
        (NotSent("down", 503, charged=True), "queued", 1),
    ],
)
def test_each_outcome_has_its_state_and_charges_only_what_is_the_cases_own(outcome, state, charged):
    row = after(outcome)
    assert (row.state, row.charged) == (state, charged)
    assert row.last_reason


def test_what_may_have_landed_is_not_made_harmless_by_a_later_failure_to_connect():
    doubtful = after(Unknown(None, "?"))
    again = after(NotSent("offline"), outbox.begun(doubtful, AT))
    assert again.state == "unknown"
    held = after(Refused("held", 422, "no"), outbox.begun(doubtful, AT))
    assert acts.released(held, AT).state == "unknown"


def test_a_token_waits_for_its_number_without_end():
    row = after(Accepted(Receipt(token="t"), 200))
    waits = (2.0, 5.0, 15.0)
    gaps = []
    for _ in range(20):
        row = outbox.polled(row, AT, waits)
        gaps.append((row.next_at - AT).total_seconds())
    assert gaps[:4] == [5, 15, 30, 60]
    assert gaps[-1] == 3600
    row = outbox.resolved_token(row, "17")
    assert (row.request_id, row.next_at) == ("17", None)
    assert outbox.resolved_token(row, "18") == row


@given(st.integers(0, 10_000), st.integers(0, 1000))
def test_waits_stay_between_the_first_and_the_longest(tries, seed):
    assert 2 <= outbox.backoff(tries, SeededIds(seed), WAITS) <= 300


@given(st.floats(0, 1e12), st.integers(0, 1000))
def test_the_server_is_never_asked_again_before_it_wants_to_be(asked, seed):
    wait = outbox.wait_after(NotSent("busy", 429, asked), 1, SeededIds(seed), WAITS)
    assert min(asked, 3600) <= wait <= max(3600 * 1.5, asked)


def test_at_start_a_doubtful_case_settles_anew():
    row = replace(after(Unknown(None, "?")), absent_looks=1, absent_at=AT)
    later = AT + timedelta(days=365)
    row = outbox.interrupted(row, later)
    assert (row.ended_at, row.absent_looks, row.absent_at) == (later, 0, None)


def test_after_a_jump_of_the_clock_the_first_send_is_never_later_than_it_was():
    row = after(Unknown(None, "?"))
    slept = outbox.shifted(row, 8 * 3600)
    assert (slept.first_sent_at, slept.ended_at) == (AT, AT + timedelta(hours=8))
    assert outbox.shifted(row, -3600).first_sent_at == AT - timedelta(hours=1)


def test_a_receipt_that_the_city_forgot_puts_the_case_in_doubt_again():
    row = outbox.receipt_gone(after(Accepted(Receipt(request_id="17"), 200)), AT)
    assert (row.state, row.ambiguous, row.request_id, row.purge_at) == ("unknown", True, "", None)
    assert "17" in row.last_reason


# ---------------------------------------------------------------- what a person decides
def test_a_person_settles_a_doubt_in_three_ways():
    doubtful = after(Unknown(None, "?"))
    landed = acts.decided(doubtful, "landed", AT, request_id="17")
    assert (landed.state, landed.request_id, landed.ambiguous) == ("sent", "17", False)
    assert acts.decided(doubtful, "resend", AT).state == "queued"
    assert acts.decided(doubtful, "close", AT).state == "closed"
    with pytest.raises(UserError, match="number"):
        acts.decided(doubtful, "landed", AT)
    assert set(acts.DECISIONS) == {"landed", "resend", "close"}


@pytest.mark.parametrize("state", ["sending", "sent", "purged", "closed", "exported"])
def test_what_is_under_way_or_settled_is_out_of_reach(state):
    row = replace(ROW, state=state)
    for act in (
        lambda: acts.held(row, "x"),
        lambda: acts.released(row, AT),
        lambda: acts.sent_now(row, AT),
        lambda: acts.decided(row, "resend", AT),
        lambda: outbox.begun(row, AT),
    ):
        with pytest.raises(UserError, match="K3F"):
            act()


# ---------------------------------------------------------------- the pace of the whole sender
def test_three_different_cases_refused_alike_stop_the_sender_and_one_success_in_between_does_not():
    refused = Refused("held", 404, "no such service")
    pace = Pace(SeededIds(1), WAITS)
    assert [bool(pace.learn(c, refused, 0)) for c in ("a", "a", "b", "c")] == [False, False, False, True]
    pace = Pace(SeededIds(1), WAITS)
    ok = Accepted(Receipt(request_id="1"), 200)
    assert not any(pace.learn(c, o, 0) for c, o in (("a", refused), ("b", refused), ("x", ok), ("c", refused)))
    pace = Pace(SeededIds(1), WAITS)
    assert not any(pace.learn(c, Refused("held", s, "no"), 0) for c, s in (("a", 400), ("b", 404), ("c", 422)))


def test_a_bad_key_stops_the_sender_at_once():
    assert "key" in Pace(SeededIds(1), WAITS).learn("a", Refused("blocked", 403, "no"), 0)


def test_one_poisoned_case_slows_nobody_and_a_sick_endpoint_slows_everybody():
    pace = Pace(SeededIds(1), WAITS)
    for _ in range(20):
        pace.learn("poisoned", Unknown(500, "?"), 0)
    assert pace.wait(0) == 0
    for case in "abcdefghij":
        pace.learn(case, Unknown(500, "?"), 0)
    assert pace.wait(0) > 0
    pace.learn("a", Accepted(Receipt(request_id="1"), 200), 1000)
    assert pace.wait(1000) == 0 or pace.recovering


def test_while_nothing_can_be_reached_one_probe_at_a_time_goes_out():
    pace = Pace(SeededIds(1), WAITS)
    pace.learn("a", NotSent("offline"), 100)
    assert 2 <= pace.wait(100) <= 60


def test_after_an_outage_a_backlog_goes_out_spread():
    pace = Pace(SeededIds(1), WAITS)
    pace.learn("a", NotSent("offline"), 0)
    pace.learn("a", Accepted(Receipt(request_id="1"), 200), 3600)
    assert 15 <= pace.wait(3600) <= 45
    pace.drained()
    pace.learn("b", Accepted(Receipt(request_id="2"), 200), 4000)
    assert pace.wait(4000) == 0

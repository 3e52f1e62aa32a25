"""Forms on the disk, two reviewers' agreement, and what a supervisor reads of many forms."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from helpers.reviews import ABUSED, EVERY, SEALER, SeatOnDisk, reviewer, tale
from helpers.stations import NOW
from taker311.base.codec import to_json
from taker311.base.errors import UserError
from taker311.base.sealing import DeskSecrets, Sealer
from taker311.review import forms
from taker311.review.agreement import agreement, weighted_kappa
from taker311.review.form import Fault, Form, Mark, comment, judge, mark, new_form, undecided
from taker311.review.form import finish as finished
from taker311.review.keeping import reply_pair
from taker311.review.report import bootstrap, report, wilson
from taker311.review.report_shown import COLUMNS, as_csv, as_html, as_text
from taker311.review.rubric import CRITERIA, CRITICAL

SECRET = "the agent was rude to the mayor's aunt"


@pytest.fixture
def seat(tmp_path):
    made = SeatOnDisk(tmp_path / "seat")
    yield made
    made.close()


@pytest.fixture
def people(tmp_path):
    return reviewer(tmp_path), reviewer(tmp_path, "Tom")


def done_form(seat: SeatOnDisk, call_id: str, by, *, blind: bool = True) -> Form:
    form = new_form(tale(seat, call_id), by.public, EVERY, NOW, blind=blind)
    for name in undecided(form):
        form = mark(form, name, 4) if name in CRITERIA else judge(form, name, found=False)
    return finished(comment(form, "", SECRET), NOW)


def made_up(number: int, agent: str, who: str, value: int, **more) -> Form:
    """A finished form with the same mark throughout."""
    return Form(
        v=1,
        call_id=str(uuid.UUID(int=number, version=4)),
        agent=agent,
        desk="K3F",
        kb_version="1",
        call_began=NOW + timedelta(hours=number),
        chosen=more.pop("chosen", ("sample",)),
        reviewer=who,
        reviewer_id=who.lower(),
        begun=NOW,
        marks=tuple(Mark(name, value, by="reviewer") for name in CRITERIA),
        faults=tuple(Fault(name, more.get("fault") == name) for name in CRITICAL),
        blind=more.get("blind", True),
        finished=NOW,
    )


# ---------------------------------------------------------------- on the disk
def test_a_draft_is_its_reviewer_s_alone_and_a_finished_form_every_reviewer_s(seat, people, tmp_path):
    rita, tom = people
    folder = tmp_path / "forms"
    form = done_form(seat, seat.take(*ABUSED), rita)
    forms.save_draft(folder, replace(form, finished=None), rita, NOW)
    assert forms.draft_of(folder, form.call_id, rita) == replace(form, finished=None)
    assert forms.draft_of(folder, form.call_id, tom) is None
    forms.save_finished([folder], form, rita, [rita.public, tom.public])
    assert forms.draft_of(folder, form.call_id, rita) is None, "a finished form has no draft"
    for one in people:
        assert [found for _, found in forms.finished_forms([folder], one, [p.public for p in people])] == [form]
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in folder.iterdir())


def test_a_form_signed_by_nobody_whom_this_desk_knows_does_not_count(seat, people, tmp_path):
    rita, tom = people
    folder = tmp_path / "forms"
    forms.save_finished([folder], done_form(seat, seat.take(*ABUSED), tom), tom, [rita.public])
    ((_, found),) = forms.finished_forms([folder], rita, [rita.public])
    assert "does not know the reviewer" in found


def test_a_form_that_claims_another_reviewer_does_not_count(seat, people, tmp_path):
    rita, tom = people
    folder = tmp_path / "forms"
    forged = replace(done_form(seat, seat.take(*ABUSED), tom), reviewer="Rita", reviewer_id=rita.public.id)
    forms.save_finished([folder], forged, tom, [rita.public])
    ((_, found),) = forms.finished_forms([folder], rita, [tom.public])
    assert "belongs to another call or reviewer" in found


def test_an_altered_form_does_not_count(seat, people, tmp_path):
    rita, _ = people
    folder = tmp_path / "forms"
    forms.save_finished([folder], done_form(seat, seat.take(*ABUSED), rita), rita, [])
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    for at in range(0, len(whole), 29):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        ((_, found),) = forms.finished_forms([folder], rita, [])
        assert isinstance(found, str)


def test_a_released_form_is_read_at_the_agent_s_seat_and_at_no_other(seat, people, tmp_path):
    rita, tom = people
    folder = tmp_path / "forms"
    told = tale(seat, seat.take(*ABUSED))
    form = done_form(seat, told.record.call_id, rita)
    forms.release([folder], form, rita, told.record.reply_to)
    mine = list(forms.released_to([folder], reply_pair(SEALER)[1], [rita.public]))
    assert [found for _, found in mine] == [form]
    stranger = reply_pair(Sealer(DeskSecrets(key=b"x" * 32, mac=b"y" * 32)))[1]
    assert list(forms.released_to([folder], stranger, [rita.public])) == []
    assert list(forms.released_to([folder], reply_pair(SEALER)[1], [tom.public])) == [], "its signer must be known"


def test_whoever_has_seen_another_s_form_is_not_blind_any_more(tmp_path):
    assert not forms.has_seen(tmp_path, "c", "r" * 32)
    forms.note_seen(tmp_path, "c", "r" * 32)
    assert forms.has_seen(tmp_path, "c", "r" * 32)
    assert not forms.has_seen(tmp_path, "d", "r" * 32)


# ---------------------------------------------------------------- agreement
def test_weighted_kappa_is_that_of_a_table_reckoned_by_hand():
    # Marks of 0 to 2: observed disagreement (1+1+2)/(2*6) = 1/3; by chance from the margins 2,2,2 and 2,2,2: 4/9.
    marks = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 0)]
    assert weighted_kappa(marks, best=2) == 250


def test_weighted_kappa_takes_neighbours_for_nearly_the_same():
    near, far = [(5, 4), (4, 5), (0, 1), (1, 0)], [(5, 0), (0, 5), (4, 1), (1, 4)]
    assert weighted_kappa(near) > 0 > weighted_kappa(far)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40))
def test_weighted_kappa_is_at_most_one_alike_both_ways_and_one_only_where_all_are_equal(marks):
    value = weighted_kappa(marks)
    assert value == weighted_kappa([(other, one) for one, other in marks])
    if value is not None:
        assert value <= 1000
        assert (value == 1000) == all(one == other for one, other in marks)


def test_below_five_calls_there_are_too_few():
    pairs = [made_up(n, "Sam", who, n % 6) for n in range(4) for who in ("Rita", "Tom")]
    assert {one.kappa for one in agreement(pairs)} == {None}
    assert all(one.too_few for one in agreement(pairs))
    more = [made_up(n, "Sam", who, n % 6) for n in range(5) for who in ("Rita", "Tom")]
    topic = next(one for one in agreement(more) if one.what == "topic")
    assert (topic.calls, topic.pairs, topic.equal, topic.kappa, topic.weighted) == (5, 5, 5, 1000, True)


def test_a_form_that_was_not_blind_is_left_out_of_the_agreement_and_counts_for_the_agent():
    both = [made_up(1, "Sam", "Rita", 5), made_up(1, "Sam", "Tom", 3, blind=False)]
    assert agreement(both) == ()
    assert report(both).agents[0].qa == 800


# ---------------------------------------------------------------- the report
def test_wilson_s_interval_is_the_textbook_one():
    assert wilson(0, 0) == (0, 1000)
    assert wilson(0, 10) == (0, 278)  # Newcombe 1998: 0 of 10 gives 0.0000 to 0.2775
    assert wilson(81, 263) == (255, 366)  # Newcombe 1998: 0.2553 to 0.3662


def test_the_bootstrap_is_repeatable_and_holds_the_mean():
    scores = [700, 800, 900, 950, 1000, 600, 0]
    low, high = bootstrap(scores)
    assert (low, high) == bootstrap(scores)
    assert low < sum(scores) / len(scores) < high
    assert bootstrap([900] * 6) == (900, 900)


def test_calls_chosen_for_a_cause_do_not_make_an_agent_look_worse():
    found = report(
        [made_up(n, "Sam", "Rita", 5) for n in range(6)] + [made_up(9, "Sam", "Rita", 0, chosen=("abusive",))]
    )
    (sam,) = found.agents
    assert (sam.sampled, sam.for_cause, sam.qa, sam.low, sam.high) == (6, 1, 1000, 1000, 1000)


def test_few_calls_say_no_more_than_their_mean():
    (sam,) = report([made_up(n, "Sam", "Rita", 4) for n in range(4)]).agents
    assert (sam.qa, sam.low, sam.high, sam.first) == (800, None, None, None)
    assert "too few" in "\n".join(as_text(report([made_up(1, "Sam", "Rita", 4)])))


def test_a_critical_error_is_counted_by_call_and_by_kind():
    found = report([made_up(n, "Sam", "Rita", 5, fault="wrong-answer" if n == 3 else "") for n in range(10)])
    (sam,) = found.agents
    assert (sam.with_critical, sam.critical, sam.qa) == (1, {"wrong-answer": 1}, 900)
    assert sam.critical_low == wilson(1, 10)[0]
    assert (sam.first, sam.last) == (800, 1000)


def test_a_draft_does_not_count():
    assert report([replace(made_up(1, "Sam", "Rita", 5), finished=None)]).rows == ()


def test_a_report_is_read_as_text_as_a_table_by_programs_and_in_a_browser():
    found = report(
        [made_up(n, agent, who, n % 6) for n in range(6) for agent in ("Sam",) for who in ("Rita", "Tom")]
        + [made_up(20, "=HYPERLINK(1)", "Rita", 5), made_up(21, "<script>", "Rita", 1)]
    )
    text = "\n".join(as_text(found))
    assert "Sam: QA" in text
    assert "weighted kappa 1.00" in text
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 14
    assert all(not row["agent"].startswith("=") for row in rows)
    assert json.loads(to_json(found))["agents"]
    page = as_html(found, "QA")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_nothing_to_report_is_said(people):
    assert as_text(report([]))[0] == "0 forms on 0 agents"
    assert "<svg" not in as_html(report([]), "QA")


def test_a_form_for_no_call_of_ours_is_not_written(people, tmp_path):
    rita, _ = people
    with pytest.raises(UserError):
        forms.save_draft(tmp_path, replace(made_up(1, "Sam", "Rita", 5), call_id="../x"), rita, NOW)

"""What the journal tells of a call by itself, and what a reviewer makes of it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.reviews import ABUSED, ANSWERED, EVERY, MARKER, REQUEST, TAKEN, SeatOnDisk, record_of, reviewer, tale
from helpers.stations import NOW, mini_bundle
from taker311.base.codec import to_json
from taker311.base.errors import UserError
from taker311.base.people_keys import Public
from taker311.knowledge.bundle import Bundle
from taker311.review.form import Form, Mark, as_text, comment, filled_in, finish, judge, mark, new_form, qa, undecided
from taker311.review.prefill import handled, looks, prefill
from taker311.review.record import Recorded
from taker311.review.rubric import BEST, CRITERIA, CRITICAL, POINTS, WANTED
from taker311.review.tale import Tale

RITA = Public("Rita", b"s" * 32, b"b" * 32, "reviewer")


@pytest.fixture
def seat(tmp_path):
    made = SeatOnDisk(tmp_path / "seat")
    yield made
    made.close()


def form_of(seat: SeatOnDisk, *inputs, every: float = 2.0) -> Form:
    return new_form(tale(seat, seat.take(*inputs, every=every)), RITA, EVERY, NOW)


def judged(form: Form, value: int = BEST) -> Form:
    for name in undecided(form):
        form = mark(form, name, value) if name in CRITERIA else judge(form, name, found=False)
    return form


def marks(form: Form) -> dict[str, object]:
    return {one.id: "?" if one.open else one.mark for one in form.marks}


def test_the_points_add_up_to_a_hundred_and_each_criterion_says_what_is_wanted():
    assert sum(POINTS.values()) == 10_000
    assert set(POINTS) == set(CRITERIA) == set(WANTED)
    assert all(points % BEST == 0 for points in POINTS.values()), "a fifth of each is whole"


def test_a_request_is_filled_in_with_what_its_journal_settles(seat):
    found = marks(form_of(seat, *TAKEN[:-2], "wrapup", ("end", "requested")))
    assert found == {
        "safety": None,
        "topic": "?",
        "answer": "?",
        "location": BEST,
        "facts": "?",
        "needless": BEST,
        "duplicate": None,
        "promise": 2,
        "wrapup": BEST,
        "time": BEST,
        "courtesy": None,
        "listening": None,
    }


def test_the_moments_are_the_steps_at_which_it_happened(seat):
    told = tale(seat, seat.take(*TAKEN))
    form = new_form(told, RITA, EVERY, NOW)
    kinds = {one.id: type(told.beats[one.step - 1].event).__name__ for one in form.marks if one.step}
    assert kinds["topic"] == "Opened"
    assert kinds["location"] == "PlaceConfirmed"
    assert kinds["promise"] == "CaseSaved"
    assert kinds["wrapup"] == "Disposed"
    assert all(told.beats[one.step - 1].second == one.at_s for one in form.marks if one.step)


def test_a_promise_that_could_not_have_been_read_out_was_not(seat):
    assert marks(form_of(seat, *TAKEN, every=1.0))["promise"] == 2
    assert marks(form_of(seat, *ANSWERED))["promise"] is None


def test_a_screen_that_stood_long_enough_was_read_out(seat):
    assert marks(form_of(seat, *TAKEN, every=5.0))["promise"] == BEST


def test_a_case_nearby_is_a_decision_that_the_form_tells(seat):
    seat.take(*TAKEN)
    at = REQUEST.index("confirm") + 1
    joined = form_of(seat, *REQUEST[:at], ("join", "1"), *REQUEST[at:], "wrapup", ("end", "requested"))
    assert marks(joined)["duplicate"] == BEST
    assert next(one.why for one in joined.marks if one.id == "duplicate") == "joined the open case"


def test_a_place_that_was_not_verified_gets_a_third(seat):
    inputs = (*REQUEST[:3], ("answer", "behind the old mill"), ("unverified", "New or unnamed street"))
    assert marks(form_of(seat, *inputs, "wrapup", ("end", "dropped")))["location"] == 2


def test_an_emergency_in_time_that_was_handed_over_is_full_and_one_put_away_is_for_the_reviewer(seat):
    handed = form_of(seat, ("type", "smell of gas"), "connected", ("end", "emergency"))
    assert marks(handed)["safety"] == BEST
    away = form_of(seat, ("type", "smell of gas"), "close", "wrapup", ("end", "misdial"))
    assert marks(away)["safety"] == "?"
    assert [fault.id for fault in away.faults if fault.found is None] == ["emergency-missed"]


def test_a_card_that_came_long_after_the_words_is_for_the_reviewer(seat):
    found = form_of(seat, ("type", "hello there"), "emergency", "connected", ("end", "emergency"), every=30.0)
    safety = next(one for one in found.marks if one.id == "safety")
    assert safety.open
    assert "30 s" in safety.why


def test_a_request_coded_without_a_case_is_a_promise_to_look_at(seat):
    found = form_of(seat, ("type", "pothole"), "wrapup", ("end", "requested"))
    assert marks(found)["wrapup"] == 0
    assert "false-promise" in undecided(found)


def test_a_number_where_others_read_it_is_a_critical_error_to_look_at(seat):
    inputs = (*REQUEST[:3], ("answer", "call 413 555 0142 to find it"), ("unverified", "The caller is not sure"))
    told = tale(seat, seat.take(*inputs, "wrapup", ("end", "dropped")))
    assert [look.id for look in looks(told)] == ["personal-data", "caller-dropped"]


def test_an_answer_past_its_review_is_pointed_at(seat):
    record = record_of(seat, seat.take(*ANSWERED))
    topic = mini_bundle().topic("library-hours")
    old = mini_bundle().with_topic(msgspec.structs.replace(topic, review_by=date(2026, 1, 1)))
    told = Tale(record, old)
    assert "past its review" in prefill(told, EVERY)["answer"].why
    assert [look.id for look in looks(told)] == ["wrong-answer"]


def test_handle_time_is_talk_hold_and_after_call_time_and_twice_the_par_is_worth_nothing(seat):
    told = tale(seat, seat.take(("type", "x"), "hold", "resume", "wrapup", ("end", "misdial"), every=40.0))
    assert handled(told) == (80, 40, 40)
    assert sum(handled(told)) == told.seconds == 160
    assert prefill(told, EVERY)["time"].mark == 0
    brief = tale(seat, seat.take(*ANSWERED, every=3.0))
    assert prefill(brief, EVERY)["time"].mark == BEST


def test_nothing_a_caller_said_stands_in_what_is_filled_in(seat):
    inputs = (("type", MARKER), *REQUEST[1:3], ("answer", MARKER), ("unverified", MARKER), "wrapup", ("end", "dropped"))
    assert MARKER not in to_json(form_of(seat, *inputs))


def without_potholes() -> Bundle:
    """A later knowledge base, from which the topic is gone."""
    known = mini_bundle().knowledge
    later = msgspec.structs.replace(known, topics=tuple(one for one in known.topics if one.id != "pothole"))
    return Bundle.of(later, mini_bundle().gazetteer())


def test_a_call_from_an_older_knowledge_base_is_told_as_far_as_it_goes_and_says_so(seat):
    record = record_of(seat, seat.take(*TAKEN))
    told = Tale(msgspec.structs.replace(record, kb_version="earlier"), without_potholes())
    assert not told.same
    assert told.refused > 5
    form = new_form(told, RITA, EVERY, NOW)
    assert not form.same_knowledge
    assert next(one.why for one in form.marks if one.id == "topic") == "opened pothole", "the journal still tells it"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_journal_lost_a_form_can_be_begun(seat, data):
    whole = _whole(seat)
    kept = data.draw(st.lists(st.booleans(), min_size=len(whole.events), max_size=len(whole.events)))
    events = tuple(one for one, here in zip(whole.events, kept, strict=True) if here)
    for bundle in (mini_bundle(), without_potholes()):
        told = Tale(msgspec.structs.replace(whole, events=events), bundle)
        form = new_form(told, RITA, EVERY, NOW)
        assert all(0 <= one.step <= len(events) for one in form.marks)
        assert qa(form).score is None or qa(form).score <= 1000


_kept: list[Recorded] = []


def _whole(seat) -> Recorded:
    """A call with a bit of everything, taken once."""
    if not _kept:
        _kept.append(record_of(seat, seat.take(*TAKEN[:-2], "second", *ABUSED[:1], "emergency", "close", *TAKEN[-2:])))
    return _kept[0]


def test_a_form_is_not_finished_while_anything_is_undecided(seat):
    form = form_of(seat, *TAKEN)
    with pytest.raises(UserError, match="Right topic"):
        finish(form, NOW)
    done = finish(judged(form), NOW)
    assert done.finished == NOW
    assert undecided(done) == ()


def test_a_form_on_which_nothing_was_observed_has_no_score(seat):
    form = form_of(seat, *ABUSED)
    for name in CRITERIA:
        form = mark(form, name, None)
    assert qa(form).score is None
    with pytest.raises(UserError, match="at least one"):
        finish(form, NOW)


def test_qa_is_points_of_what_could_be_observed_and_a_critical_error_is_nothing(seat):
    form = judged(form_of(seat, *TAKEN, every=5.0))
    assert qa(form).score == 1000
    assert qa(form).left_out == ("safety", "duplicate", "courtesy", "listening")
    part = mark(form, "facts", 3)
    possible = sum(POINTS[one.id] for one in form.marks if one.mark is not None)
    assert qa(part).score == round(1000 * (possible - 2 * POINTS["facts"] // 5) / possible)
    bad = judge(part, "wrong-location", found=True)
    assert (qa(bad).score, qa(bad).critical) == (0, ("wrong-location",))


@given(st.dictionaries(st.sampled_from(sorted(CRITERIA)), st.none() | st.integers(0, BEST)))
def test_whatever_is_marked_qa_stays_between_nothing_and_all(given_marks):
    blank = tuple(Mark(name) for name in CRITERIA)
    form = Form(1, "c", "Sam", "K3F", "1", NOW, (), "Rita", "r", NOW, marks=blank, faults=())
    for name, value in given_marks.items():
        form = mark(form, name, value)
    found = qa(form)
    assert found.score is None or 0 <= found.score <= 1000
    assert (found.score is None) == all(value is None for value in given_marks.values())


def test_a_program_fills_a_form_in_and_is_told_what_is_wrong_with_it(seat):
    form = form_of(seat, *TAKEN)
    data = b'{"marks": {"topic": 5, "facts": {"mark": 3, "comment": "the lane"}, "courtesy": "left"}, "critical": {"wrong-location": "two streets off"}, "comment": "x"}'
    made = filled_in(form, data, "answers.json")
    assert marks(made) | {"topic": 5, "facts": 3, "courtesy": None} == marks(made)
    assert qa(made).critical == ("wrong-location",)
    assert made.comment == "x"
    for wrong in (
        b"",
        b"[]",
        b'{"marks": {"topik": 5}}',
        b'{"marks": {"topic": 6}}',
        b'{"marks": {"topic": "x"}}',
        b'{"mark": 1}',
    ):
        with pytest.raises(UserError):
            filled_in(form, wrong, "answers.json")
    with pytest.raises(UserError, match="did you mean 'topic'"):
        filled_in(form, b'{"marks": {"topik": 5}}', "answers.json")


def test_comments_are_cleaned_at_the_door(seat):
    form = comment(form_of(seat, *ABUSED), "wrapup", "fine\x1b[2J \u202e")
    assert "\x1b" not in "\n".join(as_text(form))


def test_a_form_reads_as_text_with_score_moments_and_what_was_left_out(seat):
    form = finish(judged(form_of(seat, *TAKEN, every=5.0)), NOW)
    text = as_text(comment(judge(form, "wrong-answer", found=True), "wrong-answer", "the old fee"))
    assert text[0].endswith("(finished): QA 0 %")
    assert any(row.startswith("CRITICAL") and "wrong answer" in row for row in text)
    assert any("the old fee" in row for row in text)
    assert text[-1].startswith("Not observed, so left out: Safety gate")
    assert set(CRITICAL) >= set(qa(form).critical)


def test_a_reviewer_s_key_is_no_trainer_s_and_the_other_way_round(tmp_path):
    from taker311.base import people_keys
    from taker311.drills import trainer_keys

    rita = reviewer(tmp_path)
    path = people_keys.trust(tmp_path / "desk", rita.public)
    assert people_keys.trusted(tmp_path / "desk", "reviewer") == (rita.public,)
    assert trainer_keys.trusted(tmp_path / "desk") == ()
    with pytest.raises(UserError, match="reviewer's public key, not a trainer's"):
        trainer_keys.read_public(path)
    trainer = trainer_keys.make(tmp_path / "t", "Ann", "")
    (tmp_path / "t" / "trainer.key").rename(tmp_path / "t" / "reviewer.key")
    with pytest.raises(UserError, match="trainer's key, not a reviewer's"):
        people_keys.open_key(tmp_path / "t", "reviewer", "")
    assert b"role" not in to_json(trainer.public).encode(), "trainers' files are as they were"

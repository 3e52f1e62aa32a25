"""The same caller again, and the same trouble again: second topics, and reports that are open nearby."""

from __future__ import annotations

from helpers.call_inputs import ANONYMOUS, CALLER, POTHOLE, cases
from helpers.stations import play, station
from taker311.call import events as ev
from taker311.call import model as m


# ---------------------------------------------------------------- second topic, same caller
def test_a_second_topic_knows_who_is_calling_and_asks_it_no_more():
    made = play(station(), *POTHOLE, *CALLER, "confirm", "second", ("type", "tree"), ("open", "tree-problem"), "intake")
    play(made, ("answer", "street"), ("answer", "100 elm"), ("pick", "1"), "confirm", "skip")
    assert made.state.phase == "readback"
    play(made, "confirm")
    first, second = cases(made)
    assert first.caller == second.caller
    assert first.ref != second.ref
    assert [done.topic_id for done in made.state.finished] == ["pothole", "tree-problem"]


def test_a_second_topic_begins_anew_with_everything_else():
    made = play(station(), *POTHOLE, *CALLER, "confirm", "second", ("type", "hole"), ("open", "pothole"), "intake")
    assert made.state.interview.place is None
    assert set(made.state.interview.answers) == {"caller.contact", "caller.phone", "caller.name"}
    assert made.state.said == ("hole",)


def test_an_interview_is_not_dropped_for_a_second_topic():
    made = play(station(), ("type", "hole"), ("open", "pothole"), "intake")
    assert "second" not in made.view().allowed
    before = made.state
    assert made.do("second").problem.startswith("Questions are being asked")
    assert made.state == before


def test_going_back_out_of_the_wrap_up_keeps_the_topics_before():
    made = play(station(), ("type", "library"), ("open", "library-hours"), "answered", "second", ("type", "tree"))
    play(made, ("open", "tree-problem"), "wrapup", "back")
    assert [done.topic_id for done in made.state.finished] == ["library-hours"]
    play(made, "answered")
    assert [done.topic_id for done in made.state.finished] == ["library-hours", "tree-problem"]
    play(made, "back")
    assert made.state.phase == "topic"
    assert [done.topic_id for done in made.state.finished] == ["library-hours"]


# ---------------------------------------------------------------- reports nearby
def two_potholes(**more):
    made = play(station(**more), *POTHOLE, ANONYMOUS, "confirm", "wrapup", "end")
    return play(made, ("type", "hole"), ("open", "pothole"), "intake", ("answer", "100 wash"), ("pick", "1"), "confirm")


def test_a_report_nearby_is_shown_and_decided_before_anything_else():
    made = two_potholes()
    shown = made.view()
    assert shown.kind == "duplicates"
    assert "0 m away" in shown.choices[0].label
    before = made.state
    for verb, value in (("answer", "lane"), ("skip", ""), ("jump", "where"), ("unknown", ""), ("draft", "x")):
        assert made.do(verb, value).problem.startswith("Decide first")
    assert made.state == before
    assert {"join", "new", "back"} <= set(shown.allowed)
    assert not {"answer", "skip", "unknown", "jump", "confirm", "take"} & set(shown.allowed)


def test_joining_links_the_case_to_the_report():
    made = two_potholes()
    play(made, ("join", "1"), ("answer", "lane"), ("answer", "no"), "skip", ANONYMOUS, "confirm")
    first, second = cases(made)
    assert second.linked_to == first.ref
    assert made.state.finished[-1].linked_to == first.ref


def test_a_new_report_is_linked_to_none():
    made = two_potholes()
    play(made, "new", ("answer", "lane"), ("answer", "no"), "skip", ANONYMOUS, "confirm")
    assert cases(made)[1].linked_to == ""


def test_going_back_from_the_reports_leads_to_the_place():
    made = play(two_potholes(), "back")
    assert made.view().kind == "place"
    assert made.state.interview.at == "place"
    assert play(made, "confirm").view().kind == "duplicates", "the same place has the same reports"


def test_another_place_forgets_the_report_that_was_joined():
    made = play(two_potholes(), ("join", "1"), ("jump", "place"), ("answer", "1204 dock"), ("pick", "1"), "confirm")
    assert made.state.duplicate_choice == ""
    made = play(two_potholes(), ("join", "1"), ("jump", "place"), ("answer", "the mill"), ("unverified", "not sure"))
    assert made.state.duplicate_choice == ""


def test_a_report_that_is_not_there_cannot_be_joined():
    made = two_potholes()
    for value in ("2", "0", "", "x", "²", "9" * 5000, "-1"):
        assert made.do("join", value).problem
    assert made.state.duplicate_choice == ""
    fresh = play(station(), ("type", "hole"), ("open", "pothole"), "intake")
    assert fresh.do("new").problem


def test_who_may_not_see_others_cases_is_shown_this_desks_own_alone():
    made = two_potholes(permissions=m.Permissions(see_nearby_cases=False))
    assert made.view().kind == "duplicates"
    shown = made.state.duplicates
    others = (*shown, m.Duplicate("26-77", "POT", 3, made.desk.clock.now(), ours=False))
    made.apply(ev.DuplicatesFound(others))
    assert made.state.duplicates == shown

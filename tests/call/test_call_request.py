"""A request, from the caller's words to the reference: asked, read back, saved once, and never lost."""

from __future__ import annotations

from helpers.call_inputs import ANONYMOUS, CALLER, POTHOLE, cases
from helpers.stations import NOW, play, station
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.call import events as ev
from taker311.call import model as m
from taker311.cases.memory import MemoryStore
from taker311.places.model import Place


# ---------------------------------------------------------------- a whole request
def test_a_request_is_saved_and_told_with_its_reference_and_its_date():
    made = play(station(), *POTHOLE, *CALLER, "confirm")
    (case,) = cases(made)
    shown = made.view()
    assert shown.state == "done"
    assert shown.ref.replace("-", "") == case.ref
    assert "Your reference is 7QX-" in shown.say
    assert "Street Maintenance should take care of it by Tuesday, December 1." in shown.say
    assert case.promise == made.state.finished[-1].promise
    assert (case.service_code, case.agency, case.topic_id, case.agent) == ("POTHOLE", "streets", "pothole", "Sam")
    assert [(a.id, a.key) for a in case.answers] == [("where", "LANE01"), ("deep", False)]
    assert (case.caller.first_name, case.caller.phone, case.caller.notify) == ("Ann", "+14135550142", "text")
    assert case.place is not None
    assert case.place.label == "100 Washington Street"
    assert play(made, "wrapup").state.disposition == "requested"
    play(made, "end")
    assert made.state == m.CallState()


def test_the_date_is_that_of_the_moment_the_caller_agreed():
    clock = ManualClock(NOW)
    made = play(station(clock=clock), *POTHOLE, ANONYMOUS)
    keep = made.desk.store.enqueue

    def slow(case, submission):
        clock.advance(24 * 3600)
        return keep(case, submission)

    made.desk.store.enqueue = slow
    play(made, "confirm")
    assert made.state.finished[-1].promise == cases(made)[0].promise


def test_a_place_is_read_back_and_can_be_mended_before_it_counts():
    made = play(station(), ("type", "hole"), ("open", "pothole"), "intake", ("answer", "204 elm"), ("pick", "1"))
    assert made.view().say == "I have 204 Elm Street. Is that right?"
    assert "Ward 1" in made.view().notice
    assert made.state.interview.place is None
    play(made, "back")
    assert made.view().kind == "place"
    assert made.view().draft == "204 elm"
    play(made, ("answer", "312 elm"), ("pick", "1"), "confirm")
    assert made.state.interview.place.label == "312 Elm Street"


def test_going_back_to_the_place_and_on_again_changes_nothing():
    made = play(station(), *POTHOLE, ANONYMOUS, ("jump", "place"))
    assert made.view().draft == "100 wash"
    play(made, "confirm")
    assert made.state.phase == "readback"
    play(made, ("jump", "place"), ("answer", "204 elm"))
    assert "confirm" not in made.view().allowed, "something else is being typed"
    play(made, ("pick", "1"), "back", ("jump", "readback"))
    assert made.state.interview.place.label == "100 Washington Street"


def test_a_place_that_nobody_finds_is_taken_as_it_stands_with_a_reason():
    made = play(station(), ("type", "hole"), ("open", "pothole"), "intake", ("answer", "behind the old mill"))
    assert "Say why" in made.do("unverified", "").problem
    play(
        made,
        ("unverified", "New or unnamed street"),
        ("answer", "lane"),
        ("answer", "no"),
        "skip",
        ANONYMOUS,
        "confirm",
    )
    (case,) = cases(made)
    assert case.place == Place(
        "unverified", "behind the old mill", typed="behind the old mill", reason="New or unnamed street"
    )


def test_a_place_of_the_wrong_kind_is_refused_and_can_be_typed_anew():
    made = play(station(), ("type", "trash"), ("open", "missed-trash"), "intake", ("answer", "dock and mill"))
    assert made.do("pick", "1").problem.startswith("This needs an address")
    play(made, ("answer", "100 dock"), ("pick", "1"), "confirm")


def test_the_read_back_mends_a_line_and_comes_back():
    made = play(station(), *POTHOLE, *CALLER)
    lines = [line.id for line in made.view().lines]
    assert lines == ["place", "where", "deep", "caller.contact", "caller.phone", "caller.name"]
    play(made, ("jump", "deep"), ("answer", "yes"))
    assert made.view().say.startswith("Remind the caller"), "the note that belongs to a deep hole"
    play(made, "confirm")
    assert made.state.phase == "readback"
    play(made, "confirm")
    assert "by 9:30 AM on Wednesday, November 25" in made.view().say


def test_what_is_missing_is_asked_before_anything_is_saved():
    made = play(station(), ("type", "hole"), ("open", "pothole"), "intake", ("jump", "readback"))
    assert made.state.phase == "interview"
    assert made.state.interview.at == "place"
    made.apply(ev.ReadBackConfirmed("x"))
    assert cases(made) == []


def test_a_half_typed_answer_is_there_again_after_going_elsewhere():
    made = play(station(), *POTHOLE, ("answer", "text"), ("draft", "413 55"), ("jump", "deep"), "back", "back")
    play(made, ("jump", "caller.phone"))
    assert made.view().draft == "413 55"
    play(made, ("answer", "413 555 0142"))
    assert "caller.phone" not in made.state.drafts


def test_an_answer_that_was_given_is_there_again_after_going_back():
    made = play(station(), *POTHOLE, *CALLER, "back")
    assert made.view().draft == "Ann Lee"
    play(made, "back")
    assert made.view().draft == "+14135550142"


def test_another_topic_does_not_lose_the_interview_that_was_begun():
    made = play(station(), *POTHOLE, ("answer", "text"), ("answer", "413 555 0142"))
    while made.state.phase != "talking":
        play(made, "back")
    play(made, ("open", "tree-problem"), "intake")
    assert made.state.interview.answers["caller.phone"].value == "+14135550142", "who calls goes along"
    play(made, "back", "back", ("open", "pothole"), "intake")
    assert made.state.interview.answers["where"].value == "lane"


def test_what_the_caller_said_is_offered_and_taken_with_one_verb():
    made = play(station(), ("type", "tree on the power line"), ("open", "1"), "intake")
    assert made.view().heard == "on the power line"
    assert made.view().heard_question.endswith("Touching a wire")
    play(made, "take")
    assert made.state.interview.answers["where"].how == "inferred"
    assert made.state.interview.at == "place"
    assert made.view().heard == ""


def test_what_was_heard_and_left_is_not_offered_again():
    made = play(station(), ("type", "tree on the power line"), ("open", "1"), "intake", "leave", "back", "intake")
    assert made.view().heard == ""


def test_nobody_knows_is_one_verb_at_every_question():
    made = play(station(), ("type", "tree"), ("open", "tree-problem"), "intake", "unknown")
    assert "as the caller says it" in made.do("unknown").problem, "a crew has to go somewhere"
    play(made, ("answer", "100 elm"), ("pick", "1"), "confirm", "unknown", "unknown", "confirm")
    (case,) = cases(made)
    assert case.agency == "311-review"
    assert case.caller.anonymous
    assert [(a.id, a.how, a.key) for a in case.answers] == [("where", "unknown", None), ("width", "unknown", None)]


def test_a_caller_who_is_not_sure_of_the_place_has_it_taken_as_it_was_said():
    made = play(station(), ("type", "hole"), ("open", "pothole"), "intake", ("answer", "the old mill"), "unknown")
    place = made.state.interview.place
    assert (place.kind, place.label, place.reason) == ("unverified", "the old mill", "The caller is not sure")


def test_agreeing_where_nothing_was_read_back_is_no_answer():
    made = play(station(), *POTHOLE, ("answer", "text"))
    assert made.do("confirm").problem == "There is nothing to agree to here."
    assert "caller.phone" not in made.state.interview.answers


def test_nothing_fits_keeps_the_words_once():
    made = play(station(), ("type", "my neighbour's parrot swears"), "no-answer", "no-answer")
    assert made.state.no_answers == ("my neighbour's parrot swears",)
    made = station()
    play(made, ("type", ""))
    assert "Type what the caller says" in made.do("no-answer").problem


# ---------------------------------------------------------------- saving fails
class FullDisk(MemoryStore):
    def __init__(self, clock, references):
        super().__init__(clock, references)
        self.full = True

    def enqueue(self, case, submission):
        if self.full:
            raise UserError("the disk is full.")
        return super().enqueue(case, submission)


def full_desk():
    clock = ManualClock(NOW)
    store = FullDisk(clock, iter(["7QX6M24K", "7QX0CYWT"]).__next__)
    return station(clock=clock, store=store), store


def test_a_case_that_could_not_be_saved_keeps_its_form_and_is_saved_under_the_same_id():
    made, store = full_desk()
    play(made, *POTHOLE)
    made.do("answer", "anonymous")
    shown = made.do("confirm")
    assert shown.state == "readback"
    assert shown.problem == "NOT SAVED: the disk is full."
    case_id = made.state.saving
    assert shown.lines[0].value == "100 Washington Street"
    made.do("jump", "deep")
    assert made.do("answer", "yes").problem == "NOT SAVED: the disk is full.", "until it is saved"
    made.do("confirm")
    store.full = False
    assert made.do("confirm").state == "done"
    assert made.view().problem == ""
    assert [case.id for case in cases(made)] == [case_id]
    assert cases(made)[0].answers[1].key is True


def test_a_case_that_could_not_be_saved_is_never_left_behind():
    made, store = full_desk()
    play(made, *POTHOLE, ANONYMOUS)
    made.do("confirm")
    case_id = made.state.saving
    made.do("wrapup")
    for verb, value in (("end", "requested"), ("second", "")):
        assert made.do(verb, value).problem.startswith("The case is not saved")
    made.do("back")
    while made.state.phase != "talking":
        made.do("back")
    assert made.do("open", "tree-problem").problem.startswith("The case is not saved")
    for verb, value in (("open", "pothole"), ("intake", ""), ("jump", "readback")):
        made.do(verb, value)
    store.full = False
    play(made, "confirm", "wrapup", "end")
    assert [case.id for case in cases(made)] == [case_id]


def test_a_call_whose_case_could_not_be_saved_can_be_put_aside():
    made, _ = full_desk()
    play(made, *POTHOLE, ANONYMOUS)
    made.do("confirm")
    made.do("park")
    assert made.state.phase == "ready"


# ---------------------------------------------------------------- the city's number
def test_the_citys_number_is_told_once_the_city_gave_it():
    made = play(station(), *POTHOLE, ANONYMOUS, "confirm")
    assert "city's number" not in made.view().say
    assert made.apply(ev.ReceiptCame(made.state.finished[-1].case_id, "26-00417"))
    assert "The city's number is 26-00417." in made.view().say
    assert made.view().notice == "The city has it: number 26-00417."


def test_the_citys_number_may_come_at_any_later_moment_of_the_call():
    made = play(station(), *POTHOLE, ANONYMOUS, "confirm", "second", ("type", "tree"), ("open", "tree-problem"), "hold")
    assert made.apply(ev.ReceiptCame(made.state.finished[-1].case_id, "26-00417"))
    assert made.state.finished[-1].request_id == "26-00417"
    before = made.state
    made.apply(ev.ReceiptCame("nobody's", "1"))
    assert made.state == before

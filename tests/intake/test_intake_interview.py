"""The interview: what is asked next, what an answer does to the rest, and that nothing said is ever lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.intake_scripts import HERE, choice, is_, mini, refused, said, script, yesno
from taker311.intake import interview as interviews
from taker311.intake.model import Answer, Interview
from taker311.intake.steps import PLACE, READBACK, REFERRED, STOPPED, layout
from taker311.knowledge.model import Compare, Const, In, Name, Not, Question, Route, Stop
from taker311.places.model import Place


# ---------------------------------------------------------------- the order
def test_the_place_is_asked_first():
    assert layout(mini("pothole")).order[0] == PLACE
    assert interviews.start(mini("pothole")).at == PLACE


def test_what_decides_that_nobody_comes_is_asked_before_the_place():
    assert layout(mini("tree-problem")).order[:3] == ("where", PLACE, "sparks")


def test_a_place_that_a_deciding_question_looks_at_is_asked_before_it():
    made = script(
        yesno("own"),
        yesno("deep", when=is_("place.kind", "address")),
        routes=(Route(to="nobody", when=is_("deep", True)), Route(to="streets")),
        location="required",
    )
    assert layout(made).order == ("own", PLACE, "deep")
    at_deep = said(made, interviews.start(made), ("own", "no"), (PLACE, ""))
    assert at_deep.at == "deep", "it appeared with the place and stands behind it"


def test_a_script_without_a_place_and_without_a_caller_asks_its_questions_alone():
    made = script(yesno("one"), yesno("two"))
    assert interviews.visible(made, interviews.start(made)) == ("one", "two")


def test_a_script_that_asks_nothing_stands_at_the_read_back_at_once():
    made = script()
    assert interviews.start(made).at == READBACK


def test_who_calls_is_asked_last_and_only_as_far_as_it_is_wanted():
    made = mini("pothole")
    interview = said(made, interviews.start(made), (PLACE, ""), ("where", "1"), ("deep", "no"), ("damage", "1"))
    assert interview.at == "caller.contact"
    texted = said(made, interview, ("caller.contact", "text"))
    assert texted.at == "caller.phone"
    assert said(made, texted, ("caller.phone", "413 555 0142")).at == "caller.name"
    assert said(made, interview, ("caller.contact", "email")).at == "caller.email"
    assert said(made, interview, ("caller.contact", "anonymous")).at == READBACK


def test_where_the_caller_must_be_known_nobody_is_offered_to_stay_without_a_name():
    keys = [choice.key for choice in layout(mini("missed-trash")).questions["caller.contact"].choices]
    assert keys == ["text", "email", "phone"]


# ---------------------------------------------------------------- hidden answers
def _two(second_required: bool = True) -> tuple:
    made = script(
        choice("where", "street", "wires"),
        choice("pole", "wood", "steel", when=is_("where", "wires"), required=second_required),
        yesno("high", when=is_("pole", "steel")),
        yesno("last"),
    )
    return made, interviews.start(made)


def test_a_hidden_answer_is_kept_and_is_back_again_with_its_condition():
    made, interview = _two()
    interview = said(made, interview, ("where", "wires"), ("pole", "steel"), ("high", "yes"), ("last", "no"))
    hidden = said(made, interview, ("where", "street"))
    assert interviews.visible(made, hidden) == ("where", "last")
    assert "pole" not in interviews.counted_answers(made, hidden)
    assert "pole" not in interviews.values(made, hidden)
    assert hidden.at == READBACK, "what is hidden never blocks the finish"
    again = said(made, hidden, ("where", "wires"))
    assert again.at == READBACK
    assert interviews.counted_answers(made, again)["high"] == Answer(True)


def test_an_answer_that_hides_a_question_hides_what_hangs_on_it_too():
    made, interview = _two()
    interview = said(made, interview, ("where", "wires"), ("pole", "steel"), ("high", "yes"))
    assert "high" not in interviews.visible(made, said(made, interview, ("where", "street")))


def test_a_hidden_required_question_is_not_missing():
    made, interview = _two()
    assert interviews.missing(made, said(made, interview, ("where", "street"))) == ()
    assert interviews.missing(made, said(made, interview, ("where", "wires"))) == ("pole",)


def test_an_answer_to_a_question_that_is_not_asked_is_refused():
    made, interview = _two()
    interview = said(made, interview, ("where", "street"))
    assert "not asked" in refused(interviews.give(made, interview, "pole", Answer("wood")))
    assert "did you mean 'pole'" in refused(interviews.give(made, interview, "poles", Answer("wood")))


# ---------------------------------------------------------------- required, unknown, skipped
def test_doesnt_know_is_an_answer():
    made = mini("pothole")
    interview = said(made, interviews.start(made), (PLACE, ""), ("where", "unknown"))
    assert "where" not in interviews.missing(made, interview)
    assert "where" not in interviews.values(made, interview)


def test_what_the_routes_ask_about_is_always_required():
    made = script(choice("where", "a", "b"), routes=(Route(to="x", when=is_("where", "a")), Route(to="y")))
    assert "has to be asked" in refused(interviews.skip(made, interviews.start(made), "where"))


def test_a_skipped_question_is_not_asked_again_but_can_be_gone_back_to():
    made = script(yesno("one"), yesno("two"), yesno("three"))
    interview = interviews.skip(made, said(made, interviews.start(made), ("one", "yes")), "two")
    assert isinstance(interview, Interview)
    assert interview.at == "three"
    done = said(made, interview, ("three", "no"))
    mended = said(made, interviews.jump(made, done, "one"), ("one", "no"))
    assert mended.at == READBACK, "the read-back is where the agent came from"
    answered = said(made, interviews.jump(made, mended, "two"), ("two", "yes"))
    assert answered.answers["two"] == Answer(True)
    assert answered.skipped == ()


def test_a_required_answer_that_was_given_can_be_passed_by():
    made = script(yesno("one", required=True), yesno("two"))
    interview = interviews.back(made, said(made, interviews.start(made), ("one", "yes")))
    passed = interviews.skip(made, interview, "one")
    assert isinstance(passed, Interview)
    assert passed.at == "two"


def test_an_optional_place_may_be_left_out():
    made = script(yesno("one"), location="optional")
    interview = interviews.skip(made, interviews.start(made), PLACE)
    assert isinstance(interview, Interview)
    assert said(made, interview, ("one", "yes")).at == READBACK
    needed = script(yesno("one"), location="required")
    assert "as the caller says it" in refused(interviews.skip(needed, interviews.start(needed), PLACE))


def test_what_is_missing_is_asked_before_the_read_back():
    made = mini("pothole")
    interview = interviews.jump(made, interviews.start(made), READBACK)
    assert isinstance(interview, Interview)
    assert interview.at == PLACE


# ---------------------------------------------------------------- what ends it
def test_an_answer_that_stops_ends_the_interview_and_asks_no_more():
    made = mini("tree-problem")
    interview = said(made, interviews.start(made), ("where", "4"), (PLACE, ""), ("sparks", "yes"))
    assert interview.at == STOPPED
    stopper = interviews.stopped_by(made, interview)
    assert stopper is not None
    assert stopper.id == "sparks"
    assert interviews.visible(made, interview)[-1] == "sparks"
    assert interviews.back(made, interview).at == "sparks"
    assert said(made, interview, ("sparks", "no")).at == "width"


def test_a_stopped_interview_never_reaches_the_read_back():
    made = mini("tree-problem")
    interview = said(made, interviews.start(made), ("where", "4"), (PLACE, ""), ("sparks", "yes"))
    assert interviews.jump(made, interview, READBACK).at == STOPPED
    elsewhere = interviews.jump(made, interview, "where")
    assert said(made, elsewhere, ("where", "4")).at == STOPPED
    assert said(made, elsewhere, ("where", "1")).at == "width", "the question that stopped it is hidden now"


def test_a_number_that_stops_is_not_taken_for_a_yes():
    made = script(Question(id="n", type="number", ask={"en": "?"}, stop=Stop(on=True, do="end")), yesno("after"))
    assert said(made, interviews.start(made), ("n", "1")).at == "after"


def test_one_of_several_choices_may_stop():
    made = script(
        Question(
            id="what",
            type="choices",
            ask={},
            choices=choice("x", "tire", "fire").choices,
            stop=Stop("fire", "emergency"),
        )
    )
    assert said(made, interviews.start(made), ("what", "1,2")).at == STOPPED


def test_a_route_to_nobody_ends_it_before_the_place():
    made = mini("tree-problem")
    interview = said(made, interviews.start(made), ("where", "private"))
    assert interview.at == REFERRED
    assert interviews.visible(made, interview) == ("where",)
    assert interviews.counted_place(made, interview) is None
    assert interviews.jump(made, interview, READBACK).at == REFERRED
    assert interviews.back(made, interview).at == "where"


def test_a_route_to_nobody_ends_it_as_soon_as_its_own_questions_are_answered():
    made = script(
        choice("land", "city", "private"),
        choice("size", "big", "small"),
        routes=(Route(to="nobody", when=is_("land", "private")), Route(to="a", when=is_("size", "big")), Route(to="b")),
        location="required",
    )
    assert layout(made).order == ("land", PLACE, "size")
    assert said(made, interviews.start(made), ("land", "private")).at == REFERRED


def test_otherwise_leads_to_nobody_only_when_all_that_routes_look_at_is_settled():
    made = script(
        choice("land", "city", "private"),
        choice("size", "big", "small", when=is_("land", "city")),
        routes=(Route(to="streets", when=In(Name("size"), ("big", "small"))), Route(to="nobody")),
        location="required",
    )
    interview = interviews.start(made)
    assert said(made, interview, ("land", "city")).at == "size"
    assert said(made, interview, ("land", "private")).at == REFERRED
    assert said(made, interview, ("land", "city"), ("size", "unknown")).at == REFERRED


def test_otherwise_to_nobody_waits_for_the_place_that_a_route_looks_at():
    made = script(
        yesno("one"),
        routes=(Route(to="streets", when=is_("place.ward", "Ward 1")), Route(to="nobody")),
        location="required",
        contact="optional",
    )
    assert interviews.start(made).at == PLACE
    elsewhere = Place(kind="address", label="9 Far Road", lat=1.0, lon=1.0, districts={"ward": "Ward 9"})
    referred = interviews.set_place(made, interviews.start(made), elsewhere)
    assert isinstance(referred, Interview)
    assert referred.at == REFERRED
    assert said(made, interviews.start(made), (PLACE, "")).at == "one"


def test_a_denial_that_holds_while_nothing_is_known_does_not_refer():
    made = script(
        yesno("own"), routes=(Route(to="nobody", when=Not(Compare("==", Name("own"), Const(False)))), Route(to="x"))
    )
    assert interviews.start(made).at == "own"


# ---------------------------------------------------------------- back and jump
def test_back_walks_the_steps_one_by_one_and_loses_nothing():
    made = mini("pothole")
    interview = said(made, interviews.start(made), (PLACE, ""), ("where", "1"), ("deep", "yes"), ("damage", "1 2"))
    seen = []
    at: Interview | None = interview
    while at is not None:
        seen.append(at.at)
        assert at.answers == interview.answers
        assert at.place == HERE
        at = interviews.back(made, at)
    assert seen == ["lights", "damage", "deep", "where", PLACE]


def test_a_jump_goes_to_visible_steps_alone():
    made = mini("tree-problem")
    interview = interviews.start(made)
    assert interviews.jump(made, interview, "width").at == "width"
    for wrong in ("sparks", "nonsense", "", STOPPED):
        assert "no such step" in refused(interviews.jump(made, interview, wrong))


# ---------------------------------------------------------------- the place
def test_a_place_of_the_wrong_kind_is_refused_in_words():
    corner = Place(kind="intersection", label="Elm Street and 3rd Avenue", lat=1.0, lon=1.0)
    made = mini("missed-trash")
    sentence = refused(interviews.set_place(made, interviews.start(made), corner))
    assert sentence == "This needs an address; 'Elm Street and 3rd Avenue' is a corner."


def test_a_place_that_cannot_be_verified_is_always_taken():
    made = mini("missed-trash")
    lost = Place(kind="unverified", label="by the old mill", reason="New or unnamed street")
    assert isinstance(interviews.set_place(made, interviews.start(made), lost), Interview)


# ---------------------------------------------------------------- who calls
def test_a_second_topic_begins_with_who_is_calling():
    first = mini("pothole")
    told = (("caller.contact", "text"), ("caller.phone", "413 555 0142"), ("caller.name", "Ann Lee"))
    interview = said(
        first, interviews.start(first), (PLACE, ""), ("where", "1"), ("deep", "no"), ("damage", "4"), *told
    )
    known = interviews.caller_answers(interview)
    second = mini("missed-trash")
    again = said(
        second,
        interviews.start(second, answers=known),
        (PLACE, ""),
        ("what", "1"),
        ("day", "2026-11-23"),
        ("notes", "no"),
    )
    assert again.at == READBACK
    assert interviews.caller_of(again) == interviews.caller_of(interview)


def test_who_stayed_without_a_name_is_asked_where_the_caller_must_be_known():
    second = mini("missed-trash")
    interview = interviews.start(second, answers={"caller.contact": Answer("anonymous")})
    assert "caller.contact" in interviews.missing(second, interview)


def test_a_caller_is_reached_only_by_what_they_gave():
    made = mini("pothole")
    base = interviews.start(made)

    def caller(**answers: str | None):
        given_answers = {f"caller.{k}": Answer(v, "asked" if v else "unknown") for k, v in answers.items()}
        return interviews.caller_of(Interview(base.script_id, base.script_version, given_answers))

    assert caller().anonymous
    assert caller(contact="anonymous", name="Ann").first_name == ""
    assert caller(contact=None).anonymous
    texted = caller(contact="text", phone="+14135550142", email="a@b.example", name="Ann van Lee")
    assert (texted.notify, texted.phone, texted.email) == ("text", "+14135550142", "")
    assert (texted.first_name, texted.last_name) == ("Ann", "van Lee")
    assert caller(contact="text", phone=None).notify == "none", "no number, no text message"
    assert caller(contact="phone", phone="+14135550142").notify == "none"
    assert caller(contact="email", email="a@b.example").notify == "email"


# ---------------------------------------------------------------- always
_STEPS = sorted({"where", "pole", "high", "last", PLACE, "caller.contact", "nonsense"})


@given(
    st.lists(
        st.tuples(st.sampled_from(["give", "skip", "back", "jump", "place"]), st.sampled_from(_STEPS), st.booleans())
    )
)
def test_an_interview_stands_at_a_step_it_has_and_keeps_every_answer(walk):
    made = script(
        choice("where", "street", "wires"),
        choice("pole", "wood", "steel", when=is_("where", "wires"), required=True),
        yesno("high", when=is_("pole", "steel"), stop=Stop(True, "end")),
        yesno("last", when=Not(is_("high", True))),
        routes=(Route(to="nobody", when=is_("where", "street")), Route(to="x")),
        location="required",
        contact="optional",
    )
    interview, given_steps = interviews.start(made), set()
    for verb, step, flag in walk:
        result: object = None
        if verb == "give" and step in layout(made).questions:
            question = layout(made).questions[step]
            value = flag if question.type == "yesno" else question.choices[int(flag)].key
            result = interviews.give(made, interview, step, Answer(value))
            given_steps |= {step} if isinstance(result, Interview) else set()
        elif verb == "skip":
            result = interviews.skip(made, interview, step)
        elif verb == "back":
            result = interviews.back(made, interview)
        elif verb == "jump":
            result = interviews.jump(made, interview, READBACK if flag else step)
        elif verb == "place":
            result = interviews.set_place(made, interview, HERE)
        interview = result if isinstance(result, Interview) else interview
        shown = interviews.visible(made, interview)
        assert interview.at in (*shown, READBACK, STOPPED, REFERRED)
        assert given_steps <= set(interview.answers)
        if interview.at == READBACK:
            assert interviews.missing(made, interview) == ()
        assert (interview.at == STOPPED) <= (interviews.stopped_by(made, interview) is not None)
        assert [step for step in layout(made).order if step in shown] == list(shown)

"""Ordinary calls as a front end takes them, verbs in and one View out: answers, transfers, languages, hold, and how a call ends."""

from __future__ import annotations

import pytest

from helpers.call_inputs import ANONYMOUS, PLACE_AND_ANSWERS, POTHOLE, cases
from helpers.mini_city import knowledge
from helpers.stations import NOW, play, station
from taker311.base.clock import ManualClock
from taker311.call import model as m
from taker311.call.dispositions import DISPOSITIONS


# ---------------------------------------------------------------- answered, transferred, not for us
def test_an_answer_is_all_that_most_callers_need():
    made = play(station(), ("type", "when is the library open"), ("open", "1"), "answered")
    assert made.state.disposition == "answered"
    play(made, "end")
    assert made.state.phase == "ready"
    assert cases(made) == []


def test_the_greeting_is_read_until_the_first_word_and_not_to_the_same_caller_again():
    made = station()
    assert "How can I help" in play(made, ("type", "")).view().say
    assert play(made, ("type", "l")).view().say == ""
    play(made, ("open", "library-hours"), "answered", "second")
    assert made.view().state == "talking"
    assert made.view().say == ""


def test_a_card_says_who_answers_for_it_and_what_to_say():
    shown = play(station(), ("type", "brown water"), ("open", "water-quality")).view()
    assert shown.card is not None
    assert "555-0142" in shown.card.say
    assert shown.card.alert.startswith("Crews are flushing")
    assert shown.card.facts[0] == "Water Department"


def test_a_transfer_shows_who_where_and_the_words_and_is_coded():
    made = play(station(), ("type", "tree"), ("open", "tree-problem"), "transfer")
    shown = made.view()
    assert shown.say == "I am connecting you with Forestry, who look after the city's trees."
    assert [line.value for line in shown.lines] == ["Forestry", "555-0110", "Weekdays 7 to 3"]
    play(made, "confirm")
    assert made.state.disposition == "transferred"
    assert made.state.finished[-1].agency == "forestry"


def test_a_transfer_is_in_the_callers_language():
    made = play(station(), ("type", "árbol"), ("language", "es"), ("open", "tree-problem"), "transfer")
    assert made.view().say.startswith("Le comunico con Arbolado")


def test_where_nobody_is_named_there_is_no_transfer():
    made = play(station(), ("type", "library"), ("open", "library-hours"))
    assert "transfer" not in made.view().allowed
    assert "Nobody is named" in made.do("transfer").problem


def test_a_transfer_after_a_saved_case_keeps_the_case():
    made = play(station(), ("type", "tree"), ("open", "tree-problem"), "intake", ("answer", "street"))
    play(made, ("answer", "100 elm"), ("pick", "1"), "confirm", "skip", ANONYMOUS, "confirm", "transfer", "confirm")
    assert [done.disposition for done in made.state.finished] == ["requested"]
    assert made.state.disposition == "transferred"
    assert play(made, "back").state.phase == "transfer"
    assert len(made.state.finished) == 1


def test_answers_that_lead_to_nobody_have_words_to_say_and_make_no_case():
    made = play(station(), ("type", "tree"), ("open", "tree-problem"), "intake", ("answer", "private"))
    shown = made.view()
    assert shown.say == "The city does not work on private trees, but here is who can help."
    assert "confirm" not in shown.allowed
    assert "no such" not in made.do("jump", "readback").problem
    assert made.state.phase == "interview"
    play(made, "wrapup")
    assert made.state.disposition == "referred"
    assert [done.disposition for done in made.state.finished] == ["referred"]
    assert play(made, "back").state.finished == ()


def test_a_second_topic_may_follow_a_referral():
    made = play(station(), ("type", "tree"), ("open", "tree-problem"), "intake", ("answer", "private"), "second")
    assert made.state.phase == "talking"
    assert [done.disposition for done in made.state.finished] == ["referred"]


# ---------------------------------------------------------------- languages
def test_the_agent_speaks_the_callers_language():
    made = play(station(), ("type", "bache"), ("language", "es"), ("open", "pothole"))
    assert made.view().title == "Bache"
    play(made, "intake", ("answer", "100 wash"), ("pick", "1"))
    assert made.view().say == "Tengo: 100 Washington Street. ¿Es correcto?"
    play(made, "confirm", ("answer", "carril"), ("answer", "sí"))
    assert made.view().kind == "choices"
    play(made, "skip", "confirm", ANONYMOUS, "confirm")
    (case,) = cases(made)
    assert case.lang == "es"
    assert case.answers[0].label == "Traffic lane", "the case is in the city's own language"
    assert made.view().say.startswith("Su número de referencia es 7QX-")


def test_with_an_interpreter_the_agents_own_text_is_read():
    made = play(station(), ("type", "hole"), ("language", "vi interpreter 4711"), ("open", "pothole"))
    assert made.view().title == "Pothole"
    assert (made.state.lang, made.state.mode, made.state.interpreter) == ("vi", "interpreter", "4711")
    play(made, "intake", *PLACE_AND_ANSWERS, ANONYMOUS, "confirm")
    assert cases(made)[0].lang == "vi"
    assert made.view().say.startswith("Your reference is")


def test_a_relay_call_is_taken_in_the_agents_own_words():
    made = play(station(), ("language", "en relay"), ("open", "pothole"))
    assert made.state.mode == "relay"


@pytest.mark.parametrize("value", ["", "e", "english", "xx", "vi", "es interpeter", "日本", "e\x1b[2J", "x" * 5000])
def test_a_language_that_cannot_be_is_refused_in_words(value):
    made = play(station(), ("type", "hole"))
    before = made.state
    assert made.do("language", value).problem.endswith((".", "'."))
    assert made.state == before


# ---------------------------------------------------------------- endings
@pytest.mark.parametrize("code", list(DISPOSITIONS))
def test_a_call_ends_with_any_of_the_codes_by_its_key_or_its_name(code):
    key = "1234567890"[list(DISPOSITIONS).index(code)]
    for value in (key, code):
        made = play(station(), ("type", "hello"), "wrapup", ("end", value))
        assert made.state.phase == "ready"
        assert made.calls == 1


def test_without_a_code_the_call_does_not_end():
    made = play(station(), ("type", "hello"), "wrapup")
    assert made.state.disposition == ""
    assert "Say how the call ended" in made.do("end").problem
    assert "did you mean 'answered'" in made.do("end", "anserwed").problem
    for value in ("²", "99", "9" * 5000):
        assert made.do("end", value).problem
    assert made.state.phase == "wrapup"


def test_a_call_at_which_nobody_speaks_is_coded_from_the_ready_screen():
    made = play(station(), "wrapup", ("end", "silent"))
    assert made.state.phase == "ready"


def test_a_call_back_is_agreed_with_a_number_and_a_time_and_presets_the_code():
    made = play(station(), ("type", "hello"))
    assert "Say when" in made.do("call-back", "413 555 0142").problem
    assert "phone number" in made.do("call-back", "soon; today").problem
    play(made, ("call-back", "413 555 0142; today after five"), "wrapup")
    assert made.state.call_back == m.CallBack("today after five", "+14135550142")
    assert made.state.disposition == "call-back"


def test_help_is_called_from_anywhere():
    made = play(station(), ("type", "hello"), "hold", "help-me")
    assert made.state.help_called


# ---------------------------------------------------------------- hold
def test_on_hold_everything_else_is_refused_and_the_time_is_counted():
    clock = ManualClock(NOW)
    made = play(station(clock=clock), *POTHOLE, "hold")
    before = made.state
    for verb in (
        "answer",
        "back",
        "jump",
        "wrapup",
        "second",
        "transfer",
        "skip",
        "hold",
        "confirm",
        "language",
        "end",
    ):
        assert made.do(verb, "1").problem, verb
    assert made.state == before
    assert made.view().state == "held"
    assert set(made.view().allowed) == {"emergency", "resume", "help-me", "mark-review", "park"}
    clock.advance(90)
    play(made, "resume")
    assert made.state.held_s == 90
    assert made.state.held_since is None
    assert "not on hold" in made.do("resume").problem


def test_a_parked_call_leaves_the_desk_free():
    made = play(station(), *POTHOLE, "park")
    assert made.state.phase == "ready"
    play(made, ("type", "library"))
    assert made.state.phase == "talking"


# ---------------------------------------------------------------- bulletins
def test_a_bulletin_is_read_acknowledged_and_answers_a_call():
    made = play(station(), ("type", "do I have to boil the water"), ("open", "boil-water-harbor"))
    assert "must be read" in made.view().card.facts
    play(made, "acknowledge")
    assert "acknowledge" not in made.view().allowed
    play(made, "answered", "end")
    assert made.state.acknowledged == ("boil-water-harbor",)


def test_a_rumour_shows_its_status_and_the_words_to_say():
    shown = play(station(), ("type", "bridge closed for good"), ("open", "bridge-closed")).view()
    assert shown.say.startswith("That is not so.")
    assert shown.card.facts == ("rumour: false",)


def test_a_volunteer_reads_what_must_be_read_before_the_first_call():
    made = station(permissions=m.Permissions(must_acknowledge=True))
    assert "must be read before the next call" in made.do("type", "hole").problem
    assert made.state.phase == "ready"
    assert "acknowledge" in made.view().allowed
    play(made, ("acknowledge", "boil-water-harbor"), ("type", "hole"))
    assert made.state.acknowledged == ("boil-water-harbor",)


def test_a_volunteer_opens_only_the_topics_of_the_pack():
    made = station(permissions=m.Permissions(topics=frozenset({"pothole"})))
    play(made, ("type", "tree"))
    assert "not for volunteers" in made.do("open", "tree-problem").problem
    play(made, ("open", "pothole"))


def test_every_topic_of_the_city_can_be_opened_in_each_language():
    for topic in knowledge().topics:
        for lang in ("en", "es"):
            made = station()
            made.do("language", lang)
            made.do("open", topic.id)
            if made.state.card_open:
                play(made, "close")
            assert made.view().title == topic.text(lang, "en").title

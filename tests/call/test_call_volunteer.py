"""What a volunteer may not do is refused by the call itself, whatever front end asks; and the card for callers in distress."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from helpers.stations import NOW, play, station
from helpers.volunteers import ELSEWHERE, flood_bundle
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call import volunteering as rules
from taker311.call.world import World
from taker311.cases.model import OutboxRow
from taker311.station.queueing import QueueDesk
from taker311.station.station import EndedCall, Station

ALLOWED = m.Permissions(
    topics=frozenset({"pothole", "library-hours"}), see_nearby_cases=False, must_acknowledge=True, look_up=False,
    decide=False, review_every=3, elsewhere=ELSEWHERE, until=NOW + timedelta(hours=1),
)  # fmt: skip


def volunteer(permissions: m.Permissions = ALLOWED, clock: ManualClock | None = None, *, read: bool = True) -> Station:
    made = station(permissions=permissions, clock=clock)
    made.desk.bundle = flood_bundle()
    made.world = World(made.desk.bundle, permissions)
    if read:
        must = tuple(one.id for one in made.desk.bundle.knowledge.bulletins if one.must_read)
        made.state = m.CallState(acknowledged=must)
    return made


def test_a_topic_outside_the_pack_is_refused():
    made = play(volunteer(), ("type", "tree"))
    assert "not for volunteers" in made.do("open", "tree-problem").problem
    assert made.state.phase == "talking"


def test_what_must_be_read_stands_before_each_call_and_typing_says_so():
    made = volunteer(read=False)
    assert "must be read" in made.do("type", "hole").problem
    assert made.state.phase == "ready"
    play(made, *(("acknowledge", one.id) for one in made.desk.bundle.knowledge.bulletins if one.must_read))
    play(made, ("type", "hole"))


def test_the_end_stops_new_calls_and_never_an_open_one():
    clock = ManualClock(NOW)
    made = play(volunteer(clock=clock), ("type", "hole"), ("open", "pothole"))
    clock.advance(2 * 3600)
    play(made, "answered", "second", ("type", "library"), ("open", "library-hours"), "answered", ("end", "answered"))
    assert "take no new call" in made.do("type", "hole").problem
    assert made.state.phase == "ready"
    assert made.calls == 1


def test_where_nothing_answers_the_card_names_the_words_and_the_number_and_the_words_are_kept():
    made = play(volunteer(), ("type", "passport at the embassy"), "no-answer")
    shown = made.view()
    assert (shown.state, shown.say) == ("transfer", "I can connect you, or somebody rings you back.")
    assert "555-0142" in [line.value for line in shown.lines]
    assert made.state.no_answers == ("passport at the embassy",)
    play(made, "confirm")
    assert made.state.disposition == "transferred"
    assert [one.topic_id for one in made.state.finished] == [""]


def test_a_call_back_from_that_card_codes_the_call_by_itself():
    made = play(volunteer(), ("type", "passport"), "no-answer", ("call-back", "413 555 0142; tonight"))
    assert (made.state.phase, made.state.disposition) == ("wrapup", "call-back")
    play(made, "end")
    assert made.calls == 1


def test_the_card_leads_back_and_forgets_no_topic_that_was_begun():
    made = play(volunteer(), ("type", "hole"), ("open", "pothole"), "intake", "back", "back", "no-answer", "back")
    assert made.state.phase == "talking"
    assert "pothole" in made.state.others


def test_a_regular_desk_stays_in_the_search_where_nothing_answers():
    made = play(station(), ("type", "passport"), "no-answer")
    assert made.state.phase == "talking"


def test_every_third_call_is_marked_for_review_and_the_mark_is_in_its_journal():
    made, ended = volunteer(), []
    made.calls_before = 1
    made.call_ended.append(ended.append)
    for _ in range(5):
        play(made, ("type", "hole"), ("open", "pothole"), "answered", ("end", "answered"))
    marks = [any(isinstance(e, ev.MarkedForReview) for _, e in call.events) for call in ended]
    assert marks == [call.state.for_review for call in ended] == [False, True, False, False, True]
    assert isinstance(ended[0], EndedCall)


def test_whether_a_call_is_reviewed_follows_from_its_number_alone():
    assert [n for n in range(31) if rules.marked_for_review(replace(ALLOWED, review_every=10), n)] == [10, 20, 30]
    assert not any(rules.marked_for_review(m.Permissions(), n) for n in range(31))


def test_looking_up_a_case_and_deciding_about_one_are_refused_with_what_to_do_instead():
    assert "take a number to ring back" in rules.look_up_refused(ALLOWED)
    assert "call for help" in rules.decision_refused(ALLOWED)
    assert rules.look_up_refused(m.Permissions()) == rules.decision_refused(m.Permissions()) == ""
    made = volunteer()
    queue = QueueDesk(lambda: made.desk.store, made.desk.clock, lambda: "Kim", lambda: True, lambda: None, lambda: rules.decision_refused(ALLOWED))  # fmt: skip
    row = OutboxRow("c", "7QX6M24K", "held", "POT", "pothole", "streets", NOW)
    with pytest.raises(UserError, match="decide nothing"):
        queue.possible(row)


# ---------------------------------------------------------------- the card for callers in distress
EVERYWHERE = {
    "talking": (("type", "hole"),),
    "bulletin": (("type", "boil"), ("open", "boil-water-harbor")),
    "topic": (("type", "hole"), ("open", "pothole")),
    "transfer": (("type", "passport"), "no-answer"),
    "interview": (("type", "hole"), ("open", "pothole"), "intake"),
    "wrapup": (("type", "hole"), ("open", "pothole"), "answered"),
    "held": (("type", "hole"), "hold"),
}


@pytest.mark.parametrize("where", EVERYWHERE)
def test_the_distress_card_opens_from_everywhere_in_a_call_and_gives_it_back_as_it_was(where: str):
    made = play(volunteer(), *EVERYWHERE[where])
    before = made.state
    shown = play(made, "distress").view()
    assert (shown.state, shown.say) == ("distress", "I hear you.")
    assert "555-0142 · day and night" in [line.value for line in shown.lines]
    assert "put it away first" in made.do("language", "es").problem
    play(made, "close")
    assert made.state == before


def test_a_caller_who_was_handed_over_from_the_distress_card_is_transferred():
    made = play(volunteer(), ("type", "hole"), "distress", "connected")
    assert (made.state.phase, made.state.disposition, made.state.distress_open) == ("wrapup", "transferred", False)


def test_911_lies_above_the_distress_card_and_takes_it_along():
    made = play(volunteer(), ("type", "hole"), "distress", "emergency")
    assert made.view().state == "emergency"
    assert play(made, "close").view().state == "distress"
    play(made, "emergency", "connected")
    assert (made.view().state, made.state.disposition) == ("wrapup", "emergency")


def test_a_city_without_that_card_offers_no_key_for_it():
    made = play(station(), ("type", "hole"))
    assert "distress" not in made.view().allowed
    assert "no card" in made.do("distress").problem

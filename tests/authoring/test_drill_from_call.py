"""A call that was taken, made into a drill: nothing of its caller stands there, and once a person has read it, it is played to 100."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from helpers.drills import checked, index
from helpers.mini_city import compiled
from helpers.stations import NOW, mini_bundle, mini_places, play, station
from taker311 import cli
from taker311.authoring.drill_from_call import Made, drill_from_call
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.throwaway_key import open_throwaway
from taker311.call.events import Event
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.station.seat import Seat

Events = tuple[tuple[datetime, Event], ...]
# What only this caller could have said: it stands in every field into which a person can type.
HOSTILE = (
    "Xqzvyr",
    "Brompf",
    "413 555 7733",
    "+14135557733",
    "7733",
    "brompf@xqzvyr.example",
    "1204 Elm",
    "interpreter",
)
TREE = (
    ("type", "Xqzvyr Brompf 413 555 7733 tree on the power line"), ("language", "es interpreter 4711-Xqzvyr"), ("open", "tree-problem"), "intake", ("answer", "wires"),
    ("answer", "1204 elm street"), ("pick", "1"), "confirm", ("answer", "no"), ("draft", "12 Brompf"), ("answer", "12"),
    ("answer", "text"), ("answer", "413 555 7733"), ("answer", "Xqzvyr Brompf"), "confirm", ("call-back", "413 555 7733; when Brompf is home"),
    "wrapup", ("end", "requested"),
)  # fmt: skip


def call(*inputs: tuple[str, str] | str) -> Events:
    made, ended = station(), []
    made.call_ended.append(ended.append)
    play(made, *inputs)
    return ended[0].events


def drill(events: Events, seed: int = 1) -> Made:
    return drill_from_call(events, mini_bundle(), mini_places(), index().vocabulary, seed=seed)


def reviewed(text: str, **written: str) -> str:
    """As a person leaves it: a name under it, and words where something was to be written."""
    text = text.replace("reviewed_by: TODO", "reviewed_by: Ann")
    for key, words in ({"opening": "There's a tree on the wires!"} | written).items():
        text = re.sub(rf"(?m)^( *{key}): \"TODO.*$", rf'\1: "{words}"', text)
    return text


def test_nothing_that_the_caller_said_stands_in_the_drill():
    for seed in range(12):
        text = drill(call(*TREE), seed).text
        assert not [word for word in HOSTILE if word.casefold() in text.casefold()]
        assert "4711" not in text
        assert re.search(r"413 555 01\d\d", text)


def test_a_drill_of_a_call_is_refused_until_a_person_has_read_it_and_is_then_played_to_a_hundred():
    made = drill(call(*TREE))
    found, findings = checked(made.text)
    assert found is None
    assert {one.code for one in findings} == {"todo"}
    assert {one.line for one in findings} == {made.text.split("\n").index("reviewed_by: TODO") + 1, 12}
    assert checked(reviewed(made.text))[1] == []
    assert checked(reviewed(made.text).replace("reviewed_by: Ann\n", ""))[1][0].code == "not-reviewed"


def test_the_districts_the_route_and_the_kind_of_promise_are_those_of_the_call():
    found, findings = checked(reviewed(drill(call(*TREE)).text))
    assert found is not None, [str(one) for one in findings]
    problem = found.problems[0]
    real, other = mini_places().find("1204 elm street")[0].place, problem.place
    assert other is not None
    assert other.label != real.label
    assert mini_places().find(other.typed)[0].place.districts == real.districts
    assert (problem.route, problem.values["where"], problem.values["width"]) == ("utilities", "wires", "12")
    assert found.persona.lang == "es"


def test_the_same_seed_makes_the_same_drill_and_another_one_another():
    events = call(*TREE)
    assert drill(events, 5) == drill(events, 5)
    assert drill(events, 5).text != drill(events, 6).text


def test_what_a_person_must_look_at_is_listed():
    looked = "\n".join(drill(call(*TREE)).look_at)
    for word in ("opening:", "at:", "reviewed_by:"):
        assert word in looked


def test_two_problems_of_one_caller_are_two_problems_of_the_drill():
    hole = (
        "second", ("type", "pothole"), ("open", "pothole"), "intake", ("answer", "1204 elm street"), ("pick", "1"), "confirm",
        ("answer", "lane"), ("answer", "no"), ("answer", "nothing"), "confirm",
    )  # fmt: skip
    events = call(*TREE[:-2], *hole, *TREE[-2:])
    found, findings = checked(reviewed(drill(events).text))
    assert found is not None, [str(one) for one in findings]
    assert [one.topics[0] for one in found.problems] == ["tree-problem", "pothole"]
    assert found.problems[0].place == found.problems[1].place


def test_a_place_that_nobody_could_verify_is_to_be_written_anew():
    inputs = [*TREE]
    inputs[5:8] = [("answer", "behind Brompf's barn near the tree"), ("unverified", "Xqzvyr is lost")]
    text = drill(call(*inputs)).text
    assert not [word for word in HOSTILE if word.casefold() in text.casefold()]
    assert 'unverified: "TODO"' in text
    fixed = reviewed(text, unverified="by the old barn", place="By the old barn.")
    found, findings = checked(fixed)
    assert found is not None, [str(one) for one in findings]


@pytest.mark.parametrize(
    ("inputs", "ending"),
    [
        ((("type", "library"), ("open", "library-hours"), "answered", ("end", "answered")), "answered"),
        ((("type", "tree"), ("open", "tree-problem"), "transfer", "confirm", ("end", "transferred")), "transferred"),
        ((("type", "hole, smell"), "emergency", "connected", ("end", "emergency")), "emergency"),
        ((("type", "tree"), ("open", "tree-problem"), "intake", ("answer", "private"), "wrapup", ("end", "referred")), "referred"),
    ],
)  # fmt: skip
def test_each_way_in_which_a_call_can_end_makes_a_drill(inputs, ending):
    found, findings = checked(reviewed(drill(call(*inputs)).text))
    assert found is not None, [str(one) for one in findings]
    assert found.problems[0].ending == ending


def test_a_call_of_which_nothing_came_makes_none():
    with pytest.raises(UserError, match="it ended as 'dropped'"):
        drill(call(("type", "tree Xqzvyr"), "wrapup", ("end", "dropped")))


def test_the_command_lists_the_calls_and_makes_one_into_a_file_beside_a_running_desk(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    write_bundle(tmp_path / "city.kb", encode_bundle(*compiled()))
    kb = ["--kb", str(tmp_path / "city.kb"), "--folder", str(tmp_path / "seat")]
    clock = ManualClock(NOW)
    seat = Seat(tmp_path / "seat", clock, open_throwaway(tmp_path / "seat"))
    try:
        play(station(clock=clock, journal=seat.journal), *TREE)
        assert cli.main(["drill", "from-call", *kb]) == 0
        assert re.search(r"1  2026-11-24 14:30  tree-problem  requested", capsys.readouterr().out)
        out = tmp_path / "made.yaml"
        assert cli.main(["drill", "from-call", "1", "--seed", "3", "-o", str(out), *kb]) == 0
    finally:
        seat.close()
    told = capsys.readouterr()
    assert "a person reads every line" in told.err
    text = out.read_text()
    assert "reviewed_by: TODO" in text
    assert not [word for word in HOSTILE if word.casefold() in (text + told.out + told.err).casefold()]
    assert cli.main(["drill", "from-call", "2", *kb]) == 2
    assert "There is no call '2' here" in capsys.readouterr().err

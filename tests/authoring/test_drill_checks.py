"""What the checker says of a drill: each thing that can be wrong, with its code and its place."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from helpers.drills import GAS, HOLE, LIBRARY, TREE, checked
from helpers.mini_city import gazetteer, knowledge
from taker311.authoring.build import published
from taker311.knowledge.bundle import Bundle, encode_bundle


@pytest.mark.parametrize("text", [TREE, LIBRARY, GAS, HOLE])
def test_a_good_drill_is_proved_by_playing_it_to_a_hundred(text):
    drill, findings = checked(text)
    assert [str(finding) for finding in findings] == []
    assert drill is not None


def test_the_places_and_answers_are_compiled_so_that_a_log_can_be_scored_without_the_city():
    drill, _ = checked(TREE)
    assert drill is not None
    problem = drill.problems[0]
    assert problem.place is not None
    assert problem.place.label == "1204 Elm Street"
    assert problem.values == {
        "where": "wires",
        "sparks": "no",
        "caller.contact": "text",
        "caller.phone": "+14135550142",
    }
    assert problem.gates == ("sparks",)
    assert "Are there sparks, smoke, or a wire on the ground?" in drill.facts[1].asks


CASES = [
    ("unknown-topic", 18, 10, ("topic: tree-problem", "topic: tree-problems")),
    ("unknown-key", 15, 1, ("beats:", "beat:")),
    ("missing-key", 1, 1, ("opening: There is a tree on the power line in front of my house!\n", "")),
    ("wrong-type", 5, 13, ("difficulty: medium", "difficulty: nasty")),
    ("bad-date", 6, 5, ("2026-11-25 16:40", "tomorrow")),
    ("id-mismatch", 1, 5, ("id: tree-on-wires", "id: other # tree")),
    ("place-not-found", 19, 10, ("place: 1204 elm street", "place: 9999 nowhere lane")),
    ("never-asked", 20, 13, ("answers: {where: wires", "answers: {wehre: wires")),
    ("never-asked", 21, 10, ("skip: [width]", "skip: [widht]")),
    ("never-asked", 20, 28, ("answers: {where: wires", "answers: {where: street")),
    ("not-an-answer", 20, 13, ("where: wires, sparks", "where: cables, sparks")),
    ("missing-answer", 20, 12, ("where: wires, sparks: no, caller.contact: text, caller.phone: 413 555 0142", "where: wires, sparks: no, caller.contact: text")),
    ("drill-route", 22, 10, ("route: utilities", "route: forestry")),
    ("unknown-agency", 22, 10, ("route: utilities", "route: utilitys")),
    ("drill-promise", 23, 12, ("promise: by Monday, November 30", "promise: by Friday, November 27")),
    ("no-fact", 19, 13, ("  where: {says: It touches the wires., when: opening}\n", "")),
    ("no-fact", 18, 10, ("  place: 1204 Elm Street.\n", "")),
    ("no-fact", 20, 27, ('sparks: {says: "No, no sparks.", asks: [is anything burning]}', 'sparks: {says: "No.", when: never}')),
    ("unreachable-fact", 15, 3, ("beats:", "  colour: It is green.\nbeats:")),
    ("unreachable-fact", 15, 3, ("beats:", "  zone: {says: It is green., asks: [what is it]}\nbeats:")),
    ("unreachable-fact", 15, 3, ("beats:", "  colour: It is green.\nbeats:\n  - {at: caller.email, says: By the way, gives: [colour]}")),
    ("todo", 19, 10, ("place: 1204 elm street", "place: TODO a place")),
    ("todo", 4, 11, ("category: trees", "category: TODO")),
    ("not-reviewed", 1, 12, ("id: tree", "made_from: call\nid: tree")),
    ("unknown-step", 15, 3, ("beats:", "  colour: {says: It is green., step: color}\nbeats:")),
    ("unknown-step", 16, 10, ("{at: readback,", "{at: readbak,")),
    ("unknown-fact", 16, 48, ("{at: readback, says: That's right.}", "{at: readback, says: That's right, gives: [colour]}")),
    ("drill-not-100", 18, 3, ("par: 240", "par: 10")),
    ("weights-sum", 26, 10, ("par: 240", "weights: {safety: 50, topic: 40}\npar: 240")),
    ("drill-not-100", 18, 3, ("secrets: [413", "secrets: [wires, 413")),
    ("missing-key", 18, 3, ("par: 240", "nearby: [{topic: pothole, place: riverside park}]\npar: 240")),
    ("unknown-topic", 27, 32, ("par: 240", "faults:\n  - {do: stale-article, topic: tree-problems}\npar: 240")),
    ("missing-key", 27, 5, ("par: 240", "faults:\n  - {do: stale-article}\npar: 240")),
    ("wrong-type", 24, 16, ("disposition: requested", "disposition: reqested")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "line", "col", "edit"), CASES)
def test_what_is_wrong_is_told_with_its_place(code, line, col, edit):
    text = TREE.replace(*edit)
    assert text != TREE
    drill, findings = checked(text)
    assert drill is None
    assert (code, line, col) in [(f.code, f.line, f.col) for f in findings], [str(f) for f in findings]


def test_an_emergency_that_hangs_on_a_fact_nobody_has_is_told():
    _, findings = checked(GAS.replace("after: smell", "after: smoke"))
    assert [(f.code, f.line) for f in findings] == [("unknown-fact", 15)]


def test_a_case_that_cannot_be_near_is_told():
    _, findings = checked(
        HOLE.replace("topic: pothole, place: riverside park, h", "topic: library-hours, place: riverside park, h")
    )
    assert ("never-asked", 23) in [(f.code, f.line) for f in findings]


def test_an_open_case_too_far_away_makes_the_expected_choice_unreachable():
    drill, findings = checked(HOLE.replace("place: riverside park, hours", "place: 100 main street, hours"))
    assert drill is None
    assert [f.code for f in findings] == ["drill-not-100"]


def test_a_drill_on_a_draft_is_checked_and_not_published():
    drills = tuple(drill for text in (LIBRARY, TREE) if (drill := checked(text)[0]) is not None)
    topics = tuple(replace(t, status="draft") if t.id == "tree-problem" else t for t in knowledge().topics)
    left = published(replace(knowledge(), topics=topics, drills=drills))
    assert [drill.id for drill in left.drills] == ["library-sunday"]


def test_drills_travel_in_the_bundle_and_a_bundle_without_them_is_as_it_was():
    drill, _ = checked(TREE)
    assert drill is not None
    made = Bundle.from_bytes(encode_bundle(replace(knowledge(), drills=(drill,)), gazetteer()))
    assert made.knowledge.drills == (drill,)
    bare = encode_bundle(knowledge(), gazetteer())
    assert Bundle.from_bytes(bare).knowledge.drills == ()
    assert b"drill" not in Bundle.from_bytes(bare).raw_bytes("text")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "x",
        "id: [a]\n",
        "facts: 1\nexpected: 2\nbeats: {a: b}\n",
        "expected: {then: [1]}\nthen: [2]\nfaults: [3]\nnearby: [4]\n",
    ],
)
def test_a_file_that_is_no_drill_is_told_and_never_a_traceback(text):
    drill, findings = checked(text)
    assert drill is None
    assert findings or not text


PIECES = sorted(
    {part for text in (TREE, GAS, HOLE) for part in text.replace("{", " ").replace("}", " ").replace(",", " ").split()}
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.sampled_from([TREE, GAS, HOLE, LIBRARY]),
    cuts=st.lists(
        st.tuples(st.integers(0, 1_000), st.integers(0, 30), st.sampled_from(["", *PIECES, "\n", "{", "]", ": "])),
        max_size=3,
    ),
)
def test_a_drill_that_was_cut_and_pasted_anyhow_is_checked_without_a_crash(text, cuts):
    for place, length, piece in cuts:
        at = place % len(text)
        text = text[:at] + piece + text[at + length :]
    drill, findings = checked(text)
    assert drill is None or not [one for one in findings if one.severity == "error"]
    assert drill is not None or findings or not text.strip()

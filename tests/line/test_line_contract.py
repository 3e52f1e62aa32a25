"""The line's contract with programs, and the plain prompts: what goes out, what comes in, and what nonsense is answered with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.stations import station
from taker311.call.allowed import VERBS
from taker311.call.model import Phase
from taker311.line import contract, plain
from taker311.line.session import run_json, run_plain

PLACE_VERBS = (
    *(
        "steps",
        "take-up",
        "bulletins",
        "changed",
        "queue",
        "status",
        "to-do",
        "desk",
        "day",
        "break",
        "sign-in",
        "sign-out",
    ),
)
KEYS = ["v", "state", "say", "ask", "choices", "allowed", "ref", "problem", "told"]
REQUEST = [
    *(
        ("type", "hole in the road"),
        ("open", "1"),
        ("intake", ""),
        ("answer", "100 wash"),
        ("pick", "1"),
        ("confirm", ""),
    ),
    *(
        ("answer", "1"),
        ("answer", "no"),
        ("skip", ""),
        ("answer", "text"),
        ("answer", "413 555 0142"),
        ("answer", "Ann Lee"),
    ),
    *(("confirm", ""), ("wrapup", ""), ("end", "")),
]


def taken(*lines: str, made=None) -> list[dict]:
    out: list[str] = []
    run_json(made or station(), lines, out.append)
    return [json.loads(text) for text in out]


def asked(do: str, value: str = "") -> str:
    return json.dumps({"do": do, "value": value}) + "\n"


def test_each_line_out_has_exactly_the_keys_of_the_contract():
    for shown in taken(*(asked(*item) for item in REQUEST)):
        assert list(shown) == KEYS
        assert shown["v"] == 1
        assert all(set(choice) == {"key", "label"} for choice in shown["choices"])
        assert set(shown["allowed"]) <= set(VERBS)
        for key in ("state", "say", "ask", "ref", "problem"):
            assert isinstance(shown[key], str)


def test_a_whole_call_by_json():
    made = station()
    shown = taken(*(asked(*item) for item in REQUEST), made=made)
    assert [one["problem"] for one in shown] == [""] * len(shown)
    assert [one["state"] for one in shown[-4:]] == ["readback", "done", "wrapup", "ready"]
    assert len(shown) == len(REQUEST) + 1, "one at the start, then one a line"
    done = shown[-3]
    assert done["ref"] == "7QX-6M24-K"
    assert "by Tuesday, December 1" in done["say"]
    readback = shown[-4]["choices"]
    assert readback[0] == {"key": "place", "label": "Where: 100 Washington Street"}
    assert len(made.desk.store.rows()) == 1


def test_a_line_that_is_read_back_is_mended_by_its_key():
    lines = [asked(*item) for item in REQUEST[:12]]
    shown = taken(*lines, asked("jump", "deep"), asked("answer", "yes"))
    assert shown[-1]["state"] == "interview"
    assert shown[-1]["say"].startswith("Remind the caller")


@pytest.mark.parametrize(
    "line",
    [
        *("", "\n", "hello", "{", "[]", "null", "1", '"type"', "{}", '{"do": 1}', '{"do": "type", "value": 3}'),
        *(
            '{"value": "x"}',
            '{"do": null}',
            "{" * 50_000,
            '{"do":"type","value":"' + "x" * 200_000 + '"}',
            "\x00",
            "\ud800",
        ),
        *(
            '{"do":"type","value":"\\ud800"}',
            '{"do":"typ","value":"x"}',
            '{"do":"answer","value":"x"}',
            '{"do":"\\u001b[2J"}',
        ),
    ],
)
def test_a_line_that_means_nothing_is_answered_with_a_sentence_and_changes_nothing(line):
    made = station()
    shown = taken(line, made=made)
    assert len(shown) == 2
    assert shown[1]["problem"]
    assert len(shown[1]["problem"]) < 400
    assert "\x1b" not in shown[1]["problem"]
    assert shown[1]["state"] == "ready"
    after = taken(asked("type", "tree"), made=made)
    assert after[1]["problem"] == "", "a problem is told once"


def test_a_verb_that_is_nearly_right_is_named():
    assert "did you mean 'type'" in taken(asked("typ", "x"))[1]["problem"]


def test_unknown_fields_are_left_alone():
    assert taken('{"do":"type","value":"tree","new":[1]}')[1]["state"] == "talking"


def test_quit_and_the_end_of_the_input_leave_the_call_open():
    made = station()
    assert len(taken(asked("type", "tree"), asked("quit"), asked("type", "x"), made=made)) == 2
    assert made.state.typed == "tree"
    assert taken(made=made)[0]["state"] == "talking"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=30), st.builds(asked, st.sampled_from(sorted(VERBS)), st.text(max_size=8))),
        max_size=12,
    )
)
def test_whatever_is_read_one_object_is_written_for_each_line(lines):
    shown = taken(*[line for line in lines if '"quit"' not in line])
    assert all(list(one) == KEYS for one in shown)
    assert len(shown) == 1 + len([line for line in lines if '"quit"' not in line])


def test_what_is_read_is_a_verb_and_a_value():
    assert contract.read('{"do":"type","value":"x"}') == contract.In("type", "x")
    assert contract.read('{"do":"back"}') == contract.In("back", "")


# ---------------------------------------------------------------- plain prompts
def told(*lines: str, made=None) -> list[str]:
    out: list[str] = []
    run_plain(made or station(), lines, out.append)
    return out


PLAIN_REQUEST = [
    *("hole in the road", "1", "", "100 wash", "1", "", "1", "no", "", "1", "413 555 0142", "Ann Lee", "", "", ""),
]


def test_a_whole_call_by_plain_prompts():
    made = station()
    said = told(*PLAIN_REQUEST, made=made)
    text = "\n".join(said)
    assert "PROBLEM" not in text
    assert "SAY I have 100 Washington Street. Is that right?" in text
    assert "ASK Is it deeper than a hand?" in text
    assert "6. Name: Ann Lee" in text or "5. Name: Ann Lee" in text
    assert "7QX-6M24-K" in text
    assert made.state.phase == "ready"
    assert len(made.desk.store.rows()) == 1


def test_no_line_is_longer_than_72_columns():
    lines = [
        "tree on the power line",
        "1",
        "",
        ".take",
        "?",
        "100 elm",
        "?",
        "1",
        "",
        "1",
        "no",
        "",
        "4",
        "?",
        "",
        "?",
        "",
    ]
    for made_lines in (
        lines,
        PLAIN_REQUEST,
        ["boil the water", "1", "?", "r", "a", "?"],
        ["i smell gas", "?", "x", "?"],
    ):
        for text in told(*made_lines):
            assert max(len(row) for row in text.splitlines() or [""]) <= 72


def test_a_question_mark_lists_what_is_possible():
    said = told("tree", "?")[-1]
    for verb in (".open", ".no-answer", ".emergency", ".hold", ".quit"):
        assert verb in said


def test_the_911_card_in_plain_prompts_needs_a_letter_to_go_away():
    made = station()
    said = told("911", "what", "", made=made)
    assert "c when 911 has the caller" in said[1]
    assert "means nothing here" in said[2]
    assert made.state.card_open
    told("x", made=made)
    assert not made.state.card_open
    told(".emergency", "C", made=made)
    assert made.state.disposition == "emergency"


def test_the_read_back_in_plain_prompts_is_mended_by_number():
    made = station()
    told(*PLAIN_REQUEST[:12], "2", made=made)
    assert made.state.interview.at == "where"
    assert "means nothing here" in told("3", "99", "²", "9" * 5000, made=made)[-1]


def test_reports_nearby_are_picked_by_number_in_plain_prompts():
    made = station()
    told(*PLAIN_REQUEST, *PLAIN_REQUEST[:6], made=made)
    assert made.view().kind == "duplicates"
    told("1", made=made)
    assert made.state.duplicate_choice


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from(["tree", "1", "", "?", "0", "no", ".jump place"])), max_size=15
    )
)
def test_whatever_is_typed_at_a_plain_prompt_is_answered(lines):
    assert len(told(*lines)) >= 1


def test_a_view_without_anything_to_say_is_still_told():
    made = station()
    assert told(made=made) == ["[ready] Alder Falls\nType what the caller says. ? lists what is possible."]
    assert plain.possible(made.view())


def test_the_page_on_the_line_names_every_verb_every_field_and_every_state():
    page = (Path(__file__).parents[2] / "docs" / "line.md").read_text(encoding="utf-8")
    table = page.split("| `do` |")[1]
    named = [
        verb
        for row in table.splitlines()
        if row.startswith("| `")
        for verb in re.findall(r"`([a-z-]+)`", row.split("|")[1])
    ]
    assert sorted(named) == sorted((*VERBS, *PLACE_VERBS))
    assert re.findall(r"^\| `(\w+)` \|", page.split("| `do` |")[0], re.MULTILINE) == KEYS
    for state in (*get_args(Phase), "emergency", "distress", "held"):
        assert f"`{state}`" in page
    (example,) = re.findall(r"```json\n(.*)\n```", page)
    assert list(json.loads(example)) == KEYS

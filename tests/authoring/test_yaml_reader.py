"""Restricted YAML: scalars stay text, and stand where the file has them."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.authoring import yaml_reader
from taker311.authoring.findings import Findings, Report
from taker311.authoring.nodes import Map, Node, Scalar, Seq
from taker311.authoring.yaml_reader import read_yaml


def read(text: str, first_line: int = 1) -> tuple[Node | None, list[tuple[str, int, int]]]:
    findings = Findings()
    document = read_yaml(text, Report("x.yaml", findings), first_line)
    return document.root, [(f.code, f.line, f.col) for f in findings]


def flat(node: Node | None) -> object:
    if isinstance(node, Scalar):
        return node.text, node.at
    if isinstance(node, Map):
        return {key.text: flat(value) for key, value in node.pairs}
    return [flat(item) for item in node.items] if isinstance(node, Seq) else None


def test_nothing_is_bent_into_another_type() -> None:
    root, told = read("a: no\nb: 02134\nc: 1e3\nd: 2026-11-25\ne: ~\nf: 0x1F\ng: 12:30\n")
    assert not told
    assert [value.text for _, value in root.pairs] == ["no", "02134", "1e3", "2026-11-25", "~", "0x1F", "12:30"]  # type: ignore[union-attr]


def test_every_scalar_knows_its_line_and_column_after_letters_beyond_ascii() -> None:
    root, _ = read("título: ñandú 😀\nlist: [ä, 😀, {k: v}]\n", first_line=5)
    assert flat(root) == {
        "título": ("ñandú 😀", (5, 9)),
        "list": [("ä", (6, 8)), ("😀", (6, 11)), {"k": ("v", (6, 18))}],
    }


SAMPLES = st.recursive(
    st.sampled_from(["a", "no", "é 😀", '"q: é"', "'it''s'", "0x1", "a b # c", ""]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: "[" + ", ".join(i.split(" #")[0] for i in items) + "]"
        ),
        st.lists(
            st.tuples(st.sampled_from(["k", "ü", "m n"]), inner), min_size=1, max_size=3, unique_by=lambda p: p[0]
        ).map(lambda pairs: "{" + ", ".join(f"{k}: {v.split(' #')[0]}" for k, v in pairs) + "}"),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SAMPLES, min_size=1, max_size=4))
def test_the_fast_parser_and_the_plain_one_put_everything_at_the_same_place(values: list[str]) -> None:
    text = "".join(f"key{n}: {value}\n" for n, value in enumerate(values))
    fast = read(text)
    kept = yaml_reader._LOADER
    yaml_reader._LOADER = yaml.Loader
    try:
        plain = read(text)
    finally:
        yaml_reader._LOADER = kept
    assert flat(fast[0]) == flat(plain[0])
    assert fast[1] == plain[1]


@pytest.mark.parametrize("condition", ["'!answered(a)'", '"a == 1"', "'\"x\" in a'", "a == 'it''s'", "not answered(a)"])
def test_a_condition_in_quotes_or_without_a_trap_is_left_alone(condition: str) -> None:
    assert read(f"- when: {condition}\n")[1] == []


def test_a_condition_that_was_bent_is_still_read_as_it_was_meant() -> None:
    root, told = read('- when: "dog" in animals\n  id: x\n')
    assert told == [("quote-this", 1, 9)]
    assert flat(root) == [{"when": ('"dog" in animals', (1, 9)), "id": ("x", (2, 7))}]


def test_a_comment_with_room_around_it_is_a_comment() -> None:
    root, told = read("service: TREE   # the code\nname: Elm # Street\n")
    assert told == []
    assert [value.swallowed for _, value in root.pairs] == [False, True]  # type: ignore[union-attr]


def test_what_stands_around_a_syntax_error_is_read() -> None:
    root, told = read("- {a: 1}\n- b: *x y\n  c: 2\n- {d: 3}\n")
    assert told == [("quote-this", 2, 6)]
    assert flat(root) == [{"a": ("1", (1, 7))}, {"d": ("3", (4, 7))}]


def test_a_text_of_several_lines_may_be_folded_or_kept() -> None:
    root, told = read("a: >\n  one\n  two\nb: |\n  one\n  two\nc: one\n  two\n")
    assert told == []
    assert [value.text for _, value in root.pairs] == ["one two\n", "one\ntwo\n", "one two"]  # type: ignore[union-attr]


def test_an_escape_that_makes_a_control_character_is_told() -> None:
    assert read('a: "x\\e[31m"\n')[1] == [("control-character", 1, 4)]


def test_a_deep_nest_is_refused_without_running_out_of_stack() -> None:
    assert read("[" * 100_000)[1][0][0] == "yaml-deep"
    assert read("- " * 5_000 + "a")[1][0][0] == "yaml-deep"

"""What the checker says of conditions: the right code, the right column, the cure; and nothing about what is right."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.authoring.condition_checks import check_condition
from taker311.authoring.condition_domain import Domain, domains_of, place_domains
from taker311.authoring.condition_text import parse
from taker311.intake.condition import evaluate
from taker311.knowledge.model import Choice, Question, Stop

WIRES = parse('where == "wires"')
EARLIER = {
    **place_domains({"ward": ["1", "2", "3"], "landmark": ["park", "school"], "block-group": []}),
    "where": Domain("choice", ("street", "park", "private", "wires")),
    "sparks": Domain("truth", when=WIRES, stops=(True,)),
    "lit": Domain("truth", when=WIRES),
    "width": Domain("number", minimum=1, maximum=200),
    "height": Domain("number"),
    "animals": Domain("choices", ("dog", "cat", "bat")),
    "since": Domain("date"),
    "detail": Domain("text"),
    "hint": Domain("note"),
    "rating": Domain("choice", ("1", "2")),
}
LATER = {"crew", "self"}


@pytest.mark.parametrize(
    "condition",
    [
        'where == "street" && width > 3',
        '"dog" in animals || size(animals) == 2',
        "lit && width <= 200",
        "!lit",
        "not answered(where)",
        "sparks == false",
        'since >= "2026-11-01" && since < "2026-12-01"',
        "size(detail) > 20",
        'detail == "x" || detail > "y"',
        'place.kind == "landmark" && place.landmark == "park" && place.ward != "3"',
        'place.block-group == "anything"',
        "width > height",
        "width > 3 && width < 4",
        "size(detail) > 1000000000",
        {"where": ["wires", "park"], "width": "3", "animals": "dog"},
        {"lit": "no"},
        {"rating": "2"},
    ],
)
def test_nothing_is_said_about_a_condition_that_is_right(condition):
    tree, problems = check_condition(condition, EARLIER, LATER)
    assert tree is not None
    assert problems == []


@pytest.mark.parametrize(
    ("condition", "code", "offset", "cure"),
    [
        ('wher == "street"', "unknown-name", 0, "did you mean 'where'?"),
        ("answered(wher)", "unknown-name", 9, "did you mean 'where'?"),
        ('"dog" in animal', "unknown-name", 9, "did you mean 'animals'?"),
        ("size(animls) > 1", "unknown-name", 5, "did you mean 'animals'?"),
        ('place.wart == "1"', "unknown-name", 0, "did you mean 'place.ward'?"),
        ("where == wires", "unknown-name", 9, 'quotes around a choice: "wires"'),
        ("lit == yes", "unknown-name", 7, "write true"),
        ("width > 3 && crew == 1", "later-question", 13, "earlier questions"),
        ("answered(self)", "later-question", 9, "earlier questions"),
        ('where == "streat"', "not-a-choice", 9, "did you mean 'street'?"),
        ('"pork" != where', "not-a-choice", 0, "did you mean 'park'?"),
        ('where in ["park", "xyz"]', "not-a-choice", 18, "street, park, private, wires"),
        ('"dgo" in animals', "not-a-choice", 0, "did you mean 'dog'?"),
        ('place.ward == "5"', "not-a-choice", 14, "1, 2, 3"),
        ('place.kind == "adress"', "not-a-choice", 14, "did you mean 'address'?"),
        ('where == "unknown"', "not-a-choice", 9, "not answered(where)"),
        ('width == "3"', "type-clash", 0, "without quotes"),
        ("rating == 1", "type-clash", 0, 'write "1"'),
        ("where > 3", "type-clash", 0, "cannot be compared"),
        ('lit == "yes"', "type-clash", 0, "write true"),
        ('width in [1, "x"]', "type-clash", 13, "without quotes"),
        ('animals == "dog"', "type-clash", 0, '"dog" in animals'),
        ('animals in ["dog"]', "type-clash", 0, '".." in animals'),
        ('"dog" in where', "type-clash", 9, 'where == "dog"'),
        ("3 in animals", "type-clash", 0, "none of them"),
        ("size(width) > 1", "type-clash", 0, "only a text"),
        ('size(animals) == "2"', "type-clash", 0, "cannot be compared"),
        ('where > "park"', "type-clash", 0, "no order"),
        ("lit < true", "type-clash", 0, "no order"),
        ("lit && where", "type-clash", 7, "answered(where)"),
        ("!width", "type-clash", 1, "answered(width)"),
        ('!where == "park"', "type-clash", 0, 'write not where == "park"'),
        ("3", "type-clash", 0, "true or false"),
        ('since > "2026-1-1"', "type-clash", 8, "2026-11-25"),
        ('hint == "x"', "type-clash", 0, "asks nothing"),
        ("where == ", "condition-syntax", 9, "the end"),
        ("width > 300", "always-false", 0, "no answers"),
        ('where == "park" && where == "street"', "always-false", 0, "no answers"),
        ("size(animals) > 3", "always-false", 0, "no answers"),
        ('lit && where == "park"', "always-false", 0, "no answers"),
        ("sparks", "always-false", 0, "no answers"),
        ('place.landmark == "park" && place.kind == "address"', "always-false", 0, "no answers"),
        ('answered(place.ward) && place.kind != "block" && !answered(place.kind)', "always-false", 0, "no answers"),
        ('since > "2026-11-01" && since < "2026-11-02"', "always-false", 0, "no answers"),
        ("size(detail) > 2 && size(detail) < 3", "always-false", 0, "no answers"),
        ("height > 3 && height < 3", "always-false", 0, "no answers"),
        ("width > height && height > width", "always-false", 0, "no answers"),
        ("lit || width > 300", "always-false", 7, "width > 300"),
        ("answered(width) || !answered(width)", "always-true", 0, "leave it out"),
        ("!(height > 3 && height < 2)", "always-true", 0, "leave it out"),
        ("lit && 1 == 1", "always-true", 7, "1 == 1"),
        ("true", "always-true", 0, "leave it out"),
    ],
)
def test_what_is_wrong_is_told_with_its_column_and_its_cure(condition, code, offset, cure):
    _, problems = check_condition(condition, EARLIER, LATER)
    assert [(problem.code, problem.offset) for problem in problems] == [(code, offset)], problems
    assert cure in problems[0].sentence


def test_all_that_is_wrong_is_told_at_once_and_in_order():
    _, problems = check_condition('wher == "x" && crew && where == "streat" && width == "a"', EARLIER, LATER)
    assert [problem.code for problem in problems] == ["unknown-name", "later-question", "not-a-choice", "type-clash"]
    assert [problem.offset for problem in problems] == sorted(problem.offset for problem in problems)


@pytest.mark.parametrize(
    ("mapping", "code", "key", "item"),
    [
        ({"wher": "wires"}, "unknown-name", "wher", -1),
        ({"width": "3", "where": ["wires", "pank"]}, "not-a-choice", "where", 1),
        ({"lit": "maybe"}, "type-clash", "lit", -1),
        ({"width": ["3", "wide"]}, "type-clash", "width", 1),
        ({"animals": ["dog", "cta"]}, "not-a-choice", "animals", 1),
        ({"width": "300"}, "always-false", "width", -1),
        ({}, "condition-syntax", "", -1),
    ],
)
def test_a_problem_of_a_mapping_names_its_key_and_item(mapping, code, key, item):
    _, problems = check_condition(mapping, EARLIER, LATER)
    found = [(problem.code, problem.item) for problem in problems]
    assert found == [(code, item)] or (code == "always-false" and found == [(code, -1)])
    assert problems[0].key in (key, "")


def test_a_tree_is_checked_as_its_line_is():
    tree, problems = check_condition(parse('where == "streat"'), EARLIER)
    assert tree == parse('where == "streat"')
    assert [problem.code for problem in problems] == ["not-a-choice"]


def test_a_condition_that_cannot_be_read_gives_none():
    assert check_condition("where ==", EARLIER)[0] is None


def test_what_is_too_large_to_enumerate_is_not_judged():
    many = {f"q{n}": Domain("choice", tuple(f"k{m}" for m in range(9))) for n in range(9)}
    line = " && ".join(f'{name} in ["k0", "k1", "k2", "k3"] && {name} != "k7" && {name} != "k8"' for name in many)
    assert check_condition(line, many) == (parse(line), [])


def test_domains_come_from_questions():
    ask = {"en": "?", "es": "¿?"}
    choices = (Choice("a", {"en": "An A", "es": "Una A"}), Choice("b", {"en": "A B"}), Choice("c", {}))
    questions = (
        Question("where", "choice", ask, choices=choices, stop=Stop("a", "end")),
        Question("width", "number", ask, minimum=1, when=WIRES),
        Question("phone", "phone", ask),
    )
    domains = domains_of(questions, "es")
    assert domains["where"] == Domain("choice", ("a", "b", "c"), ("Una A", "A B", "c"), stops=("a",))
    assert domains["width"] == Domain("number", minimum=1, when=WIRES)
    assert domains["phone"].kind == "text"


# ---------------------------------------------------------------- against trying everything
SMALL = {
    "a": Domain("choice", ("x", "y", "z")),
    "b": Domain("truth", when=parse('a == "x"')),
    "n": Domain("number", minimum=0, maximum=4),
    "m": Domain("number"),
    "s": Domain("choices", ("d", "e", "f"), when=parse("n > 1"), stops=("f",)),
}
SETS = [(), ("d",), ("e",), ("d", "e")]
GRID = {
    "a": ["x", "y", "z", None],
    "b": [True, False, None],
    "n": [value / 4 for value in range(17)] + [None],
    "m": [value / 4 for value in range(-6, 26)] + [None],
    "s": [*SETS[1:], None],
}
small_numbers = st.integers(-1, 5).map(str)
small_atoms = st.one_of(
    st.sampled_from(["b", "!b", "b == false", "answered(n)", "answered(b)", '"d" in s', '"e" in s', "n < m", "n == m"]),
    st.builds('a {} "{}"'.format, st.sampled_from(["==", "!="]), st.sampled_from("xyz")),
    st.builds("{} {} {}".format, st.sampled_from("nm"), st.sampled_from(["<", "<=", "==", "!=", ">"]), small_numbers),
    st.builds("size(s) {} {}".format, st.sampled_from(["<", "==", ">"]), st.integers(0, 3)),
)
small_lines = st.recursive(
    small_atoms,
    lambda inner: st.one_of(
        st.builds("({}) && ({})".format, inner, inner),
        st.builds("({}) || ({})".format, inner, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=4,
)


def brute_force(tree, looked_at) -> set[bool]:
    found = set()
    for combination in product(*(GRID[name] for name in looked_at)):
        values = {name: value for name, value in zip(looked_at, combination, strict=True) if value is not None}
        if all((SMALL[name].when is None or evaluate(SMALL[name].when, values)) for name in values):
            found.add(evaluate(tree, values))
        if len(found) == 2:
            break
    return found


@given(small_lines)
@settings(max_examples=300, deadline=None)
def test_always_true_and_always_false_agree_with_trying_everything(line):
    tree = parse(line)
    looked_at = [
        name for name in SMALL if name in line.replace("answered", "?").replace("size", "?").replace("false", "?")
    ]
    deciders = {"b": "a", "s": "n"}
    looked_at = [name for name in SMALL if name in looked_at or name in {deciders.get(other) for other in looked_at}]
    _, problems = check_condition(line, SMALL)
    whole = {problem.code for problem in problems if problem.sentence.startswith(("this is", "no answers make this"))}
    expected = {frozenset({True}): {"always-true"}, frozenset({False}): {"always-false"}}
    assert whole == expected.get(frozenset(brute_force(tree, looked_at)), set())

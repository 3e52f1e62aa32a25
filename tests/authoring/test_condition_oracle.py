"""Our conditions against CEL itself: with every question answered in its own type, both must say the same.

Where CEL is left on purpose is tested elsewhere: unanswered names are no errors but false, `answered(x)`, `not`, dashes in
names, integers and floats compare freely, and a clash of types at run time is false.
"""

import re

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.authoring.condition_checks import check_condition
from taker311.authoring.condition_domain import Domain
from taker311.authoring.condition_text import parse, to_text
from taker311.intake.condition import evaluate

KEYS = ["street", "park", "it's", 'say "x"', "é\n"]
ENVIRONMENT = cel.NewEnv(
    variables={
        "where": cel.Type.STRING,
        "other": cel.Type.STRING,
        "place.kind": cel.Type.STRING,
        "width": cel.Type.DYN,
        "height": cel.Type.DYN,
        "sparks": cel.Type.BOOL,
        "animals": cel.Type.List(cel.Type.STRING),
    }
)

numbers = st.one_of(st.integers(-3, 5), st.sampled_from([-1.5, 0.0, 0.5, 2.5, 3.0, 1e20]))
keys = st.sampled_from(KEYS)
environments = st.fixed_dictionaries(
    {
        "where": keys,
        "other": keys,
        "place.kind": st.sampled_from(["address", "street"]),
        "width": numbers,
        "height": numbers,
        "sparks": st.booleans(),
        "animals": st.lists(keys, max_size=3, unique=True),
    }
)


def quoted(key: str, quote: str) -> str:
    return quote + key.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n") + quote


texts = st.builds(quoted, keys, st.sampled_from("\"'"))
written_numbers = numbers.map(repr)
equality = st.sampled_from(["==", "!="])
order = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
blank = st.sampled_from(["", " ", "  "])
text_names = st.sampled_from(["where", "other", "place.kind"])
number_names = st.sampled_from(["width", "height"])


def line(*parts):
    return st.tuples(*parts).map(" ".join)


def listed(items):
    return st.lists(items, max_size=3).map(lambda found: "[" + ", ".join(found) + "]")


sizes = st.sampled_from(["size(animals)", "size(where)"])
atoms = st.one_of(
    line(text_names, order, st.one_of(texts, text_names)),
    line(texts, order, text_names),
    line(number_names, order, st.one_of(written_numbers, number_names, sizes)),
    line(written_numbers, order, number_names),
    line(sizes, order, st.integers(0, 3).map(str)),
    line(st.one_of(texts, text_names), st.just("in animals")),
    line(text_names, st.just("in"), listed(texts)),
    line(number_names, st.just("in"), listed(written_numbers)),
    st.sampled_from(["sparks", "!sparks", "!!sparks", "sparks == true", "false != sparks", "true", "false"]),
    st.sampled_from(["answered(where)", "answered(animals)"]),
)


def grown(inner):
    bracketed = inner.map(lambda text: f"({text})")
    return st.one_of(
        st.builds("{}{}&&{}{}".format, inner, blank, blank, inner),
        st.builds("{}{}||{}{}".format, inner, blank, blank, inner),
        bracketed,
        bracketed.map(lambda text: "!" + text),
        bracketed.map(lambda text: "not " + text),
        line(bracketed, equality, st.one_of(bracketed, st.sampled_from(["sparks", "!sparks", "true"]))),
    )


expressions = st.recursive(atoms, grown, max_leaves=6)


def asked_of_cel(text: str, environment: dict) -> bool:
    text = re.sub(r"answered\(\w+\)", "true", text)
    text = re.sub(r"\bnot \(", "!(", text)
    return ENVIRONMENT.compile(text).eval(data=environment).plain_value()


def agree(text, answered):
    tree = parse(text)
    for environment in answered:
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in environment.items()}
        assert evaluate(tree, values) is asked_of_cel(text, environment)
    assert asked_of_cel(to_text(tree), answered[0]) is asked_of_cel(text, answered[0])


several = st.lists(environments, min_size=3, max_size=3)


@given(expressions, several)
@settings(max_examples=2_000, deadline=None)
def test_cel_says_the_same_of_every_expression(text, answered):
    agree(text, answered)


@pytest.mark.soak
@given(expressions, several)
@settings(max_examples=10_000, deadline=None)
def test_cel_says_the_same_of_ten_thousand_expressions(text, answered):
    agree(text, answered)


TYPED = cel.NewEnv(
    variables={
        "name": cel.Type.STRING,
        "width": cel.Type.INT,
        "sparks": cel.Type.BOOL,
        "animals": cel.Type.List(cel.Type.STRING),
    }
)
DOMAINS = {
    "name": Domain("text"),
    "width": Domain("number"),
    "sparks": Domain("truth"),
    "animals": Domain("choices", ("dog", "cat")),
}
things = st.sampled_from(["name", "width", "sparks", "animals", '"dog"', "3", "true", "size(animals)", "size(name)"])
loose = st.one_of(
    line(things, order, things),
    line(things, st.just("in animals")),
    line(things, st.sampled_from(['in ["dog"]', "in [1, 2]", "in [true]"])),
    st.sampled_from(["name", "width", "sparks", "animals", "!width", "!sparks", "size(width) > 1", "size(sparks) > 1"]),
)


@given(
    st.recursive(
        loose, lambda inner: st.one_of(line(inner, st.just("&&"), inner), inner.map("!({})".format)), max_leaves=3
    )
)
@settings(max_examples=500, deadline=None)
def test_whatever_cels_own_type_checker_refuses_is_refused_here(text):
    try:
        refused = TYPED.compile(text).return_type().name() != "BOOL"
    except RuntimeError:
        refused = True
    _, problems = check_condition(text, DOMAINS)
    if refused:
        assert any(problem.code in ("type-clash", "not-a-choice") for problem in problems), text

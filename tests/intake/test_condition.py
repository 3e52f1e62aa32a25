"""What conditions mean at the desk: unanswered is false, nothing raises, and the values come from answers alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.base.codec import pack, unpack
from taker311.intake.condition import MAX_DEPTH, evaluate, names, values_of
from taker311.intake.model import Answer
from taker311.knowledge.model import And, Answered, Compare, Condition, Const, In, Name, Not, Or, Size
from taker311.places.model import Place

OPS = ["==", "!=", "<", "<=", ">", ">="]


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("side", ["left", "right", "both"])
def test_an_unanswered_question_makes_a_comparison_false(op, side):
    left = Const(1) if side == "right" else Name("width")
    right = Const(1) if side == "left" else Name("width")
    assert not evaluate(Compare(op, left, right), {})


@pytest.mark.parametrize("op", OPS)
def test_two_kinds_never_compare(op):
    for left, right in [(1, "1"), (True, 1), (False, "no"), ("", 0)]:
        assert not evaluate(Compare(op, Const(left), Const(right)), {})
        assert not evaluate(Compare(op, Name("x"), Const(right)), {"x": left})


def test_a_number_is_the_same_with_and_without_a_point():
    assert evaluate(Compare("==", Name("width"), Const(3.0)), {"width": 3})
    assert evaluate(In(Name("width"), (1, 3)), {"width": 3.0})


def test_in_and_size_of_an_unanswered_question_are_false():
    assert not evaluate(In(Name("where"), ("street",)), {})
    assert not evaluate(In(Const("dog"), name="animals"), {})
    assert not evaluate(Compare("<", Size("animals"), Const(5)), {})
    assert not evaluate(In(Size("animals"), (0, 1, 2)), {})


def test_one_among_several_choices_is_found():
    values = {"animals": ("dog", "cat"), "worst": "cat", "name": "dogma"}
    assert evaluate(In(Const("dog"), name="animals"), values)
    assert evaluate(In(Name("worst"), name="animals"), values)
    assert not evaluate(In(Const("bat"), name="animals"), values)
    assert not evaluate(In(Const("dog"), name="name"), values), "a text holds letters and no choices"
    assert evaluate(Compare("==", Size("animals"), Const(2)), values)
    assert not evaluate(Compare("==", Name("animals"), Const("dog")), values)


def test_truth_stands_alone_and_turned_round():
    assert evaluate(Name("sparks"), {"sparks": True})
    assert not evaluate(Name("sparks"), {"sparks": False})
    assert not evaluate(Name("sparks"), {})
    assert evaluate(Not(Name("sparks")), {}), "nothing known of sparks is not sparks"
    assert not evaluate(Compare("==", Name("sparks"), Const(False)), {}), "but it is no 'no' either"


@pytest.mark.parametrize("value", ["true", 1, 3.5, ("a",), ""])
def test_what_is_no_truth_is_false_where_truth_is_asked(value):
    assert not evaluate(Name("x"), {"x": value})


def test_a_comparison_may_itself_be_compared():
    known = Compare("==", Compare(">", Name("width"), Const(3)), Name("sparks"))
    assert evaluate(known, {"width": 5, "sparks": True})
    assert evaluate(known, {"width": 1, "sparks": False})
    assert evaluate(known, {"sparks": False}), "a comparison without an answer is false, and false it stays"


def test_nothing_of_all_is_true_and_nothing_of_any_is_false():
    assert evaluate(And(()), {})
    assert not evaluate(Or(()), {})


scalars = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=4))
ids = st.sampled_from(["a", "b", "c", "place.kind"])
leaves = st.one_of(st.builds(Const, scalars), st.builds(Name, ids), st.builds(Size, ids), st.builds(Answered, ids))


def grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Compare, st.sampled_from(OPS), inner, inner),
        st.builds(In, inner, st.lists(scalars, max_size=3).map(tuple), st.one_of(st.just(""), ids)),
        st.builds(Not, inner),
        st.builds(And, several),
        st.builds(Or, several),
    )


trees = st.recursive(leaves, grown, max_leaves=12)
values = st.dictionaries(ids, st.one_of(scalars, st.lists(st.text(max_size=3), max_size=3).map(tuple)))


@given(trees, values)
@settings(max_examples=500, deadline=None)
def test_no_tree_and_no_values_ever_raise(tree, known):
    assert evaluate(tree, known) in (True, False)
    assert set(names(tree)) <= {"a", "b", "c", "place.kind"}


@given(trees, values)
@settings(max_examples=200, deadline=None)
def test_only_the_names_of_a_condition_decide_it(tree, known):
    looked_at = {name: value for name, value in known.items() if name in names(tree)}
    assert evaluate(tree, known) == evaluate(tree, looked_at)


@given(trees.filter(lambda tree: "nan" not in repr(tree)))
@settings(max_examples=200, deadline=None)
def test_a_condition_travels_in_a_bundle_unchanged(tree):
    try:
        packed = pack(tree)
    except OverflowError:  # beyond 64 bits, which the parser does not let in
        return
    assert unpack(packed, Condition) == tree


def test_a_tree_deeper_than_any_author_writes_is_no_danger():
    tree: Condition = Name("a")
    for _ in range(50_000):
        tree = And((tree,))
    assert not evaluate(tree, {"a": True})
    assert names(tree) == ("a",)
    shallow: Condition = Name("a")
    for _ in range(MAX_DEPTH - 1):
        shallow = And((shallow,))
    assert evaluate(shallow, {"a": True})
    while isinstance(tree, And):  # taken apart by hand: freeing it in one go recurses in C
        tree = tree.items[0]


def test_names_come_once_and_in_order():
    tree = And((In(Const("dog"), name="b"), Compare("<", Size("a"), Name("c")), Or((Answered("d"), Not(Name("b"))))))
    assert names(tree) == ("b", "a", "c", "d")


def test_an_answer_without_a_value_is_no_value():
    answers = {
        "where": Answer("park"),
        "width": Answer(None, "unknown"),
        "height": Answer(3, "unknown"),
        "name": Answer(""),
        "animals": Answer(()),
        "sparks": Answer(False),
        "count": Answer(0),
        "seen": Answer("gate", "inferred"),
    }
    assert values_of(answers) == {"where": "park", "sparks": False, "count": 0, "seen": "gate"}


def test_a_place_gives_its_kind_its_landmark_and_its_districts():
    park = Place("landmark", "Harbor Park", 1.0, 2.0, districts={"ward": "5", "trash_day": ""}, landmark_kind="park")
    assert values_of({}, park) == {"place.kind": "landmark", "place.landmark": "park", "place.ward": "5"}


def test_only_a_landmark_has_a_landmark_kind():
    odd = Place("address", "1 Park Street", landmark_kind="park", districts={"kind": "x", "landmark": "y"})
    assert values_of({}, odd) == {"place.kind": "address"}

"""Conditions as authors write them: what they mean, where they are wrong, and back into one line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.authoring.condition_domain import Domain
from taker311.authoring.condition_text import (
    RESERVED,
    ConditionError,
    from_mapping,
    mapping_marked,
    parse,
    parse_marked,
    to_text,
)
from taker311.intake.condition import MAX_DEPTH, evaluate
from taker311.knowledge.model import And, Answered, Compare, Condition, Const, In, Name, Not, Or, Size

WHERE = Compare("==", Name("where"), Const("street"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('where == "street"', WHERE),
        ("where=='street'", WHERE),
        ('"street" == where', Compare("==", Const("street"), Name("where"))),
        ('where == "street" && width > 3', And((WHERE, Compare(">", Name("width"), Const(3))))),
        ("a || b && !c", Or((Name("a"), And((Name("b"), Not(Name("c"))))))),
        ("(a || b) && c", And((Or((Name("a"), Name("b"))), Name("c")))),
        ("a && (b && c)", And((Name("a"), And((Name("b"), Name("c")))))),
        ("where in [\"street\", 'park']", In(Name("where"), ("street", "park"))),
        ("width in [1, -2.5, 1e3]", In(Name("width"), (1, -2.5, 1000.0))),
        ('"dog" in animals', In(Const("dog"), name="animals")),
        ("size(animals) >= 2", Compare(">=", Size("animals"), Const(2))),
        ("answered(place.ward)", Answered("place.ward")),
        ("size == answered", Compare("==", Name("size"), Name("answered"))),
        ("tree-width > -3", Compare(">", Name("tree-width"), Const(-3))),
        ("sparks == true", Compare("==", Name("sparks"), Const(True))),
        ('not where == "street"', Not(WHERE)),
        ('!(where == "street")', Not(WHERE)),
        ('!where == "street"', Compare("==", Not(Name("where")), Const("street"))),
        ("not a && b", And((Not(Name("a")), Name("b")))),
        ("!!a", Not(Not(Name("a")))),
        ("(a == b) == c", Compare("==", Compare("==", Name("a"), Name("b")), Name("c"))),
        (r'x == "it\'s \"\u00e9\x41\U0001F333\\\n"', Compare("==", Name("x"), Const("it's \"éA🌳\\\n"))),
    ],
)
def test_a_line_means_its_tree(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "offset", "word"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ('where = "a"', 6, "=="),
        ("a & b", 2, "&&"),
        ("a | b", 2, "||"),
        ("a and b", 2, "&&"),
        ("a || b or c", 7, "||"),
        ("1 < width < 10", 10, "&&"),
        ("a == b in [1]", 7, "one comparison"),
        ('where not in ["a"]', 6, "not (x in"),
        ("where == “street”", 9, "straight quotes"),
        ("where in [street]", 10, "quotes around 'street'"),
        ("where in 3", 9, "a list"),
        ("where in [1 2]", 12, ", or ]"),
        ("where in [1,]", 12, "a number or a text"),
        ("zip == 02134", 7, "begin with 0"),
        ("width > 3in", 8, "no number"),
        ("width > 9223372036854775808", 8, "too large"),
        ("width > 1e999", 8, "too large"),
        ("width + 1 > 3", 6, "do not calculate"),
        ("width - 1 > 3", 6, "&& or ||"),
        ("width >", 7, "the end"),
        ("(a || b", 7, ")"),
        ("a)", 1, "')'"),
        ('x == "abc', 5, "not closed"),
        (r'x == "a\qb"', 7, "escape"),
        (r'x == "\ud800"', 6, "escape"),
        ('x == "a\\', 7, "escape"),
        ("length(x) > 3", 0, "only size(x)"),
        ('size("abc") > 3', 5, "a question's id"),
        ("size(true) > 3", 5, "a question's id"),
        ("answered(x", 10, ")"),
        ("a == null", 5, "'null'"),
        ("a ? b : c", 2, "&& and ||"),
        ("ä == 1", 0, "'ä'"),
        ("a\x1b[2J", 1, "no meaning"),
        ("a\n== @", 5, "'@'"),
    ],
)
def test_a_wrong_line_is_told_at_its_column(text, offset, word):
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert (caught.value.offset, word in caught.value.sentence) == (offset, True), caught.value.sentence
    assert caught.value.sentence.isprintable()


def test_a_hostile_line_is_refused_and_not_recursed_into():
    for text in ["(" * 1000, "!" * 1000 + "a", "not " * 400 + "a", "a == " + "9" * 1990, "(" * 16 + "a" + ")" * 16]:
        with pytest.raises(ConditionError):
            parse(text)
    with pytest.raises(ConditionError, match="2000 characters"):
        parse("a || " * 1000 + "a")


def test_the_deepest_line_is_not_too_deep_for_the_evaluator():
    text = "a"
    for _ in range(15):
        text = f"b || a && true == ({text})"
    tree = parse(text)
    assert _depth(tree) <= MAX_DEPTH
    assert evaluate(tree, {"a": True})


def _depth(tree: Condition) -> int:
    parts = [getattr(tree, name) for name in ("item", "left", "right") if hasattr(tree, name)]
    return 1 + max((_depth(part) for part in [*parts, *getattr(tree, "items", ())]), default=0)


def test_every_node_knows_its_column():
    tree, mark = parse_marked('a && size(bb) > 3 || "x" in [1, 22]')
    assert isinstance(tree, Or)
    size = mark.kid(0).kid(1).kid(0)
    assert (mark.offset, size.offset, size.kid(0).offset) == (0, 5, 10)
    assert [mark.kid(1).kid(part).offset for part in range(3)] == [21, 29, 32]


def test_the_reserved_words_are_no_names():
    for word in RESERVED:
        with pytest.raises(ConditionError):
            parse(f"{word} == 3 && a == {word} && x in {word}")


names = st.from_regex(r"[a-z][a-z0-9_]{0,3}(-[a-z0-9]{1,2})?(\.[a-z]{1,3})?", fullmatch=True).filter(
    lambda name: name not in RESERVED
)
finite = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    finite,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)
leaves = st.one_of(
    st.builds(Const, scalars), st.builds(Name, names), st.builds(Size, names), st.builds(Answered, names)
)


def grown(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), inner, inner),
        st.builds(In, inner, st.lists(scalars, max_size=3).map(tuple)),
        st.builds(In, inner, name=names),
        st.builds(Not, inner),
        st.builds(And, several),
        st.builds(Or, several),
    )


@given(st.recursive(leaves, grown, max_leaves=8))
@settings(max_examples=600, deadline=None)
def test_a_tree_written_and_read_is_the_same_tree(tree):
    text = to_text(tree)
    assert text.isprintable()
    assert parse(text) == tree


pieces = [*"ab1.-\"'\\ ()[]!&|=<>,", " in ", "not ", "size(", "answered(", "&&", "||", "=="]


@given(st.lists(st.sampled_from(pieces), max_size=20).map("".join))
@settings(max_examples=500, deadline=None)
def test_any_line_is_read_or_refused_within_itself(text):
    offset, tree = 0, None
    try:
        tree = parse(text)
    except ConditionError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)
    assert tree is None or parse(to_text(tree)) == tree


def test_a_bundle_of_none_or_one_is_written_by_what_it_means():
    assert to_text(And(())) == "true"
    assert to_text(Or(())) == "false"
    assert to_text(Not(And((WHERE,)))) == '!(where == "street")'


DOMAINS = {
    "where": Domain("choice", ("street", "wires", "no")),
    "sparks": Domain("truth"),
    "width": Domain("number"),
    "animals": Domain("choices", ("dog", "cat")),
    "zip": Domain("text"),
}


@pytest.mark.parametrize(
    ("mapping", "line"),
    [
        ({"where": "wires"}, 'where == "wires"'),
        ({"where": "no"}, 'where == "no"'),
        ({"where": "wires", "sparks": "yes"}, 'where == "wires" && sparks == true'),
        ({"sparks": ["No", True]}, "sparks in [false, true]"),
        ({"width": ["1", "-2.5", 3]}, "width in [1, -2.5, 3]"),
        ({"width": "wide"}, 'width == "wide"'),
        ({"zip": "02134"}, 'zip == "02134"'),
        ({"animals": "dog"}, '"dog" in animals'),
        ({"animals": ["dog"]}, '"dog" in animals'),
        ({"animals": ["dog", "cat"], "width": "2"}, '("dog" in animals || "cat" in animals) && width == 2'),
        ({"place.kind": ["landmark", "address"]}, 'place.kind in ["landmark", "address"]'),
    ],
)
def test_a_mapping_means_all_of_its_keys_and_any_of_a_list(mapping, line):
    assert from_mapping(mapping, DOMAINS) == parse(line)


def test_without_domains_a_mapping_keeps_what_stands_there():
    assert from_mapping({"width": "2", "animals": ["dog"]}) == parse('width == "2" && animals in ["dog"]')


def test_an_empty_mapping_is_no_condition():
    with pytest.raises(ConditionError, match="empty"):
        from_mapping({})


def test_a_mapping_remembers_key_and_item():
    _, mark = mapping_marked({"where": "wires", "animals": ["dog", "cat"]}, DOMAINS)
    first, second = mark.kid(0).kid(1), mark.kid(1).kid(1).kid(0)
    assert (first.key, first.item, second.key, second.item) == ("where", -1, "animals", 1)

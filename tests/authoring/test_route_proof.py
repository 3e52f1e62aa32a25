"""The proof of the routes: what nobody takes, what two rows claim, what is never reached; and that it is the truth."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.authoring.condition_domain import domains_of, place_domains
from taker311.authoring.condition_space import space
from taker311.authoring.condition_text import parse
from taker311.authoring.route_cubes import Leaves
from taker311.authoring.route_proof import prove
from taker311.intake.condition import evaluate
from taker311.knowledge.model import Choice, Question, Route, Stop

ASK = {"en": "?"}
PLACES = {"ward": ("1", "2", "3"), "landmark": ("park", "school")}


def choices(**labels):
    return tuple(Choice(key, {"es": label.upper(), "en": label}) for key, label in labels.items())


WHERE = Question(
    "where",
    "choice",
    ASK,
    choices=choices(street="Street", park="In a park", private="Private land", wires="Touching a wire"),
)
SPARKS = Question("sparks", "yesno", ASK, when=parse('where == "wires"'), stop=Stop(True, "emergency"))
WIDTH = Question("width", "number", ASK, minimum=1, maximum=200)
ANIMALS = Question("animals", "choices", ASK, choices=choices(dog="Dog", cat="Cat", bat="Bat"))
QUESTIONS = (WHERE, SPARKS, WIDTH, ANIMALS)


def rows(*conditions):
    return tuple(Route("x", parse(text) if text else None) for text in conditions)


def told(*conditions, questions=QUESTIONS, **options):
    found = prove(questions, rows(*conditions), PLACES, language="en", **options)
    return [(problem.code, problem.sentence) for problem in found.problems]


ALL = ('where == "street"', 'where == "park"', 'where == "private"', 'where == "wires"')


def test_a_whole_table_is_proved():
    result = prove(QUESTIONS, rows(*ALL, None), PLACES)
    assert (result.proved, result.combinations) == (True, 5)


def test_doesnt_know_is_missing_where_nobody_takes_it():
    assert told(*ALL) == [("route-missing", "nobody takes: where = doesn't know")]


def test_a_missing_combination_is_told_in_the_words_of_the_choices():
    table = (*ALL[:2], ALL[3], "not answered(where)", 'where == "private" && answered(width)')
    assert told(*table) == [("route-missing", "nobody takes: where = Private land, width = doesn't know")]


def test_words_come_in_the_language_that_is_asked_for():
    result = prove(QUESTIONS, rows(*ALL[1:], "not answered(where)"), PLACES, language="es")
    assert [problem.sentence for problem in result.problems] == ["nobody takes: where = STREET"]


def test_two_rows_that_claim_the_same_are_told():
    found = prove(QUESTIONS, rows(ALL[0], ALL[1], 'where in ["street", "private"]', None), PLACES, language="en")
    assert [(p.code, p.sentence, p.rows) for p in found.problems] == [
        ("route-overlap", "rows 1 and 3 both claim where = Street", (1, 3))
    ]


def test_a_row_that_nothing_reaches_is_told():
    assert told(ALL[0], "width > 300", None) == [
        ("route-never", "row 2 is never reached: no combination of answers leads to it")
    ]


def test_numbers_are_told_as_spans():
    assert told("width < 10", "width > 10 && width <= 20") == [
        ("route-missing", "nobody takes: width = 10 or over 20 up to 200 or doesn't know")
    ]


def test_several_choices_are_proved_by_their_combinations():
    assert told('"dog" in animals', '"cat" in animals', None) == [
        ("route-overlap", "rows 1 and 2 both claim animals = Dog and Cat")
    ]
    assert told('"dog" in animals', '"cat" in animals && !("dog" in animals)', None) == []


def test_what_a_hidden_question_would_be_is_not_asked_for():
    table = ('where == "wires" && sparks == false', 'where == "wires" && !answered(sparks)')
    assert told(*table, *ALL[:3], "!answered(where)") == []
    assert told("sparks == false", ALL[0], None) == []


def test_hidden_reaches_through_questions_that_hide_each_other():
    first = Question("first", "yesno", ASK)
    second = Question("second", "yesno", ASK, when=parse("first"))
    third = Question("third", "yesno", ASK, when=parse("second"))
    assert told("third", "!first", None, questions=(first, second, third)) == []
    assert told("third && !first", None, questions=(first, second, third))[0][0] == "route-never"


def test_an_answer_that_stops_the_script_is_outside_the_proof():
    assert told("sparks", None)[0][0] == "route-never"
    stop = Question("kind", "choices", ASK, choices=choices(a="A", b="B"), stop=Stop("b", "end"))
    assert told('"b" in kind', None, questions=(stop,))[0][0] == "route-never"


def test_geography_stands_beside_questions():
    table = ('place.kind == "landmark" && place.landmark == "park"', 'place.kind == "address"')
    assert told(*table) == [
        ("route-missing", "nobody takes: place.kind = intersection or block or unverified or not known"),
        ("route-missing", "nobody takes: place.kind = landmark, place.landmark = school or not known"),
    ]


def test_a_required_place_is_always_known_and_no_place_never():
    table = ('place.kind == "address"', 'place.kind == "unverified"')
    assert told(*table, location="required", location_kinds=("address",)) == []
    assert told(*table, location_kinds=("address",)) == [("route-missing", "nobody takes: place.kind = not known")]
    assert [code for code, _ in told(*table, None, location="none")] == ["route-never", "route-never"]


def test_a_place_that_nobody_could_verify_is_taken_whatever_kinds_are_named():
    assert told('place.kind == "address"', location="required", location_kinds=("address",)) == [
        ("route-missing", "nobody takes: place.kind = unverified")
    ]


def test_a_district_is_unknown_where_there_is_no_place():
    table = ('place.ward == "1"', 'place.ward in ["2", "3"]')
    assert told(*table, 'place.kind != "block" && !answered(place.ward)') == [
        ("route-missing", "nobody takes: place.kind = not known"),
        ("route-missing", "nobody takes: place.kind = block, place.ward = not known"),
    ]
    assert told(*table, "!answered(place.ward)") == []


def test_otherwise_is_the_last_row_and_the_only_one():
    assert told(None, ALL[0])[0] == (
        "route-otherwise",
        "row 1 says otherwise and is not the last row; move it to the end",
    )
    assert told(ALL[0], None, None)[0] == ("route-otherwise", "row 3 says otherwise, as row 2 does; keep one")
    assert told(None) == []


def test_a_script_without_routes_reaches_nobody():
    assert told() == [("route-missing", "nobody takes: everything")]


def test_answers_compared_with_each_other_are_not_proved():
    other = Question("height", "number", ASK)
    assert told("width > height", None, questions=(WIDTH, other))[0][0] == "route-not-provable"


def test_a_text_of_a_certain_order_and_length_is_not_proved():
    free = Question("detail", "text", ASK)
    assert told('detail > "m"', "size(detail) > 3", None, questions=(free,))[0][0] == "route-not-provable"
    assert told('detail == "x"', 'detail != "x"', None, questions=(free,)) == []


def wide(count, keys):
    labels = {f"k{n}": f"K{n}" for n in range(keys)}
    return tuple(Question(f"q{n}", "choice", ASK, choices=choices(**labels)) for n in range(count))


def test_more_than_a_hundred_thousand_combinations_are_refused():
    questions = wide(6, 9)
    line = " && ".join(f'q{n} in ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7"]' for n in range(6))
    found = prove(questions, rows(line, None), {})
    assert [problem.code for problem in found.problems] == ["too-many-combinations"]
    assert found.combinations == 0
    assert "100,000" in found.problems[0].sentence


def test_many_members_of_one_question_are_refused_before_they_are_made():
    labels = {f"k{n}": f"K{n}" for n in range(40)}
    crowd = Question("crowd", "choices", ASK, choices=choices(**labels))
    line = " || ".join(f'"k{n}" in crowd' for n in range(40))
    assert told(line, None, questions=(crowd,))[0][0] == "too-many-combinations"


def test_many_choices_that_no_row_names_are_counted():
    assert told('q0 == "k0"', "!answered(q0)", questions=wide(1, 200)) == [
        ("route-missing", "nobody takes: q0 = one of the 199 that no row names")
    ]


def test_choices_that_no_row_names_are_tried_once():
    result = prove(wide(6, 200), rows(*(f'q{n} == "k0"' for n in range(6)), None), {})
    assert result.combinations == 3**6


def test_a_long_list_of_holes_is_counted_and_not_printed():
    questions = wide(4, 9)
    table = [f'q{n} == "k{k}" && q{n + 1} == "k{k}"' for n in range(3) for k in range(7)]
    missing = [sentence for code, sentence in told(*table, questions=questions) if code == "route-missing"]
    assert len(missing) == 10
    assert missing[-1].endswith("more combinations)")


# ---------------------------------------------------------------- against trying everything
GRID = {
    "a": ["x", "y", "z", None],
    "b": [True, False, None],
    "n": [value / 2 for value in range(9)] + [None],
    "s": [("d",), ("e",), ("d", "e"), None],
    "place.kind": ["address", "landmark", "unverified", None],
    "place.landmark": ["park", "school", None],
}
hiding = st.sampled_from(
    [None, 'a == "x"', 'a != "x"', "!answered(a)", "b", "!b", "n > 1", '"d" in s', 'place.kind == "landmark"']
)
numbers = st.integers(0, 4)
atoms = st.one_of(
    st.builds('a {} "{}"'.format, st.sampled_from(["==", "!="]), st.sampled_from("xyz")),
    st.sampled_from(["b", "!b", "b == false", "answered(b)", 'a in ["x", "z"]', '"d" in s', '"e" in s', "size(s) > 1"]),
    st.sampled_from(['place.kind == "address"', 'place.landmark == "park"', "answered(place.landmark)"]),
    st.builds("n {} {}".format, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), numbers),
)
lines = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({}) && ({})".format, inner, inner),
        st.builds("({}) || ({})".format, inner, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=3,
)
LANDMARK = parse('place.kind == "landmark"')


def combinations_of(questions):
    """Every combination that can come about, by the rules alone and value by value."""
    whens = {"place.landmark": LANDMARK} | {q.id: q.when for q in questions if q.when}
    stops = {q.id: q.stop.on for q in questions if q.stop}
    found = [{}]
    for name in ["place.kind", "place.landmark", *(question.id for question in questions)]:
        grown = []
        for values in found:
            asked = name not in whens or evaluate(whens[name], values)
            grown += [
                values if value is None else {**values, name: value}
                for value in (GRID[name] if asked else [None])
                if value is None or value != stops.get(name)
            ]
        found = grown
    return found


@st.composite
def scripts(draw):
    def when(earlier):
        text = draw(hiding)
        return parse(text) if text and any(word in text for word in earlier) else None

    stop = draw(st.sampled_from([None, Stop(True, "end")]))
    return (
        Question("a", "choice", ASK, choices=choices(x="X", y="Y", z="Z")),
        Question("b", "yesno", ASK, when=when(["a "]), stop=stop),
        Question("n", "number", ASK, minimum=0, maximum=4, when=when(["a ", "b", "place"])),
        Question("s", "choices", ASK, choices=choices(d="D", e="E"), when=when(["a ", "b", "n "])),
    )


@given(scripts(), st.lists(lines, min_size=1, max_size=3), st.booleans())
@settings(max_examples=250, deadline=None)
def test_the_proof_agrees_with_trying_everything(questions, table, otherwise):
    routes = rows(*table, *([None] if otherwise else []))
    conditions = [parse(text) for text in table]
    claims = set()
    for values in combinations_of(questions):
        claims.add(tuple(evaluate(condition, values) for condition in conditions))
    found = prove(questions, routes, {"landmark": ("park", "school")}, location_kinds=("address", "landmark"))
    codes = {(problem.code, problem.rows) for problem in found.problems}
    numbered = range(1, len(table) + 1)
    expected = {("route-never", (row,)) for row in numbered if not any(claim[row - 1] for claim in claims)}
    expected |= {
        ("route-overlap", (one, two))
        for one, two in product(numbered, numbered)
        if one < two and any(claim[one - 1] and claim[two - 1] for claim in claims)
    }
    if not otherwise and any(not any(claim) for claim in claims):
        expected.add(("route-missing", ()))
    assert codes == expected


@given(scripts(), lines, lines, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_cubes_cover_what_they_tell_and_nothing_else(questions, one, two, random):
    domains = {**place_domains({"landmark": ("park", "school")}), **domains_of(questions)}
    found = Leaves.of(space([parse(one), parse(two)], domains, limit=10_000))
    wanted = random.getrandbits(len(found.space.leaves)) & found.every
    covered = 0
    for cube, new in found.cubes(wanted):
        assert found.inside(cube) & ~wanted == 0
        assert new
        assert new & covered == 0
        assert found.words(cube)
        covered |= new
    assert covered == wanted

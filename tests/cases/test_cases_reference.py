from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from taker311.cases.reference import (
    ALPHABET,
    CAPACITY,
    References,
    desk_code,
    format_ref,
    is_ref,
    parse_ref,
    spoken,
)

counters = st.integers(0, CAPACITY - 1)
references = st.builds(
    lambda number, key, counter: References(desk_code(number, source="allotted"), key).at(counter),
    st.integers(0, 5289),
    st.binary(min_size=16, max_size=16),
    counters,
)


def test_a_reference_is_read_in_groups_and_spoken_in_words():
    assert format_ref("K3F7QX2D") == "K3F-7QX2-D"
    assert spoken("K3F7QX2D", "en") == (
        ("Kilo", "three", "Foxtrot"),
        ("seven", "Quebec", "X-ray", "two"),
        ("Delta",),
    )
    assert spoken("K3F7QX2D", "es")[0] == ("Kilo", "tres", "Francia")
    assert spoken("K3F7QX2D", "xx") == spoken("K3F7QX2D", "en")


def test_no_two_characters_of_the_alphabet_are_taken_for_one_another():
    assert not set(ALPHABET) & set("OILSZBGAEUVNP")
    for lang in ("en", "es"):
        words = [spoken(c * 8, lang)[0][0] for c in ALPHABET]
        assert len(set(words)) == len(ALPHABET)


@given(references)
def test_what_the_desk_made_is_read_back_however_it_is_typed(ref):
    assert parse_ref(format_ref(ref).lower()) == ref
    assert parse_ref(" ".join(ref)) == ref
    assert parse_ref(ref.replace("0", "O").replace("1", "l").replace("5", "s").replace("2", "z")) == ref


@given(references, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(ref, place, other):
    wrong = ref[:place] + other + ref[place + 1 :]
    assert (parse_ref(wrong) is None) == (wrong != ref)


@given(references, st.integers(0, 6))
def test_two_swapped_neighbours_are_always_noticed(ref, place):
    swapped = ref[:place] + ref[place + 1] + ref[place] + ref[place + 2 :]
    assert (parse_ref(swapped) is None) == (swapped != ref)


@given(st.text())
def test_any_text_is_a_reference_or_none(text):
    ref = parse_ref(text)
    assert ref is None or is_ref(ref)


def test_all_counters_of_a_desk_give_different_references():
    made = References("K3F", b"k" * 16)
    assert len({made.at(n) for n in range(20_000)}) == 20_000


@given(counters, counters)
def test_two_counters_never_give_one_reference(one, other):
    made = References("K3F", b"k" * 16)
    assert (made.at(one) == made.at(other)) == (one == other)


def test_neighbouring_cases_do_not_look_like_neighbours():
    made = References("K3F", b"k" * 16)
    same_beginning = sum(made.at(n)[3:5] == made.at(n + 1)[3:5] for n in range(500))
    assert same_beginning < 20


def test_codes_drawn_by_chance_never_meet_allotted_ones():
    allotted = {desk_code(n, source="allotted") for n in range(5290)}
    drawn = {desk_code(n, source="random") for n in range(6877)}
    assert len(allotted) == 5290
    assert len(drawn) == 6877
    assert not allotted & drawn


def test_the_key_does_not_show_in_the_repr():
    assert "secret" not in repr(References("K3F", b"secret-secret-16"))

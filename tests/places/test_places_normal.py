"""Words, names and numbers as they are written and read out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taker311.places.normal import HouseNumber, StreetName, house_number, read_out, take_apart, words_of
from taker311.places.tables import STREET_TYPES


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Third St.", ["3rd", "st"]),
        ("twenty-first & 3rd", ["21st", "&", "3rd"]),
        ("twenty second", ["22nd"]),
        ("twenty washington", ["twenty", "washington"]),
        ("fortieth", ["40th"]),
        ("St. Mary's/Elm", ["st", "marys", "&", "elm"]),
        ("1204-1210 Wáshington", ["1204-1210", "washington"]),
        ("apt #2", ["apt", "#", "2"]),
        ("12 1/2 elm", ["12half", "elm"]),
        ("séptima y décima", ["7th", "y", "10th"]),
        ("3th ave", ["3rd", "ave"]),
    ],
)
def test_words_are_folded_and_ordinals_are_digits(typed: str, words: list[str]) -> None:
    assert words_of(typed) == words


@pytest.mark.parametrize(
    ("name", "core", "kind", "direction"),
    [
        ("N Main St", "main", "street", "north"),
        ("Main St N", "main", "street", "north"),
        ("E St", "e", "street", ""),
        ("North Street", "north", "street", ""),
        ("St James Ave", "saintjames", "avenue", ""),
        ("Saint James Avenue", "saintjames", "avenue", ""),
        ("Broadway", "broadway", "", ""),
        ("Court St", "court", "street", ""),
        ("Avenue", "avenue", "", ""),
        ("Customs House Street", "customshouse", "street", ""),
    ],
)
def test_a_streets_name_is_taken_apart(name: str, core: str, kind: str, direction: str) -> None:
    assert take_apart(tuple(words_of(name))) == StreetName(core, kind, direction)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Washington St", "Washington Street"),
        ("W Broadway", "West Broadway"),
        ("St James Ave", "Saint James Avenue"),
        ("D St", "D Street"),
        ("E St", "E Street"),
        ("Main St N", "Main Street North"),
        ("Third Street", "Third Street"),
        ("Martin Luther King Jr Blvd", "Martin Luther King Jr Boulevard"),
    ],
)
def test_a_streets_name_is_read_out_in_full(written: str, said: str) -> None:
    assert read_out(written) == said
    assert read_out(said) == said


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1204", HouseNumber(1204, 1204, "1204")),
        ("17a", HouseNumber(17, 17, "17A")),
        ("12-14", HouseNumber(12, 14, "12-14")),
        ("124-26", HouseNumber(124, 126, "124-26")),
        ("11-13A", HouseNumber(11, 13, "11-13A")),
        ("12 1/2", HouseNumber(12, 12, "12 1/2")),
        ("3rd", None),
        ("elm", None),
        ("", None),
        ("12345678", None),
    ],
)
def test_house_numbers_are_read(text: str, number: HouseNumber | None) -> None:
    assert house_number(text) == number


def test_no_abbreviation_stands_for_two_types() -> None:
    forms = [form for full, others in STREET_TYPES.items() for form in (full, *others)]
    assert len(forms) == len(set(forms))


@given(st.text())
def test_any_text_gives_few_words_without_blanks(text: str) -> None:
    words = words_of(text)
    assert len(words) <= 18
    assert all(word and not any(c.isspace() for c in word) for word in words)
    house_number(text)
    read_out(text)

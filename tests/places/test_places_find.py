"""What a caller's words must find in the demo city."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places_data import demo_gazetteer

from taker311.places.index import PlaceIndex
from taker311.places.model import PlaceHit


@pytest.fixture(scope="module")
def index() -> PlaceIndex:
    return PlaceIndex.in_memory(demo_gazetteer())


def first(index: PlaceIndex, typed: str) -> PlaceHit:
    return index.find(typed)[0]


def labels(index: PlaceIndex, typed: str) -> list[str]:
    return [hit.place.label for hit in index.find(typed)]


CROSSING = {"Elm Street and Third Street", "Third Street and Elm Street"}


@pytest.mark.parametrize(
    "typed",
    [
        "corner of elm n 3rd",
        "elm & third",
        "3rd and elm",
        "elm/3rd",
        "Elm St @ Third St",
        "third st. and elm st.",
        "elm third",
        "elm and 3",
        "esquina de elm y tercera",
        "elm con tercera",
        "the corner of third and elm, right by the light",
        "elm between third and fourth",
    ],
)
def test_a_crossing_is_found_however_it_is_said(index: PlaceIndex, typed: str) -> None:
    hit = first(index, typed)
    assert hit.place.kind == "intersection"
    assert hit.place.label in CROSSING
    assert hit.place.districts["ward"] == "1"


@pytest.mark.parametrize(
    "typed",
    [
        "1204 Washington Street",
        "1204 washington st",
        "1204 WASHINGTON",
        "1204 Washington St.",
        "washington 1204",
        "calle Washington numero 1204",
        "1204 on washington street",
        "1204 washington st ward 5",
        "1204 washington, downtown",
        "at 1204 Washington Street please",
    ],
)
def test_an_address_is_found_exactly_when_its_words_are_right(index: PlaceIndex, typed: str) -> None:
    hit = first(index, typed)
    assert (hit.place.kind, hit.place.label, hit.exact) == ("address", "1204 Washington Street", True)
    assert hit.place.typed == typed


@pytest.mark.parametrize(
    "typed", ["1204 Wshington", "1204 washignton stret", "1204 washingtn st", "12 o4 washington", "1204 washingt"]
)
def test_a_slip_still_finds_the_address_and_is_not_called_exact(index: PlaceIndex, typed: str) -> None:
    hit = first(index, typed)
    assert (hit.place.label, hit.exact, hit.place.typed) == ("1204 Washington Street", False, typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("in front of the library", "Central Library"),
        ("frente a la biblioteca", "Central Library"),
        ("across from city hall", "Port Ellery City Hall"),
        ("by the ferry terminal", "Ferry Terminal"),
        ("maple hill libary", "Maple Hill Branch Library"),
        ("engine 2", "Fire Station 2"),
        ("el faro", "Ellery Lighthouse"),
        ("st mary church", "Saint Mary Church"),
        ("st. mary's school", "Saint Mary School"),
        ("roosevelt high", "Roosevelt High School"),
        ("harbor park", "Harbor Park"),
        ("the old bridge", "Main Street Bridge"),
    ],
)
def test_a_landmark_is_found_by_its_names_and_its_kind(index: PlaceIndex, typed: str, name: str) -> None:
    hit = first(index, typed)
    assert (hit.place.kind, hit.place.label) == ("landmark", name)
    assert hit.place.landmark_kind


def test_a_landmark_brings_its_street_address_along(index: PlaceIndex) -> None:
    assert first(index, "central library").place.address == "866 Monroe Street"
    assert first(index, "1204 washington st").place.address == ""


def test_all_landmarks_of_a_kind_are_offered(index: PlaceIndex) -> None:
    assert {name for name in labels(index, "the library") if "Library" in name} == {
        "Central Library",
        "Harbor Branch Library",
        "Maple Hill Branch Library",
        "Northgate Branch Library",
    }


def test_a_block_is_found_and_belongs_to_its_street(index: PlaceIndex) -> None:
    for typed in ("400 block of Main", "400 block main st", "the 400 block on Main Street", "cuadra 400 de main"):
        hit = first(index, typed)
        assert (hit.place.kind, hit.place.label, hit.exact) == ("block", "400 block of Main Street", True)


@pytest.mark.parametrize(
    ("typed", "detail"),
    [
        ("1204 washington apt 3", "apt 3"),
        ("1204 washington st #2", "#2"),
        ("1204 washington st apt #2b", "apt 2b"),
        ("1204 washington 2nd floor", "2nd floor"),
        ("1204 washington street apartment 3 second floor", "apartment 3 2nd floor"),
        ("behind 1204 washington st", "behind"),
        ("across the street from 1204 washington, unit 4", "unit 4, across the street from"),
    ],
)
def test_what_helps_a_crew_is_kept_as_detail(index: PlaceIndex, typed: str, detail: str) -> None:
    hit = first(index, typed)
    assert (hit.place.label, hit.place.detail) == ("1204 Washington Street", detail)


def test_a_missing_house_number_offers_its_neighbours_and_its_block_and_says_so(index: PlaceIndex) -> None:
    hits = index.find("1207 washington st")
    assert all(not hit.exact for hit in hits)
    assert hits[0].place.label == "1204 Washington Street"
    assert "1200 block of Washington Street" in [hit.place.label for hit in hits]


def test_a_block_that_the_street_does_not_have_offers_the_nearest_and_says_so(index: PlaceIndex) -> None:
    hit = first(index, "4200 block of main")
    assert (hit.place.label, hit.exact) == ("2800 block of Main Street", False)


def test_two_streets_that_do_not_meet_are_not_made_to(index: PlaceIndex) -> None:
    for typed in ("main and elm", "third and fifth", "1st & 1st"):
        assert not any(hit.exact for hit in index.find(typed))
        assert "intersection" not in {hit.place.kind for hit in index.find(typed)}


def test_without_its_type_every_street_of_that_name_is_a_candidate(index: PlaceIndex) -> None:
    found = " / ".join(labels(index, "9 elm"))
    assert "Elm Street" in found
    assert "Elm Court" in found
    assert {"Washington Street", "Washington Avenue"} <= {
        name.split(" block of ")[1] for name in labels(index, "washington") if " block of " in name
    }


def test_a_typed_type_decides_between_streets_of_one_name(index: PlaceIndex) -> None:
    assert labels(index, "elm ct")[0].endswith("Elm Court")
    assert labels(index, "elm st")[0].endswith("Elm Street")
    assert first(index, "third ave and north bank rd").place.label == "Third Avenue and North Bank Road"
    assert first(index, "washington ave & washington st").place.label == "Washington Avenue and Washington Street"


def test_a_direction_is_part_of_a_name(index: PlaceIndex) -> None:
    assert first(index, "2465 e canal st").place.label == "2465 East Canal Street"
    assert labels(index, "n bank rd")[0].endswith("North Bank Road")


def test_words_that_point_nowhere_find_nothing(index: PlaceIndex) -> None:
    for typed in ("", "   ", "the", "🔥🔥🔥", "\x00\x1b]0;x\x07", "?!.,;", "qqqqqqqqq zzzzzzzz"):
        assert index.find(typed) == ()
    assert index.find("elm", limit=0) == ()


def test_a_number_alone_is_offered_only_where_few_houses_have_it(index: PlaceIndex) -> None:
    assert labels(index, "2863") == ["2863 Tenth Street"]
    assert index.find("14") == ()


def test_nothing_is_called_exact_while_a_word_is_not_understood(index: PlaceIndex) -> None:
    hit = first(index, "pothole at 1204 washington st by the bank")
    assert (hit.place.label, hit.exact) == ("1204 Washington Street", False)


def test_a_named_district_that_is_wrong_is_not_called_exact(index: PlaceIndex) -> None:
    assert first(index, "1204 washington st ward 5").exact
    assert not first(index, "1204 washington st ward 6").exact


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_whatever_gives_clean_candidates_in_order(index: PlaceIndex, typed: str) -> None:
    hits = index.find(typed)
    assert len(hits) <= 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert 0 <= hit.score <= 1
        assert hit.place.verified
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in hit.place.typed)


def test_a_flood_of_text_is_cut_and_answered(index: PlaceIndex) -> None:
    assert index.find("a" * 10_000) == ()
    assert index.find("elm & third " * 1_000)[0].place.label in CROSSING
    assert len(index.find("elm & third " * 1_000)[0].place.typed) <= 240

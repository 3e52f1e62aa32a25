"""Whole-city checks: every label finds its own place, and a slip of the finger still does."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from places_data import ROOT, demo_gazetteer, load_module

from taker311.places.index import PlaceIndex
from taker311.places.normal import read_out

SAMPLE = 200


@pytest.fixture(scope="module")
def index() -> PlaceIndex:
    return PlaceIndex.in_memory(demo_gazetteer())


def slip(word: str, chance: random.Random) -> str:
    """One insert, delete, substitution or swap of neighbours that changes the word."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    while True:
        place = chance.randrange(len(word))
        made = {
            0: word[:place] + chance.choice(letters) + word[place:],
            1: word[:place] + word[place + 1 :],
            2: word[:place] + chance.choice(letters) + word[place + 1 :],
            3: word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        }[chance.randrange(4)]
        if made != word:
            return made


def test_an_address_finds_itself_by_its_own_label(index: PlaceIndex) -> None:
    for row in random.Random(1).sample(demo_gazetteer().addresses, 400):
        label = f"{row.number} {read_out(row.street)}"
        hit = index.find(label)[0]
        assert (hit.place.label, hit.exact) == (label, True)
        assert (hit.place.lat, hit.place.lon) == (row.lat, row.lon)
        assert tuple(hit.place.districts.values()) == row.districts


def test_a_crossing_finds_itself_in_either_order(index: PlaceIndex) -> None:
    for row in random.Random(2).sample(demo_gazetteer().intersections, 300):
        one = index.find(f"{row.first} and {row.second}")[0]
        other = index.find(f"{row.second.lower()} & {row.first.lower()}")[0]
        assert one.exact
        assert other.exact
        assert (one.place.lat, one.place.lon) == (other.place.lat, other.place.lon) == (row.lat, row.lon)
        assert one.place.label == f"{row.first} and {row.second}"


def test_a_landmark_finds_itself_by_each_of_its_names(index: PlaceIndex) -> None:
    for row in demo_gazetteer().landmarks:
        for name in (row.name, *row.also):
            hits = index.find(name)
            assert row.name in [hit.place.label for hit in hits[:2]], name


def found_after_a_slip(index: PlaceIndex, rows: list[tuple[str, str]], seed: int) -> float:
    """The share of (number, street) whose label is in the top three after one slip in a word of five letters or more."""
    chance = random.Random(seed)
    good = 0
    for number, street in rows:
        words = street.split()
        place = chance.choice([i for i, word in enumerate(words) if len(word) >= 5])
        words[place] = slip(words[place].lower(), chance)
        top = [hit.place.label for hit in index.find(f"{number} {' '.join(words)}")[:3]]
        good += f"{number} {street}" in top
    return good / len(rows)


def test_one_slip_in_a_streets_name_keeps_the_place_in_the_top_three(index: PlaceIndex) -> None:
    rows = [
        (row.number, row.street)
        for row in demo_gazetteer().addresses
        if any(len(word) >= 5 for word in row.street.split()[:-1])
    ]
    for seed in (311, 312):
        assert found_after_a_slip(index, random.Random(seed).sample(rows, SAMPLE), seed) >= 0.97


def test_bostons_addresses_and_crossings_are_found_by_their_written_names() -> None:
    shared = Path(os.environ.get("TAKER311_SHARED", ROOT.parent / "shared")) / "data" / "places"
    if not (shared / "boston_addresses.csv").exists():
        pytest.skip("Boston's places are not at hand (TAKER311_SHARED)")
    gazetteer = load_module(ROOT / "benchmarks" / "places.py").boston(shared)
    boston = PlaceIndex.in_memory(gazetteer)
    addresses = random.Random(3).sample(gazetteer.addresses, 300)
    own = sum(
        any(
            abs((hit.place.lat or 0) - row.lat) < 1e-3 and abs((hit.place.lon or 0) - row.lon) < 1e-3
            for hit in boston.find(f"{row.number} {row.street}, {row.districts[0]}")[:3]
        )
        for row in addresses
    )
    crossings = random.Random(4).sample(gazetteer.intersections, 200)
    met = sum(
        any(
            abs((hit.place.lat or 0) - row.lat) < 1e-3
            for hit in boston.find(f"corner of {row.second.lower()} n {row.first.lower()}")[:3]
        )
        for row in crossings
    )
    assert own / len(addresses) >= 0.98
    assert met / len(crossings) >= 0.97

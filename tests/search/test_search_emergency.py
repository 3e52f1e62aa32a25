"""Emergency words: heard through slips, never out of thin air."""

from __future__ import annotations

import pytest
from search_city import SMALL

from taker311.search.index import SearchIndex

INDEX = SearchIndex.build(SMALL)


@pytest.mark.parametrize(
    ("query", "phrase"),
    [
        ("I smell gas", "gas smell"),
        ("there is a gas smell", "gas smell"),
        ("smell of gas in the hall", "gas smell"),
        ("it smells like gas", "smells like gas"),
        ("gas leek", ""),
        ("gas smel", "gas smell"),
        ("my house is on fire", "on fire"),
        ("he is not breathing", "not breathing"),
        ("not breathign", "not breathing"),
        ("she cant breathe", "can't breathe"),
        ("she can’t breathe", "can't breathe"),
        ("a wire is on the ground", "wire on the ground"),
        ("kid is drowing", "drowning"),
        ("someone was shot", "shot"),
        ("a boy got hit by a car", "hit by a car"),
        ("SMOKE COMING OUT of the window", "smoke coming out"),
    ],
)
def test_emergency_words_are_heard(query: str, phrase: str) -> None:
    heard = INDEX.emergency(query, "en")
    assert (heard.phrase if heard else "") == phrase


@pytest.mark.parametrize(
    "query",
    [
        "gas bill", "help with my gas bill", "gas bil smell", "fire hydrant", "on the fire hydrant", "flu shot", "where can I get a flu shot",
        "the dog was hit by a car", "gas", "fire", "smell", "short", "shop", "shoot hoops", "car wash", "ground floor wire",
        "I want to report a pothole", "2 holes near the fire house", "tree on the road on site, fire crew there", "branch attached to the tree",
        "I tripped on the sidewalk", "my gas bill is too high and the trash smells",
    ],
)  # fmt: skip
def test_everyday_words_raise_no_alarm(query: str) -> None:
    assert INDEX.emergency(query, "en") is None


def test_an_exception_hides_only_its_own_words() -> None:
    assert INDEX.emergency("I came about the gas bill and now I smell gas", "en") is not None


def test_words_of_the_citys_other_language_are_heard_too() -> None:
    heard = INDEX.emergency("huele a gas", "en")
    assert heard is not None
    assert heard.lang == "es"


def test_the_matched_words_are_the_callers_own() -> None:
    heard = INDEX.emergency("please, Gas   SMELL here", "en")
    assert heard is not None
    assert heard.matched == "Gas SMELL"


def test_a_half_typed_phrase_raises_nothing_yet() -> None:
    assert INDEX.emergency("not brea", "en") is None

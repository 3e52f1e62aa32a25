"""Bad input has an answer too."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_city import SMALL, city, knowledge

from taker311.knowledge.model import Knowledge
from taker311.search.index import SearchIndex

INDEX = SearchIndex.build(SMALL)
EMPTY = SearchIndex.build(Knowledge(city=city(), agencies=(), topics=(), scripts=()))


@pytest.mark.parametrize("query", ["", " ", "\t\n", "?!...", "--- ''", "\x00\x1b[2J\x07", "\u202e\u2066", "___", "’"])
def test_a_query_without_a_word_finds_nothing(query: str) -> None:
    assert INDEX.search(query) == ()
    assert INDEX.emergency(query, "en") is None


def test_ten_thousand_letters_are_answered_from_their_beginning() -> None:
    assert INDEX.search("pothole " * 1250)[0].id == "pothole"
    assert INDEX.search("x" * 10_000) == ()
    assert INDEX.search("pothole" + "x" * 9_993) == () or INDEX.search("pothole" + "x" * 9_993)[0].id == "pothole"


def test_control_characters_between_words_are_no_letters() -> None:
    assert INDEX.search("pot\x1b[31mhole graffiti")[0].id in {"pothole", "graffiti"}
    assert INDEX.search("graffiti\x00 wall")[0].id == "graffiti"


@pytest.mark.parametrize("query", ["улица яма", "道路に穴がある", "حفرة في الشارع", "🕳️🛣️", "ﬁre", "ｐｏｔｈｏｌｅ"])
def test_other_scripts_are_read_and_never_fail(query: str) -> None:
    INDEX.search(query)


def test_full_width_letters_are_letters() -> None:
    assert INDEX.search("ｐｏｔｈｏｌｅ")[0].id == "pothole"


def test_an_index_of_no_topics_finds_nothing() -> None:
    assert EMPTY.search("pothole") == ()
    assert EMPTY.search("pothole", fill=True) == ()
    assert EMPTY.emergency("gas smell", "en") is not None


def test_an_unknown_language_is_searched_all_the_same() -> None:
    assert INDEX.search("pothole", "xx")[0].id == "pothole"


def test_a_limit_of_nothing_gives_nothing() -> None:
    assert INDEX.search("pothole", limit=0) == ()
    assert INDEX.search("pothole", limit=-3) == ()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered_with_spans_inside_the_texts(query: str) -> None:
    hits = INDEX.search(query)
    assert hits == INDEX.search(query)
    for hit in hits:
        assert all(0 <= start < end <= len(hit.title) for start, end in hit.title_spans)
        assert all(0 <= start < end <= len(hit.why) for start, end in hit.why_spans)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["big", "hole", "in", "my", "street", "garbage", "truck", "never", "came", "water", "dog"]),
        min_size=1,
        max_size=6,
    )
)
def test_capitals_never_change_the_order(words: list[str]) -> None:
    query = " ".join(words)
    assert [h.id for h in INDEX.search(query)] == [h.id for h in INDEX.search(query.upper())]


def test_a_base_of_one_topic_without_a_said_is_found() -> None:
    from search_city import topic

    index = SearchIndex.build(knowledge(topic("only", "Dog license")))
    assert index.search("dog")[0].id == "only"
    assert index.search("licence dog")[0].id == "only"

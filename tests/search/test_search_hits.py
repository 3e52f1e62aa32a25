"""What a caller's words find."""

from __future__ import annotations

import pytest
from search_city import SMALL, knowledge, topic

from taker311.search.index import SearchIndex
from taker311.search.model import Hit


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return SearchIndex.build(SMALL)


def first(index: SearchIndex, query: str, lang: str = "en") -> str:
    hits = index.search(query, lang)
    return hits[0].id if hits else ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("pothole", "pothole"),
        ("hole in my road", "pothole"),
        ("road hole", "pothole"),
        ("potholes", "pothole"),
        ("POTHOLE!!", "pothole"),
        ("they didnt collect my garbage", "missed-trash"),
        ("please um there is a hole", "pothole"),
    ],
)
def test_words_find_their_topic_in_any_order_form_and_case(index: SearchIndex, query: str, expected: str) -> None:
    assert first(index, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [("potohle", "pothole"), ("graffitti", "graffiti"), ("grafiti remuval", "graffiti"), ("grbage", "missed-trash"), ("abandonned vehical", "abandoned-car")],
)  # fmt: skip
def test_a_slip_of_the_keyboard_still_finds_the_topic(index: SearchIndex, query: str, expected: str) -> None:
    assert first(index, query) == expected


def test_words_written_as_they_sound_are_found(index: SearchIndex) -> None:
    assert first(index, "grafeety") == "graffiti"
    assert first(index, "nabor loud") == "noise"


@pytest.mark.parametrize("query", ["street light out", "streetlight out", "stret light", "strretlight"])
def test_joined_and_split_words_find_the_same_topic(index: SearchIndex, query: str) -> None:
    assert first(index, query) == "streetlight"


def test_two_words_run_together_are_taken_apart(index: SearchIndex) -> None:
    assert first(index, "barkingdog") == "noise"
    assert first(index, "pot hole") == "pothole"


@pytest.mark.parametrize("length", range(3, 9))
def test_the_last_word_may_be_half_typed(index: SearchIndex, length: int) -> None:
    assert first(index, "graffiti"[:length]) == "graffiti"


def test_ordinals_numbers_and_street_abbreviations_are_the_same_word(index: SearchIndex) -> None:
    for query in ("3rd avenue closed", "third ave closed", "3 av closure"):
        assert first(index, query) == "avenue-closure"


def test_initials_find_a_title(index: SearchIndex) -> None:
    assert first(index, "snap") == "snap"


def test_spanish_words_find_a_topic_whose_title_is_english(index: SearchIndex) -> None:
    for lang in ("es", "en"):
        assert first(index, "hoyo en la calle", lang) == "pothole"
        assert first(index, "un vache enorme", lang) == "pothole"


def test_an_accent_more_or_less_changes_nothing(index: SearchIndex) -> None:
    assert first(index, "póthole") == "pothole"


def test_german_umlauts_match_however_they_are_written() -> None:
    base = knowledge(
        topic("trash", "Müll", "der Mülleimer ist überfüllt"), topic("lamp", "Laterne", "die Laterne ist aus")
    )
    german = SearchIndex.build(type(base)(city=_german_city(), agencies=(), topics=_german(base), scripts=()))
    assert [first(german, query, "de") for query in ("muelleimer", "Mülleimer", "mulleimer ueberfuellt")] == [
        "trash"
    ] * 3


def test_a_query_of_fillers_alone_brings_up_nothing_first_that_a_real_word_would_not(index: SearchIndex) -> None:
    assert first(index, "the pothole is there") == first(index, "pothole")


@pytest.mark.parametrize("query", ["qqqq", "zzzz", "xyzzy"])
def test_unknown_words_find_nothing(index: SearchIndex, query: str) -> None:
    assert index.search(query) == ()


def test_no_topic_is_hit_without_a_score(index: SearchIndex) -> None:
    assert all(hit.score > 0 for hit in index.search("a hole"))


def test_the_spans_are_the_words_that_matched(index: SearchIndex) -> None:
    hit = index.search("hole road")[0]
    assert (hit.why, spans(hit.why, hit)) == ("hole in the road", ["hole", "road"])


def test_the_title_explains_a_hit_by_itself(index: SearchIndex) -> None:
    hit = index.search("pothole")[0]
    assert (hit.why, hit.title_spans) == ("", ((0, 7),))


def test_words_that_learning_counts_in_a_topics_favour_are_named(index: SearchIndex) -> None:
    assert "garbage" in index.search("they never took the garbage")[0].words


def test_a_bulletin_that_matches_comes_first_and_is_marked(index: SearchIndex) -> None:
    hits = index.search("is the water safe to drink")
    assert (hits[0].kind, hits[0].id) == ("bulletin", "boil-water")
    assert first(index, "boil water") == "boil-water"


def test_a_rumour_that_matches_comes_first_and_is_marked(index: SearchIndex) -> None:
    hit = index.search("the bridge fell down")[0]
    assert (hit.kind, hit.id) == ("rumour", "bridge-fell")


def test_a_notice_that_shares_one_word_of_many_does_not_push_in(index: SearchIndex) -> None:
    assert first(index, "water bill too high") == "water-bill"
    assert first(index, "tagging on the bridge") == "graffiti"


def test_more_letters_never_empty_the_list(index: SearchIndex) -> None:
    query = "garbage truck never came"
    assert all(index.search(query[:n]) for n in range(1, len(query) + 1))


def test_a_finished_word_is_not_completed(index: SearchIndex) -> None:
    assert "graffiti" in {hit.id for hit in index.search("graf")}
    assert index.search("gr ") == ()


def test_the_list_can_be_filled_up_for_measuring(index: SearchIndex) -> None:
    assert len(index.search("qqqq", fill=True)) == 10
    assert len({hit.id for hit in index.search("pothole", limit=14, fill=True)}) == 14


def test_a_topic_without_learned_weights_is_not_drowned() -> None:
    before = knowledge(
        *[
            topic(f"old-{i}", f"Old thing {i}", *[f"the {word} of kind {i}" for word in ("lamp", "bench", "fence")])
            for i in range(9)
        ]
    )
    learned = SearchIndex.build(before).learned
    after = knowledge(*before.topics, topic("new", "Scooter left on the lamp path", "scooter blocks the way"))
    assert first(SearchIndex.build(after, learned), "a scooter blocks the lamp path") == "new"


def spans(text: str, hit: Hit) -> list[str]:
    return [text[start:end] for start, end in hit.why_spans]


def _german_city() -> object:
    from search_city import city

    return city("de")


def _german(base: object) -> tuple[object, ...]:
    from taker311.knowledge.model import Topic

    return tuple(Topic(id=t.id, theme=t.theme, agency=t.agency, texts={"de": t.texts["en"]}) for t in base.topics)  # type: ignore[attr-defined]

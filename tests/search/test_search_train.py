"""The trainer, its table, and what of a caller's words may leave the desk."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from taker311.base.codec import pack
from taker311.search.features import features, stem_feature
from taker311.search.learned import Linear, read
from taker311.search.learning import counted, learn
from taker311.search.suggest import words_that_may_leave
from taker311.search.tables import Table, packed
from taker311.search.train import Example, score, train, unit
from taker311.search.words import fold_word, other_forms, sound, split, stem, tokens

ROWS = [
    ("big hole in the road", "a"),
    ("hole in my street", "a"),
    ("tree fell down", "b"),
    ("the tree is dead", "b"),
    ("loud music", "c"),
]


def lesson(rows: list[tuple[str, str]] = ROWS, most: int = 10_000) -> bytes:
    return learn(
        [(counted(text, "en"), name) for text, name in rows],
        ["a", "b", "c"],
        source="test",
        made="2026-11-25",
        most=most,
    )


def scores(part: bytes, text: str) -> list[float]:
    learned = read(part)
    assert learned is not None
    found = [0.0] * 4
    Linear(learned, {"a": 0, "b": 1, "c": 2}).add(found, dict(counted(text, "en")), 1.0)
    return found


def test_a_wording_scores_highest_for_its_own_topic() -> None:
    for text, name in ROWS:
        found = scores(lesson(), text)
        assert found.index(max(found)) == "abc".index(name)


def test_the_same_wordings_give_the_same_bytes() -> None:
    assert lesson() == lesson()


def test_the_part_holds_no_more_weights_than_allowed_and_still_speaks() -> None:
    small = lesson(most=12)
    assert len(small) < len(lesson())
    assert scores(small, "tree")[1] > 0


def test_the_part_carries_its_source_and_date() -> None:
    learned = read(lesson())
    assert learned is not None
    assert (learned.source, learned.made) == ("test", "2026-11-25")


def test_a_text_that_shares_nothing_scores_nothing() -> None:
    assert scores(lesson(), "zzzz") == [0.0] * 4


def test_rivals_are_the_only_topics_that_weights_are_made_against() -> None:
    vector = unit({1: 1, 2: 1}, {1: 1.0, 2: 1.0})
    weights = train([Example(vector, 0, frozenset({0, 1})), Example(vector, 2, frozenset({2}))])
    assert set(score(weights, vector)) <= {0, 1, 2}
    assert score(weights, vector)[0] > 0


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 2**32 - 1),
        st.lists(st.tuples(st.integers(0, 90_000), st.integers(-127, 127)), max_size=5),
        max_size=20,
    )
)
def test_a_table_gives_back_every_row(rows: dict[int, list[tuple[int, int]]]) -> None:
    table = Table(packed(rows, "b"))
    for key, row in rows.items():
        assert sorted(table.row(table.find(key))) == sorted(row)
    assert table.find(2**32 - 1 if 2**32 - 1 not in rows else max(set(range(50)) - set(rows))) == -1


def test_features_are_stems_pairs_and_pieces() -> None:
    found = list(features(["big", "holes"], ["big", "hole"]))
    assert found[0] == stem_feature("big")
    assert len(found) == 2 + 1 + 2 + 4


def test_words_are_folded_with_their_places() -> None:
    assert [(t.word, t.start, t.end) for t in tokens("Señor's can’t  A1!")] == [
        ("senor", 0, 7),
        ("cant", 8, 13),
        ("a1", 15, 17),
    ]
    assert fold_word("Straße") == "strasse"
    assert split("") == []


def test_stems_and_sounds_belong_to_their_language() -> None:
    assert stem("potholes", "en") == stem("pothole", "en")
    assert stem("calles", "es") == stem("calle", "es")
    assert stem("muelleimer", "de") == stem("mulleimer", "de")
    assert sound("vache", "es") == sound("bache", "es")
    assert sound("grafeety", "en") == sound("graffiti", "en")
    assert sound("abc", "en") == ""


def test_numbers_and_short_forms_have_their_other_forms() -> None:
    assert "third" in other_forms("3rd", "en")
    assert "3" in other_forms("3rd", "en")
    assert "avenue" in other_forms("ave", "en")
    assert "av" in other_forms("avenue", "en")


def test_only_words_of_the_base_leave_the_desk() -> None:
    known = {"big", "hole", "park", "911"}
    assert words_that_may_leave("Mrs Gonzalez: BIG hole at 12 Park, call 555-0142", known) == "… BIG hole … Park …"
    assert words_that_may_leave("911", known) == "…"
    assert words_that_may_leave("", known) == ""


def test_a_part_whose_table_does_not_hold_together_is_passed_over() -> None:
    learned = read(lesson())
    assert learned is not None
    rows = learned.rows
    broken = [
        structs.replace(learned, topics=("a",), examples=(1,)),
        structs.replace(learned, examples=()),
        structs.replace(learned, rows=structs.replace(rows, starts=rows.starts[:-4])),
        structs.replace(learned, rows=structs.replace(rows, holders=rows.holders[:-3])),
        structs.replace(learned, rows=structs.replace(rows, notes=b"")),
    ]
    assert [read(pack(one)) for one in broken] == [None] * 5
    assert read(pack(learned)) == learned

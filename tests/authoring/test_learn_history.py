"""What is learned from callers' history, and what never is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from taker311.authoring.learn import History, Lesson, Request, read_history, review_text, teach
from taker311.authoring.private_words import PrivateWords, personal_names, public_words
from taker311.base.errors import UserError
from taker311.knowledge.model import Address, City, EmergencyCard, Gazetteer, Knowledge, Script, Topic, TopicText
from taker311.search.features import pieces, stem_feature
from taker311.search.index import SearchIndex
from taker311.search.learned import read
from taker311.search.tables import Table
from taker311.search.words import split, stem

CITY = City(
    id="c", names={"en": "C"}, languages=("en",), time_zone="UTC", greeting={"en": "Hello."}, opens="08:00", closes="17:00",
    working_days=(0,), closures=(), closures_until=date(2030, 1, 1), themes=(), phones=(), emergency_words={},
    emergency_card=EmergencyCard(say={"en": "Stay."}),
)  # fmt: skip


def topic(name: str, title: str, *said: str, script: str = "", external: str = "") -> Topic:
    return Topic(
        id=name,
        theme="t",
        agency="a",
        script=script,
        external_id=external,
        texts={"en": TopicText(title=title, said=said)},
    )


BASE = Knowledge(
    city=CITY, agencies=(), scripts=(Script(id="hole", version=1, questions=(), routes=(), service="POT"),),
    topics=(topic("pothole", "Pothole", "hole in the road", script="hole"), topic("trash", "Missed trash", "trash not picked up", external="Trash & Recycling"),
            topic("park", "Park request", "park bench broken")),
)  # fmt: skip
STREETS = Gazetteer(
    addresses=(
        Address("1204", "Washington Street", 0, 0),
        Address("7", "Elm Street", 0, 0),
        Address("9", "Park Avenue", 0, 0),
    )
)


def taught(*rows: tuple[str, str], repeat: int = 6) -> Lesson:
    return teach(
        [Request(text, name) for text, name in rows * repeat], BASE, STREETS, source="h.csv", made="2026-11-25"
    )


def knows(lesson: Lesson, word: str, text: str = "") -> bool:
    """True when the learned part holds the word, or a letter piece that only this word of `text` could have brought."""
    learned = read(lesson.learned)
    assert learned is not None
    table = Table(learned.rows)
    plain = read(taught(("pothole", "pothole")).learned)
    assert plain is not None
    before = Table(plain.rows)
    others = {piece for other in split(text) if other != word for piece in pieces(other)}
    own = {stem_feature(stem(word, "en")), *pieces(word)} - others
    return any(table.find(one) >= 0 > before.find(one) for one in own)


PRIVATE = [
    ("my name is Zebulon Quigg, crater outside", ["zebulon", "quigg"]),
    ("Maria Gonzalez reports a crater", ["maria", "gonzalez"]),
    ("crater at 1204 Washington Street", ["1204", "washington"]),
    ("crater on elm street near elm", ["elm"]),
    ("call me at 555-0142 about the crater", ["555", "0142"]),
    ("write to zed.quux@example.org about the crater", ["zed", "quux", "example", "org"]),
    ("crater at 88 Old Zyzzyva Road", ["88", "zyzzyva"]),
    ("the crater by Wozniakowski again", ["wozniakowski"]),
    ("Mrs. Quillfeather says there is a crater", ["quillfeather"]),
    ("Rose Brown reports a crater", ["rose", "brown"]),
    ("see www.zquux.example/crater about the crater", ["zquux"]),
]


@pytest.mark.parametrize(("text", "words"), PRIVATE)
def test_personal_words_enter_neither_the_learned_part_nor_the_proposals(text: str, words: list[str]) -> None:
    lesson = taught((text, "pothole"), repeat=9)
    review = review_text(lesson, source="h.csv", made="2026-11-25")
    for word in words:
        assert not knows(lesson, word, text), word
        assert word not in split(review), word
    assert knows(lesson, "crater")


def test_a_word_of_the_bases_own_texts_stays_even_if_streets_and_people_are_called_so() -> None:
    words = PrivateWords(public_words(BASE), STREETS, "en").words("the park bench on Park Avenue")
    assert words == ["the", "park", "bench", "on", None]
    assert "park" in personal_names()


def test_a_new_word_needs_five_rows() -> None:
    assert not knows(taught(("deep crater", "pothole"), repeat=4), "crater")
    assert knows(taught(("deep crater", "pothole"), repeat=5), "crater")


def test_a_proposed_wording_needs_three_rows_of_its_topic() -> None:
    rows = [Request("trash pothole road", "pothole")] * 2
    assert teach(rows, BASE, STREETS, source="h", made="d").proposals == {}
    assert "pothole" in teach([*rows, rows[0]], BASE, STREETS, source="h", made="d").proposals


def test_wordings_that_the_topic_has_already_are_not_proposed() -> None:
    assert "hole in the road" not in review_text(taught(("hole in the road", "pothole")), source="h", made="d")


def test_a_wording_that_belongs_to_everybody_is_proposed_to_nobody() -> None:
    rows = (("please fix trash park", "pothole"), ("please fix trash park", "trash"), ("please fix trash park", "park"))
    assert taught(*rows).proposals == {}


def test_history_teaches_search_a_word_that_no_text_has() -> None:
    lesson = taught(("there is a crater", "pothole"), ("rubbish left behind", "trash"))
    assert SearchIndex.build(BASE, lesson.learned).search("crater")[0].id == "pothole"


def test_the_same_history_gives_the_same_bytes() -> None:
    rows = (("there is a crater", "pothole"), ("rubbish left behind", "trash"))
    assert taught(*rows).learned == taught(*rows).learned


def test_a_topic_of_few_requests_is_not_drowned_by_one_of_many() -> None:
    lesson = teach(
        [*[Request("the bench is broken", "trash")] * 60, *[Request("hole in the road", "pothole")] * 200], BASE, STREETS, source="h", made="d"
    )  # fmt: skip
    assert SearchIndex.build(BASE, lesson.learned).search("park bench broken")[0].id == "park"


def history(tmp_path: Path, text: str) -> History:
    path = tmp_path / "h.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return read_history(path, BASE)


def test_rows_name_their_topic_by_id_service_label_or_title(tmp_path: Path) -> None:
    found = history(tmp_path, "text,service\nhole,pothole\nhole,POT\nbag,Trash & Recycling\nbench,park request\n")
    assert [one.topic for one in found.requests] == ["pothole", "pothole", "trash", "park"]
    assert found.skipped == []


def test_broken_rows_are_told_with_their_line_skipped_and_counted(tmp_path: Path) -> None:
    found = history(
        tmp_path, "text,topic\nhole,pothole\n,pothole\nhole\nhole,nothing\n\n?!,trash\nbag,trash,more,\x00\n"
    )
    assert [one.topic for one in found.requests] == ["pothole", "trash"]
    assert [line.split(":")[0] for line in found.skipped] == ["line 3", "line 4", "line 5", "line 6", "line 7"]


def test_a_history_of_bytes_that_are_no_text_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_bytes(b"text,topic\nhole \xff\xfe,pothole\n")
    assert len(read_history(path, BASE).requests) == 1


@pytest.mark.parametrize("text", ["", "text,topic\n", "a,b\n1,2\n", "text\nhole\n"])
def test_a_history_without_its_columns_or_rows_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"h\.csv"):
        history(tmp_path, text)


def test_a_history_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError, match="can't be read"):
        read_history(Path("/nonexistent/h.csv"), BASE)

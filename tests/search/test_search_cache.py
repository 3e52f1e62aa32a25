"""The derived index between two starts, and in several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec import structs
from search_city import SMALL, knowledge, topic

from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import Bulletin, Gazetteer, Knowledge
from taker311.search.cache import cached_index, index_at_once, open_index
from taker311.search.index import SearchIndex


def bundle(base: Knowledge = SMALL, learned: bytes = b"") -> Bundle:
    return Bundle.from_bytes(encode_bundle(base, Gazetteer(), learned))


QUERIES = ("pothole", "big hole", "garbge", "is the water safe", "street light", "hoyo en la calle")


def test_an_index_that_went_through_bytes_answers_the_same() -> None:
    index = SearchIndex.build(SMALL)
    again = SearchIndex.from_bytes(index.to_bytes())
    assert [again.search(q) for q in QUERIES] == [index.search(q) for q in QUERIES]
    assert again.emergency("I smell gas", "en") == index.emergency("I smell gas", "en")


def test_the_same_knowledge_gives_the_same_bytes() -> None:
    assert SearchIndex.build(SMALL).to_bytes() == SearchIndex.build(SMALL).to_bytes()


def test_the_second_start_finds_the_index_of_the_first(tmp_path: Path) -> None:
    city = bundle()
    assert cached_index(city, tmp_path) is None
    made = open_index(city, tmp_path)
    kept = cached_index(city, tmp_path)
    assert kept is not None
    assert kept.to_bytes() == made.to_bytes()


def test_a_changed_text_makes_a_new_index(tmp_path: Path) -> None:
    open_index(bundle(), tmp_path)
    changed = bundle(knowledge(topic("kite", "Kite flying")))
    assert open_index(changed, tmp_path).search("kite")[0].id == "kite"


def test_a_cut_or_flipped_cache_is_made_anew(tmp_path: Path) -> None:
    city = bundle()
    open_index(city, tmp_path)
    (file,) = (tmp_path / "search").glob("*.index")
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", whole[:400] + bytes([whole[400] ^ 1]) + whole[401:]):
        file.write_bytes(damaged)
        assert open_index(city, tmp_path).search("pothole")[0].id == "pothole"
        assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "search").write_text("in the way")
    assert open_index(bundle(), tmp_path).search("pothole")[0].id == "pothole"


def test_old_indexes_do_not_pile_up(tmp_path: Path) -> None:
    for number in range(6):
        open_index(bundle(knowledge(topic(f"t{number}", f"Topic number {number}"))), tmp_path)
    assert len(list((tmp_path / "search").glob("*.index"))) <= 3


def test_bytes_that_are_no_index_are_refused() -> None:
    for data in (b"", b"\x00" * 40, b"\x81\xa6format\x63"):
        with pytest.raises(ValueError):  # noqa: PT011  the kind is what is promised, not its words
            SearchIndex.from_bytes(data)


def test_many_threads_get_the_answers_that_one_gets() -> None:
    index = SearchIndex.build(SMALL)
    alone = {query: SearchIndex.build(SMALL).search(query) for query in QUERIES}
    with ThreadPoolExecutor(8) as pool:
        for query, hits in pool.map(lambda q: (q, index.search(q)), QUERIES * 40):
            assert hits == alone[query]


def test_without_learning_search_works_with_what_there_is() -> None:
    index = SearchIndex.build(SMALL, learn=False)
    assert index.search("big hole in the road")[0].id == "pothole"
    assert index.learned == b""


def test_a_learned_part_that_cannot_be_read_is_passed_over() -> None:
    assert SearchIndex.build(SMALL, b"not a learned part").search("garbage truck")[0].id == "missed-trash"


def test_a_learned_part_of_topics_that_are_gone_does_no_harm() -> None:
    learned = SearchIndex.build(SMALL).learned
    fewer = knowledge(topic("tree", "Problem with a tree", "branch hanging over the sidewalk"))
    assert [hit.id for hit in SearchIndex.build(fewer, learned).search("garbage truck branch")] == ["tree"]


def test_nothing_is_learned_twice_from_the_same_wordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_index(bundle(), tmp_path)
    news = structs.replace(SMALL, bulletins=(Bulletin("storm", {"en": "Storm"}, {"en": "Stay at home."}),))
    plain = SearchIndex.build(news).to_bytes()
    monkeypatch.setattr("taker311.search.build.learn", None)  # it would be called
    index, whole = index_at_once(bundle(news), tmp_path, b"")
    assert whole
    assert index.to_bytes() == plain
    assert index.search("storm")[0].id == "storm"


def test_other_wordings_are_searched_at_once_with_what_was_learned_before(tmp_path: Path) -> None:
    before = open_index(bundle(), tmp_path)
    wider = structs.replace(SMALL, topics=(*SMALL.topics, topic("kite", "Kite flying")))
    index, whole = index_at_once(bundle(wider), tmp_path, before.learned)
    assert not whole
    assert index.learned == before.learned
    assert index.search("kite")[0].id == "kite"
    assert open_index(bundle(wider), tmp_path).learned != before.learned
    assert index_at_once(bundle(wider), tmp_path, b"")[1]


def test_a_damaged_copy_of_what_was_learned_is_learned_anew(tmp_path: Path) -> None:
    open_index(bundle(), tmp_path)
    for file in (tmp_path / "search").iterdir():
        file.write_bytes(file.read_bytes()[:-3])
    assert not index_at_once(bundle(), tmp_path, b"")[1]
    assert open_index(bundle(), tmp_path).learned


def test_an_index_derived_in_a_process_of_its_own_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, city = tmp_path / "city.kb", bundle()
    file.write_bytes(encode_bundle(SMALL, Gazetteer()))
    here = SearchIndex.build(SMALL).to_bytes()
    monkeypatch.setattr(SearchIndex, "build", None)  # this process derives nothing
    assert open_index(city, tmp_path / "cache", file).to_bytes() == here


@pytest.mark.parametrize("trouble", ["no such file", "no place to keep it"])
def test_where_that_process_fails_the_index_is_derived_here(tmp_path: Path, trouble: str) -> None:
    file, cache = tmp_path / "city.kb", tmp_path / "cache"
    if trouble == "no place to keep it":
        file.write_bytes(encode_bundle(SMALL, Gazetteer()))
        cache.write_text("a file where a folder should be")
    assert open_index(bundle(), cache, file).search("pothole")[0].id == "pothole"

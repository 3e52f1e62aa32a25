"""A glance at a bundle: the city at once, the rest decoded once and when it is asked for, and damage told to whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from helpers import mini_city
from taker311.base.codec import pack
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import City, Gazetteer, Knowledge
from taker311.knowledge.parts import DamagedError, compress, join_parts

# As they stand in a packed text when "ç", "ê" or "æ" comes before them: the bytes at which the city's end is looked for.
NAMES = st.lists(st.sampled_from(["çscripts", "ædrills", "êdrill_sets", "city", "a"]), min_size=1).map("".join)


def packed(knowledge: Knowledge, tmp_path: Path) -> Path:
    path = tmp_path / "city.kb"
    path.write_bytes(encode_bundle(knowledge, Gazetteer()))
    return path


def with_names(first: str, agency: str) -> Knowledge:
    """The small city with these names, and so many agencies that it is not unpacked whole at a glance."""
    known = mini_city.knowledge()
    city = structs.replace(known.city, names={**known.city.names, "en": first})
    many = tuple(structs.replace(known.agencies[0], id=f"agency-{i}", names={"en": agency * 20}) for i in range(3))
    text = structs.replace(known.topics[0].texts["en"], details="Long. " * 40_000)
    topic = structs.replace(known.topics[0], texts={**known.topics[0].texts, "en": text})
    return structs.replace(known, city=city, agencies=(*many, *known.agencies), topics=(topic, *known.topics[1:]))


def test_at_a_glance_the_city_and_its_bulletins_are_there_and_nothing_else_is_decoded(tmp_path: Path) -> None:
    known = mini_city.knowledge()
    bundle = Bundle.glance(packed(known, tmp_path))
    assert (bundle.city, bundle.bulletins, bundle.rumours) == (known.city, known.bulletins, known.rumours)
    assert bundle.phone("water-line") is not None
    assert bundle.bulletin("boil-water-harbor") is not None
    assert bundle.topic("") is None
    assert not bundle.decoded


def test_what_is_decoded_later_is_what_a_whole_look_gives(tmp_path: Path) -> None:
    path = packed(mini_city.knowledge(), tmp_path)
    whole, glance = Bundle.open(path), Bundle.glance(path)
    assert glance.version == whole.version
    assert not glance.decoded
    assert glance.topic("tree-problem") == whole.topic("tree-problem")
    assert glance.decoded
    assert glance.knowledge == whole.knowledge
    assert glance.version == whole.version


def test_however_many_ask_at_once_it_is_decoded_once(tmp_path: Path) -> None:
    bundle = Bundle.glance(packed(mini_city.knowledge(), tmp_path))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: bundle.knowledge, range(32)))
    assert all(one is found[0] for one in found)


@settings(max_examples=30, deadline=None)
@given(NAMES, NAMES)
def test_the_city_is_found_whatever_its_texts_look_like(first: str, agency: str) -> None:
    known = with_names(first, agency)
    data = encode_bundle(known, Gazetteer())
    assert Bundle(data, "x").city == Bundle.from_bytes(data).knowledge.city


def test_a_front_larger_than_what_is_first_unpacked_is_found(tmp_path: Path) -> None:
    known = mini_city.knowledge()
    large = structs.replace(known.agencies[0], id="large", names={"en": "çscripts " * 40_000})
    bundle = Bundle.glance(packed(structs.replace(known, agencies=(large, *known.agencies)), tmp_path))
    assert bundle.city == known.city
    assert bundle.agency("large") == large


def damaged(text: bytes) -> bytes:
    return join_parts({"text": compress("text", text)})


def test_damage_behind_the_front_is_told_to_whoever_asks_first_and_to_all_after(tmp_path: Path) -> None:
    path = tmp_path / "city.kb"
    known = mini_city.knowledge()
    as_no_program_writes_it = {"agencies": known.agencies, "city": known.city, "scripts": (), "topics": 7}
    path.write_bytes(damaged(pack(as_no_program_writes_it)))
    bundle = Bundle.glance(path)
    assert bundle.city == known.city
    assert bundle.damage is None
    for _ in range(2):
        with pytest.raises(DamagedError, match="holds something else than it should"):
            bundle.topic("tree-problem")
    assert bundle.damage is not None
    with pytest.raises(DamagedError):
        Bundle.open(path)


def test_a_city_that_is_none_is_refused_at_a_glance(tmp_path: Path) -> None:
    path = tmp_path / "city.kb"
    for raw in (
        pack({"agencies": [], "city": 7, "scripts": [], "topics": []}),
        pack({"agencies": []}),
        b"\xc1",
        b"\xc0",
    ):
        path.write_bytes(damaged(raw))
        with pytest.raises(DamagedError):
            Bundle.glance(path)
    nameless: City = structs.replace(mini_city.knowledge().city, languages=())
    path.write_bytes(encode_bundle(structs.replace(mini_city.knowledge(), city=nameless), Gazetteer()))
    with pytest.raises(DamagedError, match="no first language"):
        Bundle.glance(path)


def test_one_other_topic_in_a_bundle_that_was_only_glanced_at(tmp_path: Path) -> None:
    bundle = Bundle.glance(packed(mini_city.knowledge(), tmp_path))
    topic = structs.replace(mini_city.knowledge().topics[0], external_id="other")
    made = bundle.with_topic(topic)
    assert made.topic(topic.id) == topic
    assert topic in made.knowledge.topics
    assert bundle.topic(topic.id) != topic

"""The bundle: the same bytes for the same source, and one sentence for every kind of damage."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from helpers import mini_city
from taker311.base.codec import from_json, pack, to_json
from taker311.base.errors import UserError
from taker311.knowledge import parts as module
from taker311.knowledge.bundle import Bundle, encode_bundle, write_bundle
from taker311.knowledge.model import Gazetteer
from taker311.knowledge.parts import MAGIC, Header, Part, compress, join_parts


@functools.cache
def data() -> bytes:
    return encode_bundle(mini_city.knowledge(), mini_city.gazetteer(), b"weights")


def test_what_goes_in_comes_out() -> None:
    bundle = Bundle.from_bytes(data())
    assert bundle.knowledge == mini_city.knowledge()
    assert bundle.gazetteer() == mini_city.gazetteer()
    assert bundle.learned() == b"weights"
    assert len(bundle.version) == 12


def test_values_are_found_by_their_id() -> None:
    bundle = Bundle.from_bytes(data())
    tree = bundle.topic("tree-problem")
    script = bundle.script("tree-problem")
    assert tree is not None
    assert tree.texts["es"].title == "Problema con un árbol"
    assert script is not None
    assert script.titles["en"] == "Problem with a tree"
    assert getattr(bundle.agency("forestry"), "names", None) == {"en": "Forestry", "es": "Arbolado"}
    assert getattr(bundle.phone("water-line"), "number", None) == "555-0142"
    assert getattr(bundle.theme("my-street"), "names", None) == {"en": "My street", "es": "Mi calle"}
    assert bundle.bulletin("boil-water-harbor") is not None
    assert bundle.rumour("bridge-closed") is not None
    assert bundle.topic("nothing") is None


def test_the_same_source_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    sums = set()
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.kb"
        command = [sys.executable, "-m", "taker311", "kb", "build", str(mini_city.FOLDER), "-o", str(out)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        sums.add(hashlib.sha256(out.read_bytes()).hexdigest())
    assert len(sums) == 1


def test_a_part_keeps_its_hash_when_another_part_changes() -> None:
    before = Bundle.from_bytes(data())
    city = mini_city.knowledge()
    after = Bundle.from_bytes(encode_bundle(structs.replace(city, bulletins=()), mini_city.gazetteer(), b"weights"))
    assert before.part_hash("text") == after.part_hash("text")
    assert before.part_hash("places") == after.part_hash("places")
    assert before.part_hash("bulletins") != after.part_hash("bulletins")
    assert before.version != after.version


def test_learned_may_be_absent() -> None:
    bundle = Bundle.from_bytes(encode_bundle(mini_city.knowledge(), Gazetteer()))
    assert bundle.learned() == b""
    assert bundle.part_hash("learned") == ""
    assert bundle.gazetteer() == Gazetteer()


def open_all(raw: bytes) -> Bundle:
    bundle = Bundle.from_bytes(raw)
    bundle.gazetteer()
    bundle.learned()
    return bundle


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_flipped_byte_is_told_in_a_sentence_and_never_crashes(draw: st.DataObject) -> None:
    whole = data()
    at = draw.draw(st.integers(0, len(whole) - 1))
    flip = draw.draw(st.integers(1, 255))
    with pytest.raises(UserError):
        open_all(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000))
def test_a_file_that_was_cut_short_is_told_in_a_sentence(cut: int) -> None:
    whole = data()
    with pytest.raises(UserError):
        open_all(whole[: cut % len(whole)])


def resealed(name: str, raw: bytes) -> bytes:
    """The bundle with one part replaced by another content under a right hash, as only a publisher could."""
    bundle = Bundle.from_bytes(data())
    parts = {n: (len(bundle.raw_bytes(n)), bundle.part_bytes(n)) for n in ("text", "bulletins", "places", "learned")}
    return join_parts({**parts, name: compress(name, raw)})


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["text", "bulletins", "places"]), st.data())
def test_a_part_with_right_hashes_and_a_wrong_content_never_crashes(name: str, draw: st.DataObject) -> None:
    raw = Bundle.from_bytes(data()).raw_bytes(name)
    at = draw.draw(st.integers(0, len(raw) - 1))
    other = raw[:at] + bytes([draw.draw(st.integers(0, 255))]) + raw[at + 1 :]
    with contextlib.suppress(UserError):
        open_all(resealed(name, other))


def test_a_part_that_unpacks_to_more_than_it_says_is_refused() -> None:
    import zstandard

    bomb = zstandard.ZstdCompressor().compress(b"\0" * 50_000_000)
    liar = join_parts({"text": (1000, bomb)})
    with pytest.raises(UserError, match="size"):
        Bundle.from_bytes(liar)


def test_a_part_without_a_size_or_with_bytes_after_it_is_refused() -> None:
    import zstandard

    raw = pack({"a": 1})
    streamed = zstandard.ZstdCompressor(write_content_size=False).compress(raw)
    for frame in (streamed, compress("text", raw)[1] + b"more"):
        with pytest.raises(UserError):
            Bundle.from_bytes(join_parts({"text": (len(raw), frame)}))


def test_a_header_that_asks_for_too_much_is_refused_before_anything_is_unpacked() -> None:
    part = compress("text", b"x")[1]
    for raw_size in (module.MAX_RAW["text"] + 1, -1):
        head = to_json(Header((Part("text", len(part), raw_size, hashlib.sha256(part).hexdigest()),))).encode()
        with pytest.raises(UserError, match="contents"):
            Bundle.from_bytes(MAGIC + len(head).to_bytes(4, "big") + head + part)


def test_a_bundle_without_its_text_is_refused() -> None:
    with pytest.raises(UserError, match="table of contents"):
        Bundle.from_bytes(join_parts({"learned": compress("learned", b"x")}))


def test_texts_are_cleaned_again_when_they_are_loaded() -> None:
    city = mini_city.knowledge().city
    hostile = structs.replace(
        city, names={"en": "Alder\x1b[31m Fa\u202ells", "es": "cafe\u0301"}, greeting={"en": "x\x7f\r\ny\tz"}
    )
    bundle = Bundle.from_bytes(encode_bundle(structs.replace(mini_city.knowledge(), city=hostile), Gazetteer()))
    assert bundle.knowledge.city.names == {"en": "Alder\ufffd[31m Fa\ufffdlls", "es": "café"}
    assert bundle.knowledge.city.greeting == {"en": "x\ufffd\ny\tz"}
    assert bundle.knowledge.topics == mini_city.knowledge().topics


def test_a_file_of_another_kind_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "x.kb"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(UserError, match="no taker311 knowledge base"):
        Bundle.open(path)
    with pytest.raises(UserError, match="can't be read"):
        Bundle.open(tmp_path / "nothing.kb")
    with pytest.raises(UserError, match="can't be read"):
        Bundle.open(tmp_path)


def test_a_folder_that_is_not_there_is_told_when_a_bundle_is_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be written"):
        write_bundle(tmp_path / "no" / "x.kb", data())
    write_bundle(tmp_path / "x.kb", data())
    assert Bundle.open(tmp_path / "x.kb").version == Bundle.from_bytes(data()).version


def test_the_header_is_plain_json_that_other_programs_can_read() -> None:
    whole = data()
    length = int.from_bytes(whole[len(MAGIC) : len(MAGIC) + 4], "big")
    header = from_json(whole[len(MAGIC) + 4 : len(MAGIC) + 4 + length], Header)
    assert [part.name for part in header.parts] == ["text", "bulletins", "places", "learned"]

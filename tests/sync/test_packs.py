"""An emergency pack: the city's word in one file, on a machine that never saw the city, until it ends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from helpers.publishing import City, bundle
from taker311.authoring.packing import make_pack
from taker311.base.errors import UserError
from taker311.knowledge.bundle import Bundle
from taker311.sync.packs import open_pack


@pytest.fixture
def pack(city: City, tmp_path: Path) -> Path:
    now = city.clock.now()
    data = make_pack(Bundle.from_bytes(bundle()), ["tree-problem"], [], now + timedelta(days=3), city.keys, now)
    path = tmp_path / "flood.pack"
    path.write_bytes(data)
    return path


def test_a_pack_opens_with_the_citys_fingerprint_and_holds_what_was_chosen(
    city: City, pack: Path, tmp_path: Path
) -> None:
    opened = open_pack(pack, city.fingerprint, tmp_path / "volunteer", city.clock.now())
    known = Bundle.open(Path(opened.file)).knowledge
    assert [topic.id for topic in known.topics] == ["tree-problem"]
    assert [script.id for script in known.scripts] == ["tree-problem"]
    assert known.bulletins
    assert opened.ends == city.clock.now() + timedelta(days=3)


def test_a_pack_ends(city: City, pack: Path, tmp_path: Path) -> None:
    city.later(days=3, seconds=1)
    with pytest.raises(UserError, match="has ended"):
        open_pack(pack, city.fingerprint, tmp_path / "volunteer", city.clock.now())


def test_a_pack_of_somebody_else_does_not_open(city: City, pack: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="fingerprint"):
        open_pack(pack, City(tmp_path / "other").fingerprint, tmp_path / "volunteer", city.clock.now())


def test_a_pack_that_was_changed_anywhere_does_not_open_as_another(city: City, pack: Path, tmp_path: Path) -> None:
    honest = pack.read_bytes()
    version = open_pack(pack, city.fingerprint, tmp_path / "volunteer", city.clock.now()).version
    refused = 0
    for at in range(0, len(honest), len(honest) // 40):
        pack.write_bytes(honest[:at] + bytes([honest[at] ^ 0x21]) + honest[at + 1 :])
        try:
            assert open_pack(pack, city.fingerprint, tmp_path / f"at-{at}", city.clock.now()).version == version
        except UserError:
            refused += 1
    assert refused > 15


def test_a_topic_that_is_not_there_is_told_with_the_nearest(city: City) -> None:
    now = city.clock.now()
    with pytest.raises(UserError, match="did you mean 'tree-problem'"):
        make_pack(Bundle.from_bytes(bundle()), ["tree-problm"], [], now + timedelta(days=1), city.keys, now)

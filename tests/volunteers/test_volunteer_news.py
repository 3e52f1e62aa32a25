"""A newer pack that the city put where the pack says: fetched behind the desk, verified, used from the next call on."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from helpers.static_origin import Origin, static_origin
from helpers.volunteers import INCIDENT, PASSPHRASE, TOPICS, FloodCity, Volunteer
from taker311.authoring.packing import make_pack
from taker311.base import keyslots, passphrase
from taker311.base.clock import SystemClock
from taker311.base.errors import UserError
from taker311.cli._pack import PackOpening
from taker311.cli._pack_news import PackWatch
from taker311.cli.kb_pack import _check_newest_at
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import Bulletin
from taker311.net.http import Http
from taker311.station.volunteer import unread
from taker311.station.workplace import Workplace
from taker311.sync.pack_news import PackNews
from taker311.sync.packs import open_pack

DAM = Bulletin("dam", {"en": "Leave Mill Flats"}, {"en": "Leave Mill Flats now."}, must_read=True, urgent=True)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyslots.KeySlots.__init__, "__defaults__", (passphrase.Cost(8, 1, 1),))
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("TAKER311_API_KEY", raising=False)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FloodCity:
    return FloodCity(tmp_path_factory.mktemp("city"))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Origin]:
    (tmp_path / "web").mkdir()
    with static_origin(tmp_path / "web") as origin:
        yield origin


def write(city: FloodCity, file: Path, address: str, minutes: int, *, incident: str = INCIDENT, news: bool = True) -> Path:  # fmt: skip
    """A pack made so many minutes before now; with `news` it has one bulletin more and one topic less."""
    first = open_pack(city.pack, city.signing.fingerprint, city.folder / "opened", SystemClock().now())
    assert first.terms is not None
    made = city.now - timedelta(minutes=minutes)
    terms = structs.replace(first.terms, made=made, newest_at=address, incident=incident)
    known = city.bundle.knowledge
    if news:
        known = structs.replace(known, bulletins=(*known.bulletins, DAM))
    bundle = Bundle.from_bytes(encode_bundle(known, city.bundle.gazetteer()))
    topics = TOPICS[:-1] if news else TOPICS
    file.write_bytes(make_pack(bundle, topics, [], first.ends, city.signing.keys, made, terms))
    return file


@pytest.fixture
def kim(city: FloodCity, served: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Volunteer:
    """Her pack was made an hour ago."""
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    made = Volunteer(city, tmp_path / "home")
    monkeypatch.setattr(city, "pack", write(city, tmp_path / "flood.pack", served.url + "flood.pack", 60, news=False))
    return made


def at_work(kim: Volunteer) -> tuple[Workplace, PackWatch]:
    """Her desk, and what looks for news, which here looks when it is told to."""
    read, write_to = os.pipe()
    os.write(write_to, f"{PASSPHRASE}\n".encode())
    os.close(write_to)
    given = argparse.Namespace(
        pack=kim.city.pack, fingerprint=kim.city.signing.fingerprint, certificate=kim.certificate, language="en",
        theme="dark", passphrase_fd=read,
    )  # fmt: skip
    opening = PackOpening(given, for_calls=True)
    opening.make_folders()
    place = opening.workplace(opening.unlock())
    place.make_ready(opening.folders.cache)()
    assert place.make_news is not None
    watch = place.make_news(lambda take: take(), lambda _bundle: None)
    assert isinstance(watch, PackWatch)
    return place, watch


def test_a_new_bulletin_reaches_a_desk_at_work_and_must_be_read_before_the_next_call(
    kim: Volunteer, served: Origin
) -> None:
    place, watch = at_work(kim)
    try:
        station = place.station
        for one in unread(station):
            station.do("acknowledge", one.id)
        station.do("type", "library")
        write(kim.city, served.folder / "flood.pack", served.url + "flood.pack", 1)
        said: list[str] = []
        place.said = said.append
        assert watch.look()
        assert said == ["A newer pack is here; it is used from the next call on."]
        assert "library-hours" in [hit.id for hit in station.hits]  # the open call goes on with what it began with
        assert unread(station) == ()
        station.do("wrapup")
        station.do("end", "dropped")
        assert [one.id for one in unread(station)] == ["dam"]
        assert "must be read" in " ".join(str(station.do("type", "pothole")).split())
        station.do("acknowledge", "dam")
        station.do("type", "library")
        assert station.state.phase == "talking"
        assert "library-hours" not in [hit.id for hit in station.hits]
        served.forget()
        assert watch.look()
        assert served.bytes_out < 400  # nothing new: no body
    finally:
        place.stop()


def test_the_next_start_with_the_older_file_uses_the_newer_pack_that_was_fetched(
    kim: Volunteer, served: Origin, capsys: pytest.CaptureFixture[str]
) -> None:
    place, watch = at_work(kim)
    write(kim.city, served.folder / "flood.pack", served.url + "flood.pack", 1)
    try:
        assert watch.look()
    finally:
        place.stop()
    capsys.readouterr()
    assert kim.line("library", first=False) == 0
    assert "Leave Mill Flats" in capsys.readouterr().err
    assert kim.line(first=False) == 0  # and the one after it


def test_what_is_there_and_is_not_the_citys_newer_pack_is_not_used(
    kim: Volunteer, served: Origin, tmp_path: Path
) -> None:
    fingerprint = kim.city.signing.fingerprint
    in_use = open_pack(kim.city.pack, fingerprint, tmp_path / "in-use", SystemClock().now())
    home = tmp_path / "kept"
    home.mkdir()
    city = kim.city.bundle.city.id
    news = PackNews(home, fingerprint, in_use, city, Http("tests", trust_env=False), SystemClock())
    there, address = served.folder / "flood.pack", served.url + "flood.pack"

    def refused(sentence: str) -> None:
        with pytest.raises(UserError, match=sentence):
            news.look()
        assert news.in_use == in_use
        assert not list(home.glob("*.pack"))

    refused("no pack is there")
    there.write_bytes(b"<!doctype html>")
    refused("no emergency pack")
    write(kim.city, there, address, 1)
    whole = there.read_bytes()
    there.write_bytes(whole[: len(whole) // 2])
    refused("damaged")
    write(kim.city, there, address, 1, incident="Another flood")
    refused("of another incident")
    thief = FloodCity(tmp_path / "thief")
    shutil.copy(thief.pack, there)
    refused("not signed by the city")
    write(kim.city, there, address, 90)
    assert news.look() is None  # an older one
    write(kim.city, there, address, 1)
    assert news.look() is not None


@pytest.mark.parametrize("address", ["http://kb.example/a.pack", "ftp://kb.example/a.pack", "https://me@kb.example/a", "a.pack"])  # fmt: skip
def test_a_pack_is_looked_for_over_tls_alone(address: str) -> None:
    with pytest.raises(UserError, match="--from"):
        _check_newest_at(address)
    _check_newest_at("https://kb.example/packs/a.pack")
    _check_newest_at("http://127.0.0.1:8311/kb/packs/a.pack")
    _check_newest_at("")

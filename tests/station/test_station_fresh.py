"""A newer knowledge base arrives while the desk is at work."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs
from test_station_workplace import REQUEST, workplace

from helpers.stations import mini_bundle, play
from taker311.cli._changes import Changes
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.station.fresh import Fresh, prepare


def newer(folder: Path) -> Fresh:
    """The mini city with another title for its pothole."""
    bundle = mini_bundle()
    known = bundle.knowledge
    topics = tuple(
        structs.replace(t, texts={**t.texts, "en": structs.replace(t.texts["en"], title="A hole in the road")})
        if t.id == "pothole"
        else t
        for t in known.topics
    )
    file = folder / "newer.kb"
    write_bundle(file, encode_bundle(structs.replace(known, topics=topics), bundle.gazetteer()))
    return prepare(file, folder / "cache")


def test_between_calls_it_is_taken_at_once(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        made.adopt(newer(tmp_path))
        play(made.station, ("type", "pothole"), ("open", "pothole"))
        assert made.station.view().title == "A hole in the road"


def test_an_open_call_goes_on_with_the_one_it_began_with_and_the_next_has_the_new(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        before = made.bundle.version
        play(made.station, *REQUEST[:4])
        made.adopt(newer(tmp_path))
        assert made.station.view().title == "Pothole"
        play(made.station, *REQUEST[4:], "wrapup", "end")
        assert made.store.case(made.store.rows()[0].case_id).kb_version == before
        assert made.bundle.version != before
        play(made.station, ("type", "pothole"), ("open", "pothole"))
        assert made.station.view().title == "A hole in the road"


def test_of_two_that_arrive_during_a_call_the_last_is_taken(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        play(made.station, *REQUEST[:4])
        first, second = newer(tmp_path), newer(tmp_path)
        made.adopt(first)
        made.adopt(second)
        play(made.station, "wrapup", ("end", "dropped"))
        assert made.station.desk.places is second.places


def test_the_age_shown_is_the_citys_word_where_there_is_one(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        made.kb_age = lambda: 90_000.0
        assert made.status().kb_age_s == 90_000.0


def test_an_agent_is_told_once_what_changed_since_they_last_looked(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        changes = Changes(made, lambda take: take())
        changes.compare(made.bundle)
        assert made.status().changed == ()  # to somebody new nothing is
        other = newer(tmp_path)
        changes.compare(other.bundle)
        assert any("A hole in the road" in sentence for sentence in made.status().changed)
        changes.looked(other.bundle)
        changes.compare(other.bundle)
        assert made.status().changed == ()
        other.places.close()


def test_the_ready_screen_says_in_words_that_answers_are_old(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        assert not [one for one in made.status().notices if one.kind == "trouble"]
        made.kb_notices = lambda: ("No word from the city for 25 hours: answers may have changed since.",)
        (told,) = [one.text for one in made.status().notices if one.kind == "trouble"]
        assert told.startswith("No word from the city")

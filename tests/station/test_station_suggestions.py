"""What a seat's calls propose to the content owner, and what never leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.stations import NOW, mini_bundle, mini_index, play, station
from taker311.base.clock import ManualClock
from taker311.base.throwaway_key import open_throwaway
from taker311.call.events import Event, NoAnswerFound, Opened, Typed
from taker311.cli.kb import dispatch as kb
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.station.seat import Seat
from taker311.station.suggestions import Suggestion, suggestions

WORDS = {"hole", "big", "road", "trash", "not", "picked", "up", "pothole"}


def of(*events: Event) -> tuple[Suggestion, ...]:
    return suggestions([events], WORDS)


def test_words_that_found_nothing_are_proposed_without_what_is_not_the_citys_own() -> None:
    found = of(Typed("big hole at Ana's 555-0142"), NoAnswerFound())
    assert found == (Suggestion("no-answer", "big hole …"),)


def test_words_wiped_for_others_are_an_alias_of_the_topic_opened_next() -> None:
    assert of(Typed("big"), Typed("big hole"), Typed(""), Typed("pothole"), Opened("pothole", 1)) == (
        Suggestion("alias", "big hole", "pothole"),
    )


def test_a_topic_far_down_the_list_was_not_found_by_its_words() -> None:
    assert of(Typed("big road"), Opened("pothole", 5)) == (Suggestion("alias", "big road", "pothole"),)


def test_typing_on_and_mending_a_word_is_no_failed_search() -> None:
    assert of(Typed("big"), Typed("big holr"), Typed("big hol"), Typed("big hole"), Opened("pothole", 1)) == ()


def test_the_same_words_of_many_calls_are_counted_and_the_most_frequent_come_first() -> None:
    once = [Typed("trash"), NoAnswerFound()]
    often = [Typed("big hole"), NoAnswerFound()]
    assert [(s.words, s.count) for s in suggestions([once, often, often], WORDS)] == [("big hole", 2), ("trash", 1)]


def test_words_of_which_none_may_leave_are_left_out() -> None:
    assert of(Typed("zanzibar quokka"), NoAnswerFound()) == ()


def test_the_command_lists_what_was_typed_at_the_desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    bundle = mini_bundle()
    write_bundle(tmp_path / "city.kb", encode_bundle(bundle.knowledge, bundle.gazetteer()))
    folder, clock = tmp_path / "seat", ManualClock(NOW)
    seat = Seat(folder, clock, open_throwaway(folder))
    word = min(w for w in ("trash", "tree", "hole", "library") if w in mini_index().vocabulary)
    made = station(clock=clock, store=seat.disk, journal=seat.journal)
    play(made, ("type", f"{word} of Zanzibarquokka"), "no-answer", "wrapup", ("end", "dropped"))
    seat.close()

    assert kb(["suggestions", "--kb", str(tmp_path / "city.kb"), "--folder", str(folder), "--json"]) == 0
    out = capsys.readouterr().out
    assert '"kind":"no-answer"' in out
    assert word in out
    assert "anzibar" not in out

"""What a desk hands in for the content owners: each thing once, when the hub answers; until then it waits sealed in the journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.hub_server import RunningHub, running_hub
from helpers.stations import NOW, mini_bundle, mini_index, play, station
from taker311.base.apikey import read_key
from taker311.base.clock import ManualClock, SystemClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.paths import find_paths
from taker311.base.settings import CrmSettings, Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.call.events import AnswerFlagged
from taker311.cli.kb import dispatch as kb
from taker311.crm.client import Open311
from taker311.crm.desk_model import Suggestion
from taker311.crm.dialects import BUILT_IN
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.net.http import Http
from taker311.station.handing_in import FILE, HandIn, read_done
from taker311.station.seat import Seat
from taker311.station.station import Station
from taker311.station.suggestions import comment_that_may_leave, suggestions
from taker311.station.workplace import Workplace

FLAGGED = (("type", "library Zanzibar"), ("open", "library-hours"), "flag", ("flag", "closed on Mondays, says Quokka"))
ENDING = ("answered", "end")
WORDS = mini_index().vocabulary


class Desk:
    """A station on a seat, and what was sent from it."""

    def __init__(self, folder: Path) -> None:
        clock = ManualClock(NOW)
        self.folder = folder
        self.seat = Seat(folder, clock, open_throwaway(folder))
        self.station: Station = station(clock=clock, store=self.seat.disk, journal=self.seat.journal)
        self.sent: list[Suggestion] = []
        self.hand_in = HandIn(folder, lambda: self.seat.journal, lambda: WORDS, [])

    def hands_in(self) -> int:
        return self.hand_in.run(self.sent.extend)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "seat")
    yield made
    made.seat.close()


def test_a_flag_is_handed_in_once_when_its_call_is_over(desk: Desk) -> None:
    play(desk.station, *FLAGGED)
    assert desk.hands_in() == 0, "the agent may still say more"
    play(desk.station, *ENDING)
    assert desk.hands_in() == 1
    (one,) = desk.sent
    assert (one.kind, one.topic) == ("wrong", "library-hours")
    assert one.text == '"library …": closed on Mondays, says …'
    assert desk.hands_in() == 0
    assert len(desk.sent) == 1


def test_what_a_hub_did_not_take_waits_and_a_new_start_does_not_send_twice(desk: Desk) -> None:
    play(desk.station, *FLAGGED, *ENDING, ("type", "tree Zanzibar"), "no-answer", "wrapup", ("end", "dropped"))

    def refused(_found: object) -> None:
        raise UserError("The hub does not answer.")

    with pytest.raises(UserError):
        desk.hand_in.run(refused)
    assert read_done(desk.folder).calls == ()
    assert desk.hands_in() == 2
    again = HandIn(desk.folder, lambda: desk.seat.journal, lambda: WORDS, [])
    assert again.run(desk.sent.extend) == 0
    assert "anzibar" not in (desk.folder / FILE).read_text()


def test_a_damaged_file_of_what_was_sent_costs_a_second_hand_in_with_the_same_ids(desk: Desk) -> None:
    play(desk.station, *FLAGGED, *ENDING)
    desk.hands_in()
    (desk.folder / FILE).write_text("{")
    desk.hands_in()
    assert desk.sent[0] == desk.sent[1]


def test_calls_in_memory_are_handed_in_too() -> None:
    made, ended, sent = station(), [], []
    made.call_ended.append(ended.append)
    play(made, *FLAGGED, *ENDING)
    hand_in = HandIn(Path("unused"), lambda: None, lambda: WORDS, ended)
    assert hand_in.run(sent.extend) == 1
    assert hand_in.run(sent.extend) == 0
    assert sent[0].kind == "wrong"


def test_of_a_comment_nothing_leaves_that_may_be_somebodys() -> None:
    assert comment_that_may_leave("the hours are wrong", WORDS) == "the hours are wrong"
    assert comment_that_may_leave("Quokka says so", WORDS) == "Quokka says so", "a sentence begins with a capital"
    assert comment_that_may_leave("says Quokka, twice", WORDS) == "says …, twice"
    assert comment_that_may_leave("413 555 0142 is hers", WORDS) == "…"


def test_flags_are_listed_beside_words_that_found_nothing() -> None:
    events = [AnswerFlagged("pothole", "", "hole"), AnswerFlagged("pothole", "too slow", "")]
    (one,) = suggestions([events], WORDS)
    assert (one.kind, one.topic, one.words, one.comment, one.count) == ("wrong", "pothole", "hole", "too slow", 1)


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with running_hub(knowledge=mini_bundle().knowledge) as running:
        yield running


def test_the_content_owner_reads_it_at_the_hub_beside_a_running_desk_and_from_an_export(
    desk: Desk, hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = mini_bundle()
    write_bundle(tmp_path / "city.kb", encode_bundle(bundle.knowledge, bundle.gazetteer()))
    home = tmp_path / "home"
    monkeypatch.setenv("TAKER311_HOME", str(home))
    monkeypatch.setenv("TAKER311_API_KEY", hub.key)
    play(desk.station, *FLAGGED, *ENDING)

    here = ["--kb", str(tmp_path / "city.kb"), "--folder", str(desk.folder)]
    assert kb(["suggestions", *here]) == 0, "the seat is open in this very process"
    told = capsys.readouterr().out
    assert "wrong" in told
    assert "-> library-hours" in told
    assert kb(["suggestions", *here, "--export", str(tmp_path / "out.jsonl")]) == 0
    (row,) = [json.loads(text) for text in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert row["kind"] == "wrong"
    assert kb(["suggestions", *here, "--export", str(tmp_path / "out.jsonl")]) == 0
    assert (tmp_path / "out.jsonl").read_text() == "", "it was exported before"

    (desk.folder / FILE).unlink()
    key = read_key(CrmSettings())
    link = Open311(Http("tests"), hub.url, BUILT_IN["hub"], key).desk_link()
    assert link is not None
    assert desk.hand_in.run(link.suggest) == 1
    file = find_paths().settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'[crm]\nendpoint = "{hub.url}"\ndialect = "hub"\n')
    capsys.readouterr()
    assert kb(["suggestions", "--kb", str(tmp_path / "city.kb"), "--hub", "--json"]) == 0
    (row,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (row["kind"], row["topic"], row["desks"]) == ("wrong", "library-hours", ["desk"])


def test_a_desk_at_a_hub_hands_in_with_its_next_round(tmp_path: Path, hub: RunningHub) -> None:
    seat = Seat(tmp_path / "seat", SystemClock(), open_throwaway(tmp_path / "seat"))
    settings = Settings(crm=CrmSettings(endpoint="set by the test", dialect="hub"))
    place = Workplace(mini_bundle(), tmp_path / "none.kb", seat, settings, SystemClock(), SeededIds(7), agent="Sam")
    place.station.desk.index = mini_index()
    try:
        crm = place.connect(hub.url, hub.key)
        assert crm is not None
        place.start_sending(crm, lambda _row: None)
        assert place.outside.watch is not None
        play(place.station, ("type", "tree"), ("open", "tree-problem"), ("flag", "the fee is wrong"), "answered", "end")
        place.outside.watch.step()
        link = crm.desk_link()
        assert link is not None
        assert [row.suggestion.text for row in link.inbox()].count('"tree": the fee is wrong') == 1
        place.outside.watch.step()
        assert [row.suggestion.text for row in link.inbox()].count('"tree": the fee is wrong') == 1
    finally:
        place.stop()

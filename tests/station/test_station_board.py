"""What a desk tells of what is done there: at once, to a shared folder and to a hub, and nothing of a caller."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from helpers.hub_server import RunningHub, running_hub
from helpers.mini_city import knowledge
from helpers.stations import NOW, mini_bundle, play, station
from helpers.waiting import until
from taker311.base.clock import ManualClock, SystemClock
from taker311.base.codec import to_json
from taker311.base.ids import SeededIds
from taker311.base.settings import parse_settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cases.model import OutboxRow
from taker311.cases.standing import Standing, leave_answer, read_floor, standing, write_standing
from taker311.crm.desk_link import DeskLink
from taker311.crm.desk_model import AnswerGiven, Beat, HelpAnswer
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.net.http import Http
from taker311.shift.keeper import ShiftKeeper
from taker311.station import telling
from taker311.station.board import Board
from taker311.station.floor import silent
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

REQUEST: tuple[tuple[str, str], ...] = (
    ("type", "big hole in the road"),
    ("open", "pothole"),
    ("intake", ""),
    ("answer", "100 Washington Street"),
    ("pick", "1"),
    ("confirm", ""),
    ("answer", "lane"),
    ("answer", "no"),
    ("answer", "tire"),
    ("answer", "anonymous"),
    ("confirm", ""),
)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rounds, quicker."""
    monkeypatch.setattr(telling, "HELP_S", 0.1)
    monkeypatch.setattr(telling, "GATHER_S", 0.02)
    monkeypatch.setattr(telling, "_AGAIN_S", (0.1,))


def board(tmp_path: Path, *, named: bool = False) -> tuple[Board, ManualClock]:
    clock = ManualClock(NOW)
    made = station(clock=clock)
    zone = ZoneInfo("America/New_York")
    shift = ShiftKeeper(tmp_path, lambda: "7QX", lambda: zone, clock)
    made.call_ended.append(lambda call: shift.ended(*call))
    return Board(made, shift, named=named), clock


def test_a_desk_is_ready_in_a_call_on_hold_and_ready_again(tmp_path: Path) -> None:
    told, clock = board(tmp_path)
    made = told._station
    changes: list[str] = []
    told.changed = lambda: changes.append(told.now().state)
    assert (told.now().state, told.now().since) == ("ready", NOW)
    play(made, ("type", "pothole"), ("open", "1"))
    clock.advance(60)
    assert (told.now().state, told.now().since) == ("call", NOW)
    play(made, "hold")
    assert told.now().state == "hold"
    play(made, "resume")
    clock.advance(30)
    play(made, "wrapup", ("end", "1"))
    now = told.now()
    assert (now.state, now.calls, now.handled_s, now.since) == ("ready", 1, 90.0, clock.now())
    assert [(topic.id, topic.seen) for topic in now.topics] == [("pothole", 1)]
    assert changes == ["call", "hold", "call", "wrapup", "ready"]
    clock.advance(31 * 60)
    assert told.now().topics == ()


def test_a_call_for_help_stands_until_it_is_answered_or_the_call_ends(tmp_path: Path) -> None:
    told, clock = board(tmp_path)
    play(told._station, ("type", "pothole"), "help-me")
    assert told.now().help_since == NOW
    assert told.waits_for_an_answer()
    clock.advance(5)
    assert not told.answered(HelpAnswer(clock.now(), clock.now(), "Pat"))  # to another call for help
    answer = HelpAnswer(NOW, clock.now(), "Pat")
    assert told.answered(answer)
    assert not told.answered(answer)
    assert told.now().answered == answer
    assert not told.waits_for_an_answer()
    play(told._station, "wrapup", ("end", "1"))
    assert told.now().help_since is None
    play(told._station, ("type", "tree"), "help-me")
    assert told.now().help_since == clock.now()
    assert told.now().answered is None


def test_what_a_desk_tells_holds_no_word_of_a_caller_and_no_name_unless_the_city_wants_it(tmp_path: Path) -> None:
    told, _ = board(tmp_path)
    play(told._station, ("type", "my neighbour zebulon"), "back", *REQUEST[:4])
    text = to_json(told.now())
    for word in ("zebulon", "neighbour", "100 Wash", "Sam"):
        assert word.lower() not in text.lower()
    named, _ = board(tmp_path, named=True)
    assert named.now().agent == "Sam"


def test_must_read_bulletins_in_force_are_told_with_when_they_were_read(tmp_path: Path) -> None:
    told, clock = board(tmp_path)
    made = told._station
    must = [b for b in knowledge().bulletins if b.must_read and b.in_force(date(2026, 11, 24))]
    assert must
    assert [b.read_at for b in told.now().bulletins] == [None] * len(must)
    clock.advance(9)
    play(made, ("type", "x"), ("acknowledge", must[0].id), "wrapup", ("end", "1"))
    (read,) = [b for b in told.now().bulletins if b.id == must[0].id]
    assert read.read_at == NOW.replace(second=9)
    # A desk that was started again knows it from the day's calls.
    again = Board(made, told._shift)
    (read,) = [b for b in again.now().bulletins if b.id == must[0].id]
    assert read.read_at is not None


def test_what_was_read_before_the_first_call_is_known_after_a_restart_and_another_agent_has_not_read_it(
    tmp_path: Path,
) -> None:
    told, clock = board(tmp_path)
    must = told.now().bulletins[0].id
    clock.advance(9)
    play(told._station, ("acknowledge", must))
    again, _ = board(tmp_path)
    assert again._station.state.acknowledged == ()
    again.recall()
    assert again._station.state.acknowledged == (must,)
    # A call from before the reading is taken up and ended.
    again._station.state = replace(again._station.state, acknowledged=())
    play(again._station, ("type", "x"), "wrapup", ("end", "1"))
    assert again._station.state.acknowledged == (must,)
    assert [one.read_at for one in again.now().bulletins if one.id == must] == [clock.now()]
    again._station.desk.agent = "Kim"
    again.recall()
    assert again._station.state.acknowledged == ()
    assert [one.read_at for one in again.now().bulletins if one.id == must] == [None]
    (tmp_path / "read.json").write_text('[{"agent":"Sam","id":"x","at":"yesterday"}]')
    third, _ = board(tmp_path)
    assert {one.read_at for one in third.now().bulletins} == {None}


def test_a_desk_that_says_how_often_it_tells_is_missed_within_two_minutes(tmp_path: Path) -> None:
    told, clock = board(tmp_path)
    told.every_s = telling.BEAT_S
    (tmp_path / "floor").mkdir()
    write_standing(standing((), clock.now(), desk="7QX", seat="main", doing=told.now()), tmp_path, tmp_path / "floor")
    found = one(tmp_path / "floor")
    at = clock.now()
    assert found.on(at + timedelta(seconds=2 * telling.BEAT_S))  # one word may get lost
    assert silent(found, at + timedelta(seconds=120))
    older = replace(found, doing=replace(found.doing, every_s=0.0))
    assert older.on(at + timedelta(seconds=720))


# ---------------------------------------------------------------- at once, to a folder and to a hub
@contextlib.contextmanager
def desk(tmp_path: Path, settings: str = "", *, name: str = "seat") -> Iterator[Workplace]:
    file = tmp_path / f"{name}.kb"
    write_bundle(file, encode_bundle(mini_bundle().knowledge, mini_bundle().gazetteer()))
    seat = Seat(tmp_path / name, SystemClock(), open_throwaway(tmp_path / name))
    made = Workplace(mini_bundle(), file, seat, parse_settings(settings, "s"), SystemClock(), SeededIds(3), agent="Sam")
    made.make_ready(tmp_path / "cache")()
    try:
        yield made
    finally:
        made.stop()


def one(folder: Path) -> Standing:
    found, problems = read_floor(folder)
    assert not problems
    return found[0]


def state(folder: Path) -> str:
    found, _ = read_floor(folder)
    return found[0].doing.state if found and found[0].doing else ""


def test_a_shared_folder_hears_of_a_call_of_help_and_gives_the_answer_back(tmp_path: Path) -> None:
    shared = tmp_path / "floor"
    shared.mkdir()
    sentences: list[str] = []
    with desk(tmp_path, f'[desk]\nstatus_folder = "{shared}"\nreport_agent = true\n') as made:
        made.said = sentences.append
        made.start_sending(None, lambda _row: None)
        until(lambda: state(shared) == "ready")
        play(made.station, ("type", "pothole"), "help-me")
        until(lambda: one(shared).help_open)
        found = one(shared)
        assert found.doing is not None
        assert found.doing.help_since is not None
        assert found.doing.agent == "Sam"
        assert found.on(SystemClock().now())
        leave_answer(shared, found, HelpAnswer(found.doing.help_since, SystemClock().now(), "Pat"))
        assert not one(shared).help_open  # seen on the floor at once
        until(lambda: sentences)
        assert sentences == ["Pat has seen your call for help."]
        until(lambda: "answered" in (shared / f"{found.name}.json").read_text())
    assert state(shared) == "off"
    assert not one(shared).on(SystemClock().now())


@pytest.fixture
def city_hub() -> Iterator[RunningHub]:
    with running_hub(knowledge=mini_bundle().knowledge) as running:
        yield running


@pytest.fixture
def hub() -> Iterator[RunningHub]:
    with running_hub() as running:
        yield running


def test_a_hub_hears_of_it_too_and_gives_the_answer_back(tmp_path: Path, hub: RunningHub) -> None:
    sentences: list[str] = []
    supervisor = DeskLink(Http("tests"), hub.url, hub.store.add_key("floor", now=SystemClock().now()))

    def doing() -> str:
        return next((row.status.doing.state for row in supervisor.floor() if row.status.doing), "")

    with desk(tmp_path, '[crm]\ndialect = "hub"\n') as made:
        made.said = sentences.append
        made.start_sending(made.connect(hub.url, hub.key), lambda _row: None)
        until(lambda: doing() == "ready")
        play(made.station, ("type", "pothole"), "help-me")
        until(lambda: doing() == "call")
        (row,) = supervisor.floor()
        assert row.status.doing is not None
        assert row.status.doing.help_since is not None
        supervisor.answer(AnswerGiven(row.desk, row.status.doing.help_since, "Pat"))
        until(lambda: sentences)
        assert sentences == ["Pat has seen your call for help."]
        shown = supervisor.floor()[0].status.doing
        assert shown is not None
        assert shown.answered is not None
    assert doing() == "off"


def test_a_desk_with_a_volunteers_token_delivers_and_misses_nothing_that_it_needs(
    tmp_path: Path, city_hub: RunningHub
) -> None:
    now = SystemClock().now()
    token = city_hub.store.add_key("ana", now=now, post_only=True, until=date.max, incident="flood")
    moved: list[OutboxRow] = []
    with desk(
        tmp_path,
        '[crm]\ndialect = "hub"\n[delivery]\nreconnect_spread_s = 0.0\nfirst_wait_s = 0.1\nlongest_wait_s = 0.2\n',
    ) as made:
        crm = made.connect(city_hub.url, token)
        assert crm is not None
        made.start_sending(crm, moved.append)
        assert made.outside.watch is not None
        made.outside.watch.step()  # asks for what is not shown to it, and goes on
        assert crm.request("0") is None  # how the desk sees that the city answers
        city_hub.switch("error-after-commit")
        play(made.station, *REQUEST)
        until(lambda: any(row.state == "unknown" for row in moved))
        city_hub.switch("on")
        until(lambda: any(row.state == "sent" for row in moved))
        (case,) = city_hub.cases()
        assert (case.owner, moved[-1].request_id) == ("ana", case.request_id)


def test_what_was_not_told_for_want_of_a_network_is_told_when_it_is_back(tmp_path: Path, hub: RunningHub) -> None:
    supervisor = DeskLink(Http("tests"), hub.url, hub.key)
    hub.switch("off")
    with desk(tmp_path, '[crm]\ndialect = "hub"\n') as made:
        made.start_sending(made.connect(hub.url, hub.key), lambda _row: None)
        play(made.station, ("type", "pothole"), "help-me")
        time.sleep(0.4)
        hub.switch("on")
        until(lambda: any(r.status.doing and r.status.doing.help_since for r in supervisor.floor()))


def test_a_desk_where_nothing_happens_says_that_it_is_there_in_few_bytes(
    tmp_path: Path, hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "BEAT_S", 0.6)
    monkeypatch.setattr(telling, "LOOK_S", 0.05)
    shared = tmp_path / "floor"
    shared.mkdir()
    supervisor = DeskLink(Http("tests"), hub.url, hub.key)
    beats: list[Beat] = []
    plain = DeskLink.beat
    monkeypatch.setattr(DeskLink, "beat", lambda link, beat: beats.append(beat) or plain(link, beat))
    with desk(tmp_path, f'[crm]\ndialect = "hub"\n[desk]\nstatus_folder = "{shared}"\n') as made:
        made.start_sending(made.connect(hub.url, hub.key), lambda _row: None)
        until(lambda: supervisor.floor() and read_floor(shared)[0])
        told, here = supervisor.floor()[0], one(shared)
        assert told.status.doing is not None
        assert told.status.doing.every_s == 0.6
        until(lambda: supervisor.floor()[0].received_at > told.received_at and one(shared).at > here.at)
        until(lambda: beats)
        assert len(to_json(beats[0])) < 60 < 3 * len(to_json(told.status)) // 4
        after = supervisor.floor()[0].status
        assert (after.at, after.doing) == (told.status.at, told.status.doing)


def test_an_agent_is_told_when_nobody_can_hear_a_call_for_help(tmp_path: Path, hub: RunningHub) -> None:
    sentences: list[str] = []
    with desk(tmp_path) as made:
        made.said = sentences.append
        made.start_sending(None, lambda _row: None)
        play(made.station, ("type", "pothole"), "help-me")
        until(lambda: sentences)
        assert sentences == ["Nobody can be told of your call for help from this desk: call out."]
    hub.switch("off")
    sentences.clear()
    with desk(tmp_path, '[crm]\ndialect = "hub"\n', name="other") as made:
        made.said = sentences.append
        made.start_sending(made.connect(hub.url, hub.key), lambda _row: None)
        play(made.station, ("type", "pothole"), "help-me")
        until(lambda: sentences)
        assert sentences == ["Your call for help has not got through yet, and is told again: call out."]
    assert len(sentences) == 1


def test_an_older_desk_and_a_newer_one_stand_on_one_floor(tmp_path: Path) -> None:
    at = '"2026-11-25T14:00:00Z"'
    (tmp_path / "0aa-main.json").write_text(f'{{"version":1,"desk":"0AA","seat":"main","at":{at}}}')
    newer = f'{{"version":2,"desk":"0BB","seat":"main","at":{at},"doing":{{"state":"singing","new":1,"calls":-3}}}}'
    (tmp_path / "0bb-main.json").write_text(newer)
    evil = replace(one(tmp_path), desk="0CC")
    (tmp_path / "0cc-main.json").write_text(
        to_json(evil)[:-1] + ',"doing":{"agent":"\\u001b[31mX","state":"call","since":"2026-11-25T14:00:00"}}'
    )
    found, problems = read_floor(tmp_path)
    assert [f.doing.state if f.doing else None for f in found] == [None, "singing"]
    assert found[1].doing is not None
    assert found[1].doing.calls == 0
    assert len(problems) == 1  # a moment without a zone
    assert json.loads(to_json(found[0]))["desk"] == "0AA"

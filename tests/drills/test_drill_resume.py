"""A drill that was left in the middle: by F10, by a kill, or for good."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from helpers.drill_plays import END, ROSA, START
from helpers.drills import GAS, HOLE, TREE, Run, bundle, good, index, places
from helpers.mini_city import gazetteer, knowledge
from helpers.terminal import Terminal
from taker311.base.clock import ManualClock
from taker311.call.events import CaseSaved
from taker311.drills.debrief import debrief
from taker311.drills.left import KEPT, Keeper, find, give_up, settle
from taker311.drills.log import Log, TakenUp
from taker311.drills.perfect import _Player
from taker311.drills.results import open_all
from taker311.drills.score import score
from taker311.drills.station import DrillStation
from taker311.drills.trainer_keys import Trainer, make
from taker311.knowledge.bundle import encode_bundle, write_bundle

ALL = (*START, *ROSA, *END)


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    return make(tmp_path_factory.mktemp("key"), "Ann", "")


_keepers: list[Keeper] = []


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while _keepers:
        _keepers.pop().let_go()


def keeper(*parts: Any) -> Keeper:
    _keepers.append(Keeper(*parts))
    return _keepers[-1]


class Kept(Run):
    """A drill that is written down as it goes on."""

    def __init__(self, folder: Path, trainer: Trainer | None = None, text: str = TREE) -> None:
        super().__init__(text)
        self.keeper = keeper(folder, self.station, [trainer.public] if trainer else [], self.clock)

    def killed(self) -> None:
        """Nothing is done any more; the system frees the lock."""
        self.keeper.let_go()


def again(folder: Path, clock: ManualClock, trainer: Trainer | None = None, text: str = TREE) -> Run:
    found = find(folder, "Sam", lambda drill: drill == good(text).id)
    assert found is not None
    run = Run.__new__(Run)
    run.clock = clock
    run.station = DrillStation(good(text), bundle(), trainee="Sam", clock=clock, index=index(), places=places())
    run.station.resume(found.log, found.part.at, found.away_s(clock.now()))
    run.keeper = keeper(folder, run.station, [trainer.public] if trainer else [], clock, found)  # type: ignore[attr-defined]
    return run


def without_coming_back(log: Log) -> list[object]:
    return [entry for entry in log.entries if not isinstance(entry, TakenUp)]


@pytest.mark.parametrize("inputs", range(1, len(ALL), 3))
def test_wherever_a_drill_is_left_it_goes_on_as_if_nobody_had_been_away(tmp_path, inputs):
    whole = Run(TREE).do(*ALL)
    first = Kept(tmp_path).do(*ALL[:inputs])
    first.keeper.save()
    first.killed()
    first.clock.advance(180)
    second = again(tmp_path, first.clock).do(*ALL[inputs:])
    log, other = second.station.log_so_far, whole.station.log_so_far
    card = score(log)
    assert (card.result, card.score, card.seconds) == ("passed", 1000, score(other).seconds)
    assert second.heard == whole.heard
    saved = [one.event.ref for one in log.events if isinstance(one.event, CaseSaved)]
    assert saved == [one.event.ref for one in other.events if isinstance(one.event, CaseSaved)]
    if inputs < len(ALL) - len(END):  # before the read-back no id was drawn that would differ
        assert [e.where for e in log.events] == [e.where for e in other.events]


def _where(station: DrillStation) -> tuple[object, ...]:
    """All that a drill's station knows of how far it has come."""
    rows = [(row.ref, row.state, row.request_id) for row in station.sealed.rows()]
    caller = station.caller
    return (
        *(station.state, set(caller.given), set(caller.dodged), station.online, rows, list(station.lines)),
        *(list(station._receipts), station._told, set(station._fallen)),
    )


@pytest.mark.parametrize("fault", ["network-drop", "error-after-submit", "slow"])
@pytest.mark.parametrize("text", [TREE, GAS, HOLE])
def test_after_every_key_of_a_perfect_call_the_whole_station_comes_back_as_it_was(text, fault):
    text = text.replace("\npar: ", f"\nfaults: [{{do: {fault}}}]\npar: ")
    run, seen = Run(text), []

    def look() -> None:
        if run.station.state.started_at and not run.station.over:
            seen.append((run.station.log_so_far, run.station.desk.clock.now(), _where(run.station)))

    run.station.watchers.append(look)
    _Player(run.station, run.clock).call()
    assert len(seen) > 3
    for kept, at, was in seen:
        fresh = Run(text).station
        fresh.resume(kept, at, 60)
        assert _where(fresh) == was


def test_the_time_away_is_on_the_card_and_not_in_the_call(tmp_path):
    first = Kept(tmp_path).do(*ALL[:5])
    first.keeper.ended(first.station.log_so_far) if first.station.over else first.keeper.save()
    first.killed()
    first.clock.advance(200)
    second = again(tmp_path, first.clock).do(*ALL[5:])
    card = score(second.station.log_so_far)
    assert card.away_s == (200,)
    assert "Left, and taken up again. Away: 3 min." in debrief(card, good(TREE))
    assert card.seconds < 100


def test_thinking_before_one_leaves_is_call_time(tmp_path):
    first = Kept(tmp_path).do(*ALL[:5])
    for _ in range(20):
        first.clock.advance(3)
        first.station.tick()
    first.killed()
    second = again(tmp_path, first.clock).do(*ALL[5:])
    assert score(second.station.log_so_far).seconds >= 60


def test_what_was_left_counts_as_left_until_it_is_taken_up_and_then_as_what_it_became(tmp_path, trainer):
    first = Kept(tmp_path, trainer).do(*ALL[:5])
    first.station.leave()
    first.keeper.ended(first.station.log_so_far)
    (kept,) = [log for _, log in open_all(tmp_path, trainer)]
    assert isinstance(kept, Log)
    assert (score(kept).result, kept.begun.trainee) == ("left", "Sam")
    second = again(tmp_path, first.clock, trainer).do(*ALL[5:])
    second.keeper.ended(second.station.log_so_far)  # type: ignore[attr-defined]
    (kept,) = [log for _, log in open_all(tmp_path, trainer)]
    assert isinstance(kept, Log)
    assert score(kept).result == "passed"
    assert find(tmp_path, "Sam", lambda _drill: True) is None


def test_a_kill_is_the_same_as_leaving(tmp_path, trainer):
    first = Kept(tmp_path, trainer).do(*ALL[:5])
    assert list(open_all(tmp_path, trainer)) == []
    settle(tmp_path, first.clock.now())
    assert list(open_all(tmp_path, trainer)) == []  # it is still running
    first.killed()
    settle(tmp_path, first.clock.now())
    settle(tmp_path, first.clock.now())
    (kept,) = [log for _, log in open_all(tmp_path, trainer)]
    assert isinstance(kept, Log)
    assert (score(kept).result, kept.begun.trainee) == ("left", "Sam")
    assert again(tmp_path, first.clock, trainer).do(*ALL[5:]).station.over


def test_what_lies_on_the_disk_has_no_name_in_it_and_is_its_owners_alone(tmp_path, trainer):
    first = Kept(tmp_path, trainer).do(*ALL[:5])
    first.killed()
    (part,) = tmp_path.rglob("part")
    assert b"Sam" not in part.read_bytes()
    assert part.stat().st_mode & 0o077 == 0


def test_another_trainee_does_not_take_it_up(tmp_path):
    first = Kept(tmp_path).do(*ALL[:5])
    first.killed()
    assert find(tmp_path, "Kim", lambda _drill: True) is None
    assert find(tmp_path, " sam", lambda _drill: True) is not None


def test_a_drill_that_is_running_is_not_taken_up_a_second_time(tmp_path):
    first = Kept(tmp_path).do(*ALL[:5])
    assert find(tmp_path, "Sam", lambda _drill: True) is None
    first.killed()


def test_after_a_week_it_stays_left(tmp_path, trainer):
    first = Kept(tmp_path, trainer).do(*ALL[:5])
    first.killed()
    settle(tmp_path, first.clock.now() + KEPT + timedelta(seconds=10))
    assert find(tmp_path, "Sam", lambda _drill: True) is None
    assert len(list(open_all(tmp_path, trainer))) == 1


def test_a_damaged_part_is_taken_away_and_nothing_else_happens(tmp_path):
    first = Kept(tmp_path).do(*ALL[:5])
    first.killed()
    (part,) = tmp_path.rglob("part")
    part.write_bytes(part.read_bytes()[:100])
    assert find(tmp_path, "Sam", lambda _drill: True) is None
    assert not list(tmp_path.rglob("part"))


def test_whoever_does_not_want_it_has_left(tmp_path, trainer):
    first = Kept(tmp_path, trainer).do(*ALL[:5])
    first.killed()
    found = find(tmp_path, "Sam", lambda _drill: True)
    assert found is not None
    give_up(tmp_path, found)
    assert len(list(open_all(tmp_path, trainer))) == 1
    assert find(tmp_path, "Sam", lambda _drill: True) is None


def test_a_network_that_had_dropped_is_still_gone(tmp_path):
    text = TREE.replace("par: 240", "faults: [{do: network-drop, at: where}]\npar: 240")
    first = Kept(tmp_path, text=text).do(*START, ("answer", "wires"))
    assert first.station.online is False
    first.keeper.save()
    first.killed()
    second = again(tmp_path, first.clock, text=text)
    assert second.station.online is False
    assert score(second.do(*ALL[4:]).station.log_so_far).score == 1000


def test_after_a_real_kill_the_next_start_asks_and_goes_on_at_the_same_question(tmp_path):

    write_bundle(tmp_path / "city.kb", encode_bundle(replace(knowledge(), drills=(good(TREE),)), gazetteer()))
    command = [
        sys.executable,
        "-m",
        "taker311",
        "drill",
        "run",
        "tree-on-wires",
        "--kb",
        str(tmp_path / "city.kb"),
        "--trainee",
        "Kim",
    ]
    environment = {**os.environ, "TAKER311_HOME": str(tmp_path), "TERM": "xterm-256color"}
    with Terminal(command, environment) as terminal:
        terminal.see("Caller: There is a tree")
        terminal.press("tree on the power line")
        terminal.see("Problem with a tree")
        terminal.press("enter")
        terminal.see("questions")
        terminal.press("enter")
        terminal.see("ASK", "touching wires?")
        terminal.press("4")
        terminal.see("Where is it?")
        terminal.wait(
            lambda: any(b'"question":"where"' in part.read_bytes() for part in tmp_path.rglob("part")),
            "the part on the disk",
        )
        terminal.kill()
    with Terminal(command, environment) as terminal:
        terminal.see("You left", "A tree on the wires", "[y/n]")
        terminal.press("enter")
        terminal.see("DRILL", "Where is it?", "Caller: 1204 Elm Street.")
        terminal.press("f10", "yes", "enter")
        terminal.see("LEFT BEFORE THE END", "taken up again. Away:")

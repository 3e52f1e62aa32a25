"""A drill seen again on the desk's own screens: forwards, backwards, at speed, and to the moments that counted."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from helpers.drill_plays import FOLDER, PLAYS, played
from helpers.drills import bundle, good, index
from helpers.mini_city import gazetteer, knowledge
from helpers.terminal import Terminal
from taker311.desk.drill_replay import player_of
from taker311.desk.replay_app import ReplayDesk
from taker311.desk.replay_player import SPEEDS, Player
from taker311.drills.log import Did, Log
from taker311.knowledge.bundle import encode_bundle, write_bundle


@cache
def log(name: str = "perfect") -> Log:
    return played(name)


def player(name: str = "perfect") -> Player:
    return player_of(log(name), bundle(), index())


@pytest.mark.parametrize("name", PLAYS)
def test_each_moment_stands_where_the_call_stood(name):
    made = player(name)
    for entry in log(name).entries:
        while made.position < len(made.moments) and made.moments[made.position].event is None:
            made.forward()
        if not isinstance(entry, Did) or made.over:
            continue
        made.forward()
        assert not made.station.problem
        if entry.where.phase != "ready":
            assert made.station.state.phase == entry.where.phase
            assert (made.station.state.topic_id or made.station.state.bulletin_id) == entry.where.topic


def test_one_back_and_one_on_is_the_same_moment():
    made = player()
    for position in range(3, len(made.moments), 7):
        made.go(position)
        view, said, caption = made.station.view(), list(made.said), made.caption
        made.forward()
        made.back()
        assert (made.station.view(), made.said, made.caption) == (view, said, caption)


def test_the_whole_of_it_passes_by_at_its_speed():
    made = player()
    made.faster()
    assert made.speed == 2.0
    for _ in range(made.length * 10 // 2 + 20):
        made.advance(0.1)
    assert made.over
    assert not made.advance(1.0)


def test_speeds_end_at_both_ends():
    made = player()
    for _ in range(10):
        made.faster()
    assert made.speed == SPEEDS[-1]
    for _ in range(20):
        made.faster(-1)
    assert made.speed == SPEEDS[0]


def test_what_stands_still_does_not_go_on():
    made = player()
    made.pause()
    assert not made.advance(1000)
    assert made.position == 0
    made.go(len(made.moments))
    made.pause()
    assert (made.position, made.playing) == (0, True)


def test_every_criterion_has_its_moment_in_order_both_ways():
    made = player("wrong-location")
    there = []
    while made.jump(1):
        assert made.landmark is not None
        there.append((made.position, made.landmark.text))
    assert [position for position, _ in there] == sorted(position for position, _ in there)
    assert any(text.startswith("CRITICAL") for _, text in there)
    assert sum("won" in text or "lost" in text or "part" in text for _, text in there) >= 8
    back = [there[-1]]
    while made.jump(-1):
        assert made.landmark is not None
        back.append((made.position, made.landmark.text))
    assert back == there[::-1]


def test_a_knowledge_base_that_has_changed_says_what_it_would_refuse_and_goes_on():
    known = knowledge()
    other = type(bundle()).of(
        replace(known, topics=tuple(t for t in known.topics if t.id != "tree-problem")), gazetteer()
    )
    made = player_of(log(), other)
    problems = []
    while not made.over:
        made.forward()
        problems.append(made.station.view().problem)
    assert any("tree-problem" in problem for problem in problems)


def in_app(made: ReplayDesk, *keys: str) -> list[str]:
    """What stands on the screen after the keys."""

    made.player.playing = False

    async def run() -> list[str]:
        async with made.run_test(size=(80, 24)) as pilot:
            pilot: Pilot[int]
            for key in keys:
                await pilot.press(key)
            await pilot.pause()
            return ["".join(text for text, _ in row) for row in made._canvas._lines]

    return asyncio.run(run())


def app() -> ReplayDesk:
    return ReplayDesk(player(), bundle().knowledge.city, head="DRILL", agent="Sam")


def test_the_screens_are_the_desks_own_with_the_callers_words_and_the_key_on_top():
    rows = in_app(app(), *["right"] * 9)
    text = "\n".join(rows)
    assert rows[0].startswith(" DRILL  REPLAY  0:")
    assert "Caller: 1204 Elm Street." in text
    assert "ASK   Where is it?" in text or "ASK" in text
    assert "Esc leave" in rows[-1]
    assert all(len(row) == 80 for row in rows)


def test_what_was_typed_stands_in_its_box_and_its_hits_below():
    rows = in_app(app(), "right", "right", "right", "right")
    text = "\n".join(rows)
    assert rows[3].startswith(" tree on the power line")
    assert "›1 Problem with a tree" in text


def test_n_shows_what_the_moment_was_for():
    assert any(row.startswith(" * won") for row in in_app(app(), "n"))


def test_a_log_opens_in_a_terminal_and_is_text_in_a_pipe(tmp_path: Path):
    drills = (good(PLAYS["perfect"][0]),)
    write_bundle(tmp_path / "city.kb", encode_bundle(replace(knowledge(), drills=drills), gazetteer()))
    command = [
        sys.executable,
        "-m",
        "taker311",
        "drill",
        "replay",
        str(FOLDER / "perfect.jsonl"),
        "--kb",
        str(tmp_path / "city.kb"),
    ]
    with Terminal(command, {**os.environ, "TAKER311_HOME": str(tmp_path)}) as terminal:
        terminal.see("DRILL REPLAY", "Caller: There is a tree")
        terminal.press(" ")
        terminal.see("paused")
        terminal.press("n", "n", "n")
        terminal.see("* won")
        terminal.press("f10")
        assert terminal.ended() == 0

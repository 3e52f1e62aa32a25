"""The cue sheet on a second terminal: it sees where the drill stands, its marks reach the log, and it says when the drill is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from helpers.drill_plays import END, ROSA, START
from helpers.drills import TREE, Run, good
from taker311.base.clock import ManualClock
from taker311.base.codec import to_json
from taker311.desk.drill_cue_app import CueDesk, rows_of
from taker311.drills.cue_live import LiveCue, Wanted, running, sweep
from taker311.drills.debrief import noted_rows
from taker311.drills.log import Mark, Noted
from taker311.drills.score import score


class Shown:
    """A drill that a second terminal may look at."""

    def __init__(self, folder: Path, *, pair: bool = True) -> None:
        self.run = Run(TREE, pair=pair)
        self.folder = folder
        self.cue = LiveCue(folder, self.run.station, self.run.clock)

    def tick(self) -> None:
        self.run.clock.advance(1)
        self.run.station.tick()


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    made = Shown(tmp_path / "run")
    yield made
    made.cue.close()


def sheet(made: Shown) -> str:
    watched = running(made.folder)
    assert watched is not None
    state = watched.state()
    assert state is not None
    return "\n".join("".join(text for text, _ in row) for row in rows_of(watched.drill, state, 10, 80))


def test_facts_are_hidden_until_they_are_asked_for(shown):
    assert "- if asked        No, no sparks." in sheet(shown)
    assert "+ said            It touches the wires." in sheet(shown)
    shown.run.do(*START, ("answer", "wires"), ("answer", "1204 elm street"), ("pick", "1"), "confirm")
    assert "+ said            No, no sparks." in sheet(shown)
    assert "You say: “No, no sparks.”" in sheet(shown)
    assert "The trainee asks the questions · tree-problem · sparks" in sheet(shown)


def test_a_fact_that_must_be_pressed_for_says_what_to_say_first(shown):
    shown.run.do(
        *START, ("answer", "wires"), ("answer", "1204 elm street"), ("pick", "1"), "confirm", ("answer", "no"), "skip"
    )
    text = sheet(shown)
    assert "You say: “Why do you need that?”" in text
    assert "and, if they insist: “Oh. You can text me.”" in text
    assert "- asked once" in text


def test_the_red_card_is_seen_from_the_second_terminal(shown):
    shown.run.do(("type", "tree"), "emergency")
    assert "The 911 card stands open" in sheet(shown)


def test_marks_and_notes_reach_the_log_with_their_time_and_come_back_to_who_gave_them(shown):
    shown.run.do(*START)
    watched = running(shown.folder)
    watched.mark("Ann", "courtesy", 4)
    watched.note("Ann", "Ask before you tell.\x1b]0;evil\x07")
    shown.tick()
    shown.run.do(*ROSA, *END)
    log = shown.run.station.log_so_far
    marks = [entry for entry in log.entries if isinstance(entry, Mark | Noted)]
    assert [type(one).__name__ for one in marks] == ["Mark", "Noted"]
    assert (marks[0].by, marks[0].points) == ("Ann", 4)
    assert "\x1b" not in marks[1].text
    assert any("Note at 0:0" in row and "Ann: Ask before you tell." in row for row in noted_rows(log))
    assert "courtesy 4 by Ann" in to_json(score(log))
    assert [one.points for one in watched.state().marks] == [4, -1]


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{}\n", b"not json\n", b'{"by":"x","what":"rm","points":1}\n', b"\xff\xfe\n", b'{"by":"x","what":"courtesy","points":"5"}\n'],
)  # fmt: skip
def test_a_line_that_is_no_mark_is_passed_over(shown, line):
    watched = running(shown.folder)
    (watched.place / "marks").write_bytes(line + to_json(Wanted("Ann", "listening", 99)).encode() + b"\n" + b'{"by"')
    shown.tick()
    shown.tick()
    marks = [entry for entry in shown.run.station.log_so_far.entries if isinstance(entry, Mark)]
    assert [(one.what, one.points) for one in marks] == [("listening", 5)]


def test_a_mark_after_the_end_still_counts(shown):
    shown.run.do(*START, *ROSA, *END)
    running(shown.folder).mark("Ann", "listening", 2)
    shown.tick()
    assert "listening 2 by Ann" in to_json(score(shown.run.station.log_so_far))


def test_what_is_shown_lies_in_files_of_the_owner_alone_and_names_no_trainee(shown):
    shown.run.do(*START)
    running(shown.folder).mark("Ann", "courtesy", 4)
    files = [path for path in shown.folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"state", "drill", "marks", "seat.lock"}
    for path in files:
        assert path.stat().st_mode & 0o077 == 0
        assert b"Sam" not in path.read_bytes()


def test_nothing_is_written_while_nothing_happens(shown):
    shown.run.do(*START)
    shown.tick()
    path = running(shown.folder).place / "state"
    before = path.stat().st_mtime_ns
    for _ in range(5):
        shown.tick()
    assert path.stat().st_mtime_ns == before


def test_a_drill_that_ended_is_not_found_and_leaves_nothing(tmp_path):
    made = Shown(tmp_path / "run")
    made.run.do(*START)
    made.cue.close()
    assert running(made.folder) is None
    sweep(made.folder)
    assert list(made.folder.iterdir()) == []


# ---------------------------------------------------------------- the screen
def on_screen(made: Shown | None, folder: Path, work: object) -> list[str]:
    clock = made.run.clock if made else ManualClock()
    app = CueDesk(lambda: running(folder), "Ann", clock)

    async def run() -> list[str]:
        async with app.run_test(size=(80, 24)) as pilot:
            pilot: Pilot[int]
            await work(app, pilot)  # type: ignore[operator]
            await pilot.pause()
            return ["".join(text for text, _ in row).rstrip() for row in app._canvas._lines]

    return asyncio.run(run())


def test_keys_mark_and_a_note_is_typed(shown):
    shown.run.do(*START)

    async def work(app, pilot):
        await pilot.press("4", "tab", "3", "n", "o", "k", "enter")
        shown.tick()
        app.look()

    rows = on_screen(shown, shown.folder, work)
    assert good(TREE).title in rows[0]
    assert "courtesy: 4 at 0:0" in rows[-2]
    assert "listening: 3" in rows[-2]
    assert "notes: 1" in rows[-2]


def test_it_waits_for_a_drill_and_says_how_one_is_begun(tmp_path):
    async def work(app, pilot):
        await pilot.press("4")

    assert "No drill is running here" in "\n".join(on_screen(None, tmp_path, work))


@pytest.mark.parametrize(
    ("inputs", "words"), [((*START, *ROSA, *END), "The drill has ended"), (START, "stopped before its end")]
)
def test_it_says_that_the_drill_has_ended_or_died(shown, inputs, words):
    shown.run.do(*inputs)

    async def work(app, pilot):
        shown.cue.close() if "ended" in words else shown.cue._lock.release()
        app.look()
        await pilot.press("5")

    assert words in "\n".join(on_screen(shown, shown.folder, work))

"""The review as its people meet it: reviewer and agent at the command line, the form on the screen, the desk that keeps calls."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from helpers.reviews import ANSWERED, EVERY, TAKEN, SeatOnDisk, tale
from helpers.stations import NOW, mini_bundle, mini_index, play
from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.base.people_keys import Holder, make, trust
from taker311.base.settings import DeskSettings, ReviewSettings, Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cli import main
from taker311.desk.draw import fit
from taker311.desk.review_app import ReviewDesk
from taker311.desk.review_form import FormControl
from taker311.desk.review_replay import other_knowledge, player_of, points_of_form
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.review import forms, record
from taker311.review.form import Form, new_form, qa, undecided
from taker311.review.tale import Tale
from taker311.review.watching import Watching
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAKER311_KEYS_PLAIN", "1")
    return tmp_path / "home"


@pytest.fixture
def rita(home) -> Holder:
    found = make(home / "config" / "reviewer-keys", "reviewer", "Rita", "")
    trust(home / "data" / "review", found.public)
    return found


@pytest.fixture
def kb(tmp_path) -> str:
    path = tmp_path / "city.kb"
    write_bundle(path, encode_bundle(mini_bundle().knowledge, mini_bundle().gazetteer()))
    return str(path)


def kept_call(home: Path, *people: Holder, agent: str = "Sam", inputs=TAKEN) -> str:
    """A call at the seat 'main', kept for these reviewers; its id."""
    folder = home / "data" / "seats" / "main"
    slots = KeySlots(folder, SystemClock(), CHEAP)
    unlocked = slots.unlock("Sam", "correct horse") if slots.exists() else slots.create("Sam", "correct horse")
    seat = SeatOnDisk(folder, seed=len(list(folder.glob("review/*"))) + 1, sealer=unlocked.sealer)
    seat.clock.jump(SystemClock().now())
    call_id = seat.take(*inputs, agent=agent)
    if people:
        seat.keeper(*people).ended(seat.calls, call_id)
    seat.close()
    return call_id


def run(capsys, *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["review", *words]) == code, capsys.readouterr().err
    return capsys.readouterr().out


def as_sam(tmp_path, *words: str) -> list[str]:
    file = tmp_path / "passphrase"
    file.write_text("correct horse\n")
    return [*words, "--mine", "--as", "Sam", "--passphrase-fd", str(_descriptor(file))]


def _descriptor(path: Path) -> int:
    import os

    return os.open(path, os.O_RDONLY)


# ---------------------------------------------------------------- commands
def test_a_reviewer_lists_replays_and_judges_a_call_and_its_agent_reads_what_was_released(
    home, rita, kb, tmp_path, capsys
):
    call_id = kept_call(home, rita)
    short = call_id[:8]
    assert "sample" in run(capsys, "list")
    told = run(capsys, "replay", short, "--text", "--kb", kb)
    assert "opens pothole" in told
    assert "ends the call as requested" in told
    assert "[interview]" in run(capsys, "replay", short, "--screens", "--kb", kb)

    assert json.loads(run(capsys, "form", short, "--json", "--kb", kb))["undecided"] == ["topic", "answer", "facts"]
    answers = tmp_path / "answers.json"
    answers.write_text('{"marks": {"topic": 5, "answer": 4, "facts": 5}, "comment": "well done"}')
    assert main(["review", "form", short, "--json", str(answers), "--kb", kb, "--release"]) == 2, "it is a draft yet"
    made = json.loads(run(capsys, "form", short, "--json", str(answers), "--finish", "--release", "--kb", kb))
    assert made["finished"]
    assert made["qa"] > 800
    assert "form finished" in run(capsys, "list")
    assert "No call" in run(capsys, "list", "--to-do")
    assert "well done" in run(capsys, "show", short)
    assert "Sam: QA" in run(capsys, "report")
    assert run(capsys, "report", "--csv").count("\n") == 2
    assert run(capsys, "report", "--agent", "Nobody").startswith("0 forms")

    assert "well done" in run(capsys, *as_sam(tmp_path, "show"))
    assert "a form for you" in run(capsys, *as_sam(tmp_path, "list"))
    assert "opens pothole" in run(capsys, *as_sam(tmp_path, "replay", short, "--text", "--kb", kb))


def test_an_agent_may_not_open_another_s_call(home, tmp_path, kb, capsys):
    call_id = kept_call(home, agent="Kim")
    assert main(["review", *as_sam(tmp_path, "replay", call_id[:8], "--text", "--kb", kb)]) == 2
    assert "another agent's" in capsys.readouterr().err
    assert call_id[:8] not in run(capsys, *as_sam(tmp_path, "list"))
    file = tmp_path / "passphrase"
    words = ["pick", call_id[:8], "--as", "Sam", "--passphrase-fd", str(_descriptor(file))]
    assert main(["review", *words]) == 2


def test_a_second_reviewer_does_not_see_the_first_s_form_before_their_own(home, rita, kb, tmp_path, capsys):
    tom = make(tmp_path / "tom", "reviewer", "Tom", "")
    trust(home / "data" / "review", tom.public)
    short = kept_call(home, rita, tom)[:8]
    answers = tmp_path / "answers.json"
    answers.write_text('{"marks": {"topic": 5, "answer": 4, "facts": 5}}')
    run(capsys, "form", short, "--json", str(answers), "--finish", "--kb", kb)
    as_tom = ["--keys", str(tmp_path / "tom")]
    assert "1 by others" in run(capsys, "list", *as_tom)
    assert main(["review", "show", short, *as_tom]) == 2
    assert "stays blind" in capsys.readouterr().err
    run(capsys, "form", short, "--json", str(answers), "--kb", kb, *as_tom)
    assert run(capsys, "report", *as_tom).startswith("0 forms"), "what he is judging waits"
    run(capsys, "form", short, "--json", str(answers), "--finish", "--kb", kb, *as_tom)
    assert "Rita" in run(capsys, "show", short, *as_tom)
    assert "Rita and Tom, facts right: 1 of 1 equal, too few" in run(capsys, "report")
    assert "Tom and" not in run(capsys, "form", short, "--json", "--reopen", "--kb", kb, *as_tom)
    assert json.loads(run(capsys, "form", short, "--json", "--reopen", "--kb", kb, *as_tom)).get("blind") is False


def test_a_form_is_filled_in_with_plain_prompts_and_leaving_keeps_what_was_marked(home, rita, kb, capsys, monkeypatch):
    short = kept_call(home, rita)[:8]
    monkeypatch.setattr("sys.stdin", io.StringIO("\nc read the card\n7\n5\nq\n"))
    assert "kept as a draft" in run(capsys, "form", short, "--line", "--kb", kb)
    made = json.loads(run(capsys, "form", short, "--json", "--kb", kb))
    topic = next(one for one in made["marks"] if one["id"] == "topic")
    assert (topic["mark"], topic["comment"]) == (5, "read the card")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n" * 2 + "4\n" + "\n" + "3\n" + "\n" * 14 + "\n" + "y\n"))
    assert "(finished)" in run(capsys, "form", short, "--line", "--kb", kb)


def test_a_call_that_was_not_chosen_is_picked_and_carried_to_another_machine(
    home, rita, tmp_path, capsys, monkeypatch, kb
):
    call_id = kept_call(home, inputs=ANSWERED)
    file = tmp_path / "passphrase"
    file.write_text("correct horse\n")
    words = ["pick", call_id[:8], "--as", "Sam", "--passphrase-fd", str(_descriptor(file))]
    assert "sealed to Rita" in run(capsys, *words)
    parcel = tmp_path / "calls.review"
    run(capsys, "export", str(parcel), call_id[:8])
    keys = home / "config" / "reviewer-keys"
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "elsewhere"))
    assert "1 new file" in run(capsys, "import", str(parcel))
    assert "picked by hand" in run(capsys, "list", "--keys", str(keys))


def test_mistakes_are_answered_with_a_sentence(home, rita, capsys):
    for words in (
        ["replay", "zzz"],
        ["show"],
        ["form", "zzz"],
        ["export", "/nowhere/x"],
        ["report", "--since", "soon"],
    ):
        assert main(["review", *words]) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ")
        assert "Traceback" not in said


def test_doctor_says_when_nobody_could_read_what_is_chosen(home, tmp_path, monkeypatch):
    from taker311.base.paths import find_paths
    from taker311.cli._check_review import check_review

    assert "no call is kept" in check_review(find_paths(), Settings(), home).say
    trust(home / "data" / "review", make(tmp_path / "k", "reviewer", "Rita", "").public)
    assert check_review(find_paths(), Settings(), home).say.startswith("0 calls are kept for Rita")


# ---------------------------------------------------------------- the screen
class Judge:
    """Hands on the form, without a terminal."""

    def __init__(self, told: Tale, rita: Holder, notice: str = "") -> None:
        self.saved: list[Form] = []
        self.finished: list[Form] = []
        self.jumped: list[int] = []
        self.form = FormControl(
            new_form(told, rita.public, EVERY, NOW), self.saved.append, self.finished.append, lambda: NOW, notice=notice
        )
        self.form.jump = self.jumped.append

    def press(self, *keys: str) -> Judge:
        for key in keys:
            self.left = not self.form.key(key, " " if key == "space" else key if len(key) == 1 else None)
        return self

    def text(self, height: int = 22) -> str:
        rows, _ = self.form.rows(80, height)
        assert len(rows) <= height
        assert all(sum(len(piece) for piece, _ in fit(row, 80)) == 80 for row in rows)
        return "\n".join("".join(piece for piece, _ in row) for row in rows)


@pytest.fixture
def told(tmp_path):
    seat = SeatOnDisk(tmp_path / "seat")
    yield tale(seat, seat.take(*TAKEN))
    seat.close()


def test_every_mark_is_kept_at_once_and_esc_loses_none(told, rita):
    made = Judge(told, rita).press("down", "5", "down", "3", "c", *"slow", "escape")
    assert [len(made.saved), made.left] == [3, False]
    made.press("escape")
    assert made.left
    kept = {one.id: (one.mark, one.comment) for one in made.saved[-1].marks}
    assert (kept["topic"], kept["answer"]) == ((5, ""), (3, "slow"))


@pytest.mark.parametrize("notice", ["", "The knowledge base of this call is no longer here. " * 4])
def test_the_selected_line_is_always_on_the_screen(told, rita, notice):
    made = Judge(told, rita, notice)
    for _ in range(25):
        assert "›" in made.text()
        assert "›" in made.text(height=12)
        made.press("down")
    made.press("end", "c", *"a comment on the whole")
    assert "a comment on the whole" in made.text()


def test_enter_shows_the_moment_and_tab_goes_to_what_is_undecided(told, rita):
    made = Judge(told, rita).press("tab", "enter")
    assert made.jumped == [next(one.step for one in made.form.form.marks if one.id == "topic")]
    made.press("5", "tab", "4", "tab", "-", "tab")
    assert "F finishes" in made.form.note


def test_a_form_is_finished_by_f_twice_and_not_before_all_is_decided(told, rita):
    made = Judge(told, rita).press("f")
    assert "Right topic" in made.form.note
    made.press("tab", "5", "tab", "5", "tab", "5", "f")
    assert made.form.asked_to_finish
    made.press("escape")
    assert not made.left
    assert not made.finished
    made.press("f", "f")
    assert [one.finished for one in made.finished] == [NOW]
    assert made.form.over


def test_a_critical_error_takes_yes_or_no_and_nothing_else(told, rita):
    made = Judge(told, rita).press("end", "up", "5")
    assert not made.saved
    made.press("y")
    assert qa(made.saved[-1]).critical == ("caller-dropped",)
    made.press("n")
    assert qa(made.saved[-1]).critical == ()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_the_form_and_the_desk_as_it_stood_are_one_screen(told, rita, anyio_backend):
    judge = Judge(told, rita)
    city = told.bundle.knowledge.city
    app = ReviewDesk(player_of(told, points_of_form(judge.form.form), mini_index()), city, judge.form)

    def shown() -> str:
        return "\n".join("".join(piece for piece, _ in row) for row in app._canvas._lines)

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Right topic" in shown()
        await pilot.press("tab", "enter")
        assert "REVIEW" in shown()
        assert "opens pothole" in shown()
        await pilot.press("escape")
        await pilot.press("5")
        assert "5/5" in shown()
        await pilot.press("escape")
    assert undecided(judge.saved[-1]) == ("answer", "facts")


def test_a_call_from_another_knowledge_base_says_so_where_it_is_seen(told):
    from msgspec.structs import replace

    other = Tale(replace(told.record, kb_version="2026-11-01"), told.bundle)
    assert "2026-11-01" in other_knowledge(other)
    assert other_knowledge(told) == ""


# ---------------------------------------------------------------- the desk that keeps them
def test_a_desk_keeps_chosen_calls_behind_its_screen_and_a_failure_disturbs_no_call(tmp_path, rita, home):
    folder, shared = tmp_path / "seat", tmp_path / "shared"
    shared.mkdir()
    file = tmp_path / "city.kb"
    write_bundle(file, encode_bundle(mini_bundle().knowledge, mini_bundle().gazetteer()))
    settings = Settings(
        review=ReviewSettings(every=1), desk=DeskSettings(status_folder=str(shared), keep_journal_days=2)
    )
    seat = Seat(folder, SystemClock(), open_throwaway(folder))
    place = Workplace(mini_bundle(), file, seat, settings, SystemClock(), SeededIds(3), agent="Sam")
    place.station.desk.index = mini_index()
    watching = Watching(place, home / "data" / "review")
    watching.begin()
    try:
        play(place.station, *ANSWERED)
        end = time.monotonic() + 60
        while not list((shared / "review").glob("*.call")) and time.monotonic() < end:
            time.sleep(0.01)
        (kept,) = (folder / "review").glob("*.call")
        assert record.open_call(kept, rita).agent == "Sam"
        with contextlib.closing(sqlite3.connect(folder / "calls.db")) as connection:
            ((over, purge_at),) = connection.execute("SELECT ended_at, purge_at FROM call").fetchall()
        kept_for = datetime.fromisoformat(purge_at) - datetime.fromisoformat(over)
        assert kept_for == timedelta(days=2), "the journal's own time is the setting's"
        (shared / "review").rename(tmp_path / "away")
        (shared / "review").write_text("in the way")
        play(place.station, *ANSWERED)
        assert place.station.calls == 2
    finally:
        watching.end()
        place.stop()
    assert watching.trouble
    assert len(list((folder / "review").glob("*.call"))) == 2


def test_a_draft_in_the_clear_is_nowhere(home, rita, kb, tmp_path, capsys):
    short = kept_call(home, rita)[:8]
    answers = tmp_path / "answers.json"
    answers.write_text('{"comment": "a very secret remark"}')
    run(capsys, "form", short, "--json", str(answers), "--kb", kb)
    data = b"".join(path.read_bytes() for path in (home / "data").rglob("*") if path.is_file())
    assert b"a very secret remark" not in data
    assert forms.DRAFT in {path.suffix for path in (home / "data" / "review").iterdir()}

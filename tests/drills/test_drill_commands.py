"""The drill commands as people type them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from helpers.drill_plays import FOLDER, STALE, played
from helpers.drills import HOLE, LIBRARY, TREE, good
from helpers.mini_city import gazetteer, knowledge
from taker311 import cli
from taker311.base.errors import UserError
from taker311.cli._course import tell_course
from taker311.drills.log import load, written
from taker311.drills.score import score
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.knowledge.drills import CourseScreen, DrillSet, Quiz

COURSE = DrillSet(
    "course", "A short course", ("library-sunday", "tree-on-wires"), 10,
    screens=(CourseScreen("Danger", "Press F9."),), quiz=(Quiz("Which key?", ("F1", "F9"), 2, "Always."),),
)  # fmt: skip
TAKEN = ["library\n", ".open library-hours\n", "a\n", ".end answered\n"]


@pytest.fixture
def kb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    drills = tuple(sorted((good(TREE), good(LIBRARY), good(HOLE)), key=lambda one: one.id))
    path = tmp_path / "city.kb"
    write_bundle(path, encode_bundle(replace(knowledge(), drills=drills, drill_sets=(COURSE,)), gazetteer()))
    return str(path)


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(lines)))


def test_what_can_be_practised_is_listed(kb, capsys):
    assert cli.main(["drill", "list", "--kb", kb]) == 0
    out = capsys.readouterr().out
    assert "course course: A short course (1 screen, 2 drills, a quiz of 1, about 10 minutes)" in out
    assert "tree-on-wires" in out
    assert cli.main(["drill", "list", "--json", "--kb", kb]) == 0
    assert [json.loads(line).get("drill") for line in capsys.readouterr().out.splitlines()] == [
        None,
        "library-sunday",
        "second-report",
        "tree-on-wires",
    ]


def test_a_drill_is_taken_with_plain_prompts_and_its_log_scored_again(kb, tmp_path, monkeypatch, capsys):
    typed(monkeypatch, *TAKEN)
    log = tmp_path / "a.jsonl"
    assert (
        cli.main(["drill", "run", "library-sunday", "--line", "--trainee", "Kim", "--log", str(log), "--kb", kb]) == 0
    )
    out = capsys.readouterr().out
    assert "CALLER Is the library open on Sunday?" in out
    assert "PASSED: 100 of 100" in out
    assert load(log).begun.trainee == "Kim"
    assert cli.main(["drill", "score", "--json", str(log)]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == 1000


def test_a_course_has_its_screens_before_and_its_quiz_after(kb, monkeypatch, capsys):
    done = [*TAKEN, "tree\n", ".open tree-problem\n", ".answered\n", ".end answered\n", "2\n"]
    typed(monkeypatch, *done)
    assert cli.main(["drill", "run", "course", "--line", "--kb", kb]) == 1
    out = capsys.readouterr().out
    assert "[1 of 1] Danger" in out
    assert (
        out.index("Danger")
        < out.index("Is the library open")
        < out.index("tree on the power line")
        < out.index("Which key?")
    )
    assert "DRILL quiz: 1 of 1 right." in out


def test_a_quiz_asks_again_for_what_is_no_choice_and_has_the_courses_mark(kb, monkeypatch, capsys):
    drills = [*TAKEN, "tree\n", ".open tree-problem\n", ".answered\n", ".end answered\n"]
    typed(monkeypatch, *drills, "x\n", "\n", "3\n", "1\n")
    assert cli.main(["drill", "run", "course", "--line", "--kb", kb]) == 1
    out = capsys.readouterr().out
    assert out.count("Type a digit from 1 to 2.") == 3
    assert "DRILL quiz: 0 of 1 right." in out
    assert "To pass: 80 percent." in out


def test_whoever_stops_at_a_courses_screens_is_not_told_of_a_fault(capsys):
    def gone() -> None:
        raise EOFError

    with pytest.raises(UserError, match="stopped before its drills"):
        tell_course(COURSE, print, pause=gone)
    assert all(len(line) < 80 for line in capsys.readouterr().out.splitlines())


def test_whoever_leaves_a_set_is_not_given_the_rest(kb, monkeypatch, capsys):
    typed(monkeypatch, "library\n", ".quit\n", "tree\n")
    assert cli.main(["drill", "run", "course", "--line", "--kb", kb]) == 1
    out = capsys.readouterr().out
    assert "LEFT BEFORE THE END" in out
    assert "tree on the power line" not in out
    assert "quiz" not in out


def test_without_a_trainers_key_nothing_is_kept_and_that_is_said(kb, tmp_path, monkeypatch, capsys):
    typed(monkeypatch, *TAKEN)
    assert cli.main(["drill", "run", "library-sunday", "--line", "--kb", kb]) == 0
    assert "was not kept" in capsys.readouterr().err
    assert not list((tmp_path / "home").rglob("*.drill"))


def test_with_a_trainers_key_the_result_is_sealed_to_it(kb, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TAKER311_KEYS_PLAIN", "1")
    assert cli.main(["drill", "keys", "init", "Ann"]) == 0
    typed(monkeypatch, *TAKEN)
    assert cli.main(["drill", "run", "library-sunday", "--line", "--trainee", "Zebulon", "--kb", kb]) == 0
    (kept,) = (tmp_path / "home").rglob("*.drill")
    assert kept.stat().st_mode & 0o077 == 0
    assert not any(b"Zebulon" in path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    capsys.readouterr()
    assert cli.main(["drill", "results"]) == 0
    listed = capsys.readouterr().out
    assert "Zebulon" in listed
    assert kept.stem in listed
    assert cli.main(["drill", "replay", kept.stem, "--text", "--kb", kb]) == 0
    assert "CALLER Is the library open on Sunday?" in capsys.readouterr().out
    assert cli.main(["drill", "results", "--export", str(tmp_path / "out")]) == 0
    (plain,) = (tmp_path / "out").glob("*.jsonl")
    assert score(load(plain)).passed


def test_a_file_is_run_without_being_in_the_knowledge_base(kb, tmp_path, monkeypatch, capsys):
    path = tmp_path / "old-tree-page.yaml"
    path.write_text(STALE)
    typed(monkeypatch, "tree\n", ".open tree-problem\n", "t\n", "\n", ".end transferred\n")
    assert cli.main(["drill", "run", str(path), "--line", "--kb", kb]) == 0
    assert "PASSED" in capsys.readouterr().out


def test_a_drill_for_a_topic_that_has_left_the_knowledge_base_is_not_run(kb, tmp_path, capsys):
    path = tmp_path / "gone.yaml"
    path.write_text(LIBRARY.replace("library-sunday", "gone").replace("topic: library-hours", "topic: library-hour"))
    assert cli.main(["drill", "run", str(path), "--line", "--kb", kb]) == 2
    assert "gone.yaml:8:19: error[unknown-topic]" in capsys.readouterr().err


def test_a_topic_that_left_after_the_drill_was_built_is_told_and_a_set_goes_on_without_it(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    known = knowledge()
    left = replace(
        known,
        topics=tuple(topic for topic in known.topics if topic.id != "tree-problem"),
        drills=(good(LIBRARY), good(TREE)),
        drill_sets=(COURSE,),
    )
    path = tmp_path / "city.kb"
    write_bundle(path, encode_bundle(left, gazetteer()))
    assert cli.main(["drill", "run", "tree-on-wires", "--line", "--kb", str(path)]) == 2
    assert "is about tree-problem, which is no longer in this knowledge base" in capsys.readouterr().err
    typed(monkeypatch, *TAKEN, "2\n")
    assert cli.main(["drill", "run", "course", "--line", "--kb", str(path)]) == 0
    told = capsys.readouterr()
    assert "tree-on-wires is about tree-problem" in told.err
    assert "DRILL quiz: 1 of 1 right." in told.out


def test_a_drill_that_was_left_is_taken_up_with_plain_prompts_too(kb, monkeypatch, capsys):
    typed(monkeypatch, "library\n", ".open library-hours\n", ".quit\n")
    assert cli.main(["drill", "run", "course", "--line", "--trainee", "Kim", "--kb", kb]) == 1
    assert "taker311 drill run course --resume" in capsys.readouterr().err
    typed(monkeypatch, "a\n", ".end answered\n")
    assert cli.main(["drill", "run", "--resume", "--line", "--trainee", "Lee", "--kb", kb]) == 2
    assert "No drill was left here by Lee" in capsys.readouterr().err
    assert cli.main(["drill", "run", "--resume", "--line", "--trainee", "Kim", "--kb", kb]) == 0
    out = capsys.readouterr().out
    assert "PASSED: 100 of 100" in out
    assert "taken up again. Away:" in out


def test_taking_it_from_the_beginning_leaves_what_was_left_behind(kb, monkeypatch, capsys):
    typed(monkeypatch, "library\n", ".quit\n")
    assert cli.main(["drill", "run", "library-sunday", "--line", "--trainee", "Kim", "--kb", kb]) == 1
    typed(monkeypatch, *TAKEN)
    assert cli.main(["drill", "run", "library-sunday", "--line", "--trainee", "Kim", "--kb", kb]) == 0
    assert "taken up again. Away:" not in capsys.readouterr().out
    assert cli.main(["drill", "run", "--resume", "--line", "--trainee", "Kim", "--kb", kb]) == 2


def test_a_word_that_names_nothing_is_told_with_the_nearest(kb, capsys):
    assert cli.main(["drill", "run", "tree-on-wire", "--line", "--kb", kb]) == 2
    assert "did you mean 'tree-on-wires'" in capsys.readouterr().err
    assert cli.main(["drill", "run", "nowhere.yaml", "--line", "--kb", kb]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_knowledge_base_without_drills_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    path = tmp_path / "bare.kb"
    write_bundle(path, encode_bundle(knowledge(), gazetteer()))
    assert cli.main(["drill", "run", "--line", "--kb", str(path)]) == 2
    assert "no drills" in capsys.readouterr().err


def test_the_cue_sheet_has_all_that_the_caller_needs(kb, capsys):
    assert cli.main(["drill", "cue", "tree-on-wires", "--kb", kb]) == 0
    out = capsys.readouterr().out
    for words in (
        "YOU BEGIN",
        "only if asked twice",
        '"Why do you need that?"',
        "1204 Elm Street",
        "by Monday, November 30",
        "courtesy 0-5",
    ):
        assert words in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 72


def test_a_log_is_seen_again_key_by_key_with_its_screens(kb, capsys):
    assert cli.main(["drill", "replay", str(FOLDER / "perfect.jsonl"), "--screens", "--kb", kb]) == 0
    out = capsys.readouterr().out
    for words in (
        "CALLER There is a tree",
        "KEY    opened topic_id tree-problem",
        "ASK Is the tree on the street",
        "AGENT  please",
        "DONE   tree-problem: requested DRILL-",
    ):
        assert words in out
    assert "would refuse" not in out


def test_a_replay_over_another_knowledge_base_says_what_it_would_refuse(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    known = knowledge()
    path = tmp_path / "other.kb"
    write_bundle(
        path,
        encode_bundle(replace(known, topics=tuple(t for t in known.topics if t.id != "tree-problem")), gazetteer()),
    )
    assert cli.main(["drill", "replay", str(FOLDER / "perfect.jsonl"), "--kb", str(path)]) == 0
    assert "would refuse it: There is no topic 'tree-problem'" in capsys.readouterr().out


def test_an_observer_marks_a_log_from_the_command_line(tmp_path, capsys):
    path = tmp_path / "a.jsonl"
    path.write_text(written(played("perfect")))
    words = ["drill", "score", "--mark", "courtesy=5", "--mark", "listening=3", "--by", "Ann", "--json", str(path)]
    assert cli.main(words) == 0
    first = capsys.readouterr().out
    assert json.loads(first)["score"] == 989
    assert cli.main(["drill", "score", "--json", str(path)]) == 0
    assert capsys.readouterr().out == first
    assert cli.main(["drill", "score", "--mark", "courtesy=9", str(path)]) == 2


def test_drills_are_checked_from_the_command_line(kb, tmp_path, capsys):
    path = tmp_path / "library-sunday.yaml"
    path.write_text(LIBRARY)
    assert cli.main(["drill", "check", str(path), "--kb", kb]) == 0
    assert "can be played to 100" in capsys.readouterr().out
    path.write_text(LIBRARY.replace("par: 90", "par: xx"))
    assert cli.main(["drill", "check", str(path), "--kb", kb]) == 2
    assert "library-sunday.yaml:9:6: error[wrong-type]" in capsys.readouterr().err


def test_a_screen_needs_a_terminal(kb, monkeypatch, capsys):
    typed(monkeypatch)
    assert cli.main(["drill", "run", "tree-on-wires", "--kb", kb]) == 2
    assert "--line" in capsys.readouterr().err


def test_a_log_of_a_set_goes_nowhere(kb, tmp_path, capsys):
    assert cli.main(["drill", "run", "course", "--line", "--log", str(tmp_path / "x"), "--kb", kb]) == 2
    assert "one drill" in capsys.readouterr().err

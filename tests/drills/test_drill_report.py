"""The trainer's report: progress, agreement, and the forms it takes."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from helpers.drill_plays import FOLDER, played
from taker311 import cli
from taker311.base.errors import UserError
from taker311.drills.log import Log, marked
from taker311.drills.report import kappa, read_assignments, report
from taker311.drills.report_shown import COLUMNS, as_csv, as_html, as_text, sparkline

BASE = played("perfect").begun.taken


def attempt(name: str, number: int, trainee: str = "Sam") -> Log:
    log = played(name)
    return replace(log, begun=replace(log.begun, trainee=trainee, taken=BASE + timedelta(days=number)))


LOGS = [
    attempt("perfect", 3),
    attempt("wrong-location", 1),
    attempt("wrong-route", 2),
    attempt("library", 4, "Kim"),
    attempt("left", 5, "Kim"),
]


def test_the_first_attempt_is_held_against_the_last_of_the_same_drill():
    sam = next(one for one in report(LOGS).trainees if one.trainee == "Sam")
    assert (sam.attempts, sam.passed, sam.scores) == (3, 1, (833, 683, 1000))
    assert (sam.first, sam.last) == (833, 1000)
    assert sam.critical == {"wrong-location": 1}


def test_the_weakest_criterion_is_the_one_with_the_smallest_share():
    sam = next(one for one in report(LOGS).trainees if one.trainee == "Sam")
    assert (sam.weakest, sam.weakest_share) == ("location", 667)


def test_a_drill_taken_once_has_no_first_and_last():
    kim = next(one for one in report(LOGS).trainees if one.trainee == "Kim")
    assert (kim.first, kim.last) == (None, None)


def test_the_order_of_the_logs_changes_nothing():
    assert report(LOGS) == report(list(reversed(LOGS)))


@pytest.mark.parametrize(
    ("marks", "value"),
    [
        ([(5, 5), (3, 3), (1, 1)], 1000),
        ([(5, 3), (3, 5)], -1000),
        ([(5, 5)], None),
        ([], None),
        # Cohen's example, as it is taught: 20 and 15 agree, 5 and 10 do not; po .7, pe .5.
        ([(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15, 400),
    ],
)
def test_cohens_kappa_is_what_the_formula_gives(marks, value):
    assert kappa(marks) == value


def test_two_raters_on_the_same_calls_are_compared():
    logs = []
    for number, (ann, ben) in enumerate(((5, 5), (3, 3), (4, 2))):
        log = attempt("perfect", number)
        at = log.entries[-1].at
        logs.append(marked(marked(log, "Ann", [("courtesy", ann)], at), "Ben", [("courtesy", ben)], at))
    (one,) = report(logs).agreements
    assert (one.raters, one.what, one.pairs, one.equal) == (("Ann", "Ben"), "courtesy", 3, 2)
    assert one.kappa == 571  # (2/3 - 2/9) / (1 - 2/9)


def test_what_is_assigned_and_not_passed_is_still_to_do():
    sets = {"all": ["tree-on-wires", "library-sunday"]}
    assigned = read_assignments(
        "# who does what\nSam: all\nKim: all, tree-on-wires\nBo: library-sunday\n",
        "a.txt",
        sets,
        ["tree-on-wires", "library-sunday"],
    )
    found = {one.trainee: one.left_to_do for one in report(LOGS, assigned).trainees}
    assert found == {"Sam": ("library-sunday",), "Kim": ("tree-on-wires",), "Bo": ("library-sunday",)}


@pytest.mark.parametrize(
    ("text", "words"), [("Sam all", "a.txt:1: write"), ("\nSam: al", "did you mean 'all'"), (": all", "a.txt:1")]
)
def test_a_wrong_assignment_is_told_with_its_line(text, words):
    with pytest.raises(UserError, match=words):
        read_assignments(text, "a.txt", {"all": ["x"]}, ["x"])


def test_progress_is_drawn_in_the_terminal():
    text = "\n".join(as_text(report(LOGS)))
    assert "Sam: 3 attempts, 1 passed  ▇▆█" in text
    assert "83.3 -> 100" in text
    assert sparkline([0, 500, 1000]) == "▁▄█"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_the_html_is_whole_in_itself_and_strangers_text_is_text():
    evil = '<script>alert(1)</script>"><img src=x onerror=y>'
    page = as_html(report([attempt("perfect", 1, evil), attempt("slow", 2, evil)]), "Drills & <more>")
    tags = Tags()
    tags.feed(page)
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "link", "iframe", "object", "a"}
    assert {"svg", "polyline", "table"} <= names
    assert not any(key in ("src", "href") or key.startswith("on") for _, attributes in tags.seen for key in attributes)
    assert evil in tags.text
    assert "http:" not in page
    assert "https:" not in page
    assert "@media print" in page


def test_the_csv_has_its_documented_columns_and_no_formulas():
    rows = list(csv.reader(io.StringIO(as_csv(report([attempt("wrong-location", 1, "=HYPERLINK(1)")])))))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[1][5] == "83.3"
    assert rows[1][8] == "wrong-location"


def test_a_report_over_nothing_is_a_report():
    assert as_text(report([]))[0] == "0 attempts of 0 trainees"
    assert "<table>" in as_html(report([]), "x")


def test_the_command_writes_each_form(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    logs = [str(FOLDER / f"{name}.jsonl") for name in ("perfect", "wrong-location")]
    assert cli.main(["drill", "report", *logs]) == 0
    assert "2 attempts of 1 trainee\n" in capsys.readouterr().out
    assert cli.main(["drill", "report", "--csv", *logs]) == 0
    assert capsys.readouterr().out.startswith("taken,trainee,drill")
    assert cli.main(["drill", "report", "--json", *logs]) == 0
    assert cli.main(["drill", "report", *logs, "--html", str(tmp_path / "r.html")]) == 0
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")


def test_results_on_this_machine_need_the_trainers_key(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    assert cli.main(["drill", "report"]) == 2
    assert "there is no trainer's key here" in capsys.readouterr().err

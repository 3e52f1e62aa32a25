"""Reports over many desks' files: sums that add up in any order, gaps that are gaps, the same numbers in every form."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.base.charts import sparkline
from taker311.base.errors import UserError
from taker311.cli import main
from taker311.shift.calls import CallRow
from taker311.shift.columns import HEADER, line_of
from taker311.shift.report import Adding, Report, find_files
from taker311.shift.report_html import as_html
from taker311.shift.report_shown import as_csv, as_json, as_text
from taker311.shift.report_words import remarks
from taker311.shift.sums import add, measures, nothing, sums_of, total
from taker311.shift.switch import SwitchReport, read_switch

SWITCH_HEAD = "start,offered,answered,answered_in_time,abandoned,asa_s\n"
FIRST, LAST = date(2026, 10, 31), date(2026, 11, 2)  # the clocks go back on the second of these days
ZONE = ZoneInfo("America/New_York")


def a_row(desk: str, start: datetime, **changes: object) -> CallRow:
    fields: dict[str, object] = {
        "day": start.date(),
        "start": start,
        "agent": "Sam",
        "desk": desk,
        "seat": "main",
        "kb": "1",
        "lang": "en",
        "mode": "agent",
        "talk_s": 60,
        "hold_s": 10,
        "after_s": 20,
        "disposition": "answered",
        "topics": ("trash",),
        "outcomes": ("answered",),
        "services": ("",),
        "agencies": ("sanitation",),
        "searches": 1,
        "ranks": (1,),
    }
    return CallRow(**{**fields, **changes})  # type: ignore[arg-type]


def calls(seed: int = 1) -> list[CallRow]:
    chance = random.Random(seed)
    rows = []
    for desk in ("7QX", "8AB"):
        for day in range(3):
            start = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), ZONE)
            for _ in range(chance.randint(1, 4)):
                start += timedelta(hours=1, seconds=chance.randint(1, 3000))
                made = chance.random() < 0.5
                rows.append(
                    a_row(
                        desk,
                        start,
                        talk_s=chance.randint(10, 400),
                        lang=chance.choice(["en", "es"]),
                        disposition="requested" if made else chance.choice(["answered", "misdial", "transferred"]),
                        outcomes=("requested" if made else "answered",),
                        topics=(chance.choice(["pothole", "trash", "noise"]),),
                        services=("SR1" if made else "",),
                        cases=int(made),
                    )
                )
    return rows


def write(folder: Path, rows: Sequence[CallRow]) -> list[Path]:
    """As desks leave them in their shared folder."""
    folder.mkdir(exist_ok=True)
    for row in rows:
        file = folder / f"{row.desk}-{row.seat}-{row.day}.csv"
        with file.open("a", encoding="utf-8") as out:
            out.write(("" if out.tell() else HEADER) + line_of(row))
    return sorted(folder.glob("*.csv"))


def added(files: Sequence[Path], switch: SwitchReport | None = None, expected: Sequence[str] = ()) -> Report:
    adding = Adding(FIRST, LAST, expected)
    adding.add(files)
    return adding.report(switch)


def test_the_order_of_files_makes_no_difference_and_the_whole_is_the_sum_of_its_desks(tmp_path: Path) -> None:
    rows = calls()
    files = write(tmp_path, rows)
    whole = added(files)
    for seed in range(5):
        mixed = files[:]
        random.Random(seed).shuffle(mixed)
        assert as_json(added(mixed)) == as_json(whole)
    parts = [added([file for file in files if file.name.startswith(desk)]) for desk in ("7QX", "8AB")]
    assert add(parts[0].total, parts[1].total) == whole.total == total(rows)
    for dimension in ("day", "hour", "desk", "disposition", "language"):
        whole_of_it = nothing()
        for sums in whole.by[dimension].values():
            whole_of_it = add(whole_of_it, sums)
        assert whole_of_it == whole.total, dimension


@given(st.lists(st.sampled_from(calls(7)), max_size=12), st.integers(0, 12))
def test_sums_of_parts_always_add_up_to_the_sum_of_the_whole(rows: list[CallRow], at: int) -> None:
    assert add(total(rows[:at]), total(rows[at:])) == total(rows)


def test_the_measures_are_those_of_the_definitions() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=ZONE)
    rows = [
        a_row("7QX", noon, ranks=(1, 3)),
        a_row("7QX", noon, disposition="misdial", outcomes=(), topics=(), talk_s=500, searches=0, ranks=()),
        a_row("7QX", noon, disposition="transferred", transfers=1, searches=2, no_result=1, emergencies=1, card_s=7),
        a_row("7QX", noon, disposition="requested", outcomes=("requested",), cases=1, call_back=True),
    ]
    found = measures(total(rows))
    assert (found.calls, found.handled, found.aht_s) == (4, 3, 90.0), "a wrong number is not handled"
    assert found.first_contact == pytest.approx(1 / 3, abs=1e-4), "a transfer and a call back are no resolution"
    assert (found.searches_per_call, found.no_result_rate) == (1.0, 0.25)
    assert (found.rank_mean, found.rank_first, found.card_s) == (1.5, 0.75, 7.0)
    assert measures(nothing()).aht_s is None
    assert len(sums_of(rows[0])) == len(nothing())


def test_a_gap_is_a_gap_and_a_day_without_calls_is_zero(tmp_path: Path) -> None:
    files = write(tmp_path, [row for row in calls() if (row.desk, row.day) != ("7QX", FIRST)])
    for file in files:
        if file.name.endswith("2026-11-01.csv"):
            file.unlink()
    (tmp_path / "8AB-main-2026-11-02.csv").write_text(HEADER)
    (tmp_path / "7QX-main-2026-11-02.csv").write_text(HEADER)
    found = added(sorted(tmp_path.glob("*.csv")), expected=["9ZZ"])
    assert found.gaps["7QX"] == (FIRST, date(2026, 11, 1))
    assert found.gaps["9ZZ"] == found.days
    assert found.silent == (date(2026, 11, 1),)
    days = found.measured("day")
    assert days["2026-11-01"] is None
    last = days["2026-11-02"]
    assert last is not None
    assert (last.calls, last.aht_s) == (0, None)
    told = "\n".join(remarks(found))
    assert "1 day of 3 without any day file: 2026-11-01." in told
    assert "No day file at all from 9ZZ." in told
    assert "Desk 7QX left no day file on 1 day: 2026-10-31." in told
    rows = list(csv.reader(io.StringIO(as_csv(found))))
    assert next(row for row in rows if row[1] == "2026-11-01")[2:] == [""] * (len(rows[0]) - 2)
    assert "no file" in as_html(found)
    assert 'class="missing"' in as_html(found)


def test_the_same_call_in_two_files_counts_once(tmp_path: Path) -> None:
    rows = calls()
    files = write(tmp_path / "a", rows) + write(tmp_path / "b", rows)
    found = added(files)
    assert found.total == total(rows)
    assert found.twice == len(rows)


def test_broken_lines_and_files_are_named_and_the_rest_counts(tmp_path: Path) -> None:
    rows = calls()
    files = write(tmp_path, rows)
    with files[0].open("a", encoding="utf-8") as out:
        out.write("nonsense\n1,2026-10-31,torn")
    (tmp_path / "9ZZ-main-2026-11-01.csv").write_text("<html>not found</html>")
    (tmp_path / "holiday.csv").write_text("a,b")
    found_files, problems = find_files([tmp_path, tmp_path / "nowhere"])
    adding = Adding(FIRST, LAST)
    adding.tell(problems)
    adding.add([*found_files, tmp_path / "holiday.csv"])
    found = adding.report()
    assert found.total == total(rows)
    assert found.broken == 5
    told = "\n".join(found.problems)
    for part in ("nowhere", "holiday.csv", f"{files[0].name}:", "torn", "9ZZ-main-2026-11-01.csv: is no day file"):
        assert part in told, part
    assert found.gaps["9ZZ"] == found.days


def test_the_hour_that_comes_twice_is_one_hour_of_the_day_and_loses_no_call(tmp_path: Path) -> None:
    first = datetime(2026, 11, 1, 1, 30, tzinfo=ZONE)
    files = write(tmp_path, [a_row("7QX", first), a_row("7QX", first.replace(fold=1))])
    found = added(files)
    assert found.by["hour"]["01"][0] == 2
    assert found.twice == 0


def test_a_seats_own_folder_is_read_and_a_day_without_calls_there_is_known_by_the_seats_other_days(
    tmp_path: Path,
) -> None:
    days = tmp_path / "main" / "days"
    days.mkdir(parents=True)
    (days / "2026-11-02.csv").write_text(HEADER + line_of(a_row("7QX", datetime(2026, 11, 2, 9, tzinfo=ZONE))))
    (days / "2026-10-31.csv").write_text(HEADER)
    files, problems = find_files([tmp_path / "main"])
    assert not problems
    assert added(files).gaps == {"7QX": (date(2026, 11, 1),)}


# ---------------------------------------------------------------- the phone switch
SWITCH = """start,offered,answered,answered_in_time,abandoned,asa_s
2026-10-31T08:00,20,18,15,2,12
2026-11-02T08:30,10,10,9,0,8.5
2026-11-02T08:30,10,10,9,0,8.5
2026-11-02T09:00,5,6,1,1,4
2026-12-24T09:00,5,5,5,0,4
"""


def test_service_level_counts_abandoned_calls_as_offered(tmp_path: Path) -> None:
    file = tmp_path / "switch.csv"
    file.write_text(SWITCH)
    found = read_switch(file, FIRST, LAST)
    assert (found.total.offered, found.total.service_level, found.total.abandonment) == (30, 0.8, 0.0667)
    assert found.total.asa_s == pytest.approx((18 * 12 + 85) / 28, abs=0.06)
    assert found.broken == 2
    assert "twice" in found.problems[0]
    told = json.loads(as_json(added([], found)))
    assert told["switch"]["total"]["service_level"] == 0.8
    assert json.loads(as_json(added([])))["switch"] is None
    assert "not available" in "\n".join(as_text(added([])))
    assert "80.0 %" in "\n".join(as_text(added([], found)))


def test_the_csv_has_the_switchs_figures_in_columns_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "switch.csv"
    file.write_text(SWITCH_HEAD + "2026-10-31T08:00,10,8,6,1,12\n2026-11-01T05:30,4,4,4,0,3\n", encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(as_csv(added([], read_switch(file, FIRST, LAST))))))
    (whole,) = (row for row in rows if row["dimension"] == "all")
    assert (whole["switch_offered"], whole["switch_answered_in_time"], whole["switch_abandoned"]) == ("14", "10", "1")
    assert (whole["service_level"], whole["asa_s"], whole["abandonment"]) == ("0.7143", "9.0", "0.0714")
    by_day = {row["key"]: row for row in rows if row["dimension"] == "day"}
    assert (by_day["2026-10-31"]["service_level"], by_day["2026-10-31"]["calls"]) == ("0.6", "")
    assert by_day["2026-11-02"]["service_level"] == ""
    by_hour = {row["key"]: row["switch_offered"] for row in rows if row["dimension"] == "hour"}
    assert by_hour == {"05": "4", "08": "10"}
    bare = list(csv.DictReader(io.StringIO(as_csv(added([])))))
    assert bare[0].keys() == rows[0].keys()  # the same columns, with a switch or without
    assert bare[0]["service_level"] == ""


def test_the_switchs_hour_that_comes_twice_counts_twice_and_an_interval_that_stands_twice_once(tmp_path: Path) -> None:
    file = tmp_path / "switch.csv"
    night = ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:00"]
    file.write_text(SWITCH_HEAD + "".join(f"2026-11-01T{at},1,1,1,0,0\n" for at in night), encoding="utf-8")
    found = read_switch(file, FIRST, LAST)
    assert (found.total.offered, found.by_hour["01"].offered, found.by_hour["02"].offered) == (6, 4, 1)
    assert found.problems == (f"{file}:8: this interval stands twice; it is left out",)
    file.write_text(
        SWITCH_HEAD + "2026-11-01T10:00,1,1,1,0,0\n2026-11-01T10:30,1,1,1,0,0\n2026-11-01T10:00,1,1,1,0,0\n"
    )
    assert read_switch(file, FIRST, LAST).broken == 1  # clocks go back at night


def test_a_switch_file_whose_head_is_quoted_is_read(tmp_path: Path) -> None:
    file = tmp_path / "switch.csv"
    head = ",".join(f'"{name}"' for name in SWITCH_HEAD.strip().split(","))
    file.write_text(head + '\n"2026-11-01T08:00","2","1","1","1","5"\n', encoding="utf-8")
    assert read_switch(file, FIRST, LAST).total.service_level == 0.5


def test_a_switch_file_with_semicolons_is_read_and_one_without_the_columns_names_what_is_missing(
    tmp_path: Path,
) -> None:
    file = tmp_path / "switch.csv"
    file.write_text("\ufeffStart;Offered;Answered;Answered in time;Abandoned;ASA s\n2026-11-02 08:00;2;2;1;0;3\n")
    assert read_switch(file, FIRST, LAST).total.service_level == 0.5
    file.write_text("start,offered\n")
    with pytest.raises(UserError, match=r"switch.csv:1: there is no column 'answered'"):
        read_switch(file, FIRST, LAST)
    with pytest.raises(UserError, match="can't be read"):
        read_switch(tmp_path / "none.csv", FIRST, LAST)


@settings(max_examples=40)
@given(st.binary(max_size=200))
def test_whatever_a_switch_gives_is_a_report_or_one_sentence(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "switch.csv"
        file.write_bytes(SWITCH.splitlines()[0].encode() + b"\n" + data)
        read_switch(file, FIRST, LAST)


# ---------------------------------------------------------------- how it is shown
def test_the_html_is_whole_in_itself_and_escapes_what_it_is_given(tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script>"&'
    files = write(tmp_path, [a_row("7QX", datetime(2026, 11, 2, 9, tzinfo=ZONE), agent=hostile, topics=(hostile,))])
    page = as_html(added(files))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "prefers-color-scheme:dark" in page
    assert "@media print" in page
    assert not re.search(r"(?:src|href)=|@import|url\(", page)
    from html.parser import HTMLParser

    opened: list[str] = []

    class Check(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "line", "rect", "circle"):
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in ("line", "rect"):
                assert opened.pop() == tag

    Check().feed(page)
    assert opened == []


def test_a_formula_stays_text_in_the_csv(tmp_path: Path) -> None:
    files = write(tmp_path, [a_row("7QX", datetime(2026, 11, 2, 9, tzinfo=ZONE), agent="=1+1")])
    assert "agent,'=1+1," in as_csv(added(files))


GOLDEN = """\
Calls from 2026-11-02 to 2026-11-02: 1 desk, 1 day file

  Calls                                              2, handled 2
  Average handle time (AHT)                          1:30
    talk, hold, after the call                       1:00, 0:10, 0:20
  Resolved at first contact, as far as a desk knows  100.0 %
  Searches a call                                    1.00
  Searches that opened nothing                       0.0 %
  Rank of the opened hit                             1.00, first 100.0 %
  Cases made, joined, forms left                     1, 0, 0
  Transferred, to be called back                     0, 0
  Calls with the 911 card                            0
  Calls for help, bulletins acknowledged             0, 0
  Service level (answered in time / offered)         not available
  Average speed of answer                            not available
  Abandoned / offered                                not available

! 2 of 2 calls without the agent's name (desk.report_agent is off there).
! Service level, speed of answer and abandonment are the phone switch's to know: --switch FILE.csv.

Calls by day   █
AHT by day     █

Days                       calls    AHT no result      FCR  cases joined  left
  2026-11-02                   2   1:30     0.0 %  100.0 %      1      0     0

Hours of the day           calls    AHT no result      FCR  cases joined  left
  09                           2   1:30     0.0 %  100.0 %      1      0     0

Desks                      calls    AHT no result      FCR  cases joined  left
  7QX                          2   1:30     0.0 %  100.0 %      1      0     0

Topics                     calls    AHT no result      FCR  cases joined  left
  trash                        2   1:30     0.0 %  100.0 %      1      0     0

Services                   calls    AHT no result      FCR  cases joined  left
  SR1                          1   1:30     0.0 %  100.0 %      1      0     0

Agencies                   calls    AHT no result      FCR  cases joined  left
  sanitation                   2   1:30     0.0 %  100.0 %      1      0     0

How calls ended            calls    AHT no result      FCR  cases joined  left
  answered                     1   1:30     0.0 %  100.0 %      0      0     0
  requested                    1   1:30     0.0 %  100.0 %      1      0     0

Languages                  calls    AHT no result      FCR  cases joined  left
  en                           1   1:30     0.0 %  100.0 %      0      0     0
  vi (interpreter)             1   1:30     0.0 %  100.0 %      1      0     0
"""


def test_the_command_prints_the_golden_report_in_80_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nine = datetime(2026, 11, 2, 9, tzinfo=ZONE)
    asked = {"disposition": "requested", "outcomes": ("requested",), "services": ("SR1",), "cases": 1}
    write(
        tmp_path,
        [
            a_row("7QX", nine, agent=""),
            a_row("7QX", nine.replace(minute=30), agent="", lang="vi", mode="interpreter", **asked),
        ],
    )
    span = ["--from", "2026-11-02", "--to", "2026-11-02"]
    assert main(["report", *span, str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out == GOLDEN
    assert max(map(len, out.splitlines()[:-1])) <= 100
    for form in ("--json", "--csv", "--html"):
        assert main(["report", *span, form, str(tmp_path)]) == 0
        assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2026-11-02", "--to", "2026-11-01", "."], "turn them round"),
        (["--from", "1000-01-01", "--to", "2026-11-01", "."], "more than ten years"),
        (["nowhere-at-all"], "there is no such folder"),
        (["--switch", "nowhere.csv", "."], "can't be read"),
    ],
)
def test_what_cannot_be_reported_is_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", *words]) == 2
    assert said in capsys.readouterr().err


def test_this_machines_seats_are_the_default_and_their_files_can_be_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    assert main(["report", "export", "--to", str(tmp_path / "out")]) == 2
    days = tmp_path / "data" / "seats" / "main" / "days"
    days.mkdir(parents=True)
    (days / "2026-11-02.csv").write_text(HEADER + line_of(a_row("7QX", datetime(2026, 11, 2, 9, tzinfo=ZONE))))
    assert main(["report", "--from", "2026-11-02", "--to", "2026-11-02"]) == 0
    assert "Sam" in capsys.readouterr().out
    assert main(["report", "export", "--to", str(tmp_path / "out")]) == 0
    (file,) = (tmp_path / "out").iterdir()
    assert "Sam" not in file.read_text()
    assert "without agents' names" in capsys.readouterr().out


def test_a_sparkline_shows_what_is_not_known_as_a_dot() -> None:
    assert sparkline([0, 4, None, 8]) == "▁▄·█"
    assert sparkline([0, None]) == "▁·"
    assert sparkline([1000, 0], 1000) == "█▁"

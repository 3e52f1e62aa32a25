"""Day files: appended durably, mended after a crash, read whatever stands in them, exported without names."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from helpers.stations import NOW, mini_bundle, play, station
from taker311.base.clock import ManualClock
from taker311.shift.calls import CallRow
from taker311.shift.columns import HEADER, line_of
from taker311.shift.days import KEPT, DayFiles, Problem, export, rows_in
from taker311.shift.keeper import ShiftKeeper
from taker311.station.station import EndedCall

DAY = date(2026, 11, 22)
ZONE = ZoneInfo("America/New_York")
ROW = CallRow(
    *(DAY, datetime(2026, 11, 22, 9, 30, tzinfo=ZONE), "Sam", "7QX", "main", "1", "en", "agent", 60, 0, 9, "answered"),
    *(("trash",), ("answered",), ("",), ("",)),
)


def later(minutes: int) -> CallRow:
    return replace(ROW, start=ROW.start + timedelta(minutes=minutes))


def test_calls_are_appended_to_a_private_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    files = DayFiles(tmp_path / "seat")
    files.begin(DAY)
    assert files.file(DAY).read_text() == HEADER, "open, and no call yet"
    files.append(ROW)
    files.begin(DAY)
    files.append(later(5))
    assert files.rows(DAY, DAY) == [replace(ROW, start=row.start) for row in files.rows(DAY, DAY)]
    assert len(files.rows(DAY, DAY)) == 2
    assert stat.S_IMODE(files.file(DAY).stat().st_mode) == 0o600
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.integers(0, 400), st.binary(max_size=8).filter(lambda tail: b"\n" not in tail))
def test_a_torn_tail_never_raises_is_skipped_and_mended_by_the_next_call(
    tmp_path: Path, kept: int, junk: bytes
) -> None:
    files = DayFiles(tmp_path)
    files.folder.mkdir(exist_ok=True)
    whole = (HEADER + line_of(ROW) + line_of(later(5))).encode()
    files.file(DAY).write_bytes(whole[:kept] + junk)
    problems: list[Problem] = []
    before = list(rows_in(files.file(DAY), problems))
    intact = whole[:kept].count(b"\n") - 1
    assert before == [ROW, later(5)][: max(0, intact)]
    files.append(later(10))
    assert files.rows(DAY, DAY) == [*before, later(10)]
    assert files.file(DAY).read_bytes().startswith(HEADER.encode())


@settings(max_examples=40)
@given(st.binary(max_size=300))
def test_whatever_stands_in_a_file_reading_it_never_raises(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        for start in (b"", HEADER.encode()):
            path = Path(name) / "2026-11-22.csv"
            path.write_bytes(start + data)
            list(rows_in(path, []))


def test_broken_lines_are_told_with_their_number_and_a_newer_desks_columns_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-22.csv"
    newer = HEADER.strip() + ",mood\n" + line_of(ROW).strip() + ",fine\n"
    wrong_day = line_of(replace(ROW, day=DAY + timedelta(days=1), start=ROW.start + timedelta(days=1))).strip() + ",x\n"
    negative = line_of(replace(ROW, talk_s=-5)).strip() + ",x\n"
    path.write_text(
        newer + "no call at all\n" + "x" * 9000 + "\n" + wrong_day + negative + line_of(ROW).strip() + ",ok\n"
    )
    problems: list[Problem] = []
    assert list(rows_in(path, problems)) == [ROW, ROW]
    assert [problem.line for problem in problems] == [3, 4, 5, 6]
    assert f"{path}:3:" in str(problems[0])


def test_what_is_older_than_400_days_is_removed(tmp_path: Path) -> None:
    files = DayFiles(tmp_path)
    for day in (DAY, DAY - KEPT + timedelta(days=1), DAY - KEPT, DAY - KEPT - timedelta(days=9)):
        files.begin(day)
    assert files.forget(DAY) == 2
    assert len(files.files()) == 2


def test_an_exported_file_has_the_desks_name_in_its_own_and_no_agents_unless_wanted(tmp_path: Path) -> None:
    files = DayFiles(tmp_path / "main")
    files.append(ROW)
    to = tmp_path / "shared" / "days"
    assert export(files.folder.parent, to, "7QX", with_agent=False) == 1
    (file,) = to.iterdir()
    assert file.name == "7QX-main-2026-11-22.csv"
    assert "Sam" not in file.read_text()
    assert list(rows_in(file, [])) == [replace(ROW, agent="")]
    file.unlink()
    export(files.folder.parent, to, "7QX", with_agent=True)
    assert list(rows_in(file, [])) == [ROW]


# ---------------------------------------------------------------- what a desk keeps
def keeper(folder: Path, clock: ManualClock, shared: Path | None = None) -> ShiftKeeper:
    return ShiftKeeper(folder, lambda: "7QX", lambda: ZONE, clock, shared=shared)


def answered(clock: ManualClock, made: ShiftKeeper) -> None:
    desk = station(clock=clock)
    desk.call_ended.append(lambda ended: made.ended(*ended))
    play(desk, ("type", "trash day"), ("open", "1"), "answered", ("end", "answered"))


def test_an_ended_call_is_in_the_days_file_and_found_again_at_the_next_start(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    first = keeper(tmp_path, clock)
    first.load()()
    answered(clock, first)
    clock.advance(60)
    again = keeper(tmp_path, clock)
    answered(clock, again)
    again.load()()
    assert [row.agent for row in again.rows_today("Sam")] == ["Sam", "Sam"], "one of them before it was loaded"
    assert again.rows_today("Kim") == ()
    assert sum(again.topic_rates().seen.values()) == 2
    assert (again.trouble, again.surges()) == ("", ())


def test_a_disk_that_takes_nothing_is_a_notice_and_never_an_error(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    (tmp_path / "days").write_text("a file where the folder should be")
    made = keeper(tmp_path, clock)
    made.load()()
    assert "can't be written" in made.trouble
    answered(clock, made)
    assert "missing from the day's figures" in made.trouble
    assert len(made.rows_today()) == 1, "the page still has it"
    made.ended(None, (), mini_bundle())  # type: ignore[arg-type]
    assert "the call itself is safe" in made.trouble


def test_behind_the_screen_a_new_day_begins_its_file_and_newer_ones_go_to_the_shared_folder(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    made = keeper(tmp_path / "main", clock, tmp_path / "shared")
    made.load()()
    assert made.behind() == ""
    clock.advance(86_400)
    made.behind()
    names = sorted(file.name for file in (tmp_path / "shared" / "days").iterdir())
    assert names == ["7QX-main-2026-11-24.csv", "7QX-main-2026-11-25.csv"]


def test_a_call_over_midnight_and_over_the_clocks_change_belongs_to_the_day_it_began() -> None:
    clock = ManualClock(datetime(2026, 11, 1, 5, 50, tzinfo=UTC))  # 01:50 in the city, the first time
    made: list[EndedCall] = []
    desk = station(clock=clock)
    desk.call_ended.append(made.append)
    play(desk, ("type", "trash day"), ("open", "1"))
    clock.advance(1200)  # 01:10, the second time
    play(desk, "answered", ("end", "answered"))
    from taker311.shift.calls import Where, call_row

    row = call_row(*made[0], Where("Sam", "7QX", "main"))
    assert row is not None
    assert (row.start.isoformat(), row.talk_s) == ("2026-11-01T01:50:00-04:00", 1200)

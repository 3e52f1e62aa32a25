from __future__ import annotations

from datetime import timedelta

import pytest

from helpers.reviews import ABUSED, ANSWERED, EVERY, MARKER, NONE, SEALER, TAKEN, SeatOnDisk, later, record_of, reviewer
from helpers.stations import NOW, mini_bundle
from taker311.base.errors import UserError
from taker311.base.people_keys import NotForThemError
from taker311.base.sealing import DeskSecrets, Sealer
from taker311.base.settings import ReviewSettings
from taker311.cases.chores import purge as purge_journal
from taker311.cases.memory import MemoryStore
from taker311.review import record
from taker311.review.carrying import export, take_in
from taker311.review.keeping import purge


@pytest.fixture
def seat(tmp_path):
    made = SeatOnDisk(tmp_path / "seat")
    yield made
    made.close()


def everything(folder) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_chosen_call_is_there_whole_for_the_reviewer_and_for_nobody_else(seat, tmp_path):
    rita, tom = reviewer(tmp_path), reviewer(tmp_path, "Tom")
    call_id = seat.take(*TAKEN)
    assert seat.keeper(rita).ended(seat.calls, call_id) == ("sample",)
    path = record.path_in(seat.folder / "review", call_id)
    found = record.open_call(path, rita)
    assert found == record_of(seat, call_id)
    assert found.agent == "Sam"
    assert found.kb_version == mini_bundle().version
    assert [one.at for one in found.events] == sorted(one.at for one in found.events)
    with pytest.raises(NotForThemError, match="another reviewer"):
        record.open_call(path, tom)


def test_two_reviewers_open_the_same_call(seat, tmp_path):
    people = reviewer(tmp_path), reviewer(tmp_path, "Tom")
    call_id = seat.take(*ABUSED)
    seat.keeper(*people).ended(seat.calls, call_id)
    path = record.path_in(seat.folder / "review", call_id)
    assert record.open_call(path, people[0]) == record.open_call(path, people[1])


def test_nothing_of_a_kept_call_lies_open_on_the_disk(seat, tmp_path):
    call_id = seat.take(*ABUSED, agent="Agent Marker")
    shared = tmp_path / "shared"
    seat.keeper(reviewer(tmp_path), also=(shared,)).ended(seat.calls, call_id)
    for folder in (seat.folder / "review", shared):
        data = everything(folder)
        assert data
        for word in (MARKER.encode(), b"zebra", b"tuba", b"Agent Marker", b"abusive", b"disposed"):
            assert word not in data
    (own,), (left,) = (list(folder.iterdir()) for folder in (seat.folder / "review", shared))
    assert own.stat().st_mode & 0o077 == 0
    assert left.stat().st_mode & 0o777 == 0o644, "a reviewer under another name reads what only their key opens"


def test_without_a_reviewer_nothing_is_kept(seat):
    call_id = seat.take(*TAKEN)
    assert seat.keeper().ended(seat.calls, call_id) == ()
    assert seat.keeper().catch_up(seat.calls) == 0
    assert not (seat.folder / "review").exists()
    with pytest.raises(UserError, match="knows no reviewer"):
        seat.keeper().pick(seat.calls, call_id, "Ann")


def test_an_altered_file_is_told_from_a_whole_one_wherever_it_was_altered(seat, tmp_path):
    rita = reviewer(tmp_path)
    call_id = seat.take(*ABUSED)
    seat.keeper(rita).ended(seat.calls, call_id)
    path = record.path_in(seat.folder / "review", call_id)
    whole = path.read_bytes()
    for at in range(0, len(whole), 13):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(UserError):
            record.open_call(path, rita)
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(UserError):
            record.open_call(path, rita)


def test_a_call_renamed_to_another_s_name_does_not_open(seat, tmp_path):
    rita = reviewer(tmp_path)
    first, second = seat.take(*ABUSED), seat.take(*ABUSED)
    seat.keeper(rita).ended(seat.calls, first)
    folder = seat.folder / "review"
    record.path_in(folder, first).rename(record.path_in(folder, second))
    with pytest.raises(UserError, match="altered"):
        record.open_call(record.path_in(folder, second), rita)


def test_after_thirty_days_by_the_clock_nothing_is_left(seat, tmp_path):
    keeper = seat.keeper(reviewer(tmp_path))
    call_id = seat.take(*ABUSED)
    keeper.ended(seat.calls, call_id)
    over = seat.clock.now()
    seat.clock.jump(over + timedelta(days=30) - timedelta(seconds=1))
    assert keeper.purge() == 0
    seat.clock.jump(over + timedelta(days=30))
    assert keeper.purge() == 1
    assert list((seat.folder / "review").iterdir()) == []
    assert keeper.catch_up(seat.calls) == 0, "what had its time does not come back"


def test_a_shorter_time_in_the_settings_counts_for_what_is_kept_already(seat, tmp_path):
    seat.keeper(reviewer(tmp_path)).ended(seat.calls, seat.take(*ABUSED))
    folder = seat.folder / "review"
    assert purge(folder, seat.clock.now() + timedelta(days=3), EVERY) == 0
    assert purge(folder, seat.clock.now() + timedelta(days=3), ReviewSettings(keep_days=2)) == 1


def test_a_file_that_cannot_be_read_has_its_time_too(tmp_path):
    (tmp_path / "x.call").write_bytes(b"rubbish")
    (tmp_path / "notes.txt").write_bytes(b"not ours")
    assert purge(tmp_path, NOW + timedelta(days=36_500), EVERY) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_what_a_crash_left_out_is_kept_at_the_next_start(seat, tmp_path):
    kept, missed = seat.take(*ABUSED), seat.take(*ABUSED)
    keeper = seat.keeper(reviewer(tmp_path), wanted=ReviewSettings(every=0))
    keeper.ended(seat.calls, kept)
    assert keeper.catch_up(seat.calls) == 1
    assert record.path_in(seat.folder / "review", missed).exists()
    assert keeper.catch_up(seat.calls) == 0


def test_a_folder_that_is_not_there_keeps_the_others_from_nothing(seat, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file stands where the folder should be")
    call_id = seat.take(*ABUSED)
    keeper = seat.keeper(reviewer(tmp_path), also=(blocked / "review",))
    with pytest.raises(UserError):
        keeper.ended(seat.calls, call_id)
    assert record.path_in(seat.folder / "review", call_id).exists()


def test_a_call_that_is_not_over_is_not_kept(seat, tmp_path):
    seat.take(*TAKEN[:4])
    (call_id,) = seat.calls.calls()
    keeper = seat.keeper(reviewer(tmp_path))
    assert keeper.ended(seat.calls, call_id) == ()
    with pytest.raises(UserError, match="not over"):
        keeper.pick(seat.calls, call_id, "Ann")


def test_a_supervisor_picks_a_call_while_its_journal_is_there_and_not_afterwards(seat, tmp_path):
    rita = reviewer(tmp_path)
    first, second = seat.take(*ANSWERED), seat.take(*ANSWERED)
    keeper = seat.keeper(rita, wanted=NONE)
    later(seat, days=6)
    assert keeper.pick(seat.calls, first, "Ann")
    assert not keeper.pick(seat.calls, first, "Ann"), "it is kept already"
    found = record.open_call(record.path_in(seat.folder / "review", first), rita)
    assert (found.why, found.chosen_by) == (("picked",), "Ann")
    later(seat, days=2)
    purge_journal(MemoryStore(seat.clock), seat.station.desk.recorder.journal, seat.clock)
    with pytest.raises(UserError, match="deleted after its time"):
        keeper.pick(seat.calls, second, "Ann")


def test_another_seat_s_key_opens_nothing_of_the_journal(seat, tmp_path):
    call_id = seat.take(*ABUSED)
    from taker311.review.keeping import SeatCalls

    stranger = SeatCalls(seat.folder, Sealer(DeskSecrets(key=b"x" * 32, mac=b"y" * 32)))
    with pytest.raises(UserError):
        seat.keeper(reviewer(tmp_path)).pick(stranger, call_id, "Eve")


def test_calls_are_carried_sealed_as_they_are(seat, tmp_path):
    rita = reviewer(tmp_path)
    call_id = seat.take(*ABUSED)
    seat.keeper(rita).ended(seat.calls, call_id)
    parcel, there = tmp_path / "calls.review", tmp_path / "there"
    assert export([seat.folder / "review"], parcel) == 1
    assert MARKER.encode() not in parcel.read_bytes()
    assert take_in(parcel, there, EVERY, seat.clock.now()) == (1, 0, (), 0)
    assert take_in(parcel, there, EVERY, seat.clock.now()) == (0, 1, (), 0)
    assert record.open_call(record.path_in(there, call_id), rita).call_id == call_id
    late = take_in(parcel, tmp_path / "late", EVERY, seat.clock.now() + timedelta(days=31))
    assert (late.new, late.over) == (1, 1)


@pytest.mark.parametrize("name", ["../../evil.call", "settings.toml", "a" * 36 + ".call", ".call"])
def test_a_parcel_with_anything_else_in_it_is_refused_whole(tmp_path, name):
    from taker311.base.codec import pack

    parcel = tmp_path / "parcel"
    parcel.write_bytes(pack({"v": 1, "files": {name: b"x"}}))
    with pytest.raises(UserError, match="nothing was taken"):
        take_in(parcel, tmp_path / "there", EVERY, NOW)
    assert not (tmp_path / "there").exists()


def test_the_seat_gives_the_same_reply_key_again(seat):
    from taker311.review.keeping import reply_pair

    assert reply_pair(SEALER) == reply_pair(SEALER)

"""The end of a volunteer's work: what is not delivered leaves sealed, and nothing of a caller stays behind, whenever it is cut."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from helpers.hub_server import running_hub
from helpers.volunteers import INCIDENT, FloodCity, Volunteer
from taker311 import cli
from taker311.base import crash, keyslots, passphrase, sealing
from taker311.base.clock import ManualClock, SystemClock
from taker311.base.settings import ReviewSettings
from taker311.cases import handover
from taker311.cases.recovery import read_dead_desk
from taker311.cases.reference import is_desk_code
from taker311.cli import _pack
from taker311.review import record
from taker311.review.carrying import take_in
from taker311.station.handing_over import POINTS
from taker311.station.shredding import shred_folder
from taker311.station.volunteer import BreakTimer
from taker311.station.volunteer_notes import open_notes

MARKERS = (b"Quackenbush", b"zebracrossing", b"5550142", b"555 0142", b"555-0142 marker")
REQUEST = (
    "zebracrossing hole", ".open pothole", ".intake", "100 wash", "1", ".confirm", "lane", "yes", ".skip", ".skip", "text",
    "413 555 0142", "Quackenbush", ".confirm", ".wrapup", "2",
)  # fmt: skip
NO_ANSWER = ("zebracrossing passport", ".no-answer", ".call-back 413 555 0142; tonight", ".end")


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyslots.KeySlots.__init__, "__defaults__", (passphrase.Cost(8, 1, 1),))
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("TAKER311_API_KEY", raising=False)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FloodCity:
    return FloodCity(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def worked(city: FloodCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a volunteer who has taken a request, and a call that nothing answered."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keyslots.KeySlots.__init__, "__defaults__", (passphrase.Cost(8, 1, 1),))
        made = Volunteer(city, tmp_path_factory.mktemp("worked") / "home")
        assert made.line(f".acknowledge {city.must}", *REQUEST, *NO_ANSWER) == 0
    return made.home


@pytest.fixture
def kim(city: FloodCity, worked: Path, tmp_path: Path) -> Volunteer:
    shutil.copytree(worked, tmp_path / "home")
    return Volunteer(city, tmp_path / "home")


def in_plain(folder: Path) -> list[str]:
    return [
        f"{path.name}: {marker!r}"
        for path in folder.rglob("*")
        if path.is_file()
        for marker in MARKERS
        if marker in path.read_bytes()
    ]


def whole(kim: Volunteer) -> None:
    """Everything was handed over and nothing of it is left here."""
    assert not list(kim.home.rglob("keys.json"))
    assert not list(kim.home.rglob("*.db*"))
    assert not [path for path in kim.home.glob("data/packs/*/people/*") if path.is_dir()]
    assert in_plain(kim.home) == in_plain(kim.home.parent / "out") == []
    cases = next(path for path in kim.out if path.name == "cases.sealed")
    key = sealing.key_id(kim.city.public).hex()
    _, parcels = handover.open_file(cases, lambda wanted: kim.city.private if wanted == key else b"")
    assert [parcel.case.topic_id for parcel in parcels] == ["pothole"]
    assert "Quackenbush" in repr(parcels[0].case)
    [notes] = [open_notes(path, kim.city.private) for path in kim.out if path.suffix == ".notes"]
    assert [(one.when, one.words) for one in notes.ring_back] == [("tonight", ("zebracrossing passport",))]
    assert notes.no_answers == ("zebracrossing passport",)
    assert notes.feedback == "more topics"


def test_nothing_a_caller_said_lies_there_in_plain_while_the_volunteer_works(kim: Volunteer) -> None:
    assert kim.seat.is_dir()
    assert in_plain(kim.home) == []


def test_finishing_hands_over_what_is_unsent_and_leaves_no_byte_of_a_caller(
    kim: Volunteer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kim.finish("--feedback", "more topics") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1 case that the city does not have yet is in the hand-over." in told
    assert "Bring this whole folder to whoever gave you the pack." in told
    whole(kim)
    assert kim.finish(first=False) == 0
    assert "deleted from this machine" in " ".join(capsys.readouterr().out.split())


def test_killed_at_every_step_of_finishing_the_next_start_goes_on_and_loses_nothing(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_unlink, gone, wanted = Path.unlink, [], [""]

    def killed(name: str) -> None:
        if name == wanted[0]:
            raise KilledError

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if wanted[0] == "half-way" and path.parent.parent.name == "people":
            gone.append(path)
            if len(gone) == 3:
                raise KilledError
        real_unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(crash, "point", killed)
    monkeypatch.setattr(Path, "unlink", unlink)
    steps = [*POINTS[:1], "export.before-rename", *POINTS[1:-1], "half-way", POINTS[-1]]
    for first, wanted[0] in enumerate(steps):
        with pytest.raises(KilledError):
            kim.finish("--feedback", "more topics", first=not first)
    wanted[0] = ""
    assert kim.finish("--feedback", "other words", first=False) == 0
    whole(kim)


def test_a_hand_over_that_was_lost_on_its_way_is_noticed_before_anything_is_deleted(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def killed(name: str) -> None:
        if name == "finish.cases-recorded":
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(crash, "point", killed)
        with pytest.raises(KilledError):
            kim.finish("--feedback", "more topics")
    cases = next(path for path in kim.out if path.name == "cases.sealed")
    cases.unlink()  # the stick was pulled out
    assert kim.finish(first=False) == 0
    whole(kim)
    assert capsys.readouterr().err == ""


def test_notes_that_were_lost_or_altered_are_written_anew_before_anything_is_deleted(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(name: str) -> None:
        if name == "finish.cases-left":
            raise KilledError

    for spoil in (Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])):
        with monkeypatch.context() as patched:
            patched.setattr(crash, "point", killed)
            with pytest.raises(KilledError):
                kim.finish("--feedback", "more topics")
        spoil(next(path for path in kim.out if path.suffix == ".notes"))
    assert kim.finish("--feedback", "more topics", first=False) == 0
    whole(kim)


def test_a_file_that_is_lost_at_the_last_moment_stops_the_deleting(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(name: str) -> None:
        if name == "finish.cases-recorded":
            next(path for path in kim.out if path.name == "cases.sealed").unlink()

    with monkeypatch.context() as patched:
        patched.setattr(crash, "point", lost)
        assert kim.finish("--feedback", "more topics") == 2
    assert "so nothing was deleted" in capsys.readouterr().err
    assert kim.seat.is_dir()
    assert kim.finish("--feedback", "more topics", first=False) == 0
    whole(kim)


def test_a_hand_over_whose_folder_is_gone_goes_elsewhere_as_a_whole(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(name: str) -> None:
        if name == "finish.verified":
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(crash, "point", killed)
        with pytest.raises(KilledError):
            kim.finish("--feedback", "more topics")
    out = kim.home.parent / "out"
    shutil.rmtree(out)
    out.write_text("no folder any more")
    assert kim.finish("--feedback", "more topics", first=False) == 2
    out.unlink()
    assert kim.finish("--feedback", "more topics", first=False) == 0
    whole(kim)


def test_after_the_end_no_call_begins_and_finishing_still_works(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_pack, "SystemClock", lambda: ManualClock(kim.city.now + timedelta(days=20)))
    assert kim.line("pothole") == 0
    assert "take no new call" in " ".join(capsys.readouterr().out.split())
    assert kim.finish("--feedback", "more topics") == 0
    whole(kim)


def test_a_call_that_was_open_at_the_end_of_the_certificate_is_taken_up_as_it_was(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kim.line("pothole", ".open pothole")
    monkeypatch.setattr(_pack, "SystemClock", lambda: ManualClock(kim.city.now + timedelta(days=20)))
    capsys.readouterr()
    assert kim.line(".take-up", ".answered", ".end") == 0
    told = capsys.readouterr().out
    assert "[topic] Pothole" in told
    assert "PROBLEM" not in told


def test_a_volunteer_who_disappears_leaves_cases_and_call_backs_to_the_citys_recovery_key(
    kim: Volunteer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read_dead_desk(kim.seat, kim.city.private)
    assert [parcel.case.topic_id for parcel in found.parcels] == ["pothole"]
    from taker311.cli._pack_notes import tell_notes

    tell_notes(kim.seat, kim.city.private, as_json=False)
    assert "Ring back 413 555 0142, tonight" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed when it ended", "left out by a crash"])
def test_every_second_call_was_marked_and_leaves_sealed_to_the_reviewer(kim: Volunteer, sealed: bool) -> None:
    if not sealed:
        shutil.rmtree(kim.seat / "review")
    assert kim.finish("--feedback", "more topics") == 0
    [bundle] = [path for path in kim.out if path.suffix == ".review"]
    there = kim.home.parent / "reviewer"
    assert take_in(bundle, there, ReviewSettings(), kim.city.now).new == 1
    [call] = there.glob("*.call")
    found = record.open_call(call, kim.city.reviewer)
    assert (found.agent, found.why) == ("Kim Lee", ("sample",))
    assert not list(kim.home.rglob("*.call"))


def test_the_city_reads_the_notes_with_its_key(kim: Volunteer, capsys: pytest.CaptureFixture[str]) -> None:
    kim.finish("--feedback", "more topics")
    from taker311.cli._pack_notes import tell_notes

    notes = next(path for path in kim.out if path.suffix == ".notes")
    capsys.readouterr()
    tell_notes(notes, kim.city.private, as_json=True)
    assert '"feedback":"more topics"' in capsys.readouterr().out
    _, other = sealing.new_pair()
    with pytest.raises(Exception, match="another recovery key"):
        open_notes(notes, other)


def test_with_a_hub_and_a_token_cases_are_delivered_and_nothing_has_to_be_carried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from helpers.mini_city import knowledge

    with running_hub(knowledge=knowledge()) as hub:
        city = FloodCity(tmp_path / "city", crm=hub.url)
        ana = Volunteer(city, tmp_path / "home")
        token = hub.store.add_key("Kim Lee", now=SystemClock().now(), post_only=True, until=date.max, incident=INCIDENT)
        assert ana.line(f".acknowledge {city.must}", *REQUEST) == 0
        assert hub.cases() == []
        monkeypatch.setenv("TAKER311_API_KEY", token)
        assert ana.finish("--feedback", "") == 0
        assert [case.service_code for case in hub.cases()] == ["POTHOLE"]
        told = " ".join(capsys.readouterr().out.split())
        assert ana.line() == 0  # another shift: the hub allots a code that was never used here
        [codes] = [path.read_text().split() for path in ana.home.rglob("*.codes")]
        assert len(set(codes)) == 2
        assert is_desk_code(codes[1])
        assert ana.finish("--feedback", "") == 0
    assert "1 case reached the city." in told
    assert ana.out == []
    assert in_plain(ana.home) == []
    assert token not in "".join(path.read_text(errors="replace") for path in ana.home.rglob("*") if path.is_file())


def test_finishing_without_ever_having_begun_says_so(
    city: FloodCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Volunteer(city, tmp_path / "home").finish() == 0
    assert "You took no call with this pack" in capsys.readouterr().out


def test_shredding_overwrites_follows_no_link_and_can_be_done_again(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("stays")
    folder = tmp_path / "seat"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "queue.db").write_bytes(b"zebracrossing" * 9)
    (folder / "link").symlink_to(outside)
    held = (folder / "inner" / "queue.db").open("rb")
    shred_folder(folder)
    assert set(held.read()) == {0}
    held.close()
    assert outside.read_text() == "stays"
    assert not folder.exists()
    shred_folder(folder)


def test_a_break_is_told_when_it_is_due_and_a_call_ends_it() -> None:
    clock = ManualClock()
    timer = BreakTimer(clock, 60)
    assert timer.notice("F8") is None
    clock.advance(61 * 60)
    due = timer.notice("F8")
    assert due is not None
    assert "61 minutes without a break" in due.text
    timer.toggle()
    assert "on a break" in (timer.notice("F8") or due).text
    timer.call_began()
    assert timer.notice("F8") is None
    assert BreakTimer(clock, 0).due is False


def test_a_read_only_place_for_the_hand_over_stops_before_anything_left(
    kim: Volunteer, capsys: pytest.CaptureFixture[str]
) -> None:
    out = kim.home.parent / "out"
    out.write_text("a file is in the way")
    assert kim.finish("--feedback", "more topics") == 2
    assert str(out) in capsys.readouterr().err
    out.unlink()
    assert kim.finish("--feedback", "more topics") == 0
    whole(kim)


def test_the_seat_may_be_copied_away_and_opens_with_the_citys_key_alone(kim: Volunteer, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(kim.seat, copy)
    _, stranger = sealing.new_pair()
    with pytest.raises(Exception, match="none opens with this key"):
        read_dead_desk(copy, stranger)
    assert cli.main(["queue", "list", "--folder", str(copy)]) == 0

"""A volunteer's start on a machine that never saw the city: what opens, and each thing that does not, in one sentence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from helpers import mini_city
from helpers.volunteers import INCIDENT, PASSPHRASE, FloodCity, Volunteer
from taker311 import cli
from taker311.base import keyslots, passphrase, people_keys, words
from taker311.base.city_key import make_city_key
from taker311.base.clock import ManualClock, SystemClock
from taker311.base.codec import pack, to_json, unpack
from taker311.base.keyslots import KeySlots
from taker311.cases.seat import SeatLock
from taker311.cli import _pack, _pack_trust
from taker311.sync.fingerprint import in_words, read_fingerprint


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyslots.KeySlots.__init__, "__defaults__", (passphrase.Cost(8, 1, 1),))
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("TAKER311_API_KEY", raising=False)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FloodCity:
    return FloodCity(tmp_path_factory.mktemp("city"))


@pytest.fixture
def kim(city: FloodCity, tmp_path: Path) -> Volunteer:
    return Volunteer(city, tmp_path / "home")


def refused(kim: Volunteer, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert kim.line() == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert "Traceback" not in told
    return told


def test_an_empty_machine_takes_calls_with_a_pack_a_fingerprint_and_a_certificate(
    kim: Volunteer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kim.line("pothole", f".acknowledge {kim.city.must}", "pothole", "1") == 0
    told = capsys.readouterr()
    assert "The pack is the city's: Flood 2026" in told.err
    assert "A bulletin must be read before the next call" in " ".join(told.out.split())
    assert "[topic] Pothole" in told.out
    kinds = {slot.kind for slot in KeySlots(kim.seat, SystemClock()).slots()}
    assert kinds == {"agent", "recovery"}
    assert not (kim.home / "config").exists()
    assert not (kim.home / "data" / "seats").exists()


def test_the_second_start_remembers_the_fingerprint_the_certificate_and_what_was_read(
    kim: Volunteer, capsys: pytest.CaptureFixture[str]
) -> None:
    kim.line(f".acknowledge {kim.city.must}")
    assert kim.line("pothole", first=False) == 0
    assert "must be read" not in capsys.readouterr().out.split("Type what the caller says")[-1]


def test_a_pack_without_a_fingerprint_is_not_opened_where_nobody_can_be_asked(
    kim: Volunteer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kim.line(first=False) == 2
    assert "Give the city's fingerprint" in capsys.readouterr().err
    assert not list(kim.home.rglob("queue.db"))


def test_one_wrong_word_of_the_fingerprint_is_named_and_another_city_is_not_trusted(
    kim: Volunteer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right_words = in_words(read_fingerprint(kim.city.signing.fingerprint)).split()
    slip = [*right_words[:6], "acid" if right_words[6] != "acid" else "actor", *right_words[7:]]
    for given, sentence in (
        (" ".join(slip), "word 7"),
        (" ".join(right_words[:15]), "this one has 15 words"),
        (" ".join(["botle", *right_words[1:]]), "'botle'"),
        ("0" * 32, "not signed by the city of that fingerprint"),
    ):
        kim.city.signing.fingerprint, right = given, kim.city.signing.fingerprint
        try:
            assert sentence in refused(kim, capsys)
        finally:
            kim.city.signing.fingerprint = right
    assert not list(tmp_path.rglob("trusted.json"))


def test_whoever_types_the_fingerprint_is_told_of_slips_and_asked_again(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = in_words(read_fingerprint(kim.city.signing.fingerprint))
    typed = iter(["", "ff", right.upper()])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(typed))
    monkeypatch.setattr(_pack_trust.sys.stdin, "isatty", lambda: True, raising=False)
    found = _pack_trust.trusted_fingerprint(kim.home, kim.city.pack, "")
    assert found == kim.city.signing.fingerprint
    assert "this one has 2 digits" in " ".join(capsys.readouterr().out.split())


def test_a_pack_of_which_any_signed_file_was_altered_is_not_opened(
    kim: Volunteer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = kim.city.pack
    head, files = honest.read_bytes()[:8], unpack(honest.read_bytes()[8:], dict[str, bytes])
    kim.city.pack = tmp_path / "altered.pack"
    try:
        for name in [one for one in files if one.startswith("targets/") or one == "latest.t311"]:
            middle = len(files[name]) // 2
            data = files[name][:middle] + bytes([files[name][middle] ^ 0x21]) + files[name][middle + 1 :]
            kim.city.pack.write_bytes(head + pack({**files, name: data}))
            refused(kim, capsys)
    finally:
        kim.city.pack = honest
    assert not list(tmp_path.rglob("queue.db"))


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(-1, "set the clock"), (11, "this emergency pack has ended")],
)
def test_a_pack_has_a_beginning_and_an_end(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], days: int, sentence: str
) -> None:
    monkeypatch.setattr(_pack, "SystemClock", lambda: ManualClock(kim.city.now + timedelta(days=days)))
    assert sentence in refused(kim, capsys)


def test_an_older_pack_than_was_used_here_is_refused(kim: Volunteer, capsys: pytest.CaptureFixture[str]) -> None:
    assert kim.line() == 0
    newest = kim.city.pack
    kim.city.pack = kim.city.make_pack("older.pack", made=kim.city.now - timedelta(hours=3))
    try:
        assert "a newer pack for this incident was used here" in refused(kim, capsys)
    finally:
        kim.city.pack = newest


def test_a_pack_that_names_no_incident_starts_no_desk(kim: Volunteer, capsys: pytest.CaptureFixture[str]) -> None:
    from taker311.authoring.packing import make_pack

    city, real = kim.city, kim.city.pack
    city.pack = city.folder / "bare.pack"
    city.pack.write_bytes(
        make_pack(city.bundle, ["pothole"], [], city.now + timedelta(days=1), city.signing.keys, city.now)
    )
    try:
        assert "names no incident" in refused(kim, capsys)
    finally:
        city.pack = real


def test_a_certificate_must_be_for_this_incident_whole_in_time_and_of_a_trainer_in_the_pack(
    kim: Volunteer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = kim.city
    stranger = people_keys.make(tmp_path / "stranger", "trainer", "Mallory", "")
    altered = city.certify("Kim Lee")
    altered.write_text(altered.read_text().replace("Kim Lee", "Kim Bee"))
    missing = tmp_path / "none.cert"
    broken = tmp_path / "broken.cert"
    broken.write_bytes(b"\xff\x00")
    for certificate, sentence in (
        (city.certify("Kim Lee", incident="Fire 2026"), "it is for 'Fire 2026', and this is 'Flood 2026'"),
        (city.certify("Kim Lee", drills=("other",)), "it does not show dam-rumour as passed"),
        (city.certify("Kim Lee", by=stranger), "a trainer whom this pack does not name"),
        (altered, "its signature does not fit"),
        (city.certify("Kim Lee", at=city.now - timedelta(days=20)), "it ended on"),
        (city.certify("Kim Lee", at=city.now + timedelta(days=2)), "set the clock"),
        (missing, "can't be read"),
        (broken, "no certificate"),
    ):
        kim.certificate = certificate
        assert sentence in refused(kim, capsys)
    assert not list(tmp_path.rglob("queue.db"))


def test_a_full_disk_is_said_before_the_first_call(
    kim: Volunteer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = _pack.shutil.disk_usage(kim.city.folder)
    monkeypatch.setattr(_pack.shutil, "disk_usage", lambda _path: usage._replace(free=3_000_000))
    assert "only 3 MB are free" in refused(kim, capsys)


def test_the_machines_other_commands_do_not_work_on_a_volunteers_seat(
    kim: Volunteer, capsys: pytest.CaptureFixture[str]
) -> None:
    kim.line()
    for given in (["queue", "resume"], ["sign-in"], ["slots", "remove", "city"], ["rekey"]):
        capsys.readouterr()
        assert cli.main([*given, "--folder", str(kim.seat)]) == 2
        assert "a volunteer's seat" in capsys.readouterr().err


def test_kb_pack_makes_what_a_volunteers_desk_starts_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], city: FloodCity
) -> None:
    monkeypatch.setenv("TAKER311_KEYS_PLAIN", "1")
    trainer = tmp_path / "ann.pub"
    trainer.write_text(to_json(city.trainer.public))
    recovery = make_city_key(tmp_path / "recovery", "")
    command = ["kb", "pack", str(mini_city.FOLDER), "--topics", "pothole", "--expires", "2099-12-31"]
    command += ["--keys", str(city.signing.keys.folder), "-o", str(tmp_path / "made.pack"), "--incident", INCIDENT]
    for more, sentence in (
        (["--trainer", str(trainer)], "needs --recovery as well"),
        (["--trainer", str(trainer), "--recovery", str(recovery)], "needs --transfer as well"),
        (
            ["--trainer", str(trainer), "--recovery", str(recovery), "--transfer", "watr-line"],
            "did you mean 'water-line'",
        ),
        (
            ["--trainer", str(recovery), "--recovery", str(recovery), "--transfer", "water-line"],
            "no trainer's public key",
        ),
    ):
        capsys.readouterr()
        assert cli.main([*command, *more]) == 2
        assert sentence in capsys.readouterr().err
    good = ["--trainer", str(trainer), "--recovery", str(recovery), "--transfer", "water-line"]
    key = "https://key@hub.example/open311/v2"
    assert cli.main([*command, *good, "--crm", key]) == 2
    assert cli.main([*command, *good, "--crm", "https://hub.example/open311/v2", "--drills", "none"]) == 2
    capsys.readouterr()
    assert cli.main([*command, *good]) == 0
    made = capsys.readouterr().out
    assert city.signing.fingerprint in made
    real, city.pack = city.pack, tmp_path / "made.pack"
    try:
        assert Volunteer(city, tmp_path / "home").line() == 0
    finally:
        city.pack = real
    assert (tmp_path / "recovery").read_bytes() not in (tmp_path / "made.pack").read_bytes()
    assert PASSPHRASE.encode() not in (tmp_path / "made.pack").read_bytes()


def test_what_belongs_to_a_pack_is_nothing_without_one_and_the_desks_own_things_do_not_mix_in(
    kim: Volunteer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["desk", "--finish"]) == 2
    assert "--finish belongs to a pack" in capsys.readouterr().err
    assert cli.main(["line", "--pack", str(kim.city.pack), "--kb", "other.kb"]) == 2
    assert "--kb does not go with --pack" in capsys.readouterr().err


def test_the_volunteers_own_words_come_in_spanish(kim: Volunteer, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        kim._run("line", "--language", "es")
        told = capsys.readouterr()
        assert "El paquete es de la ciudad: Flood 2026" in told.err
        kim.finish("--language", "es", "--feedback", "")
        assert "se borró de este equipo" in " ".join(capsys.readouterr().out.split())
    finally:
        words.use("en")


def test_a_second_window_says_that_the_desk_is_open_and_offers_no_other_seat(
    kim: Volunteer, capsys: pytest.CaptureFixture[str]
) -> None:
    kim.line()
    lock = SeatLock(kim.seat)
    try:
        told = refused(kim, capsys)
    finally:
        lock.release()
    assert "open in another window" in told
    assert "--seat" not in told
    assert kim.line(first=False) == 0

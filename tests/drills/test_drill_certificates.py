"""The trainer's key, results sealed to it, and certificates signed with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.drill_plays import played
from taker311 import cli
from taker311.base.codec import from_json, to_json
from taker311.base.errors import UserError
from taker311.drills.certificates import CLOCK_SKEW, Certificate, check, issue, load, passes
from taker311.drills.log import written
from taker311.drills.results import keep, open_all, open_one
from taker311.drills.score import score
from taker311.drills.trainer_keys import PRIVATE, Trainer, make, open_key, read_public, trust, trusted

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
PASSED = passes([score(played("perfect")), score(played("library")), score(played("dropped"))])


@pytest.fixture
def ann(tmp_path: Path) -> Trainer:
    return make(tmp_path / "ann", "Ann Trainer", "")


def signed(trainer: Trainer, **changes: object) -> bytes:
    wanted = {
        "name": "Kim Lee",
        "incident": "Flood",
        "passed": PASSED,
        "now": NOW,
        "life": timedelta(days=14),
        "serial": "1a2b",
    } | changes
    return issue(trainer, **wanted)  # type: ignore[arg-type]


# ---------------------------------------------------------------- certificates
def test_a_certificate_counts_where_its_trainer_is_known(ann):
    found = check(signed(ann), [ann.public], NOW + timedelta(days=1))
    assert (found.standing, found.why) == ("valid", "")
    one = found.certificate
    assert (one.name, one.incident, one.trainer) == ("Kim Lee", "Flood", "Ann Trainer")
    assert [(p.drill, p.score) for p in one.drills] == [("library-sunday", 1000), ("tree-on-wires", 1000)]


def test_only_passed_drills_stand_on_it_with_their_best_score():
    slow, perfect, left = score(played("slow")), score(played("perfect")), score(played("left"))
    assert [(p.drill, p.score) for p in passes([slow, perfect, left, slow])] == [("tree-on-wires", 1000)]
    assert passes([left]) == ()


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        (NOW, "valid"),
        (NOW - CLOCK_SKEW, "valid"),
        (NOW - CLOCK_SKEW - timedelta(seconds=1), "not-yet"),
        (NOW - timedelta(days=3650), "not-yet"),
        (NOW + timedelta(days=14) - timedelta(seconds=1), "valid"),
        (NOW + timedelta(days=14), "expired"),
        (NOW + timedelta(days=3650), "expired"),
    ],
)
def test_it_holds_from_its_issue_to_its_end_and_a_wrong_clock_is_told(ann, at, standing):
    found = check(signed(ann), [ann.public], at)
    assert found.standing == standing
    assert ("clock" in found.why) == (standing == "not-yet")


def test_a_trainer_whom_the_desk_does_not_know_signs_nothing_for_it(ann, tmp_path):
    other = make(tmp_path / "ben", "Ann Trainer", "")
    assert check(signed(other), [ann.public], NOW).standing == "untrusted"
    assert check(signed(ann), [], NOW).standing == "untrusted"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Kim Lee", "Kim Lea"),
        ("Flood", "Flooo"),
        ("2026-12-09", "2027-12-09"),
        ('score\\":1000', 'score\\":9999'),
        ("library-sunday", "gas-everywhere"),
    ],
)
def test_a_changed_certificate_has_a_broken_signature(ann, old, new):
    data = signed(ann).decode()
    assert old in data
    assert check(data.replace(old, new).encode(), [ann.public], NOW).standing == "broken"


@pytest.mark.parametrize("signature", ["", "AAAA", "no base64!", "A" * 88])
def test_a_broken_signature_is_told_as_such(ann, signature):
    file = json.loads(signed(ann)) | {"signature": signature}
    found = check(json.dumps(file).encode(), [ann.public], NOW)
    assert found.standing == "broken"
    assert "signature" in found.why


def test_a_signature_of_another_certificate_does_not_fit(ann):
    one, other = json.loads(signed(ann)), json.loads(signed(ann, name="Bo Hill"))
    assert check(json.dumps(one | {"signature": other["signature"]}).encode(), [ann.public], NOW).standing == "broken"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"certificate":"x","signature":""}', b"\x00\xff", b'{"certificate":"{}","signature":""}'],
)
def test_what_is_no_certificate_is_told_in_a_sentence(ann, data):
    with pytest.raises(UserError, match="no certificate"):
        check(data, [ann.public], NOW)


def test_nobody_is_certified_for_nothing_or_for_ever(ann):
    with pytest.raises(UserError, match="passed no drill"):
        signed(ann, passed=())
    with pytest.raises(UserError, match="--days"):
        signed(ann, life=timedelta(days=400))
    with pytest.raises(UserError, match="--days"):
        signed(ann, life=timedelta(0))
    with pytest.raises(UserError, match="person and an incident"):
        signed(ann, incident="  ")


def test_a_certificate_of_a_newer_version_is_not_guessed_at(ann):
    file = json.loads(signed(ann))
    inner = json.loads(file["certificate"]) | {"v": 2}
    with pytest.raises(UserError, match="newer"):
        check(json.dumps(file | {"certificate": json.dumps(inner)}).encode(), [ann.public], NOW)


def test_strangers_text_in_a_certificate_is_one_clean_line(ann):
    made = from_json(json.loads(signed(ann, name="Kim\x1b[2J\nLee\u202e"))["certificate"], Certificate)
    assert made.name.isprintable()


# ---------------------------------------------------------------- the trainer's key
def test_the_key_opens_with_its_passphrase_only(tmp_path):
    made = make(tmp_path, "Ann", "correct horse")
    with pytest.raises(UserError, match="does not open"):
        open_key(tmp_path, "wrong horse")
    again = open_key(tmp_path, "correct horse")
    assert again.public == made.public
    assert check(signed(again), [made.public], NOW).standing == "valid"
    assert b"correct horse" not in (tmp_path / PRIVATE).read_bytes()


def test_a_second_key_does_not_replace_the_first(tmp_path):
    make(tmp_path, "Ann", "")
    with pytest.raises(UserError, match="there already"):
        make(tmp_path, "Ben", "")


def test_a_key_that_others_can_read_is_refused(tmp_path):
    make(tmp_path, "Ann", "")
    (tmp_path / PRIVATE).chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        open_key(tmp_path, "")


def test_a_public_key_under_another_keys_name_is_not_trusted(tmp_path, ann):
    path = trust(tmp_path, ann.public)
    assert trusted(tmp_path) == (ann.public,)
    path.rename(path.with_name("0" * 32 + ".pub"))
    assert trusted(tmp_path) == ()
    (tmp_path / "trainers" / "junk.pub").write_text("{}")
    assert trusted(tmp_path) == ()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name":"x","sign":"","box":""}'])
def test_what_is_no_public_key_is_told(tmp_path, text):
    (tmp_path / "x.pub").write_text(text)
    with pytest.raises(UserError, match="no trainer's public key"):
        read_public(tmp_path / "x.pub")


# ---------------------------------------------------------------- sealed results
def test_a_result_is_opened_by_the_trainers_it_was_sealed_to_and_nobody_else(tmp_path, ann):
    ben, eve = make(tmp_path / "ben", "Ben", ""), make(tmp_path / "eve", "Eve", "")
    log = played("perfect")
    path = keep(tmp_path, log, [ann.public, ben.public])
    assert open_one(path, ann) == open_one(path, ben) == log
    with pytest.raises(UserError, match="another trainer"):
        open_one(path, eve)
    assert b"Sam" not in path.read_bytes()
    assert b"tree" not in path.read_bytes()


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.97, 1.0])
def test_an_altered_result_is_told_and_the_others_are_read(tmp_path, ann, share):
    first = keep(tmp_path, played("perfect"), [ann.public])
    keep(tmp_path, played("library"), [ann.public])
    data = bytearray(first.read_bytes())
    data[int((len(data) - 1) * share)] ^= 1
    first.write_bytes(bytes(data))
    found = [one for _, one in open_all(tmp_path, ann)]
    assert sum(isinstance(one, str) for one in found) == 1


# ---------------------------------------------------------------- the commands
@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAKER311_KEYS_PLAIN", "1")
    return tmp_path


def test_from_the_key_to_a_verified_certificate(home, capsys):
    log = home / "a.jsonl"
    log.write_text(written(played("perfect")))
    file = str(home / "sam.cert")
    assert cli.main(["drill", "keys", "init", "Ann Trainer"]) == 0
    assert cli.main(["certificate", "issue", "Sam", "--incident", "Flood", "--log", str(log), "-o", file]) == 0
    assert cli.main(["certificate", "verify", file]) == 0
    assert "VALID: Sam, Flood" in capsys.readouterr().out
    assert cli.main(["certificate", "show", file]) == 0
    assert "Passed    tree-on-wires 1: 100" in capsys.readouterr().out
    other = {
        "certificate": json.loads(load(Path(file)))["certificate"].replace("Sam", "Bob"),
        "signature": json.loads(load(Path(file)))["signature"],
    }
    Path(file).write_text(to_json(other))
    assert cli.main(["certificate", "verify", file]) == 1
    assert "NOT VALID" in capsys.readouterr().out


def test_nobody_gets_a_certificate_for_drills_of_somebody_else_or_not_passed(home, capsys):
    log = home / "a.jsonl"
    log.write_text(written(played("dropped")))
    assert cli.main(["drill", "keys", "init", "Ann"]) == 0
    file = home / "x.cert"
    for name, more in (("Sam", []), ("Kim", []), ("Sam", ["--drills", "tree-on-wires"])):
        assert cli.main(
            ["certificate", "issue", name, "--incident", "x", "--log", str(log), *more, "-o", str(file)]
        ) in (1, 2)
    assert not file.exists()
    assert "nothing to certify" in capsys.readouterr().err


def test_a_desk_learns_of_a_trainer_by_the_public_half(home, capsys, monkeypatch):
    public = home / "ann.pub"
    assert cli.main(["drill", "keys", "init", "Ann"]) == 0
    assert cli.main(["drill", "keys", "export", str(public)]) == 0
    monkeypatch.setenv("TAKER311_HOME", str(home / "desk"))
    assert cli.main(["drill", "keys", "trust", str(public)]) == 0
    capsys.readouterr()
    assert cli.main(["drill", "keys", "show"]) == 0
    assert "Ann" in capsys.readouterr().out
    assert not list((home / "desk").rglob(PRIVATE))

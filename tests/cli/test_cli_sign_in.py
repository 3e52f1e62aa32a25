"""`taker311 sign-in`: slots are made, checked and added by those who may."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taker311 import cli
from taker311.base import keyslots, passphrase
from taker311.base.clock import SystemClock
from taker311.base.keyslots import KeySlots
from taker311.base.sealing import new_pair
from taker311.base.throwaway_key import open_throwaway

GOOD = "horses eat apples"


@pytest.fixture
def seat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keyslots.KeySlots.__init__, "__defaults__", (passphrase.Cost(8, 1, 1),))
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    return tmp_path / "data" / "seats" / "main"


def sign_in(*words: str, lines: str = "") -> int:
    read, write = os.pipe()
    os.write(write, lines.encode())
    os.close(write)
    return cli.main(["sign-in", "--passphrase-fd", str(read), *words])


def test_the_first_agent_of_a_seat_makes_its_key_and_is_told_what_it_means(
    seat: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign_in("--agent", "Sam", lines=f"{GOOD}\n") == 0
    told = capsys.readouterr().out
    assert "written down nowhere" in told
    assert "There is no recovery slot" in told
    assert KeySlots(seat, SystemClock()).unlock("Sam", GOOD).name == "Sam"
    assert sign_in("--agent", "Sam", lines=f"{GOOD}\n") == 0
    assert "That is Sam's passphrase." in capsys.readouterr().out


def test_a_wrong_passphrase_and_a_weak_one_are_refused(seat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sign_in("--agent", "Sam", lines="short\n") == 2
    assert "at least eight characters" in capsys.readouterr().err
    assert not (seat / keyslots.FILE).exists()
    sign_in("--agent", "Sam", lines=f"{GOOD}\n")
    assert sign_in("--agent", "Sam", lines="horses eat pears\n") == 2
    assert "not the passphrase" in capsys.readouterr().err


def test_a_second_agent_is_let_in_by_the_first(seat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sign_in("--agent", "Sam", lines=f"{GOOD}\n")
    assert sign_in("--agent", "Ana", lines=f"{GOOD}\n") == 2
    assert "sign-in --new --agent Ana" in capsys.readouterr().err
    assert sign_in("--agent", "Ana", "--new", lines=f"{GOOD}\nfrogs drink tea\n") == 0
    assert KeySlots(seat, SystemClock()).unlock("Ana", "frogs drink tea").name == "Ana"
    assert sign_in("--agent", "Lee", "--new", lines=f"{GOOD}\nbirds like rain\n") == 2
    assert "--by" in capsys.readouterr().err


def test_the_citys_recovery_key_is_added_and_a_wrong_file_is_refused(
    seat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    public, private = new_pair()
    file = tmp_path / "city.pub"
    file.write_text("not a key")
    assert sign_in("--agent", "Sam", "--recovery-key", str(file), lines=f"{GOOD}\n") == 2
    assert str(file) in capsys.readouterr().err
    sign_in("--agent", "Sam", lines=f"{GOOD}\n")
    file.write_text(public.hex())
    assert sign_in("--agent", "Sam", "--recovery-key", str(file), lines=f"{GOOD}\n") == 0
    assert "There is no recovery slot" not in capsys.readouterr().out.split("passphrase.")[-1]
    assert KeySlots(seat, SystemClock()).unlock_recovery(private).kind == "recovery"


def test_nobody_signs_in_at_a_demos_seat_or_without_a_passphrase(
    seat: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_in("--agent", "Sam") == 2
    assert "a line is missing" in capsys.readouterr().err
    open_throwaway(seat)
    assert sign_in("--agent", "Sam", lines=f"{GOOD}\n") == 2
    assert "demo" in capsys.readouterr().err

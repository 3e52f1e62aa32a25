"""What can be wrong when the program starts: one sentence with the file in it, exit code 2, and never a traceback."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from helpers.demo import Demo
from helpers.mini_city import FOLDER
from helpers.terminal import Terminal


def started(home: Path, *words: str) -> Terminal:
    environment = {**os.environ, "HOME": str(home), "TAKER311_HOME": str(home)}
    return Terminal([sys.executable, "-m", "taker311", *words], environment, columns=400)


def one_sentence(terminal: Terminal) -> str:
    """Waits for the end; insists on exit code 2 and on one sentence, and gives that."""
    with terminal:
        code = terminal.ended()
        said = [row for row in terminal.text.splitlines() if row]
        assert (code, "Traceback" in terminal.text) == (2, False), terminal.text
        assert said[0].startswith("error: ")
        assert len(said) == 1, terminal.text
        return "".join(said)


def test_a_broken_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.toml"
    file.parent.mkdir()
    file.write_text("[desk]\nthem = 'dark'\n")
    assert f"{file}:2: there is no setting 'desk.them'" in one_sentence(started(tmp_path, "desk", "--kb", str(FOLDER)))


def test_an_unknown_action_in_the_keys(tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.toml"
    file.parent.mkdir()
    file.write_text("[keys]\n'call.hld' = 'f8'\n")
    assert "there is no action 'call.hld'" in one_sentence(started(tmp_path, "desk", "--kb", str(FOLDER)))


def test_no_knowledge_base_at_all(tmp_path: Path) -> None:
    assert "taker311 demo" in one_sentence(started(tmp_path, "desk"))


def test_a_knowledge_base_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "torn.kb"
    file.write_bytes(b"taker311 no more")
    assert str(file) in one_sentence(started(tmp_path, "desk", "--kb", str(file)))


def test_a_file_in_place_of_the_state_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    said = one_sentence(started(tmp_path, "desk", "--kb", str(FOLDER)))
    assert str(tmp_path / "data") in said
    assert "TAKER311_HOME" in said


def test_a_damaged_queue_while_nobody_signed_in(tmp_path: Path) -> None:
    seat = tmp_path / "data" / "seats" / "main"
    seat.mkdir(parents=True)
    (seat / "queue.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    assert str(seat / "queue.db") in one_sentence(started(tmp_path, "desk", "--kb", str(FOLDER)))


def test_a_second_desk_on_the_same_seat(demo: Demo) -> None:
    with demo.start() as first:
        first.see("F10 leave")
        assert "this seat is in use" in one_sentence(demo.start(columns=400))
        first.press("pothole")
        first.see("1 Pothole in a street")


def test_a_hub_on_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in one_sentence(started(tmp_path, "hub", "--kb", str(FOLDER), "--port", str(port)))


def test_the_desk_without_a_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from taker311 import cli

    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    assert cli.main(["desk"]) == 2
    assert "taker311 line" in capfd.readouterr().err

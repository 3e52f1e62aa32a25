"""The command line's walls: one sentence for a person, whatever happens inside."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from helpers import mini_city
from helpers.broken_city import broken, write_city
from taker311 import cli
from taker311.base.errors import UserError


def command(monkeypatch: pytest.MonkeyPatch, body: object) -> None:
    """Puts a command called 'boom' in the table whose `run` is `body`."""
    module = types.ModuleType("taker311_boom")
    module.HELP = "x"  # type: ignore[attr-defined]
    module.configure = lambda parser: parser.add_argument("--secret")  # type: ignore[attr-defined]
    module.run = body  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "taker311_boom", module)
    monkeypatch.setitem(cli.COMMANDS, "boom", ("taker311_boom", "x"))


def test_an_error_for_people_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> int:
        raise UserError("city.yaml: mend it.")

    command(monkeypatch, run)
    assert cli.main(["boom"]) == 2
    assert capsys.readouterr().err == "error: city.yaml: mend it.\n"


def test_an_error_nobody_foresaw_leaves_a_note_without_any_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def run(arguments: argparse.Namespace) -> int:
        caller = arguments.secret
        raise ValueError(caller)

    command(monkeypatch, run)
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    assert cli.main(["boom", "--secret", "Maria Lopez"]) == 70
    told = capsys.readouterr().err
    note = next(tmp_path.glob("taker311-crash-*.txt"))
    assert told.count("\n") == 1
    assert str(note) in told
    text = note.read_text()
    assert "ValueError" in text
    assert "test_cli_dispatch.py:" in text
    assert "Maria" not in text + told
    assert str(Path.home()) not in text
    assert note.stat().st_mode & 0o077 == 0


def test_ctrl_c_ends_with_130_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    command(monkeypatch, run)
    assert cli.main(["boom"]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("words", "near"), [(["serch"], "search"), (["kb", "chek"], "check")])
def test_a_misspelt_command_is_told_the_nearest_one(
    words: list[str], near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    assert f"did you mean '{near}'" in capsys.readouterr().err


def test_the_help_lists_every_command_and_imports_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in cli.COMMANDS)
    assert cli.main(["kb", "--help"]) == 0
    assert "build" in capsys.readouterr().out


def program(*words: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "taker311", *words], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


def test_choosing_a_command_loads_no_room_that_it_does_not_need() -> None:
    code = "import sys; from taker311.cli import main; main(['--version']); print([m for m in sys.modules if m in %r])"
    heavy = ["yaml", "textual", "httpx", "msgspec", "argparse.x", "taker311.authoring", "zstandard", "traceback.x"]
    done = subprocess.run([sys.executable, "-c", code % heavy], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = program("kb", "check", str(mini_city.FOLDER), stdout=write)
    os.close(write)
    assert done.stderr == ""


def test_check_prints_everything_and_a_closing_line(tmp_path: Path) -> None:
    good = program("kb", "check", str(mini_city.FOLDER))
    assert good.returncode == 0
    assert good.stdout.splitlines()[-1].endswith("in 26 files")
    folder = write_city(tmp_path, broken("agencies.yaml", "phone: desk", "phone: dsk"))
    bad = program("kb", "check", str(folder))
    assert bad.returncode == 1
    assert (
        bad.stdout.splitlines()[0]
        == "agencies.yaml:1:33: error[unknown-phone]: no phone is called 'dsk' (did you mean 'desk'?)."
    )
    assert bad.stdout.splitlines()[-1].startswith("1 error, ")


def test_check_as_json_is_one_object_a_line(tmp_path: Path) -> None:
    folder = write_city(tmp_path, broken("agencies.yaml", "phone: desk", "phone: dsk"))
    done = program("kb", "check", "--json", str(folder))
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["file"], first["line"], first["col"], first["code"], first["severity"]) == (
        "agencies.yaml",
        1,
        33,
        "unknown-phone",
        "error",
    )


def test_build_refuses_a_source_with_errors_and_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "x.kb"
    out.write_bytes(b"old")
    folder = write_city(tmp_path / "src", broken("agencies.yaml", "phone: desk", "phone: dsk"))
    done = program("kb", "build", str(folder), "-o", str(out))
    assert done.returncode == 1
    assert "unknown-phone" in done.stderr
    assert out.read_bytes() == b"old"


def test_build_writes_a_bundle_that_opens(tmp_path: Path) -> None:
    from taker311.knowledge.bundle import Bundle

    out = tmp_path / "x.kb"
    done = program("kb", "build", str(mini_city.FOLDER), "-o", str(out))
    assert done.returncode == 0
    assert Bundle.open(out).version in done.stdout

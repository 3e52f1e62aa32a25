"""`taker311 doctor`: each thing that can be wrong is found, said in a sentence, and told what to do about."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers import mini_city
from helpers.hub_server import running_hub
from taker311 import cli
from taker311.base.clock import SystemClock
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.base.sealing import new_pair
from taker311.base.throwaway_key import open_throwaway
from taker311.cases.opening import open_store
from taker311.cli._check_machine import check_clock, check_sqlite, check_state, judge_terminal


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    return tmp_path


def settle(home: Path, text: str) -> Path:
    file = home / "config" / "settings.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def seat(home: Path) -> Path:
    return home / "data" / "seats" / "main"


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Exit code and the findings by check."""
    code = cli.main(["doctor", "--json", *words])
    found: dict[str, list[dict[str, Any]]] = {}
    for line in capsys.readouterr().out.splitlines():
        finding = json.loads(line)
        assert set(finding) == {"check", "ok", "level", "say", "do"}
        assert finding["ok"] or finding["do"], finding
        found.setdefault(finding["check"], []).append(finding)
    return code, found


def test_every_check_is_there_and_a_desk_without_knowledge_fails(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = ask(capsys)
    assert code == 1
    assert set(found) >= {"python", "sqlite", "clock", "terminal", "settings", "knowledge", "state", "disk"}
    assert set(found) >= {"file-system", "queue", "journal", "sign-in", "crm"}
    assert found["knowledge"][0]["level"] == "error"
    assert not seat(home).exists()


def test_a_desk_with_knowledge_and_a_recovery_slot_is_well(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settle(home, f'[city]\nkb = "{mini_city.FOLDER}"\n')
    KeySlots(seat(home), SystemClock(), Cost(8, 1, 1)).create("Sam", "a short sentence", recovery=new_pair()[0])
    code, found = ask(capsys)
    assert code == 0, found
    assert found["sign-in"][0]["level"] == "ok"
    assert "topics" in found["knowledge"][0]["say"]


def test_a_seat_without_a_recovery_slot_is_a_warning_and_fails(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    KeySlots(seat(home), SystemClock(), Cost(8, 1, 1)).create("Sam", "a short sentence")
    code, found = ask(capsys, "--kb", str(mini_city.FOLDER))
    assert code == 1
    assert found["sign-in"][0]["level"] == "warning"
    assert "--recovery-key" in found["sign-in"][0]["do"]


def test_a_demo_seat_is_not_judged_by_its_key(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_throwaway(seat(home))
    code, found = ask(capsys, "--kb", str(mini_city.FOLDER))
    assert code == 0
    assert found["sign-in"][0]["level"] == "note"


def test_a_broken_settings_file_is_one_finding_and_the_rest_is_still_looked_at(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settle(home, "[desk]\nthem = 'dark'\n")
    code, found = ask(capsys, "--kb", str(mini_city.FOLDER))
    assert code == 1
    assert f"{file}:2: there is no setting 'desk.them' (did you mean 'theme'?)" in found["settings"][0]["say"]
    assert found["knowledge"][0]["ok"]


def test_a_knowledge_base_with_errors_is_counted_and_one_that_is_none_is_named(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from helpers.broken_city import broken, write_city

    folder = write_city(tmp_path / "src", broken("agencies.yaml", "phone: desk", "phone: dsk"))
    _, found = ask(capsys, "--kb", str(folder))
    assert found["knowledge"][0]["say"] == f"{folder}: 1 error."
    assert "kb check" in found["knowledge"][0]["do"]
    torn = tmp_path / "torn.kb"
    torn.write_bytes(b"no bundle")
    code, found = ask(capsys, "--kb", str(torn))
    assert code == 1
    assert str(torn) in found["knowledge"][0]["say"]


def test_a_damaged_queue_is_found_without_being_touched(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_throwaway(seat(home))
    open_store(seat(home), SystemClock()).close()
    file = seat(home) / "queue.db"
    damaged = file.read_bytes()[:5000] + b"x" * 3000
    file.write_bytes(damaged)
    code, found = ask(capsys, "--kb", str(mini_city.FOLDER))
    assert code == 1
    assert any(finding["level"] == "error" and str(file) in finding["say"] for finding in found["queue"])
    assert file.read_bytes() == damaged


def test_a_file_in_place_of_the_state_folder_is_an_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "data").write_text("in the way")
    code, found = ask(capsys, "--kb", str(mini_city.FOLDER))
    assert code == 1
    assert found["state"][0]["say"] == f"{home / 'data'}: is a file where a folder is needed."


def test_a_crm_that_answers_and_one_that_does_not(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_throwaway(seat(home))
    with running_hub() as hub:
        settle(home, f'[crm]\nendpoint = "{hub.url}"\ndialect = "hub"\n')
        _, found = ask(capsys, "--kb", str(mini_city.FOLDER))
        assert "services" in found["crm"][0]["say"]
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        settle(home, f'[crm]\nendpoint = "http://127.0.0.1:{silent.getsockname()[1]}/"\n')
        code, found = ask(capsys, "--kb", str(mini_city.FOLDER))
    assert code == 1
    assert found["crm"][0]["level"] == "error"


def test_a_key_bound_over_another_is_a_warning(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settle(home, '[keys]\n"call.hold" = "f9"\n')
    _, found = ask(capsys, "--kb", str(mini_city.FOLDER))
    assert any("call.emergency" in finding["say"] for finding in found["keys"])


SIZES = os.terminal_size


@pytest.mark.parametrize(
    ("environment", "size", "encoding", "level"),
    [
        ({"TERM": "xterm-256color"}, SIZES((80, 24)), "utf-8", "ok"),
        ({"TERM": "tmux-256color", "TMUX": "x", "SSH_CONNECTION": "y"}, SIZES((120, 40)), "UTF-8", "ok"),
        ({"TERM": "xterm"}, SIZES((70, 22)), "utf-8", "note"),
        ({"TERM": "xterm"}, SIZES((50, 15)), "utf-8", "warning"),
        ({"TERM": "dumb"}, SIZES((80, 24)), "utf-8", "warning"),
        ({}, SIZES((80, 24)), "utf-8", "warning"),
        ({"TERM": "xterm"}, SIZES((80, 24)), "ANSI_X3.4-1968", "warning"),
    ],
)
def test_terminals_are_judged(environment: dict[str, str], size: os.terminal_size, encoding: str, level: str) -> None:
    found = judge_terminal(environment, size, encoding)
    assert found.level == level
    assert ("tmux and ssh" in found.say) == ("TMUX" in environment)


def test_a_clock_that_was_set_back_is_noticed_and_one_that_runs_is_not() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert check_clock(now, None).level == "ok"
    assert check_clock(now, now - timedelta(days=3)).level == "ok"
    assert check_clock(now, now + timedelta(hours=1)).level == "warning"
    assert check_clock(datetime(1970, 1, 2, tzinfo=UTC), None).level == "error"


def test_an_older_sqlite_is_a_note_and_a_network_file_system_an_error(tmp_path: Path) -> None:
    assert check_sqlite((3, 40, 1)).level == "note"
    assert check_sqlite((3, 51, 3)).level == "ok"
    mounts = f"36 35 98:0 / {tmp_path} rw - nfs4 server:/homes rw"
    found = {finding.check: finding for finding in check_state(tmp_path / "seat", mounts)}
    assert found["file-system"].level == "error"
    assert "TAKER311_HOME" in found["file-system"].do


@pytest.mark.parametrize(
    "words", [["--help"], ["queue", "list", "--json"], ["search", "--help"], ["doctor", "--kb", str(mini_city.FOLDER)]]
)
def test_commands_without_a_screen_load_neither_textual_nor_httpx(words: list[str], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom taker311.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('textual', 'httpx', 'starlette', 'sqlalchemy', 'tuf') if m in sys.modules])\n"
        "print([m for m in ('msgspec', 'yaml', 'cryptography', 'rich', 'sqlite3') if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TAKER311_HOME": str(tmp_path)},
    )
    *_, banned, heavy = done.stdout.splitlines()
    assert banned == "[]"
    assert words != ["--help"] or heavy == "[]"


def test_a_signature_past_half_its_life_is_told(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpers.publishing import City, bundle

    city = City(tmp_path / "signing", SystemClock().now().replace(microsecond=0) - timedelta(days=4))
    city.publish(bundle())
    settle(home, f'[city]\norigin = "http://127.0.0.1:9/"\nfingerprint = "{city.fingerprint}"\n')
    city.desk(home / "data" / "city", "http://127.0.0.1:9/").take(city.repo.folder)
    _, found = ask(capsys)
    assert [one["level"] for one in found["sync"]] == ["warning", "warning"]
    assert "has not been renewed" in found["sync"][1]["say"]

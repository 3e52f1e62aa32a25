"""`taker311 config` and `taker311 keys`: what is set, what may be set, and bindings in each other's way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taker311 import cli
from taker311.base.settings import describe_settings, load_settings
from taker311.cli.config import without_secrets
from taker311.cli.keys import conflicts
from taker311.desk.actions import ACTIONS


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    return tmp_path / "config" / "settings.toml"


def test_path_names_the_file_and_check_says_that_there_is_none(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{file}\n"
    assert cli.main(["config", "check"]) == 0
    assert "there is none" in capsys.readouterr().out


def test_the_schema_has_every_setting_once(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "schema", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["setting"] for row in rows] == [name for name, _, _ in describe_settings()]
    assert all(row["about"] for row in rows)


def test_show_marks_what_the_file_sets_and_hides_what_is_secret(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('[crm]\nendpoint = "https://desk:hunter2@crm.example.org/v2/?api_key=hunter3"\n')
    assert cli.main(["config", "show"]) == 0
    shown = capsys.readouterr().out
    assert 'crm.endpoint = "https://…@crm.example.org/v2/?…"\n' in shown
    assert 'desk.theme = "dark"   (default)' in shown
    assert "hunter" not in shown
    assert without_secrets(7) == 7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[desk\n", "settings.toml:1:6: this line is no valid TOML"),
        ("[desk]\ntimer = 3\n", "settings.toml:2: setting 'desk.timer'"),
        ("[crm]\nendpont = 'x'\n", "settings.toml:2: there is no setting 'crm.endpont' (did you mean 'endpoint'?)"),
        ("[keys]\n'call.hld' = 'f8'\n", "there is no action 'call.hld' (did you mean 'call.hold'?)"),
    ],
)
def test_a_broken_file_is_one_sentence_and_exit_code_2(
    file: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text)
    assert cli.main(["config", "check"]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_the_table_of_keys_has_every_action(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('[keys]\n"call.hold" = "ctrl+v"\n')
    assert cli.main(["keys", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == [action.id for action in ACTIONS]
    assert [row["keys"] for row in rows if row["own"]] == [["ctrl+v"]]
    assert cli.main(["keys"]) == 0
    assert "Ctrl+V" in capsys.readouterr().out


def test_bindings_in_each_others_way_are_reported_and_the_defaults_are_in_nobodys(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conflicts({}) == []
    assert any("call.hold and to call.emergency" in sentence for sentence in conflicts({"call.hold": "f9"}))
    assert any("call.copy" in sentence for sentence in conflicts({"call.copy": "x", "call.second": "x"}))
    assert conflicts({"call.copy": "x", "call.intake": "x"}) == []
    assert any("may never reach" in sentence for sentence in conflicts({"call.hold": "ctrl+s"}))
    file.write_text('[keys]\n"call.hold" = "f9"\n')
    assert cli.main(["keys"]) == 1
    assert "call.emergency" in capsys.readouterr().err


def test_a_relative_path_in_the_settings_is_meant_from_their_own_folder(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_text('[crm]\ndialect = "ours.toml"\n[desk]\nstatus_folder = "floor"\n', encoding="utf-8")
    settings = load_settings(file)
    assert settings.crm.dialect == str(tmp_path / "ours.toml")
    assert settings.desk.status_folder == str(tmp_path / "floor")


def test_a_dialect_by_its_name_is_no_path(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_text('[crm]\ndialect = "hub"\n', encoding="utf-8")
    assert load_settings(file).crm.dialect == "hub"

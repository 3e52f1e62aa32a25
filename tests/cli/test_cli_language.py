"""Which language the desk's own words are in: the setting, the command line over it, and one sentence for a language that is
not there. The machine's locale decides nothing: a city does."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from helpers.mini_city import bundle
from taker311.base import words
from taker311.cli import main
from taker311.knowledge.bundle import encode_bundle


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("city") / "city.kb"
    held = bundle()
    file.write_bytes(encode_bundle(held.knowledge, held.gazetteer()))
    return file


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    for name in ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.setenv(name, "es_US.UTF-8")
    yield tmp_path
    words.use("en")


def line(city: Path, *more: str, monkeypatch: pytest.MonkeyPatch, typed: str = ".quit\n") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["line", "--kb", str(city), *more])


def settings(home: Path, text: str) -> None:
    from taker311.base.paths import find_paths

    file = find_paths().settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_without_a_setting_the_line_speaks_english_whatever_the_locale(city, monkeypatch, capsys):
    assert line(city, monkeypatch=monkeypatch) == 0
    assert "Type what the caller says." in capsys.readouterr().out


def test_the_setting_decides_and_the_command_line_over_it(city, home, monkeypatch, capsys):
    settings(home, '[desk]\nlanguage = "es"\n')
    assert line(city, monkeypatch=monkeypatch) == 0
    told = capsys.readouterr()
    assert "Escriba lo que dice quien llama." in told.out
    assert "Nadie" in told.err
    assert line(city, "--language", "en", monkeypatch=monkeypatch) == 0
    assert "Type what the caller says." in capsys.readouterr().out


def test_a_language_that_is_not_there_is_one_sentence_that_names_the_setting(city, home, monkeypatch, capsys):
    settings(home, '[desk]\nlanguage = "xx"\n')
    assert line(city, monkeypatch=monkeypatch) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "desk.language" in told.err
    assert "en, es" in told.err


def test_a_program_is_answered_in_the_contract_in_any_language(city, monkeypatch, capsys):
    typed = '{"do": "nonsense"}\n'
    assert line(city, "--json", "--language", "es", monkeypatch=monkeypatch, typed=typed) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["state"] == second["state"] == "ready"
    assert second["problem"] == "Aquí no existe 'nonsense'."


def test_an_empty_search_is_told_in_the_desks_language(city, home, capsys):
    settings(home, '[desk]\nlanguage = "es"\n')
    assert main(["search", "--kb", str(city), "zzzzqqqq"]) == 0
    assert capsys.readouterr().out == "Nada encaja con estas palabras.\n"

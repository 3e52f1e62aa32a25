"""From nothing to a desk on a city's own services, in one command; and the key in no file at all."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest

from helpers.families import KEY, family
from helpers.hub_server import running_hub
from helpers.mini_city import FOLDER, knowledge
from taker311.base import apikey
from taker311.base.errors import UserError
from taker311.base.settings import CrmSettings, load_settings
from taker311.cases.reference import is_desk_code
from taker311.cli import main
from taker311.crm.dialects import load_dialect

PASSPHRASE = "a short sentence"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TAKER311_API_KEY", raising=False)
    return tmp_path / "home"


def passphrase() -> int:
    read, write = os.pipe()
    os.write(write, f"{PASSPHRASE}\n".encode())
    os.close(write)
    return read


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def init(*words: str) -> int:
    return main(["init", "--yes", *words])


def test_one_command_makes_a_desk_that_finds_topics_of_the_citys_own_services(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_hub(knowledge=knowledge()) as hub:
        monkeypatch.setenv("OUR_KEY", hub.key)
        words = ["--endpoint", hub.url, "--key-env", "OUR_KEY", "--name", "Alder Falls", "--languages", "en,es"]
        assert (
            init(*words, "--time-zone", "America/New_York", "--agent", "Sam", "--passphrase-fd", str(passphrase())) == 0
        )
        out = capsys.readouterr().out
        settings = load_settings(home / "config" / "settings.toml")
        assert settings.crm.endpoint == hub.url
        assert settings.crm.key_env == "OUR_KEY"
        assert is_desk_code(settings.desk.code)
        assert settings.desk.code[0].isdigit()
        assert load_dialect(settings.crm.dialect).honours_idempotency_key
        assert "Sam can sign in now" in out
        assert hub.key.encode() not in everything_in(home)
        assert hub.key not in out
        assert main(["crm", "check"]) == 0
        capsys.readouterr()
    offered = next(iter(hub.hub.catalogue.offers.values())).service.name
    assert main(["search", offered, "--json"]) == 0
    assert offered.split()[0].lower() in capsys.readouterr().out.lower()
    assert "languages: [en, es]" in (home / "data" / "knowledge" / "city.yaml").read_text()


def test_a_city_with_another_crm_gets_its_dialect_and_no_code(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with family("mysociety") as server:
        assert init("--endpoint", server.url, "--name", "Testville") == 0
    settings = load_settings(home / "config" / "settings.toml")
    assert load_dialect(settings.crm.dialect).multi_value == "repeated"
    assert settings.desk.code == ""
    out = capsys.readouterr().out
    assert "No API key is in TAKER311_API_KEY yet" in out
    assert "taker311 sign-in" in out


def test_settings_that_are_there_are_not_written_over(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with family("standard") as server:
        assert init("--endpoint", server.url, "--name", "Testville") == 0
        before = (home / "config" / "settings.toml").read_bytes()
        assert init("--endpoint", server.url, "--name", "Other") == 2
        assert "--force" in capsys.readouterr().err
        assert (home / "config" / "settings.toml").read_bytes() == before
        assert init("--endpoint", server.url, "--name", "Other", "--force", "--desk-code", "2K4") == 0
    assert load_settings(home / "config" / "settings.toml").desk.code == "2K4"


def test_a_knowledge_base_that_is_there_is_taken_as_it_is(home: Path) -> None:
    with family("standard") as server:
        assert init("--endpoint", server.url, "--kb", str(FOLDER)) == 0
    assert load_settings(home / "config" / "settings.toml").city.kb == str(FOLDER)
    assert not (home / "data" / "knowledge").exists()


def test_a_city_that_publishes_is_trusted_by_its_fingerprint_alone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with family("standard") as server:
        words = ["--endpoint", server.url, "--name", "Testville", "--origin", "https://kb.example/"]
        assert init(*words) == 2
        assert "--fingerprint" in capsys.readouterr().err
        assert init(*words, "--fingerprint", "00" * 16) == 0
    city = load_settings(home / "config" / "settings.toml").city
    assert (city.origin, city.fingerprint, city.kb) == ("https://kb.example/", "00" * 16, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--endpoint"),
        (["--endpoint", "http://127.0.0.1:1/"], "--name"),
        (["--endpoint", "http://127.0.0.1:1/", "--name", "X"], "127.0.0.1:1"),
        (["--endpoint", "http://127.0.0.1:1/", "--name", "X", "--languages", "english"], "--languages"),
        (
            ["--endpoint", "http://127.0.0.1:1/", "--name", "X", "--key-env", "s3cr3t-key"],
            "NAME of an environment variable",
        ),
        (["--endpoint", "http://127.0.0.1:1/", "--name", "X", "--time-zone", "Nowhere"], "--time-zone"),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence_and_nothing_is_written(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert init(*words) == 2
    assert said in capsys.readouterr().err
    assert not (home / "config").exists()


# ---------------------------------------------------------------- the keyring
class Ring:
    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, name: str, secret: str) -> None:
        self.kept[service, name] = secret

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    made = Ring()
    module = types.ModuleType("keyring")
    module.get_keyring = lambda: made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    return made


def test_the_keyring_keeps_the_key_and_no_file_does(home: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKER311_API_KEY", KEY)
    with family("standard") as server:
        assert init("--endpoint", server.url, "--name", "Testville", "--keyring") == 0
    settings = load_settings(home / "config" / "settings.toml")
    assert settings.crm.key_in_keyring
    assert apikey.read_key(settings.crm, {}) == KEY
    assert apikey.read_key(settings.crm, {"TAKER311_API_KEY": "newer"}) == "newer"
    assert KEY.encode() not in everything_in(home)


def test_a_keyring_that_writes_plain_files_is_not_trusted(ring: Ring) -> None:
    ring.priority = 0
    with pytest.raises(UserError, match="--key-env"):
        apikey.keep_key("http://x/", "k")
    assert ring.kept == {}


def test_without_a_keyring_there_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    crm = CrmSettings(endpoint="http://x/", key_in_keyring=True)
    assert apikey.read_key(crm, {}) == ""

"""The commands as people run them: keys, publish, sync, status, diff, rollback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import mini_city
from helpers.static_origin import static_origin
from taker311.cli import main
from taker311.knowledge.bundle import Bundle


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAKER311_KEYS_PLAIN", "1")
    return tmp_path / "home"


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(words) == code, capsys.readouterr().err
    found = capsys.readouterr()
    return found.out + found.err


def settle(home: Path, url: str, told: str) -> None:
    mark = " ".join(line.strip() for line in told.splitlines() if line.startswith("  ") and len(line.split()) == 4)
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "settings.toml").write_text(f'[city]\norigin = "{url}"\nfingerprint = "{mark}"\n')


def test_from_keys_to_a_desk_that_takes_calls_with_what_was_published(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, repo = tmp_path / "source", tmp_path / "repo"
    shutil.copytree(mini_city.FOLDER, source)
    told = run(capsys, "kb", "keys", "init")
    run(capsys, "kb", "publish", str(source), "--to", str(repo))
    with static_origin(repo) as origin:
        settle(home, origin.url, told)
        assert "run  taker311 sync --once" in run(capsys, "search", "tree", code=2)
        assert json.loads(run(capsys, "sync", "--once", "--json"))["kind"] == "updated"
        assert "Problem with a tree" in run(capsys, "search", "tree is going to fall")
        assert "Knowledge checked just now." in run(capsys, "kb", "status")
        script = source / "scripts" / "tree-problem.yaml"
        script.write_text(script.read_text().replace("sla: 10 working days", "sla: 8 working days"))
        before = run(capsys, "kb", "diff", f"{repo}@1", str(source), code=1)
        assert "tree-problem: promised time of Forestry 10 -> 8 working days" in before
        run(capsys, "kb", "publish", str(source), "--to", str(repo))
        assert json.loads(run(capsys, "sync", "--once", "--json"))["kind"] == "updated"
        current = next((home / "data" / "city" / "bundles").glob(json.loads(run(capsys, "kb", "status", "--json"))["state"]["current"]))  # fmt: skip
        changed = Bundle.open(current).script("tree-problem")
        assert changed is not None
        assert 8 in [route.sla.count for route in changed.routes if route.sla]
    assert "nothing changed" in run(capsys, "kb", "diff", str(repo), f"{repo}@2")


def test_sync_says_in_a_sentence_why_nothing_came(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no origin is set" in run(capsys, "sync", "--once", code=2)
    (home / "config").mkdir(parents=True)
    settings = home / "config" / "settings.toml"
    settings.write_text('[city]\norigin = "http://127.0.0.1:9/"\n')
    assert "without a fingerprint" in run(capsys, "sync", "--once", code=2)
    settings.write_text(f'[city]\norigin = "http://127.0.0.1:9/"\nfingerprint = "{"0" * 32}"\n')
    assert "no connection" in run(capsys, "sync", "--once", code=1)
    assert "brought nothing" in run(capsys, "kb", "status", code=1)


def test_a_stick_is_taken_and_an_expired_one_asks_for_a_name(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(capsys, "kb", "keys", "init")
    repo = tmp_path / "repo"
    run(capsys, "kb", "publish", str(mini_city.FOLDER), "--to", str(repo))
    settle(home, "http://127.0.0.1:9/", told)
    assert "is in use" in run(capsys, "sync", "--from", str(repo))
    assert "has no latest.t311" in run(capsys, "sync", "--from", str(tmp_path), code=1)


def test_keys_never_lie_in_what_is_given_away(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = tmp_path / "repo"
    told = run(capsys, "kb", "publish", str(mini_city.FOLDER), "--to", str(repo), "--keys", str(repo / "keys"), code=2)
    assert "keys must not lie inside" in told


def test_rollback_and_signing_again(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, repo = tmp_path / "source", str(tmp_path / "repo")
    shutil.copytree(mini_city.FOLDER, source)
    run(capsys, "kb", "keys", "init")
    assert "nothing is published there yet" in run(capsys, "kb", "re-sign", "--to", repo, code=2)
    run(capsys, "kb", "publish", str(source), "--to", repo)
    assert "no earlier publication" in run(capsys, "kb", "rollback", "--to", repo, code=2)
    agencies = source / "agencies.yaml"
    agencies.write_text(agencies.read_text().replace("name: Forestry", "name: Urban Forestry"))
    run(capsys, "kb", "publish", str(source), "--to", repo)
    assert "has the content of publication 1" in run(capsys, "kb", "rollback", "--to", repo)
    assert "nothing changed" in run(capsys, "kb", "diff", repo, f"{repo}@1")
    run(capsys, "kb", "keys", "rotate", "timestamp")
    assert run(capsys, "kb", "re-sign", "--to", repo).startswith("Signed.")


def test_stale_answers_are_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "its review was due" in run(capsys, "kb", "stale", str(mini_city.FOLDER), "--on", "2030-01-01", code=1)


def test_a_desk_that_only_reads_what_it_has_loads_neither_tuf_nor_http(home: Path) -> None:
    program = (
        "import sys; import taker311.cli._city, taker311.cli._sync, taker311.sync.desk, taker311.sync.worker, taker311.sync.changes;"
        "print([m for m in ('tuf', 'httpx', 'securesystemslib', 'yaml', 'textual') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"


def test_a_drill_with_an_error_is_left_out_and_stops_no_publication(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, repo = tmp_path / "source", tmp_path / "repo"
    shutil.copytree(mini_city.FOLDER, source)
    (source / "drills").mkdir(exist_ok=True)
    (source / "drills" / "broken.yaml").write_text("id: broken\ntitle: Nothing else\n")
    run(capsys, "kb", "keys", "init")
    told = run(capsys, "kb", "publish", str(source), "--to", str(repo))
    assert "drills/broken.yaml:" in told
    assert "The drills above are left out" in told
    assert run(capsys, "kb", "check", str(source), code=1)
    topic = next((source / "topics").rglob("*.md"))
    topic.write_text(topic.read_text().replace("theme:", "theem:"))
    assert "nothing was built" in run(capsys, "kb", "publish", str(source), "--to", str(repo), code=1)

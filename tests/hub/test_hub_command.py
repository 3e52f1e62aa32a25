"""The command as a process: what it prints, whom it obeys, and when it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.mini_city import FOLDER
from taker311.cli import main
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.crm.form import encode_form
from taker311.crm.model import Accepted, NotSent, Submission
from taker311.net.http import Http

web = Http("tests")
PROGRAM = (sys.executable, "-c", "import sys; from taker311.cli import main; sys.exit(main())")


@contextlib.contextmanager
def serving(*options: str, home: Path) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [*PROGRAM, "hub", "--kb", str(FOLDER), "--port", "0", "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TAKER311_HOME": str(home)},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        yield json.loads(line), process
    finally:
        process.kill()
        process.communicate(timeout=60)


def test_a_demo_hub_says_where_it_is_takes_a_case_and_obeys_its_switch(tmp_path: Path) -> None:
    with serving("--demo", home=tmp_path) as (ready, process):
        assert ready["pid"] == process.pid
        client = Open311(web, ready["url"], BUILT_IN["hub"], ready["key"])
        code = client.services()[0].code
        body = encode_form([("service_code", code), ("address_string", "1 Elm Street")])
        case = Submission(path="requests.json", body=body, idem_key="a", service_code=code, reference="R")
        assert isinstance(client.submit(case), Accepted)
        token = {"x-demo-token": ready["control_token"]}
        web.request("POST", ready["control"] + "off", headers=token, body=b"")
        assert isinstance(client.submit(case), NotSent)
        web.request("POST", ready["control"] + "on", headers=token, body=b"")
        assert isinstance(client.submit(case), Accepted)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert list(tmp_path.rglob("*.db")) == []


def test_the_hub_ends_when_its_parent_does(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with serving("--demo", "--with-parent", str(parent.pid), home=tmp_path) as (_, process):
        parent.communicate(b"\n", timeout=60)
        assert process.wait(60) == 0


def test_a_key_from_the_command_line_opens_the_served_database(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'hub.db'}"
    environment = {**os.environ, "TAKER311_HOME": str(tmp_path)}
    add = [*PROGRAM, "hub", "key", "add", "front desk", "--database", database]
    key = subprocess.run(add, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    desks = tmp_path / "desks.txt"
    desks.write_text("front desk\nback desk\n# a note\n", encoding="utf-8")
    with serving("--database", database, "--keys", str(desks), home=tmp_path) as (ready, process):
        assert set(ready) == {"url", "pid"}
        assert process.stdout is not None
        given = json.loads(process.stdout.readline())
        assert given["desk"] == "back desk"
        for valid in (key, given["key"]):
            assert Open311(web, ready["url"], BUILT_IN["hub"], valid).find() == []


def test_keys_are_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'hub.db'}"
    assert main(["hub", "key", "add", "a", "--post-only", "--until", "2026-12-31", "--database", database]) == 0
    assert main(["hub", "key", "list", "--database", database]) == 0
    assert "may only post, until 2026-12-31" in capsys.readouterr().out
    assert main(["hub", "key", "revoke", "a", "--database", database]) == 0
    assert main(["hub", "key", "revoke", "a", "--database", database]) == 2
    assert "has no valid key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kb", "/no/such/place"], "/no/such/place"),
        (["--kb", str(FOLDER), "--demo", "--listen", "0.0.0.0"], "this machine alone"),  # noqa: S104 - it must be refused
        (["--kb", str(FOLDER), "--database", "nonsense"], "database"),
        (["key", "add"], "which desk"),
        (["release", "26-1", "--database", "sqlite://"], "there is no case"),
    ],
)
def test_what_cannot_work_is_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    assert main(["hub", *words]) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "starlette", None)
    assert main(["hub", "--demo"]) == 2
    assert 'pip install "taker311[hub]"' in capsys.readouterr().err

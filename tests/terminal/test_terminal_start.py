"""The desk's start: what the first screen waits for, keys typed meanwhile, and a knowledge base that is damaged further in."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers import mini_city
from helpers.terminal import Terminal
from taker311.base.codec import pack
from taker311.base.paths import find_paths
from taker311.cli._sync import city_folder
from taker311.knowledge.bundle import encode_bundle
from taker311.knowledge.parts import compress, join_parts
from taker311.sync.fingerprint import in_words
from taker311.sync.state import State, save_state

CHILD = Path(mini_city.__file__).with_name("start_child.py")
# Libraries that a desk's first screen adds to those of any Textual app, submodules and their C parts included.
ADDED = {"argparse", "gettext", "hashlib", "hmac", "mmap", "msgspec", "secrets", "sqlite3", "sysconfig", "taker311", "zoneinfo", "zstandard"}  # fmt: skip
ADDED |= {"concurrent", "gc", "rich", "tomllib"}  # a thread pool, the widths of letters, a settings file
# Rooms of the house that wait, and of these five all but the plain values.
WAITING = {"authoring", "drills", "hub", "line", "net", "review", "shift"}
VALUES_ALONE = {
    "crm": {"desk_model", "dialects", "model"},
    "knowledge": {"bundle", "drills", "model", "parts", "pressing", "scrub"},
    "places": {"geometry", "model"},
    "search": {"model"},
    "sync": {"fingerprint", "shelf", "state", "words"},
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "city.kb"
    path.write_bytes(encode_bundle(mini_city.knowledge(), mini_city.gazetteer()))
    return path


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(home), "TAKER311_HOME": str(home / "taker311")}


def at_first_paint(kind: str, bundle: str, tmp_path: Path) -> Any:
    report = tmp_path / f"{kind}.json"
    with Terminal([sys.executable, str(CHILD), kind, bundle, str(report)], environment(tmp_path)) as terminal:
        terminal.wait(lambda: report.exists() and report.read_bytes().endswith(b"}"), "the first paint")
    return json.loads(report.read_text(encoding="utf-8"))


def fetched(bundle: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The settings name an origin, and what it published lies here: nothing is given on the command line."""
    monkeypatch.setenv("TAKER311_HOME", str(home / "taker311"))
    paths = find_paths()
    paths.settings_file.parent.mkdir(parents=True)
    paths.settings_file.write_text(
        f'[city]\norigin = "http://127.0.0.1:9/"\nfingerprint = "{in_words(bytes(16))}"\n', encoding="utf-8"
    )
    shelf = city_folder(paths) / "bundles"
    shelf.mkdir(parents=True)
    shutil.copy(bundle, shelf / "1.kb")
    return ""


@pytest.mark.parametrize("origin", [False, True], ids=["a file", "an origin"])
def test_the_first_paint_waits_for_nothing_that_can_wait(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, origin: bool
) -> None:
    named = fetched(bundle, tmp_path, monkeypatch) if origin else str(bundle)
    desk, trivial = at_first_paint("desk", named, tmp_path), at_first_paint("trivial", "", tmp_path)
    added = set(desk["modules"]) - set(trivial["modules"])
    libraries = {name.split(".")[0].removeprefix("_") for name in added}
    assert {name for name in libraries if not name.startswith(("sysconfigdata", "blake2"))} <= ADDED
    assert not {name for name in added if name.startswith("textual.")}
    rooms = {name.split(".")[1]: name for name in added if name.startswith("taker311.")}
    assert not WAITING & set(rooms)
    for room, values in VALUES_ALONE.items():
        found = {name.split(".")[2] for name in added if name.startswith(f"taker311.{room}.")}
        assert found <= values, room
    assert desk["decoded"] is False


def test_no_letter_is_lost_or_turned_round_while_the_desk_starts(bundle: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "taker311", "desk", "--kb", str(bundle)]
    with Terminal(command, environment(tmp_path)) as terminal:
        terminal.press("p")  # the program has not read a line of its own yet
        terminal.wait(lambda: terminal.raw != b"", "the first byte of the program")
        terminal.press("o")
        terminal.see("Alder Falls")
        terminal.press("t", "h", "o", "l")  # topics are being decoded, and there is no index yet
        terminal.see("pothol")
        terminal.press("e")
        terminal.see("pothole", "1 Pothole")


def damaged_behind_its_city() -> bytes:
    """With right hashes, as only a publisher could, or a program newer than this one."""
    known = mini_city.knowledge()
    as_no_program_writes_it = {"agencies": known.agencies, "city": known.city, "scripts": (), "topics": 7}
    return join_parts({"text": compress("text", pack(as_no_program_writes_it))})


def test_a_fetched_knowledge_base_that_is_damaged_behind_its_city_gives_way_to_the_one_before(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(bundle, tmp_path, monkeypatch)
    folder = city_folder(find_paths())
    (folder / "bundles" / "2.kb").write_bytes(damaged_behind_its_city())
    save_state(folder, State(current="2.kb", previous="1.kb"))
    with Terminal([sys.executable, "-m", "taker311", "desk"], environment(tmp_path)) as terminal:
        terminal.wait(lambda: terminal.raw.count(b"\x1b[?1049h") == 2, "the desk to begin anew")
        terminal.see("Alder Falls", "Type what the caller says")
        terminal.press("pothole")
        terminal.see("1 Pothole")


def test_a_knowledge_base_that_is_damaged_behind_its_city_ends_the_desk_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "city.kb"
    path.write_bytes(damaged_behind_its_city())
    command = [sys.executable, "-m", "taker311", "desk", "--kb", str(path)]
    with Terminal(command, environment(tmp_path)) as terminal:
        terminal.press("pothole")
        assert terminal.ended() == 2
        said = terminal.raw.rpartition(b"\x1b[?1049l")[2]
    for words in (b"error:", b"this knowledge base is damaged", b"fetch or build it again"):
        assert words in said
    assert b"Traceback" not in terminal.raw
    assert b"crash" not in terminal.raw

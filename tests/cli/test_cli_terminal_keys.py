"""Which of the desk's keys a terminal can't send: computed from the terminal's own description, and known of what runs around it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from taker311.cli._terminal_keys import misread, unsent
from taker311.desk.actions import ACTIONS

KEYS = {key for action in ACTIONS for key in action.keys}
_ASK = (
    "import json, os; from taker311.cli._terminal_keys import described, misread;"
    "sends = described(os.environ['TERM']); print(json.dumps(sorted(misread(sends)) if sends else None))"
)


def asked(term: str) -> str:
    """In a process of its own, since the curses library describes one terminal in each."""
    environment = {**os.environ, "TERM": term}
    return subprocess.run(
        [sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


@pytest.mark.parametrize("term", ["xterm-256color", "tmux-256color", "screen-256color", "linux"])
def test_all_keys_of_the_desk_are_sent_and_read_in_the_terminals_that_people_have(term: str) -> None:
    told = asked(term)
    if told == "null":
        pytest.skip(f"this machine has no description of '{term}'")
    assert [key for key in KEYS if f'"{key}"' in told] == []


def test_a_terminal_without_function_keys_is_noticed() -> None:
    told = asked("vt100")
    if told == "null":
        pytest.skip("this machine has no description of 'vt100'")
    assert '"f9"' in told
    assert '"up"' not in told


def test_a_key_that_is_sent_as_another_counts_as_not_sent() -> None:
    assert misread({"f9": "\x1b[20~", "up": "\x1b[B", "home": ""}) == {"up", "home"}


def test_what_runs_around_the_terminal_is_named_with_the_keys_it_takes() -> None:
    why = unsent(KEYS, {"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, {})
    assert {"f1", "f3", "f5", "f6", "ctrl+e", "ctrl+f"} == set(why)
    assert "VS Code" in why["f5"]
    assert set(unsent(KEYS, {"TERM": "xterm-256color", "VTE_VERSION": "7600"}, {})) == {"f1", "f10"}
    assert unsent(KEYS, {"TERM": "tmux-256color", "TMUX": "/tmp/x"}, {}) == {}
    assert unsent(KEYS, {"TERM": "screen", "STY": "1.x"}, None) == {}

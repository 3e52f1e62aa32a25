"""Signing in at the desk: what was taken in memory before goes to the disk, sealed, and no passphrase is shown."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from helpers.mini_city import FOLDER
from helpers.terminal import Terminal
from taker311.cases.reading import read_rows

GOOD = "horses eat apples"


def test_a_case_taken_before_anybody_signed_in_goes_to_the_disk_when_somebody_does(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "TAKER311_HOME": str(tmp_path), "USER": "Ana"}
    seat = tmp_path / "data" / "seats" / "main"
    with Terminal([sys.executable, "-m", "taker311", "desk", "--kb", str(FOLDER)], environment) as terminal:
        terminal.see("Nobody is signed in", "Ctrl+L sign in")
        terminal.press("hole")
        terminal.see("›1 Pothole")
        terminal.press("enter")
        terminal.see("Enter questions")
        terminal.press("enter")
        terminal.see("Where is it?")
        terminal.press("100 washington")
        terminal.see("100 Washington Street")
        terminal.press("enter")
        terminal.see("Is that right?")
        terminal.press("enter")
        terminal.see("in the traffic lane")
        terminal.press("1")
        terminal.see("deeper than a hand?", "2 no")
        terminal.press("2")
        terminal.see("What was damaged?", "Enter go on")
        terminal.press("1", "enter")
        terminal.see("Without a name")
        terminal.press("4")
        terminal.see("Let me read back")
        terminal.press("enter")
        terminal.see("Your reference is")
        assert read_rows(seat) == []
        terminal.press("ctrl+l")
        terminal.see("Choose a passphrase for Ana")
        terminal.press(GOOD, "enter")
        terminal.see("The same once more")
        terminal.press(GOOD, "enter")
        terminal.see("Signed in as Ana.", gone="memory only")
        assert GOOD not in terminal.raw.decode(errors="replace")
        terminal.kill()
    (row,) = read_rows(seat)
    assert row.state == "queued"
    everything = b"".join(
        path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "cache" not in path.parts
    )
    assert GOOD.encode() not in everything
    assert b"100 Washington" not in everything

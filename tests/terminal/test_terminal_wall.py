"""Strangers' text can show words to an agent, and nothing else: no control byte, no markup, no clipboard, no title."""

from __future__ import annotations

import json
import os
import re
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from rich.cells import cell_len

from helpers.demo import Demo, moment
from helpers.desk_bytes import demo_city, request
from helpers.desk_terminal import City, DeskTerminal
from helpers.hostile import PAYLOADS, strange, tag
from helpers.hostile_desk import hostile_city
from helpers.terminal import Terminal
from taker311.desk.draw import fit, line, width_of
from taker311.desk.emit import Emitter
from taker311.desk.frames import FrameReader
from taker311.knowledge.bundle import encode_bundle

WIDE = (200, 50)
# What stands right before the payload, and which stranger wrote it.
SINKS = {
    "city's name": r"Minton {}",
    "agent's name": r"Sam {}",
    "notice": r"A notice {}",
    "topic's title": r"Pothole ?{}",
    "wording that matched": r"hole in the road ?{}",
    "words to say": r"SAY .*{}",
    "details": r"\n {8,}.*{}",
    "question callers ask": r"ASKED .*{}",
    "alert": r"! Crews are flushing pipes .*{}",
    "agency": r"Street Maintenance ?{}",
    "bulletin": r"! .*[Bb]oil.*{}",
    "rumour": r"\? .*{}",
    "interview's question": r"ASK .*{}",
    "choice": r"\d  .*{}",
    "outline": r"[›✓] .*{}",
    "landmark": r"[Ll]ibrary ?{}",
    "CRM's sentence": r"The CRM says: {}",
    "pasted text": r"hole {}",
}


# What a terminal says it is. The driver draws differently where a name or a variable asks for it.
KINDS: dict[str, dict[str, str]] = {
    "xterm of 256 colours": {},
    "xterm": {"TERM": "xterm"},
    "true colours": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "tmux": {"TERM": "tmux-256color", "TMUX": "/nowhere,1,0"},
    "screen": {"TERM": "screen"},
    "linux console": {"TERM": "linux"},
    "vt220": {"TERM": "vt220"},
    "rxvt": {"TERM": "rxvt-unicode-256color"},
    "kitty": {"TERM": "xterm-kitty", "COLORTERM": "truecolor"},
    "vscode": {"TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "COLORTERM": "truecolor"},
    "over ssh": {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"},
    "no colours": {"NO_COLOR": "1"},
    "latin-1": {"LANG": "C", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    "stock driver": {"TAKER311_DRIVER": "stock"},
}


def _walk(kind: str, numbers: list[int], folder: Path) -> None:
    """Those payloads, one after another, in one terminal of that kind."""
    encoding = "latin-1" if kind == "latin-1" else "utf-8"
    with DeskTerminal(None, folder, size=WIDE, hostile="open", kind=KINDS[kind]) as desk:
        desk.started()
        for number in numbers:
            raw = desk.walk(PAYLOADS[number])
            assert strange(raw, encoding) == [], (number, PAYLOADS[number])
            assert raw.count(tag(number).encode()) >= 20, (number, PAYLOADS[number])
            assert desk.terminal.process.poll() is None
        assert "#" not in desk.terminal.screen.title


# The kinds for which the driver does most things differently; a share of the payloads each, together all of them.
SHARES = ["xterm of 256 colours", "screen", "linux console", "latin-1", "stock driver"]


@pytest.mark.parametrize("kind", SHARES)
def test_no_payload_leaves_more_than_letters_wherever_it_stands(kind: str, tmp_path: Path):
    _walk(kind, list(range(SHARES.index(kind), len(PAYLOADS), len(SHARES))), tmp_path / "home")


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_no_payload_at_all_leaves_more_than_letters_in_any_terminal(kind: str, tmp_path: Path):
    _walk(kind, list(range(len(PAYLOADS))), tmp_path / "home")
    print(json.dumps({"terminal": kind, "sinks": len(SINKS), "payloads": len(PAYLOADS), "strange": 0}))  # noqa: T201 - the soak's figures


def test_every_sink_is_on_the_screens_that_the_payloads_walk_through(tmp_path: Path):
    with DeskTerminal(None, tmp_path / "home", size=WIDE, hostile="closed") as desk:
        desk.started()
        desk.walk("ZQZ")
        seen = desk.seen(tmp_path / "screens")
    missing = [name for name, pattern in SINKS.items() if not re.search(pattern.replace("{}", "ZQZ"), seen)]
    assert missing == []
    assert len(SINKS) >= 12
    assert len(PAYLOADS) >= 40


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_driver_alone_lets_no_payload_through(payload: str):
    emitter, reader = Emitter(60, 4), FrameReader()
    reader.read(f"\x1b[1;1H\x1b[1;38;5;111m{payload}\x1b[0m\n\x1b[2;1Hthe next row stands\x1b[1;1H", emitter.target)
    found = strange(emitter.update().encode())
    # Down here a colour can't be told from Textual's own; it is harmless, and the canvas lets none come so far.
    assert found == (["38;5;199"] if "38;5;199" in payload else [])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_line_is_as_wide_as_the_screen_whatever_stands_in_it(payload: str):
    made = fit(line((f" {payload}", "text"), (payload, "say")), 60)
    assert width_of(made) == 60
    assert cell_len("".join(text for text, _ in made)) == 60


def test_a_paste_with_keys_hidden_in_it_presses_none(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        desk.started()
        desk.paste("hole\x1b[21~\x1bOP in\r\nthe road")
        assert "Type what the caller says to start" not in desk.terminal.text
        assert "hole" in desk.terminal.text.splitlines()[0]
        assert strange(desk.terminal.raw) == []


@pytest.fixture(scope="module")
def city(warm: Path) -> City:
    return demo_city(warm)


def test_the_agents_key_puts_the_reference_on_the_clipboard_and_nothing_before_it_does(city: City, tmp_path: Path):
    with DeskTerminal(city, tmp_path / "home") as desk:
        desk.started()
        request(desk, until="done")
        assert b"\x1b]" not in desk.terminal.raw
        sent = desk.press("c")
        found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", sent)
        assert len(found) == 1
        assert re.fullmatch(rb"\w{3}-\w{4}-\w", b64decode(found[0]))
        assert "on the clipboard" in desk.terminal.text


def test_the_clipboard_is_given_a_reference_and_nothing_else():
    from taker311.desk.frugal import FrugalDriver

    sent: list[str] = []

    class Silent(FrugalDriver):
        def __init__(self) -> None:
            """Needs no terminal to say what it would send."""

        def _send(self, data: str) -> None:
            sent.append(data)

    driver = Silent()
    assert not any(driver.copy(payload) for payload in PAYLOADS)
    assert sent == []
    assert driver.copy("K3F-7QX2-D")
    assert sent == ["\x1b]52;c;SzNGLTdRWDItRA==\x07"]


# ---------------------------------------------------------------- the command line
def test_the_command_line_says_payloads_in_letters(tmp_path: Path):
    """Arguments, file names in errors and in findings, hits and their words, help, JSON: each with every payload."""
    runs: list[list[str]] = []
    for number, payload in enumerate(PAYLOADS):
        words = payload.replace("\x00", "")
        name = re.sub(r"[/\n\r]", "", words)
        source = tmp_path / name
        source.mkdir()
        (source / "city.yaml").write_text(f"names: {words}\n{words}: x\n", encoding="utf-8")
        bundle = tmp_path / f"{number}.kb"
        bundle.write_bytes(encode_bundle(*hostile_city(words)))
        runs += [
            [words],
            [words, "--help"],
            ["kb", words],
            ["kb", "check", str(source)],
            ["kb", "check", "--json", str(source)],
            ["desk", "--kb", str(source / "none")],
            ["search", "--kb", str(bundle), "hole", "in", "the", "road", words],
            ["search", "--json", "--kb", str(bundle), "library", words],
        ]
    file = tmp_path / "runs.json"
    file.write_text(json.dumps(runs))
    script = Path(__file__).parent.parent / "helpers" / "hostile_cli.py"
    environment = {**os.environ, "TAKER311_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with Terminal([sys.executable, str(script), str(file)], environment, columns=200, lines=50) as terminal:
        assert terminal.ended() == 0
        raw = terminal.raw
    assert f"run {len(runs) - 1} over".encode() in raw
    assert strange(raw) == []
    assert b"Traceback" not in raw
    assert raw.count(b"Pothole") >= len(PAYLOADS)


# ---------------------------------------------------------------- a crash
@pytest.mark.parametrize("driver", ["", "stock"])
def test_a_crash_shows_a_sentence_and_nothing_of_a_caller_and_gives_the_terminal_back(
    driver: str, city: City, tmp_path: Path
):
    with DeskTerminal(city, tmp_path / "home", driver=driver) as desk:
        desk.started()
        desk.press(*"big hole")
        before = len(desk.terminal.raw)
        desk.tell("crash", text="Ann Lee 413 555 0142 \x1b]0;x\x07")
        assert desk.terminal.ended() == 70
        left = desk.terminal.raw[before:]
    said = left.decode()
    assert "something went wrong" in said
    assert "The call is kept" in said
    for secret in ("Ann Lee", "413 555", "Traceback", "big hole", "locals"):
        assert secret not in said
    assert said.index("\x1b[?1049l") < said.index("something went wrong")
    for mode in ("\x1b[?2004l", "\x1b[?7h", "\x1b[?25h", "\x1b[<u"):
        assert mode in said
    (note,) = (tmp_path / "home").glob("taker311-crash-*.txt")
    assert "Ann Lee" not in note.read_text()
    assert strange(left) == []


_FAILING = """
import sys
from taker311.desk.control import Control
typed = Control.key
def fails(control, key, character=None):
    caller = control.entry.text + " Ann Lee"
    if key == "exclamation_mark":
        raise ValueError("no place for " + caller)
    typed(control, key, character)
Control.key = fails
from taker311.cli import main
sys.exit(main(["demo", "--folder", sys.argv[1]]))
"""


def test_the_programs_own_crash_says_that_the_call_is_kept_and_the_next_start_has_it(demo: Demo):
    with Terminal([sys.executable, "-c", _FAILING, str(demo.folder)], demo.environment) as terminal:
        terminal.see("Type what the caller says", "F10 leave")
        before = moment()
        terminal.press("pothole")
        terminal.see("1 Pothole in a street")
        terminal.wait(demo.journal_reaches(before), "the journal to hold the call")
        start = len(terminal.raw)
        terminal.press("!")
        assert terminal.ended() == 70
        said = terminal.raw[start:].decode().rpartition("\x1b[?1049l")[2]
    assert "The call is kept: start again and take it up." in said
    for secret in ("Ann Lee", "no place for", "pothole", "Traceback"):
        assert secret not in said
    with demo.start() as terminal:
        terminal.see("takes it up as it was")

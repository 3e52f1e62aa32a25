"""Strangers' text at its worst, and how a terminal's stream is searched for what came from it."""

from __future__ import annotations

import re

_BASE = [
    # the terminal's own commands
    "\x1b[2J\x1b[H",
    "\x1b[31mred",
    "\x1b[38;5;199mpink",
    "\x1b[77;77Hfar away",
    "\x1b[?1003h\x1b[?1006h",
    "\x1b[?1049l",
    "\x1b[6n\x1b[c\x1b[>c",
    "\x1b[21t\x1b[18t",
    "\x1bc",
    "\x1b#8",
    "\x1b(0lqqk",
    "\x1b[?2004l",
    "\x1b[5i",
    "\x1b[!p",
    "\x1b[1;3r",
    "\x1b",
    "\x1b[",
    "\x1b[999999999999999999999C",
    # strings to the terminal: title, clipboard, links, notifications, keys
    "\x1b]0;title\x07",
    "\x1b]2;title\x1b\\",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b]8;;https://example.invalid\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]9;a notification\x07",
    "\x1b]777;notify;a;b\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b]4;1;?\x07",
    "\x1b]52;c;aGVsbG8=",
    "\x1b]0;nobody ends this",
    "\x1bP+q544e\x1b\\",
    "\x1bPtmux;\x1b\x1b]52;c;aGVsbG8=\x07\x1b\\",
    "\x1b_Ga=T;AAAA\x1b\\",
    "\x1b^private\x1b\\",
    "\x1bXstring\x1b\\",
    # the same in eight bits
    "\x9b2J",
    "\x9d52;c;aGVsbG8=\x9c",
    "\x90+q\x9c",
    "\x9fapc\x9c",
    "\x85next\x84",
    # control bytes
    "\x07\x08\x08\x08",
    "\r\nnew line\x0b\x0c",
    "\x0e\x0f\x05\x7f",
    "\x00\x01\x02\x03\x04",
    # letters that turn the line around, or pile up
    "\u202edesrever\u202c",
    "\u2066\u2067isolated\u2069",
    "\u200f\u200e\u061c",
    "Z" + "\u0301" * 60,
    "\u2028line\u2029paragraph",
    "👩‍👩‍👧‍👦 \ufe0f\u200d",
    # what looks like markup
    "[@click=app.quit()]press[/]",
    "[link=https://example.invalid]here[/link]",
    "[bold red on white]loud[/]",
    "[/]",
    "[",
    "\\[bold]",
    "[blink]$(reboot)`reboot`",
    "{0.__class__}%s%n{{}}",
]


def tag(number: int) -> str:
    """Stands at the end of each payload, so that a test sees that it was shown."""
    return f"#{number:02d}."


PAYLOADS = [f"{text} {tag(number)}" for number, text in enumerate(_BASE)]

# What the desk's own drivers write: cursor moves, colours, erasing, scrolling; and these modes when they come and go.
_DRAWN = re.compile(rb"\x1b\[[0-9;]*[HABCDmKXLMr]|\x1b\[2J")
_MODES = re.compile(
    rb"\x1b\[\?(?:1049|2004|7|25|1004|2026)[hl]|\x1b\[\?20(?:26|48)\$p|\x1b\[>[0-9]+u|\x1b\[<u|\x1b\[[02] q|\x1b\[\?9[0-9]{6}h"
)
_GIVEN_AWAY = (b"38;5;199", b"77;77", b"999999", b"aGVsbG8", b"example.invalid\x1b", b"\x1b[31m")


def strange(raw: bytes, encoding: str = "utf-8") -> list[str]:
    """Everything in a terminal's stream that neither driver writes by itself: control bytes of data, in other words."""
    found = [word.decode() for word in _GIVEN_AWAY[:3] if re.search(rb"\x1b\[[0-9;]*" + word, raw)]
    if raw.count(b"\x1b[2J") > 2:
        found.append("the screen was erased")
    rest = _MODES.sub(b"", _DRAWN.sub(b"", raw)).decode(encoding, errors="surrogateescape")
    found += [repr(c) for c in sorted(set(rest)) if (ord(c) < 32 and c not in "\r\n\b") or 0x7F <= ord(c) < 0xA0]
    found += [
        repr(c)
        for c in sorted(set(rest))
        if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029"
    ]
    found += [repr(c) for c in sorted(set(rest)) if 0xDC80 <= ord(c) <= 0xDCFF]
    return found

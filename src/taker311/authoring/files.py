"""Opening the files of a source: what is no text, too large or full of control characters is told before it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from taker311.authoring.findings import Report

MAX_TEXT = 2_000_000
MAX_TABLE = 200_000_000
# Control characters but newline, tab and carriage return, plus what base.text.clean would replace and YAML refuses.
CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_TOLD = 5


@dataclass(frozen=True, slots=True)
class SourceFile:
    """`name` is the path relative to the source's folder, with '/' between."""

    path: Path
    name: str

    @property
    def stem(self) -> str:
        """The file's name without '.md', '.yaml' or a language."""
        return self.path.name.split(".")[0]

    @property
    def lang(self) -> str:
        """'es' of 'pothole.es.md'; empty for the original."""
        parts = self.path.name.split(".")
        return parts[1] if len(parts) == 3 else ""


def read_text(file: SourceFile, report: Report, limit: int = MAX_TEXT) -> str | None:
    """The file's text with newlines as \\n; None (and a finding) where it can't be used."""
    if not file.path.is_file():
        report.error((1, 1), "unreadable", "this is no plain file; put the file itself here.")
        return None
    try:
        size = file.path.stat().st_size
        if size > limit:
            report.error((1, 1), "too-large", f"the file has {size:,} bytes; the most that is read is {limit:,}.")
            return None
        data = file.path.read_bytes()
    except OSError as error:
        report.error((1, 1), "unreadable", f"the file can't be read ({error.strerror or error}).")
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        report.error((1, 1), "byte-order-mark", "the file begins with a byte-order mark; save it as UTF-8 without one.")
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        col = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        report.error((line, col), "not-utf8", "the file is not UTF-8 text from here on; save it as UTF-8.")
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROLS.search(text):
        for count, match in enumerate(CONTROLS.finditer(text)):
            if count == _TOLD:
                break
            start = text.rfind("\n", 0, match.start()) + 1
            at = (text.count("\n", 0, match.start()) + 1, match.start() - start + 1)
            report.error(
                at,
                "control-character",
                f"an invisible control character (U+{ord(match.group()):04X}) stands here; delete it.",
            )
        text = CONTROLS.sub(" ", text)
    return text

"""The command line's last wall: what goes to a terminal holds no control byte, whoever wrote it. Pipes and files get what was
written; their readers know what they do with it."""

from __future__ import annotations

from typing import Any, TextIO

from taker311.base.text import clean


class Walled:
    """A text stream that cleans what is written to it, and is the stream itself in everything else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(clean(text, limit=len(text) + 1))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def walled(stream: Any) -> Any:
    """The stream behind the wall when it is a terminal's."""
    try:
        to_terminal = stream is not None and stream.isatty()
    except ValueError:  # closed
        return stream
    return Walled(stream) if to_terminal and not isinstance(stream, Walled) else stream

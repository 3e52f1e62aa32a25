"""What is left of an error nobody foresaw: where it happened, and nothing of what was being worked on."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path

from taker311 import __version__
from taker311.base.words import say
from taker311.cli import CRASH


def leave_note(error: BaseException) -> str:
    """Writes a crash file and gives the sentence that names it.

    The file holds kinds of exceptions, files and lines; never a message, a local or an argument, which may be a caller's.
    """
    lines = [f"taker311 {__version__}"]
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        lines += [
            f"  {_short(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        current = current.__cause__ or current.__context__
    try:
        handle, name = tempfile.mkstemp(prefix="taker311-crash-", suffix=".txt", dir=_folder())
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        return say(
            "something went wrong that should not have ({kind}), and no note of it could be written; please tell whoever looks after this desk.",
            kind=type(error).__name__,
        )
    return say(
        "something went wrong that should not have ({kind}); please send {file} (it holds no caller's data) to whoever looks after this desk.",
        kind=type(error).__name__,
        file=name,
    )


def screen_ended(crashed: BaseException | None, more: str = "") -> int:
    """The exit code of a full screen that was left, or that `crashed` ended; in the latter case the sentence, and `more`."""
    if crashed is None:
        return 0
    print(f"error: {leave_note(crashed)} {more}".rstrip(), file=sys.stderr)
    return CRASH


def _folder() -> str | None:
    home = os.environ.get("TAKER311_HOME", "")
    return home if home and Path(home).is_dir() else None


def _short(filename: str) -> str:
    """From the package's name on, without the machine's folders."""
    parts = Path(filename).parts
    for number in range(len(parts) - 1, -1, -1):
        if parts[number] in ("taker311", "site-packages"):
            return "/".join(parts[number:])
    return parts[-1] if parts else filename

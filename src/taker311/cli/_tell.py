"""Sentences for a person at a terminal, wrapped at words."""

from __future__ import annotations

import shutil
import textwrap


def tell(text: str) -> None:
    """Prints it; what has no blanks, as a path, is never broken."""
    width = max(40, min(100, shutil.get_terminal_size().columns - 1))
    for line in text.splitlines() or [""]:
        wrapped = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
        print("\n".join(wrapped))

"""Named points at which a test may end the program as a power cut would."""

from __future__ import annotations

import os

POINTS = (
    "reference.between-mirror-and-commit",
    "enqueue.before-commit",
    "enqueue.after-commit",
    "attempt.before-commit",
    "attempt.after-commit",
    "answer.before-record",
    "change.before-commit",
    "change.after-commit",
    "change-many.before-commit",
    "change-many.after-commit",
    "import.before-commit",
    "import.after-commit",
    "export.before-rename",
    "purge.before-checkpoint",
    "journal.before-commit",
    "rekey.before-rewrap",
    "rekey.after-rewrap",
)


def point(name: str) -> None:
    """Ends the process at once, without any clean-up, when TAKER311_CRASH_AT names this point."""
    if os.environ.get("TAKER311_CRASH_AT") == name:
        os._exit(137)

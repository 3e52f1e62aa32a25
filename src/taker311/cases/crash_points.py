"""This room's points at which a test may end the program (`base.crash`)."""

from __future__ import annotations

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

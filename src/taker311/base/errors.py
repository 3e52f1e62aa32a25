"""The one exception whose text a person is meant to read."""

from __future__ import annotations


class UserError(Exception):
    """What went wrong, where, and what to do, in one sentence for somebody who is no programmer.

    `str(error)` is that sentence, already cleaned for a terminal; the command line prints it and exits with `exit_code`.
    """

    def __init__(self, sentence: str, *, exit_code: int = 2) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code

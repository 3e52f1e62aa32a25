"""Wrong passphrases are counted by name beside the keys, so that each makes the next try wait; nobody is ever locked out."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

from taker311.base.clock import Clock
from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.base.words import say

FILE = "keys.tries.json"
LONGEST_DELAY_S = 60


class WrongPassphraseError(UserError):
    """`wait_s`: how long the next try has to wait."""

    def __init__(self, sentence: str, wait_s: float) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


class _Tries(Value, frozen=True):
    count: int
    at: datetime


class WrongPassphrases:
    """Those of the seat in `folder`."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / FILE
        self._clock = clock
        self._tries: dict[str, _Tries] | None = None

    def wait_over(self, name: str) -> None:
        """Raises WrongPassphraseError while the next try has to wait."""
        before = self._all().get(name)
        if before is None:
            return
        delay = _delay(before.count)
        left = (before.at + timedelta(seconds=delay) - self._clock.now()).total_seconds()
        # A clock set back must not turn seconds into years.
        if 0 < left <= delay:
            raise WrongPassphraseError(
                say("Too many wrong passphrases for '{name}'; try again in {left} s.", name=name, left=f"{left:.0f}"),
                left,
            )

    def failed(self, name: str) -> WrongPassphraseError:
        """Counts one more; the error to raise."""
        tries = self._all()
        count = tries[name].count + 1 if name in tries else 1
        tries[name] = _Tries(count, self._clock.now())
        self._keep(tries)
        delay = _delay(count)
        if not delay:
            return WrongPassphraseError(say("That is not the passphrase of '{name}'; try again.", name=name), delay)
        sentence = say("That is not the passphrase of '{name}'; try again in {left} s.", name=name, left=f"{delay:.0f}")
        return WrongPassphraseError(sentence, delay)

    def passed(self, name: str) -> None:
        """Forgets what was counted for that name."""
        tries = self._all()
        if tries.pop(name, None) is not None:
            self._keep(tries)

    def _all(self) -> dict[str, _Tries]:
        if self._tries is None:
            self._tries = {}
            with contextlib.suppress(OSError, ValueError):
                self._tries = from_json(self._path.read_bytes(), dict[str, _Tries])
        return self._tries

    def _keep(self, tries: dict[str, _Tries]) -> None:
        # A full disk must not keep anybody from signing in; the delay then lasts as long as the program.
        with contextlib.suppress(OSError):
            write_atomically(self._path, to_json(tries).encode())


def _delay(count: int) -> float:
    return 0 if count < 3 else min(LONGEST_DELAY_S, 2.0 ** min(count - 2, 10))

"""The idle lock: after minutes without a key the form is hidden, until whoever signed in gives the passphrase again. The call
goes on underneath: its timer runs, its events stand, the sender keeps its key, and the 911 card stays one key away. Pure."""

from __future__ import annotations

from collections.abc import Callable

from taker311.base.clock import Clock

# What a hidden desk still does: nothing of it shows what a caller said.
ALLOWED = frozenset(("call.emergency", "desk.unlock"))


class IdleLock:
    """`verify` opens the agent's slot and raises a UserError where the passphrase is wrong (`KeySlots.unlock`); None where
    nobody has signed in, and `after_s` 0 where the city wants no lock: then nothing is ever hidden."""

    def __init__(self, clock: Clock, after_s: float, verify: Callable[[str], object] | None) -> None:
        self._clock = clock
        self._after_s = after_s
        self._verify = verify
        self._last = clock.monotonic()
        self._hidden = False

    def signed_in(self, verify: Callable[[str], object]) -> None:
        self._verify = verify
        self._last = self._clock.monotonic()

    @property
    def armed(self) -> bool:
        return self._verify is not None and self._after_s > 0

    @property
    def hidden(self) -> bool:
        """True when the form must not be shown. Asking is enough to notice that the time is over."""
        if self.armed and not self._hidden and self._clock.monotonic() - self._last >= self._after_s:
            self._hidden = True
        return self._hidden

    def key_pressed(self, action: str = "") -> bool:
        """A key came, with the action that it means, if any. False: the desk is hidden, and the key must do nothing (nor be
        typed anywhere) but what unlocking takes. A key that comes after the time does not prevent the lock."""
        if self.hidden:
            return action in ALLOWED
        self._last = self._clock.monotonic()
        return True

    def lock(self) -> None:
        """At once, because the agent gets up."""
        self._hidden = self.armed

    def unlock(self, passphrase: str) -> None:
        """Shows the form again exactly as it was. Raises UserError where the passphrase is wrong; it stays hidden then."""
        if self._verify is not None:
            self._verify(passphrase)
        self._hidden = False
        self._last = self._clock.monotonic()

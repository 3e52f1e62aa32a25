"""The operating system's keyring as the keeper of a slot's secret: only a back-end that encrypts, and only while it answers."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from taker311.base.errors import UserError

T = TypeVar("T")
SERVICE = "taker311"
WAIT_S = 2.0
# Back-ends that keep secrets encrypted under the login of the person; files in plain and empty ones are not among them.
_SECURE = ("SecretService", "libsecret", "kwallet", "macOS", "Windows")
_NO = "use a slot with a passphrase"


class KeyringError(UserError):
    """There is no keyring to rely on. The sentence says why, and that a passphrase does it."""


class Keyring(Protocol):
    def get(self, name: str) -> str | None: ...

    def put(self, name: str, secret: str) -> None: ...

    def delete(self, name: str) -> None: ...


class OsKeyring:
    """Through the library `keyring`, where it is installed. Each call raises KeyringError, after two seconds at the latest."""

    def __init__(self, library: Any = None, wait_s: float = WAIT_S) -> None:
        self._library = library
        self._wait_s = wait_s

    def get(self, name: str) -> str | None:
        found = self._in_time(lambda library: library.get_password(SERVICE, name))
        return found if isinstance(found, str) else None

    def put(self, name: str, secret: str) -> None:
        self._in_time(lambda library: library.set_password(SERVICE, name, secret))
        if self.get(name) != secret:
            raise KeyringError(f"This machine's keyring did not keep the secret; {_NO}.")

    def delete(self, name: str) -> None:
        self._in_time(lambda library: library.delete_password(SERVICE, name))

    def _in_time(self, work: Callable[[Any], T]) -> T:
        """A keyring may wait for a person at another screen, for ever: the thread is left behind then."""
        found: list[T] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                found.append(work(self._secure()))
            except BaseException as error:  # noqa: BLE001 - whatever a back-end raises means that there is no keyring
                failed.append(error)

        thread = threading.Thread(target=run, name="taker311-keyring", daemon=True)
        thread.start()
        thread.join(self._wait_s)
        if found:
            return found[0]
        if not failed:
            raise KeyringError(f"This machine's keyring does not answer; {_NO}.")
        if isinstance(failed[0], KeyringError):
            raise failed[0]
        raise KeyringError(f"This machine's keyring can't be used ({type(failed[0]).__name__}); {_NO}.") from failed[0]

    def _secure(self) -> Any:
        if self._library is None:
            try:
                self._library = importlib.import_module("keyring")
            except ImportError as error:
                raise KeyringError(f"The library 'keyring' is not installed here; {_NO}.") from error
        backend = self._library.get_keyring()
        parts = getattr(backend, "backends", None) or [backend]
        if not all(type(part).__module__.split(".")[-1] in _SECURE for part in parts):
            raise KeyringError(f"This machine's keyring does not encrypt what it keeps; {_NO}.")
        return self._library

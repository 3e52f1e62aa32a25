"""The thread that looks for news while calls are taken. It never touches a screen: it hands over results."""

from __future__ import annotations

import threading
from collections.abc import Callable

from taker311.sync.desk import Result, Syncer

# A hub that can holds the request so long; any other server answers at once.
WAIT_S = 50.0


class SyncWorker:
    """`on_result` is called in the worker's thread after every look."""

    def __init__(self, syncer: Syncer, on_result: Callable[[Result], None], *, wait_s: float = WAIT_S) -> None:
        self._syncer = syncer
        self._on_result = on_result
        self._wait_s = wait_s
        self._over = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Looks now, as after a key or a network that came back."""
        self._wake.set()

    def stop(self, timeout_s: float = 2.0) -> None:
        """A request under way ends by itself; nothing that is half done is ever used."""
        self._over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        wait = self._syncer.first_wait()
        while not self._over.is_set():
            self._wake.wait(wait)
            self._wake.clear()
            if self._over.is_set():
                return
            result = self._look()
            if not self._over.is_set():
                self._on_result(result)
            wait = self._syncer.next_wait(result)

    def _look(self) -> Result:
        try:
            return self._syncer.step(wait_s=self._wait_s)
        except Exception as error:  # noqa: BLE001 - a desk whose worker died would grow old without a word
            return Result(
                "failed", f"Looking for news failed inside the program ({type(error).__name__}); please report it."
            )

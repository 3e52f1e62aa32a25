"""The thread behind a desk: it sends cases, and does the seat's chores (commands from outside, forgetting) in between."""

from __future__ import annotations

import threading
from collections.abc import Callable

from taker311.cases.delivery import Delivery

_CHORES_S = 2.0


class Sender:
    """`delivery` None: there is no CRM to send to, and only the chores are done; `chores` None: nobody has signed in."""

    def __init__(self, delivery: Delivery | None, chores: Callable[[], bool] | None) -> None:
        self._delivery, self._chores = delivery, chores
        if delivery is not None:
            delivery.chores = chores
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="taker311-sender", daemon=True)

    @property
    def trouble(self) -> str:
        """Why the sender itself can't work at the moment, for the screen; '' when it can."""
        return self._delivery.trouble if self._delivery is not None else ""

    def start(self) -> None:
        self._thread.start()

    def stop(self, wait_s: float) -> None:
        """Lets an attempt that is under way come to its end, for `wait_s` seconds at most."""
        self._stop.set()
        if self._delivery is not None:
            self._delivery.wake()
        self._thread.join(wait_s)

    def _run(self) -> None:
        if self._delivery is not None:
            self._delivery.run(self._stop)
            return
        while self._chores is not None and not self._stop.is_set():
            self._chores()
            self._stop.wait(_CHORES_S)

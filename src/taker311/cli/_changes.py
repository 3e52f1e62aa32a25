"""What changed in the knowledge base since this agent last looked: compared in the background, marked as seen when they look."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from taker311.base.errors import UserError
from taker311.knowledge.bundle import Bundle
from taker311.station.workplace import Workplace
from taker311.sync.seen import Seen


class Changes:
    """`tell` carries a change into the thread that draws."""

    def __init__(self, workplace: Workplace, tell: Callable[[Callable[[], None]], None]) -> None:
        self._workplace, self._tell = workplace, tell
        self._seen = Seen(workplace.seat.folder, workplace.station.desk.agent)

    def compare(self, bundle: Bundle) -> None:
        """Some tens of milliseconds: call it in a worker. To an agent who never looked all is known from here on."""
        found = tuple(change.sentence for change in self._seen.changes(bundle))
        if not found:
            self.looked(bundle)
        self._tell(lambda: setattr(self._workplace, "changed", found))

    def looked(self, bundle: Bundle) -> None:
        """What a disk refuses is shown again the next time, and that is all."""
        with contextlib.suppress(OSError, UserError):
            self._seen.mark(bundle)

"""Does a case that waited still fit what the CRM takes now? Asked right before it is sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from taker311.base.clock import Clock
from taker311.crm.catalogue import LiveCatalogue
from taker311.crm.model import Submission
from taker311.crm.replies import UPDATES
from taker311.crm.tree import CrmError

_FRESH = timedelta(minutes=30)
_AGAIN = timedelta(minutes=5)  # after a try that failed
_ATTRIBUTE = re.compile(r"attribute\[([^\]]+)\](?:\[\])?")


def misfit(submission: Submission, live: LiveCatalogue) -> str | None:
    """Why the case would be refused or misread, as a sentence for the agent; None where nothing speaks against it."""
    if submission.path.lower().startswith(UPDATES):
        return None
    code = submission.service_code
    if live.service(code) is None:
        return f"The city no longer has the service {code}. A person must decide what becomes of this case."
    definition = live.definition(code)
    if definition is None:
        return None
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(submission.body.decode("ascii"), keep_blank_values=True):
        if found := _ATTRIBUTE.fullmatch(name):
            given.setdefault(found[1], []).append(value)
    for attribute in definition.attributes:
        if not attribute.variable:
            continue
        values = [value for value in given.get(attribute.code, []) if value]
        if attribute.required and not values:
            return f"The city now requires an answer that this case does not have ({attribute.code})."
        keys = {value.key for value in attribute.values}
        strange = [value for value in values if keys and attribute.datatype.endswith("list") and value not in keys]
        if strange:
            return f"The city no longer knows an answer that this case gives ({attribute.code})."
    return None


class Revalidator:
    """Callable from the sender's thread: `delivery.Delivery(revalidate=...)`. Asks for a service at most every half hour; where
    it can't be asked nothing is held back. `fetch` gives the service list with the definition of the one service."""

    def __init__(self, fetch: Callable[[str], LiveCatalogue], clock: Clock) -> None:
        self._fetch, self._clock = fetch, clock
        self._known: dict[str, tuple[LiveCatalogue | None, datetime]] = {}
        self._lock = threading.Lock()

    def __call__(self, submission: Submission) -> str | None:
        if submission.path.lower().startswith(UPDATES):
            return None
        live = self._live(submission.service_code)
        return misfit(submission, live) if live else None

    def _live(self, code: str) -> LiveCatalogue | None:
        with self._lock:
            now = self._clock.now()
            live, at = self._known.get(code, (None, None))
            if at is None or not timedelta() <= now - at < (_FRESH if live else _AGAIN):
                try:
                    live = self._fetch(code)
                except CrmError:
                    live = None
                self._known[code] = (live, now)
            return live

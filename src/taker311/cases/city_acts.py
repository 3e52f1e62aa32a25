"""What a person decided about this machine's knowledge base, into the audit of the seat that is open: there it is signed, and
a line that is changed or taken away afterwards shows."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from taker311.base.codec import from_json
from taker311.cases.interface import CaseStore
from taker311.sync.acts import FILE, Act

EVENT = "knowledge-act"
_YOUNG = timedelta(days=60)  # older ones may have been pruned from the audit, and would come in again


class ActsChained:
    """One seat's; `take` is quick while nobody decided anything. The city's folder may be shared by several seats: each has
    the act in its own chain."""

    def __init__(self, city_folder: Path) -> None:
        self._file = city_folder / FILE
        self._seen = (0, 0)

    def take(self, store: CaseStore, now: datetime) -> int:
        """How many were new. Raises UserError where the audit can't be written."""
        try:
            stat = self._file.stat()
            mark = (stat.st_mtime_ns, stat.st_size)
            if mark == self._seen:
                return 0
            lines = self._file.read_bytes().splitlines()
        except OSError:
            return 0
        known = {entry.detail for entry in store.audit_entries() if entry.event == EVENT}
        count = 0
        for line in lines:
            digest = hashlib.sha256(line).hexdigest()[:32]
            act = _act(line)
            if act is None or digest in known or not timedelta() <= now - act.at < _YOUNG:
                continue
            store.audit(EVENT, now, actor=act.who, detail=digest, said=f"{act.at.isoformat()} {act.what}")
            known.add(digest)
            count += 1
        self._seen = mark
        return count


def _act(line: bytes) -> Act | None:
    try:
        act = from_json(line, Act)
    except ValueError:
        return None
    return act if act.at.tzinfo is not None else None

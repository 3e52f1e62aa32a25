"""What changed since an agent last looked. A copy of the knowledge they last saw is kept, without places."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.parts import join_parts
from taker311.sync.changes import Change, changes


class Seen:
    """`folder` is the seat's; each agent has a file of their own in it."""

    def __init__(self, folder: Path, agent: str) -> None:
        self._path = folder / "seen" / f"{hashlib.sha256(agent.encode()).hexdigest()[:16]}.kb"

    def changes(self, bundle: Bundle, lang: str = "", *, used: Mapping[str, int] | None = None) -> tuple[Change, ...]:
        """Nothing for an agent who never looked: to them all of it is new. `used`: topic or script id -> how often."""
        try:
            before = Bundle.open(self._path) if self._path.is_file() else None
        except UserError:
            before = None
        return changes(before.knowledge, bundle.knowledge, lang, used=used) if before else ()

    def mark(self, bundle: Bundle) -> None:
        """The agent has looked. Raises OSError where the disk refuses; they see the same changes again then."""
        names = [name for name in ("text", "bulletins") if bundle.part_bytes(name)]
        data = join_parts({name: (len(bundle.raw_bytes(name)), bundle.part_bytes(name)) for name in names})
        private_folder(self._path.parent)
        write_atomically(self._path, data)

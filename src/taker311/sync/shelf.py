"""What was fetched and verified, as it lies in the desk's folder: all that a desk needs of sync before its first paint."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from taker311.sync.state import State, load_state, save_state


class Shelf:
    """`folder` holds the state, and the bundles in `bundles/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        return self._folder

    def state(self) -> State:
        return load_state(self._folder)

    def current(self) -> Path | None:
        """The bundle file to open for the next call, or None before the first fetch."""
        return self._named(self.state().current) or self._newest()

    def previous(self) -> Path | None:
        """The bundle before it, for when a disk damaged the current one."""
        return self._named(self.state().previous)

    def distrust(self) -> None:
        """The current bundle can't be opened: the next look fetches it anew, whatever the origin says of changes."""
        with contextlib.suppress(OSError):
            save_state(self._folder, replace(self.state(), etag=""))

    def _named(self, name: str) -> Path | None:
        path = self._folder / "bundles" / Path(name).name
        return path if name and path.is_file() else None

    def _bundles(self) -> Iterator[Path]:
        yield from (self._folder / "bundles").glob("*.kb")

    def _newest(self) -> Path | None:
        """For a desk whose state file was lost: what is in bundles/ was verified before it came there."""
        return max(self._bundles(), key=lambda path: path.stat().st_mtime, default=None)

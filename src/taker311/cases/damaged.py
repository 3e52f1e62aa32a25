"""What was set aside when a file was damaged: kept for whoever can mend more than we can, but no longer than the cases in it
may be kept. A case that is purged is shredded there, too."""

from __future__ import annotations

import contextlib
import mmap
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from taker311.base.sealing import key_places

KEPT = {"queue": timedelta(days=30), "calls": timedelta(days=7)}
_NAME = re.compile(r"damaged-(queue|calls)-(\d{8}-\d{6})(-\d+)?")


def folders(seat: Path) -> Iterator[tuple[Path, datetime, timedelta]]:
    """Each such folder of the seat, when it was set aside, and how long it is kept."""
    for path in sorted(seat.glob("damaged-*")):
        named = _NAME.fullmatch(path.name)
        if named and path.is_dir():
            at = datetime.strptime(named[2], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
            yield path, at, KEPT[named[1]]


def shred(seat: Path, blobs: Iterable[bytes]) -> None:
    """Overwrites the wrapped keys of these sealed records wherever they stand in damaged files: without its small key the
    rest of a record is noise. Raises OSError."""
    files = [file for path, _, _ in folders(seat) for file in path.rglob("*") if file.is_file() and file.stat().st_size]
    if not files:
        return
    places = [place for blob in blobs for place in key_places(blob)]
    for file in files:
        with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as data:
            for place in places:
                # A record is cut in pieces where a page ends; its key stands before that, so 16 bytes find it.
                at = data.find(place[:16])
                while at >= 0:
                    end = min(at + len(place), len(data))
                    data[at:end] = bytes(end - at)
                    at = data.find(place[:16], end)
            data.flush()


def forget(seat: Path, now: datetime, *, all_of_them: bool = False) -> int:
    """Deletes the folders whose time is over; returns how many."""
    count = 0
    for path, at, kept in folders(seat):
        if all_of_them or now - at > kept:
            with contextlib.suppress(OSError):
                shutil.rmtree(path)
                count += 1
    return count

"""What a desk remembers between two looks at the city's origin: one small file, replaced whole."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import msgspec

from taker311.base.codec import Value, from_json, to_json
from taker311.base.files import write_atomically

_FILE = "state.json"


class State(Value, frozen=True):
    """`current` and `previous` are file names in bundles/; `parts` maps the current one's parts to the SHA-256 of what they
    unpack to. `release`, `timestamp` and `root` are the highest versions believed. `checked_at`: when the city last said
    that this is the newest; `tried_at`, `trouble`: the last look, and why it brought nothing."""

    fingerprint: str = ""
    etag: str = ""
    current: str = ""
    previous: str = ""
    version: str = ""
    release: int = 0
    timestamp: int = 0
    root: int = 0
    parts: dict[str, str] = {}
    made_at: datetime | None = None
    checked_at: datetime | None = None
    changed_at: datetime | None = None
    expires: datetime | None = None
    root_expires: datetime | None = None
    signed_at: datetime | None = None
    urgent_until: date | None = None
    tried_at: datetime | None = None
    trouble: str = ""


def load_state(folder: Path) -> State:
    """An empty state where there is none, or none that can be read: the next look brings everything anew."""
    try:
        return from_json((folder / _FILE).read_bytes(), State)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return State()


def save_state(folder: Path, state: State) -> None:
    """Raises OSError; the old state stands then."""
    write_atomically(folder / _FILE, to_json(state).encode())

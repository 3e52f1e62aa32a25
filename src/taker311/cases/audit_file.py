"""The audit as a file: one record a line after a first line with the end of the chain. What servers and people said stays
sealed in it; the chain can be checked from the file alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.cases.chain import Link, SignedHead

_MOST_BYTES = 1 << 30


class FirstLine(Value, frozen=True):
    taker311: str  # "audit"
    version: int
    desk: str
    head: SignedHead


def write_audit(file: Path, links: Sequence[Link], head: SignedHead, desk: str) -> None:
    """Raises UserError where the file is there already or can't be written."""
    if file.exists():
        raise UserError(f"{file}: is there already; give another name.")
    lines = [to_json(FirstLine("audit", 1, desk, head)), *map(to_json, links)]
    try:
        write_atomically(file, ("\n".join(lines) + "\n").encode())
    except OSError as error:
        raise UserError(f"{file}: can't be written ({error.strerror}); nothing was exported.") from error


def read_audit(file: Path) -> tuple[list[Link], SignedHead]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise UserError(f"{file}: is too large for an exported audit.")
        first, *lines = file.read_bytes().splitlines()
        found = from_json(first, FirstLine)
        links = [from_json(line, Link) for line in lines]
    except OSError as error:
        raise UserError(f"{file}: can't be read ({error.strerror}).") from error
    except ValueError as error:
        raise UserError(f"{file}: is no exported audit, or damaged.") from error
    if (found.taker311, found.version) != ("audit", 1):
        raise UserError(f"{file}: was written by a newer taker311; update this one.")
    return links, found.head

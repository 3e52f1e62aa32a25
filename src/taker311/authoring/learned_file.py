"""Where what search learned stands in a source folder, so that a build takes it along."""

from __future__ import annotations

from pathlib import Path

from taker311.base.errors import UserError
from taker311.search.learned import read

NAME = "search.learned"
MOST_BYTES = 32_000_000


def read_learned(folder: Path) -> bytes:
    """The part as `kb learn` wrote it into `folder`; nothing where it never did. Raises UserError where it can't be used."""
    path = folder / NAME
    if not path.is_file():
        return b""
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    except OSError as error:
        raise UserError(
            f"{path}: this file can't be read ({error.strerror or error}); give read permission."
        ) from error
    if read(data) is None:
        raise UserError(f"{path}: this is not what 'taker311 kb learn' writes; run it again, or take the file away.")
    return data

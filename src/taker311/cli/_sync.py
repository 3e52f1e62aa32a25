"""The desk's fetching of its city's knowledge, as the settings name it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.clock import SystemClock
from taker311.base.errors import UserError
from taker311.base.ids import SystemIds
from taker311.base.paths import Paths
from taker311.base.settings import Settings
from taker311.sync.fingerprint import read_fingerprint
from taker311.sync.shelf import Shelf

if TYPE_CHECKING:
    from taker311.sync.desk import Syncer


def city_folder(paths: Paths) -> Path:
    """Where what was fetched lies; every seat of this machine reads it."""
    return Path(paths.data) / "city"


def open_shelf(settings: Settings, paths: Paths) -> Shelf:
    """What was fetched until now. Raises UserError where the settings' fingerprint is missing or can't be one."""
    _refuse_unfounded(settings, paths)
    return Shelf(city_folder(paths))


def make_syncer(settings: Settings, paths: Paths) -> Syncer | None:
    """None where no origin is set. Raises UserError where the fingerprint is missing or can't be one."""
    from taker311 import __version__
    from taker311.net.http import Http
    from taker311.sync.desk import Syncer

    if not settings.city.origin:
        return None
    _refuse_unfounded(settings, paths)
    return Syncer(
        city_folder(paths),
        settings.city.origin,
        settings.city.fingerprint,
        Http(f"taker311/{__version__}"),
        SystemClock(),
        SystemIds(),
        urgent_s=settings.city.urgent_poll_s,
    )


def _refuse_unfounded(settings: Settings, paths: Paths) -> None:
    if not settings.city.fingerprint:
        raise UserError(
            f'{paths.settings_file}: [city] origin is set without a fingerprint; ask the city\'s IT for it and add  fingerprint = "..."  '
            "(nothing is trusted unseen)."
        )
    read_fingerprint(settings.city.fingerprint)

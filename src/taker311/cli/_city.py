"""Which knowledge base a command works on: a bundle file, or a source folder that is compiled into the cache when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from taker311.base.errors import UserError
from taker311.base.files import private_folder
from taker311.base.paths import Paths
from taker311.base.settings import Settings
from taker311.base.words import say
from taker311.knowledge.bundle import Bundle, write_bundle

Opener = Callable[[Path], Bundle]
"""`Bundle.open`, or for the desk's start `Bundle.glance`."""


class Known(NamedTuple):
    """The opened bundle, its file, and what the agent should know of it ('' when all is well)."""

    bundle: Bundle
    file: Path
    notice: str = ""


def demo_city() -> Path:
    """The demo city's source, which travels with the package; raises UserError where somebody took it out."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here / "kb_cache" / "port-ellery", here.parent.parent / "kb_cache" / "port-ellery"):
        if (folder / "city.yaml").is_file():
            return folder
    raise UserError("The demo city is missing from this installation; install taker311 anew.")


def find_city(given: str, settings: Settings, paths: Paths, opener: Opener = Bundle.open) -> Known:
    """The knowledge base that `given` or the settings name. Raises UserError where there is none or none that can be used."""
    if settings.city.origin and not given:
        return _fetched(settings, paths, opener)
    named = given or settings.city.kb
    if not named:
        raise UserError(
            f'No knowledge base is set: give one with --kb, name it in {paths.settings_file} as  [city] kb = "...", '
            "or look around with  taker311 demo."
        )
    path = Path(named).expanduser()
    path = path if path.is_absolute() or given else paths.settings_file.parent / path
    return compiled(path, Path(paths.cache), opener) if path.is_dir() else Known(opener(path), path)


def _fetched(settings: Settings, paths: Paths, opener: Opener) -> Known:
    """What the city published and this desk verified; the one before where the disk damaged it."""
    from taker311.cli._sync import open_shelf

    shelf = open_shelf(settings, paths)
    for path in (shelf.current(), shelf.previous()):
        try:
            if path is not None:
                return Known(opener(path), path)
        except UserError:
            shelf.distrust()
    if settings.city.kb:
        known = find_city(
            settings.city.kb, structs.replace(settings, city=structs.replace(settings.city, origin="")), paths, opener
        )
        return known._replace(
            notice=say("The city's own knowledge base has not been fetched yet; another one is used.")
        )
    raise UserError(
        "The city's knowledge base has not been fetched yet: run  taker311 sync --once  (or  --from DIR  with a stick)."
    )


def compiled(folder: Path, cache: Path, opener: Opener = Bundle.open) -> Known:
    """The bundle of a source folder, from the cache where nothing changed. A source with errors gives the last good one, with
    a notice; raises UserError where there never was one."""
    kept = private_folder(cache / "bundles") / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}.kb"
    stamp = kept.with_suffix(".stamp")
    state = _state_of(folder)
    if kept.is_file() and stamp.is_file() and stamp.read_text() == state:
        try:
            return Known(opener(kept), kept)
        except UserError:
            pass  # a damaged file in the cache is made anew
    from taker311.authoring.build import build
    from taker311.authoring.learned_file import read_learned
    from taker311.authoring.source import read_source

    source = read_source(folder, today=datetime.now(UTC).date())
    if source.knowledge is None:
        trouble = say(
            "{folder}: this knowledge base has errors;  taker311 kb check {folder}  lists them", folder=folder
        )
        if not kept.is_file():
            raise UserError(f"{trouble}.")
        return Known(Bundle.open(kept), kept, f"{trouble}. " + say("The last good one is used."))
    write_bundle(kept, build(source, read_learned(folder)))
    stamp.write_text(state)
    return Known(Bundle.open(kept), kept)


def _state_of(folder: Path) -> str:
    """Changes when a file of the source does, or this program."""
    from taker311 import __version__

    digest = hashlib.sha256(__version__.encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found = path.stat()
            digest.update(f"{path.relative_to(folder)}|{found.st_size}|{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()

"""What the drill commands share: where the knowledge base is, and which drills a word names. No CRM stands behind any of it:
what is opened here is the city's knowledge and nothing else."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.paths import Paths, find_paths
from taker311.base.settings import Settings, load_settings
from taker311.base.text import clean_line, did_you_mean
from taker311.base.words import say, use
from taker311.cli._city import Known, demo_city, find_city
from taker311.knowledge.drills import Drill, DrillSet
from taker311.places.index import PlaceIndex
from taker311.search.cache import cached_index, open_index
from taker311.search.index import SearchIndex


def configure_city(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kb",
        default="",
        metavar="PATH",
        help="a bundle or a source folder; default: the settings', else the demo city",
    )


def run_folder(paths: Paths) -> Path:
    return Path(paths.data) / "run"


class Training:
    """The city that drills are taken in."""

    def __init__(self, kb: str, language: str = "") -> None:
        """`language`: of the desk's own words; '' as the settings have it."""
        self.paths: Paths = find_paths()
        self.settings: Settings = load_settings(self.paths.settings_file)
        use(language or self.settings.desk.language)
        named = kb or self.settings.city.kb or self.settings.city.origin
        self.known: Known = find_city(kb if named else str(demo_city()), self.settings, self.paths)
        self.bundle = self.known.bundle
        self._places: PlaceIndex | None = None
        self._index: SearchIndex | None = None

    @property
    def folder(self) -> Path:
        """Where results and trainers' public keys are kept."""
        return Path(self.paths.data) / "drills"

    @property
    def run_folder(self) -> Path:
        """Where a running drill can be seen from a second terminal."""
        return run_folder(self.paths)

    @property
    def cache(self) -> Path:
        return Path(self.paths.cache)

    @property
    def drills(self) -> tuple[Drill, ...]:
        return self.bundle.knowledge.drills

    @property
    def sets(self) -> tuple[DrillSet, ...]:
        return self.bundle.knowledge.drill_sets

    def places(self) -> PlaceIndex:
        if self._places is None:
            try:
                part = self.bundle.part_hash("places")
                self._places = PlaceIndex.open_or_build(self.cache / "places", part, self.bundle.gazetteer)
            except UserError:
                self._places = PlaceIndex.in_memory(self.bundle.gazetteer())
        return self._places

    def index(self) -> SearchIndex:
        if self._index is None:
            self._index = cached_index(self.bundle, self.cache)
        if self._index is None:
            print(say("The search is being made ready; this is done once."), file=sys.stderr, flush=True)
            self._index = open_index(self.bundle, self.cache)
        return self._index

    def find(self, word: str) -> tuple[DrillSet | None, tuple[Drill, ...]]:
        """The set or the drills that `word` names: a set's id, a drill's id, or a file. Raises UserError where it is none."""
        found = next((one for one in self.sets if one.id == word), None)
        if found is not None:
            return found, tuple(drill for name in found.drills for drill in self.drills if drill.id == name)
        drill = next((one for one in self.drills if one.id == word), None)
        if drill is not None:
            return None, (drill,)
        path = Path(word)
        if path.suffix == ".yaml" or path.is_file():
            if not path.is_file():
                raise UserError(
                    say(
                        "{word}: there is no such file; 'taker311 drill list' lists what there is.",
                        word=clean_line(word),
                    )
                )
            from taker311.authoring.drill_folder import read_drill_file

            return None, (read_drill_file(path, self.bundle, self.places),)
        known = [*(one.id for one in self.sets), *(one.id for one in self.drills)]
        shown = clean_line(word, limit=60)
        raise UserError(
            say(
                "There is no drill or set '{word}'{near}; 'taker311 drill list' lists them.",
                word=shown,
                near=did_you_mean(shown, known),
            )
        )
